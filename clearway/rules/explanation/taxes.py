"""The tax of every line and of the whole, as it was assessed (RULEBOOK B.9.1)."""

import re
from collections.abc import Callable
from decimal import Decimal

from clearway.contracts.facts import Judgement, TaxAssessment, TaxLine
from clearway.rules.explanation.steps import Chapter, Step, Verdict, money, passed_if, say

_CHINESE = re.compile(r"[\u4e00-\u9fff]+ ?")
_ENGLISH = re.compile(r"(?<=[\u4e00-\u9fff]) [A-Za-z]+( [A-Za-z]+)*")


def taxes(judgement: Judgement) -> Chapter:
    """Each line's arithmetic as it was recorded, then the sums."""
    tax = judgement.tax
    title = {"name": "tax", "title_en": "Tax, CNY", "title_zh": "税款（元）"}
    if tax is None:
        return Chapter(
            **title, steps=(say("not assessed; see the problems", "未能计税，见上述问题", Verdict.NOT_MADE),)
        )
    steps = [
        say(
            f"{tax.treatment} by {tax.regime}, at the rates of {tax.assessed_on}",
            f"{tax.treatment}，依 {tax.regime}，适用 {tax.assessed_on} 的税率",
            reference="RULEBOOK A.4, D-01",
        ),
        *(step for line in tax.lines for step in _line(line)),
        *_sums(tax, judgement.limits.taxable_price if judgement.limits else None),
    ]
    return Chapter(**title, steps=tuple(steps), rules=tax.rules)


def _line(line: TaxLine) -> list[Step]:
    head_en, head_zh = f"line {line.gnum} ({line.hs_code})", f"第 {line.gnum} 项（{line.hs_code}）"
    steps = [
        say(f"{head_en}: {_CHINESE.sub('', step)}", f"{head_zh}：{_ENGLISH.sub('', step)}")
        for step in line.explanation.split("; ")
        if step
    ]
    parts = (line.duty, line.consumption_tax, line.vat)
    figures = f"{' + '.join(money(part) for part in parts)} = {money(sum(parts, Decimal(0)))}"
    steps.append(
        say(f"{head_en}: duty + consumption tax + VAT = {figures}", f"{head_zh}：关税＋消费税＋增值税 ＝ {figures}")
    )
    return steps


def _sums(tax: TaxAssessment, price: Decimal | None) -> list[Step]:
    bases = sum((line.base for line in tax.lines), Decimal(0))
    kinds: tuple[tuple[str, str, Decimal, Callable[[TaxLine], Decimal]], ...] = (
        ("taxable price", "完税价格", bases if price is None else price, lambda line: line.base),
        ("duty", "关税", tax.duty, lambda line: line.duty),
        ("consumption tax", "消费税", tax.consumption_tax, lambda line: line.consumption_tax),
        ("VAT", "增值税", tax.vat, lambda line: line.vat),
    )
    steps = []
    for english, chinese, whole, part in kinds:
        figures = f"{' + '.join(money(part(line)) for line in tax.lines)} = {money(whole)}"
        adds_up = sum((part(line) for line in tax.lines), Decimal(0)) == whole
        steps.append(say(f"{english} of all lines: {figures}", f"各项{chinese}合计：{figures}", passed_if(adds_up)))
    figures = f"{money(tax.duty)} + {money(tax.consumption_tax)} + {money(tax.vat)} = {money(tax.total)}"
    adds_up = tax.duty + tax.consumption_tax + tax.vat == tax.total
    return [*steps, say(f"→ total: {figures}", f"→ 税款合计：{figures}", passed_if(adds_up))]
