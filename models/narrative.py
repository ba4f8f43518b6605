"""A case told to people: what is awaited from whom, the view, the Markdown of the Web UI, the filterable attributes."""

from datetime import datetime
from decimal import Decimal

from clearway.contracts.case import Awaited, CaseEnd, CaseView
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import GuaranteeHold
from clearway.contracts.parties import ROLE_NAMES, Role
from clearway.contracts.states import BACKBONE, Detail, State
from models.case import OWNERS, DeclarationCase
from models.case_file import CANCELLATION, MODIFICATION
from models.markdown import plain, problem_line, shanghai

_DOCUMENTS = {
    DocumentKind.ORDER: ("the order", "订单"),
    DocumentKind.PAYMENT: ("the payment voucher", "支付凭证"),
    DocumentKind.WAYBILL: ("the waybill", "运单"),
    DocumentKind.DECLARATION_LIST: ("the Declaration List", "申报清单"),
}


def awaited(case: DeclarationCase) -> tuple[Awaited, ...]:
    """Everything the case waits for now, from whom and until when."""
    if case.over:
        return ()
    give_up = case.gives_up_at
    if case.state is State.SUBMITTED:
        return tuple(
            Awaited(who=OWNERS[kind], what_en=_DOCUMENTS[kind][0], what_zh=_DOCUMENTS[kind][1], until=give_up)
            for kind in case.missing
        )
    if case.state is State.MATCH_FAILED:
        owners = dict.fromkeys(problem.owner or Role.EBC for problem in case.problems) or {Role.EBC: None}
        return tuple(
            Awaited(who=owner, what_en="corrected data", what_zh="更正后的数据", until=give_up) for owner in owners
        )
    if case.holds:
        return (Awaited(who=Role.CUS, what_en="customs to let the list go", what_zh="海关解除暂停"),)
    if (case.collected or case.state is not State.RETURN_WINDOW) and (held := _awaited_under_control(case)):
        return held
    if case.open_change is not None:
        what = _CHANGES[case.open_change.kind]
        return (Awaited(who=Role.CUS, what_en=what[0], what_zh=what[1]),)
    if case.state is State.RETURN_WINDOW:
        return _awaited_after_release(case)
    if case.awaits_guarantee and not case.unaccepted_documents:
        return (Awaited(who=Role.GUAR, what_en="a sufficient, valid guarantee", what_zh="足额有效的担保"),)
    last = case.filings[-1] if case.filings else case.examination
    answer_by = last.answer_by if last else None
    return (Awaited(who=Role.CUS, what_en="customs' receipt", what_zh="海关回执", until=answer_by),)


_CHANGES = {
    MODIFICATION: ("customs' decision on the modification", "海关对修改申请的决定"),
    CANCELLATION: ("customs' decision on the cancellation", "海关对撤销申请的决定"),
}
_ORDERED = {
    Detail.MODIFICATION_ORDERED: (Role.EBC, "the corrected list, as customs ordered", "按海关要求修改的清单"),
    Detail.REMOVAL_ORDERED: (Role.EBC, "what was not declared to be taken out", "移除未申报货物"),
    Detail.LICENCE_ORDERED: (Role.EBC, "the licence that customs asked for", "海关要求补交的许可证件"),
}


def _awaited_under_control(case: DeclarationCase) -> tuple[Awaited, ...]:
    """What is awaited while customs has the goods under control; nothing where it has not."""
    if case.state is State.DETAINED and case.detail is Detail.MODIFICATION_FILED:
        return ()  # the correction that customs ordered is with customs
    if case.state is State.DETAINED:
        due = case.dispositions[-1].due_by if case.dispositions else None
        if case.detail in _ORDERED and not (case.detail is Detail.LICENCE_ORDERED and case.licences_since_order):
            who, what_en, what_zh = _ORDERED[case.detail]
            return (Awaited(who=who, what_en=what_en, what_zh=what_zh, until=due),)
        return (Awaited(who=Role.CUS, what_en="customs' decision about the goods", what_zh="海关处理决定"),)
    if case.unattended and case.notices_sent and "CUSTOMS_DECIDES" not in case.alarms:
        due = min((each.due_by for each in case.unattended if each.due_by), default=None)
        return (Awaited(who=Role.EBC, what_en="somebody to attend the inspection", what_zh="派员到场查验", until=due),)
    if case.under_control:
        due = min((each.due_by for each in case.instructions if each.due_by), default=None)
        return (Awaited(who=Role.CUS, what_en="the inspection result", what_zh="查验结果", until=due),)
    return ()


def _awaited_after_release(case: DeclarationCase) -> tuple[Awaited, ...]:
    clocks = case.clocks
    if clocks is None:
        return ()
    if case.return_is_open:
        return (
            Awaited(
                who=Role.SITE, what_en="the returned goods", what_zh="退货运抵", until=clocks.return_arrival_before
            ),
        )
    if case.detail in (Detail.RETURN_OPEN, Detail.RETURN_CONFIRMED):
        return (
            Awaited(
                who="", what_en="the end of the return window", what_zh="退货期届满", until=clocks.tax_window_opens
            ),
        )
    return (Awaited(who=Role.GUAR, what_en="payment of the tax", what_zh="缴纳税款", until=clocks.payment_before),)


def view_of(case: DeclarationCase) -> CaseView:
    """The whole case as anyone may read it."""
    return CaseView(
        key=case.key,
        profile=case.profile,
        state=case.state,
        detail=case.detail,
        awaited=awaited(case),
        documents=case.documents,
        judgement=case.judgement,
        problems=case.problems,
        filings=tuple(case.filings),
        receipts=tuple(case.receipts),
        duplicate_receipts=case.duplicate_receipts,
        instructions=tuple(case.instructions),
        inspection_results=tuple(case.inspection_results),
        attendances=tuple(case.attendances),
        notices_sent=case.notices_sent,
        dispositions=tuple(case.dispositions),
        licences=tuple(case.licences),
        held_by_customs=bool(case.holds),
        exited_at=case.exited_at,
        changes=tuple(case.changes),
        bills=tuple(case.bills),
        clocks=case.clocks,
        goods_return=case.goods_return,
        returns=tuple(case.returns.values()),
        payment=case.payment,
        tax_due=_tax_due(case),
        tax_open=case.tax_open,
        refund=case.refund,
        reason=case.reason,
        alarms=tuple(case.alarms),
        passages=tuple(case.passages),
    )


def end_of(case: DeclarationCase) -> CaseEnd:
    """What is left of a case that is over."""
    return CaseEnd(
        key=case.key,
        state=case.state,
        detail=case.detail,
        reason=case.reason,
        released_at=case.clocks.released_at if case.clocks else None,
        returns=tuple(each.workflow_id for each in case.returns.values()),
        payment=case.payment,
        tax_due=_tax_due(case),
        tax_open=case.tax_open,
        refund=case.refund,
    )


def _tax_due(case: DeclarationCase) -> Decimal | None:
    """By our figure: what the last confirmed return left, else what was judged."""
    left = [each.tax_due for each in case.returns.values() if each.tax_due is not None]
    if left:
        return min(left)
    return case.judgement.tax.total if case.judgement and case.judgement.tax else None


def attributes(case: DeclarationCase) -> dict[str, str | list[str] | datetime]:
    """Values of the search attributes (names in `contracts.names.SEARCH_ATTRIBUTES`)."""
    waiting = awaited(case)
    deadlines = [each.until for each in waiting if each.until]
    examination = case.examination
    values: dict[str, str | list[str] | datetime] = {
        "CustomsState": case.state,
        "CustomsDetail": case.detail,
        "AwaitedFrom": waiting[0].who if waiting else "",
        "Enterprise": case.key.ebc_code,
        "Alarms": list(case.alarms),
    }
    if examination:
        values |= {
            "Platform": examination.platform,
            "CustomsPort": examination.port,
            "TradeMode": examination.trade_mode,
        }
    if deadlines:
        values["NextDeadline"] = min(deadlines)
    if case.clocks and case.collected:
        values |= {"ReleasedAt": case.clocks.released_at, "PayBefore": case.clocks.payment_before}
    return values


def markdown(case: DeclarationCase) -> str:
    """The case for the Web UI's current details: state, what is awaited, deadlines, money, problems, receipts."""
    parts = [_headline(case)]
    waiting = awaited(case)
    if waiting:
        parts.append("**Awaited**\n" + "\n".join(f"- {_awaited_line(each)}" for each in waiting))
    if case.alarms:
        parts.append("**Alarms:** " + ", ".join(f"`{alarm}`" for alarm in case.alarms))
    if case.clocks:
        clocks = case.clocks
        parts.append(
            "| clock | Shanghai |\n|---|---|\n"
            f"| released (D0 = {clocks.release_day}) | {shanghai(clocks.released_at)} |\n"
            f"| return application until | {shanghai(clocks.return_application_before)} |\n"
            f"| returned goods back until | {shanghai(clocks.return_arrival_before)} |\n"
            f"| tax payable from | {shanghai(clocks.tax_window_opens)} |\n"
            f"| payment deadline | {clocks.payment_deadline} 24:00 |"
        )
    judgement = case.judgement
    if judgement and judgement.tax and judgement.limits:
        parts.append(
            f"**Tax** {judgement.tax.total} CNY (duty {judgement.tax.duty}, consumption tax "
            f"{judgement.tax.consumption_tax}, VAT {judgement.tax.vat}); taxable price "
            f"{judgement.limits.taxable_price} CNY, {judgement.limits.treatment}, {judgement.tax.regime}"
        )
    if judgement and judgement.quota:
        held = judgement.quota
        parts.append(
            f"**Annual amount** {held.year}: {held.used_before} CNY used before, {held.counted} taken by this list, "
            f"limit {held.limit}"
        )
    if judgement and judgement.guarantee:
        parts.append(_guarantee_line(judgement.guarantee))
    parts += _told_after_release(case)
    if case.problems:
        parts.append("**Problems**\n" + "\n".join(problem_line(problem) for problem in case.problems))
    if judgement and judgement.warnings:
        parts.append("**Warnings**\n" + "\n".join(problem_line(problem) for problem in judgement.warnings))
    if case.receipts:
        rows = "\n".join(
            f"| {shanghai(each.at)} | {each.about} | {each.status} | {plain(each.info)} |"
            for each in case.receipts[-15:]
        )
        parts.append("| customs said | about | status | text |\n|---|---|---|---|\n" + rows)
    if case.payment and case.payment.paid_at:
        parts.append(
            f"**Paid** {case.payment.amount} CNY at {shanghai(case.payment.paid_at)}, bill {case.payment.bill_no}"
        )
    return "\n\n".join(parts)


def _told_after_release(case: DeclarationCase) -> list[str]:
    """Inspections, changes and returns, each in one line."""
    lines = [
        f"- inspection `{each.instruction_id}` {each.method}, called {case.notices_sent.get(each.instruction_id, 0)}×"
        + (f", drawn as {each.draw.place} of {each.draw.selected}/{each.draw.population}" if each.draw else "")
        for each in case.instructions
    ]
    lines += [f"- attended by {each.actor} ({plain(each.attendant)})" for each in case.attendances]
    lines += [f"- customs decided **{each.disposition}** {shanghai(each.at)}" for each in case.dispositions]
    lines += [f"- licence handed in: {plain(each.licence_type)} {plain(each.licence_no)}" for each in case.licences]
    if case.exited_at:
        lines.append(f"- left the zone or site {shanghai(case.exited_at)}")
    for change in case.changes:
        what = ", ".join(f"`{each}`" for each in change.changed)
        lines.append(f"- {change.kind} {change.number}: {change.outcome} {what} {plain(change.why)}".rstrip())
    for each in case.returns.values():
        goods = ", ".join(f"line {line.gnum}: {line.qty:f}" for line in each.lines)
        lines.append(
            f"- return {each.number} `{each.workflow_id}` ({goods}): **{each.state}** {plain(each.why)}".rstrip()
        )
    return ["**What happened**\n" + "\n".join(lines)] if lines else []


def _guarantee_line(hold: GuaranteeHold) -> str:
    place = f", place {hold.place} in the queue" if hold.place else ""
    why = f" ({hold.reason}{place})" if hold.reason else ""
    return f"**Guarantee** of `{hold.guarantor}`: {hold.amount} CNY {hold.outcome}{why}"


def _headline(case: DeclarationCase) -> str:
    steps = " → ".join(f"**{step}**" if step is case.state else str(step) for step in BACKBONE)
    side = "" if case.state in BACKBONE else f" ⟶ **{case.state}**"
    why = f"\n\n{plain(case.reason)}" if case.reason else ""
    return f"{steps}{side}\n\nOrder `{case.key.order_no}` · {case.detail}{why}"


def _awaited_line(each: Awaited) -> str:
    who = ROLE_NAMES[Role(each.who)] if each.who else ("", "")
    until = f", until {shanghai(each.until)}" if each.until else ""
    source = f" from the {who[0]} ({each.who})" if each.who else ""
    return f"{each.what_en} {each.what_zh}{source}{until}"
