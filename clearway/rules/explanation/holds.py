"""What a list takes of its orderer's annual amount and of its guarantor's guarantee (RULEBOOK B.3, B.9.2)."""

from clearway.contracts.facts import GuaranteeHold, GuaranteeOutcome, Judgement
from clearway.rules.explanation.steps import Chapter, Step, Verdict, money, passed_if, plain, say, sign

REASONS = {
    "NONE_ON_FILE": ("the guarantor has no guarantee on file", "担保企业没有备案的担保"),
    "INSUFFICIENT": ("the guarantee does not suffice", "担保额度不足"),
    "EXPIRES": ("the guarantee expires too soon", "担保有效期不足"),
    "CALLED": ("customs called the guarantee", "担保已被海关追索"),
    "QUEUE": ("earlier lists of this guarantor wait, and none is overtaken", "同一担保企业有在先的清单等候，按序处理"),
}


def quota(judgement: Judgement) -> Chapter | None:
    """What was reserved of the year, and of the quantities that the Positive List limits."""
    hold = judgement.quota
    if hold is None:
        return None
    total = hold.used_before + hold.counted
    figures = (
        f"{money(hold.used_before)} + {money(hold.counted)} = {money(total)} "
        f"{sign(total, hold.limit)} {money(hold.limit)}"
    )
    steps = [
        say(
            f"reserved {money(hold.counted)} CNY of {hold.year}: {figures}; {money(hold.limit - total)} left",
            f"占用 {hold.year} 年度额度 {money(hold.counted)} 元：{figures}；剩余 {money(hold.limit - total)}",
            passed_if(total <= hold.limit),
            rule="limits.annual",
            reference="RULEBOOK B.3, D-09",
        ),
    ]
    for each in hold.quantities:
        taken = each.used_before + each.quantity
        figures = (
            f"{plain(each.used_before)} + {plain(each.quantity)} = {plain(taken)} "
            f"{sign(taken, each.limit)} {plain(each.limit)} {each.unit}"
        )
        steps.append(
            say(
                f"{each.group}, per person and year: {figures}",
                f"{each.group}（每人每年）：{figures}",
                passed_if(taken <= each.limit),
            )
        )
    return Chapter(name="quota", title_en="Annual amount", title_zh="年度额度", steps=tuple(steps))


def guarantee(judgement: Judgement) -> Chapter | None:
    """Whether the tax is secured, with the figures of the guarantee."""
    hold = judgement.guarantee
    if hold is None:
        return None
    steps = [_outcome(hold)]
    if hold.crossed_warning:
        told = f"{money(hold.occupied)} / {money(hold.total)}"
        steps.append(say(f"the guarantee is nearly used up: {told}", f"担保额度即将用尽：{told}", Verdict.WARNED))
    if hold.valid_to:
        steps.append(say(f"the guarantee is valid to {hold.valid_to}", f"担保有效期至 {hold.valid_to}"))
    return Chapter(
        name="guarantee", title_en="Guarantee, CNY", title_zh="税款担保（元）", steps=tuple(steps), rules=hold.rules
    )


def _outcome(hold: GuaranteeHold) -> Step:
    who, amount, total = hold.guarantor, money(hold.amount), money(hold.total)
    if hold.outcome is GuaranteeOutcome.NOT_NEEDED:
        return say("→ NOT_NEEDED: there is no tax to be secured", "→ NOT_NEEDED：没有须担保的税款", Verdict.PASSED)
    if hold.outcome is GuaranteeOutcome.HELD:
        figures = f"{money(hold.occupied - hold.amount)} + {amount} = {money(hold.occupied)} ≤ {total}"
        return say(
            f"→ HELD: {who} secures {amount}: occupied {figures}",
            f"→ HELD：{who} 担保税款 {amount}：已占用 {figures}",
            Verdict.PASSED,
        )
    sum_of_both = hold.occupied + hold.amount
    figures = f"{money(hold.occupied)} + {amount} = {money(sum_of_both)} {sign(sum_of_both, hold.total)} {total}"
    english, chinese = REASONS.get(hold.reason, (hold.reason, hold.reason))
    place_en, place_zh = (f", place {hold.place} in the queue", f"，排第 {hold.place} 位") if hold.place else ("", "")
    return say(
        f"→ AWAITING: {who}: {english}: occupied {figures}{place_en}",
        f"→ AWAITING：{who}：{chinese}：已占用 {figures}{place_zh}",
        Verdict.FAILED,
    )
