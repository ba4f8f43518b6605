"""The fee for tax paid after its deadline (RULEBOOK B.9.4)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from clearway.contracts.facts import LateFee
from clearway.rules.deadlines import months_after
from clearway.rules.parameters import Dated, parameters
from clearway.rules.workings import to_fen


def late_fee(tax: Decimal, deadline: date, paid_on: date, *, profile: str) -> LateFee:
    """The fee on `tax` (CNY, unpaid at the deadline) paid on a Shanghai day; none up to the deadline itself.

    `deadline` is the last day of payment, already rolled over days off. Raises NoRuleInForce before 2016-04-08,
    ValueError for a negative tax.
    """
    if tax < 0:
        raise ValueError(f"no fee can be computed on a negative tax: {tax}")
    rules, days = parameters(), max((paid_on - deadline).days, 0)
    least = rules.value("late_fee.waived_below", on=paid_on, profile=profile)
    months = rules.value("late_fee.enforcement_months", on=deadline, profile=profile)
    stretches = list(_stretches(deadline, days, profile))
    computed = to_fen(sum((Fraction(tax) * Fraction(rate.value) * length for rate, length in stretches), Fraction(0)))
    fee = LateFee(
        tax=tax,
        deadline=deadline,
        paid_on=paid_on,
        days=days,
        computed=computed,
        waived_below=least.value,
        enforcement=paid_on > months_after(deadline, int(months.value)),
        rules=tuple(rule.as_rule_use() for rule in (*(rate for rate, _ in stretches), least, months)),
    )
    return fee.model_copy(update={"explanation": _explain(fee, stretches, int(months.value))})


def _stretches(deadline: date, days: int, profile: str) -> Iterator[tuple[Dated[Decimal], int]]:
    """The late days, counted by the rate in force on each."""
    late = (deadline + timedelta(days=number) for number in range(1, days + 1))
    rates = (parameters().value("late_fee.rate_per_day", on=day, profile=profile) for day in late)
    for rate, stretch in groupby(rates):
        yield rate, sum(1 for _ in stretch)


def _explain(fee: LateFee, stretches: list[tuple[Dated[Decimal], int]], months: int) -> str:
    if not fee.days:
        return f"缴款期限 deadline {fee.deadline}, 缴款 paid {fee.paid_on}: 未滞纳 not late"
    first = fee.deadline + timedelta(days=1)
    products = " + ".join(f"{fee.tax} × {rate.value} × {length}" for rate, length in stretches)
    steps = [
        f"滞纳天数 days late {first} – {fee.paid_on} = {fee.days}",
        f"滞纳金 late fee {products} = {fee.computed}",
    ]
    if fee.waived:
        steps.append(f"不足 below {fee.waived_below}: 免予征收 waived")
    if fee.enforcement:
        steps.append(f"超过 {months} 个月 more than {months} months: 海关可强制执行 customs may enforce payment")
    return "; ".join(steps)
