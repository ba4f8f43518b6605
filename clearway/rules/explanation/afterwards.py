"""What follows a release: the legal clocks, a return, the payment (RULEBOOK B.0.1, B.8, B.9.3)."""

from datetime import date, datetime, timedelta

from clearway.contracts.case import CaseView
from clearway.contracts.facts import LegalClocks, PaymentOutcome, TaxPayment
from clearway.rules.explanation.steps import Chapter, Step, Verdict, clock, money, passed_if, say

OUTCOMES = {
    "APPLIED": ("applied for, the goods are on their way", "已申请，货物退运中", Verdict.TOLD),
    "CONFIRMED": (
        "confirmed: no tax, and the annual amount is restored",
        "已确认：不征税，年度额度恢复",
        Verdict.PASSED,
    ),
    "EXPIRED": (
        "expired: the goods did not come back in time, so the tax stands",
        "逾期未运抵，税款照缴",
        Verdict.FAILED,
    ),
    "NOT_ORIGINAL": ("not the original goods: no relief", "非原状货物，不予免税", Verdict.FAILED),
}
PAYMENTS = {
    PaymentOutcome.PAID: ("paid", "已缴纳", Verdict.PASSED),
    PaymentOutcome.NOT_DUE: ("nothing was due", "无应缴税款", Verdict.PASSED),
    PaymentOutcome.BILL_MISSING: ("not paid yet: customs' bill is missing", "未缴纳：尚无海关税单", Verdict.NOT_MADE),
    PaymentOutcome.REFUSED: ("not paid: the bank refused", "未缴纳：银行拒绝", Verdict.FAILED),
}


def deadlines(view: CaseView) -> Chapter | None:
    """Every clock with its count of days from the release day, and how far the payment deadline rolled."""
    clocks = view.clocks
    if clocks is None:
        return None
    start = clocks.release_day
    steps = [
        say(
            f"released {clock(clocks.released_at)} Shanghai time: D0 = {start}, which is not counted",
            f"放行时间 {clock(clocks.released_at)}（北京时间）：D0 ＝ {start}，当日不计",
            reference="RULEBOOK B.0.1, D-18",
        ),
        _window("return application", "退货申请", start, clocks.return_application_before, "returns.apply_days"),
        _window("returned goods back", "退货运抵", start, clocks.return_arrival_before, "returns.arrive_days"),
        say(
            f"tax payable from D0 + {_days(start, clocks.tax_window_opens)} = {clock(clocks.tax_window_opens)}",
            f"税款自 D0 ＋ {_days(start, clocks.tax_window_opens)} ＝ {clock(clocks.tax_window_opens)} 起可缴纳",
            rule="tax.window_opens_day",
        ),
        _payment_deadline(clocks),
        say(
            f"paid by itself from {clock(clocks.payment_guard_at)}, with or without a bill",
            f"自 {clock(clocks.payment_guard_at)} 起无论有无税单自动缴纳",
            rule="tax.payment_guard_hours",
        ),
        say(
            f"tax held for a return on its way is paid at {clock(clocks.held_tax_paid_at)} after all",
            f"因退货在途暂缓的税款最迟于 {clock(clocks.held_tax_paid_at)} 缴纳",
            rule="returns.held_tax_hour",
            reference="RULEBOOK D-13",
        ),
    ]
    if clocks.provisional:
        steps.append(
            say(
                "PROVISIONAL: the holidays of a year that counts here were not announced yet",
                "暂定：所涉年度的节假日安排尚未公布",
                Verdict.WARNED,
            )
        )
    return Chapter(
        name="deadlines",
        title_en="Deadlines, Shanghai time",
        title_zh="期限（北京时间）",
        steps=tuple(steps),
        rules=clocks.rules,
    )


def _days(start: date, moment: datetime) -> int:
    return (moment.date() - start).days


def _window(english: str, chinese: str, start: date, before: datetime, rule: str) -> Step:
    after = _days(start, before)
    last = start + timedelta(days=after - 1)
    return say(
        f"{english}: until D0 + {after - 1} = {last} 24:00; at {clock(before)} it is too late",
        f"{chinese}：截至 D0 ＋ {after - 1} ＝ {last} 24:00；{clock(before)} 起逾期",
        rule=rule,
    )


def _payment_deadline(clocks: LegalClocks) -> Step:
    counted = next((use.value for use in clocks.rules if use.rule == "tax.payment_day"), "")
    if not counted.isdecimal():
        until = f"{clocks.payment_deadline} 24:00"
        return say(f"tax paid until {until}", f"税款缴纳截至 {until}", rule="tax.payment_day")
    unrolled = clocks.release_day + timedelta(days=int(counted))
    told = f"D0 + {counted} = {unrolled}"
    if unrolled == clocks.payment_deadline:
        english, chinese = "a working day, so it does not roll", "为工作日，不顺延"
    else:
        rolled = (clocks.payment_deadline - unrolled).days
        english = f"a day off, so it rolls {rolled} days to the next working day, {clocks.payment_deadline}"
        chinese = f"为休息日，顺延 {rolled} 天至下一工作日 {clocks.payment_deadline}"
    return say(
        f"tax paid until {told}, {english}, 24:00",
        f"税款缴纳截至 {told}，{chinese} 24:00",
        rule="tax.payment_day",
        reference="RULEBOOK B.0.1, D-06",
    )


def goods_return(view: CaseView) -> Chapter | None:
    """The return's instants against their clocks, and how it ended."""
    case, clocks = view.goods_return, view.clocks
    if case is None or clocks is None:
        return None
    steps = [_against("applied", "申请", case.applied_at, clocks.return_application_before)]
    if case.arrived_at:
        steps.append(_against("arrived", "运抵", case.arrived_at, clocks.return_arrival_before))
    english, chinese, verdict = OUTCOMES.get(case.outcome, (case.outcome, case.outcome, Verdict.TOLD))
    steps.append(say(f"→ {case.outcome}: {english}", f"→ {case.outcome}：{chinese}", verdict, reference="RULEBOOK B.8"))
    return Chapter(name="return", title_en="Return", title_zh="退货", steps=tuple(steps))


def _against(english: str, chinese: str, moment: datetime, before: datetime) -> Step:
    in_time = moment < before
    figures = f"{clock(moment)} {'<' if in_time else '≥'} {clock(before)}"
    return say(
        f"{english} {figures}: {'in time' if in_time else 'too late'}",
        f"{chinese} {figures}：{'按时' if in_time else '逾期'}",
        passed_if(in_time),
    )


def payment(view: CaseView) -> Chapter | None:
    """What was paid against our figure and the bill."""
    paid = view.payment
    if paid is None:
        return None
    english, chinese, verdict = PAYMENTS[paid.outcome]
    reason = f": {paid.reason}" if paid.reason else ""
    steps = [*_bill(paid), say(f"→ {paid.outcome}: {english}{reason}", f"→ {paid.outcome}：{chinese}{reason}", verdict)]
    if paid.paid_at:
        told = f"{money(paid.amount)}, {clock(paid.paid_at)}, {paid.bank_reference or '—'}"
        steps.append(say(f"bank: {told}", f"银行：{told}"))
        if view.clocks:
            steps.append(_against("paid", "缴纳", paid.paid_at, view.clocks.payment_before))
    if fee := paid.late_fee:
        steps.append(say(f"{fee.explanation} → {money(fee.due)}", f"{fee.explanation} → {money(fee.due)}"))
    return Chapter(name="payment", title_en="Payment, CNY", title_zh="缴税（元）", steps=tuple(steps))


def _bill(paid: TaxPayment) -> list[Step]:
    if paid.bill_no is None:
        return [say(f"our figure {money(paid.assessed)}; no bill", f"测算税款 {money(paid.assessed)}；无税单")]
    figures = f"{money(paid.assessed + paid.difference)} − {money(paid.assessed)} = {money(paid.difference)}"
    verdict = Verdict.WARNED if paid.differs else Verdict.PASSED
    return [
        say(
            f"bill {paid.bill_no} − our figure: {figures}; the bill wins",
            f"税单 {paid.bill_no} － 测算税款：{figures}；以税单为准",
            verdict,
            rule="tax.bill_tolerance_per_line",
            reference="RULEBOOK B.9.3",
        )
    ]
