"""Identity, comparison and limits, as they were decided (RULEBOOK B.2, B.3)."""

from collections.abc import Iterable

from clearway.contracts.facts import IdentityOutcome, Judgement, LimitDecision, Treatment
from clearway.contracts.problems import Problem
from clearway.rules.codes import KEYS
from clearway.rules.explanation.steps import Chapter, Step, Verdict, money, of_problem, passed_if, say, sign
from clearway.rules.limits import FIRST_CBEC_REGIME
from clearway.rules.meanings import MATCHING_RULES, meanings, parameters_used_by

IDENTITY_CODES = ("E_ID_NUMBER", "E_IDENTITY_MISMATCH")
LIMIT_KEYS = ("E_OVER_LIMIT.single", "E_OVER_LIMIT.annual")
NO_RULE = "E_NO_RULE"
COMPARES_CODES = {"M13": (".currency",), "M18": (".departure_country", "declaration_list.country")}
"""Fields whose unknown code is told instead of the rule that would compare them."""
OUTCOMES = {
    IdentityOutcome.VERIFIED: (
        "VERIFIED: the authority confirmed name and number, so another payer is only a warning (M11)",
        "VERIFIED：权威机构已核验姓名与证件号一致，支付人不同仅作提示（M11）",
        Verdict.PASSED,
    ),
    IdentityOutcome.UNAVAILABLE: (
        "UNAVAILABLE: the authority gave no answer, so the orderer must be the payer (M11)",
        "UNAVAILABLE：权威机构未答复，订购人须与支付人一致（M11）",
        Verdict.WARNED,
    ),
    IdentityOutcome.MISMATCH: (
        "MISMATCH: name and number do not belong together; no payer can make up for it",
        "MISMATCH：姓名与证件号不符，不得以本人支付代替核验",
        Verdict.FAILED,
    ),
}


def identity(judgement: Judgement) -> Chapter:
    """The orderer's number by itself, and what the authority said."""
    number = [of_problem(each) for each in judgement.problems if each.code == "E_ID_NUMBER"] or [
        say(
            "the orderer's number is well formed: birth date and check digit",
            "订购人身份证号的出生日期和校验码有效",
            Verdict.PASSED,
            rule="E_ID_NUMBER",
            reference="GB 11643",
        ),
    ]
    english, chinese, verdict = OUTCOMES[judgement.identity]
    outcome = say(english, chinese, verdict, rule="E_IDENTITY_MISMATCH", reference="RULEBOOK B.3, D-07")
    return Chapter(name="identity", title_en="Identity", title_zh="身份", steps=(*number, outcome))


def matching(judgement: Judgement) -> Chapter:
    """Every matching rule that ran, then whatever else was found; what limits and identity say stands with them."""
    found = (*judgement.problems, *judgement.warnings)
    elsewhere = (*IDENTITY_CODES, *_codes(LIMIT_KEYS))
    rules = [step for code in MATCHING_RULES for step in _rule(code, found)]
    told = {step.text_en for step in rules}
    others = [of_problem(each) for each in found if each.code not in (*MATCHING_RULES, *elsewhere)]
    others = [step for step in others if step.text_en not in told]
    english, chinese = ("matched", "比对通过") if judgement.matched else ("not matched", "比对不通过")
    snapshot = f"{judgement.snapshot[:12]}…"
    end = say(
        f"→ {english}; documents compared: {snapshot}",
        f"→ {chinese}；比对所依据的单证指纹：{snapshot}",
        passed_if(judgement.matched),
    )
    return Chapter(name="matching", title_en="Comparison", title_zh="单证比对", steps=(*rules, *others, end))


def _rule(code: str, found: tuple[Problem, ...]) -> list[Step]:
    own = [of_problem(each) for each in found if each.code == code or _is_unknown_code_of(code, each)]
    if own:
        return own
    meaning = meanings()[code]
    missing = [each for each in found if each.code == NO_RULE]
    unmade = any(parameter in each.message_en for each in missing for parameter in parameters_used_by(code))
    verdict = Verdict.NOT_MADE if unmade else Verdict.PASSED
    return [say(meaning.decides.en, meaning.decides.zh, verdict, rule=code, reference=f"RULEBOOK B.2 {code}")]


def _codes(keys: Iterable[str]) -> set[str]:
    """The problems' codes of texts of the catalogue."""
    return {key.partition(".")[0] for key in keys}


def _is_unknown_code_of(code: str, found: Problem) -> bool:
    endings = COMPARES_CODES.get(code, ())
    return found.code in _codes(KEYS.values()) and any(each.field.endswith(endings) for each in found.fields if endings)


def limits(judgement: Judgement) -> Chapter:
    """Both limits with their figures, and what follows from them."""
    decision = judgement.limits
    title = {"name": "limits", "title_en": "Limits, CNY", "title_zh": "限额（元）"}
    if decision is None:
        return Chapter(**title, steps=(say("not decided; see the problems", "未能判定，见上述问题", Verdict.NOT_MADE),))
    price, single, annual = decision.taxable_price, decision.single_limit, decision.annual_limit
    used, total = decision.used_before, decision.used_before + price
    of_year = f"{money(total)} {sign(total, annual)} {money(annual)}"
    of_one = f"{money(price)} {sign(price, single)} {money(single)}"
    steps = [
        say(
            f"taxable price: goods + freight + insurance, tax excluded = {money(price)}",
            f"完税价格：商品＋运费＋保费（不含税）＝ {money(price)}",
            reference="RULEBOOK B.3, D-23",
        ),
        say(
            f"{of_one} single-transaction limit",
            f"{of_one} 单次交易限值",
            passed_if(price <= single),
            rule="limits.single",
        ),
        say(
            f"{money(used)} used + {money(price)} = {of_year} annual limit",
            f"年度已用 {money(used)} ＋ {money(price)} ＝ {of_year} 年度限值",
            passed_if(total <= annual),
            rule="limits.annual",
        ),
        _treatment(decision),
    ]
    if decision.counted:
        counted = money(decision.counted)
        steps.append(say(f"counts {counted} in the year", f"计入年度额度 {counted}"))
    return Chapter(**title, steps=tuple(steps), rules=decision.rules)


def _treatment(decision: LimitDecision) -> Step:
    over_annual = decision.used_before + decision.taxable_price > decision.annual_limit
    told = f"→ {decision.treatment} ({decision.regime})"
    match decision.treatment:
        case Treatment.IN_QUOTA:
            why = (
                "both limits hold: no duty, consumption tax and VAT times the quota factor",
                "两项限值均未超过：关税为零，消费税、增值税按比例征收",
            )
        case Treatment.FULL_TAX if decision.regime == FIRST_CBEC_REGIME:
            why = (
                "a limit is exceeded, so it is taxed in full in the manner of general trade",
                "超过限值，按一般贸易方式全额征税",
            )
        case Treatment.FULL_TAX:
            why = (
                "above the single limit, but one single item (one line, quantity 1) inside the annual limit: "
                "taxed in full within the channel",
                "超过单次限值，但为单件不可分割商品且未超年度限值：在本渠道内全额征税",
            )
        case _ if over_annual:
            why = ("above the annual limit: general trade", "超过年度限值：按一般贸易管理")
        case _:
            why = (
                "above the single limit and more than one single item: general trade, or ordered again in real "
                "separate purchases",
                "超过单次限值且不是单件商品：按一般贸易，或真实分单另购",
            )
    verdict = passed_if(decision.treatment is not Treatment.OUT_OF_CHANNEL)
    return say(f"{told}: {why[0]}", f"{told}：{why[1]}", verdict, rule="tax.regime", reference="RULEBOOK B.3, D-22")
