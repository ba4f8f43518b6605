"""A return told to people: what is awaited from whom, the view, the Markdown, the filterable attributes."""

from datetime import datetime

from clearway.contracts.goods_return import ReturnState, ReturnView
from clearway.contracts.parties import ROLE_NAMES, Role
from models.markdown import plain, shanghai
from models.return_case import GoodsReturnCase
from models.return_quantities import as_lines, told

STEPS = (
    ReturnState.APPLIED,
    ReturnState.ACCEPTED,
    ReturnState.IN_TRANSIT,
    ReturnState.ARRIVED,
    ReturnState.CHECKED,
    ReturnState.CONFIRMED,
)
"""The way of a return that succeeds."""
ACCEPTANCE = ("customs' acceptance of the application", "海关受理退货申请")
SHIPMENT = ("the goods to be sent off", "消费者寄出退货")
ARRIVAL = ("the returned goods", "退货运抵")
CHECK = ("the check of the original goods", "原货查验")


def awaited(case: GoodsReturnCase) -> tuple[Role, tuple[str, str], datetime | None] | None:
    """From whom something is awaited, what, in both languages, and until when; None when nothing is."""
    clocks = case.clocks
    if case.over:
        return None
    if case.unchecked:
        return Role.WH, CHECK, None
    if case.accepted_at is None and (case.arrivals or not case.shipment):
        until = clocks.return_application_before
        return Role.CUS, ACCEPTANCE, min(case.filing.answer_by, until) if case.filing else until
    if case.on_their_way:
        shipped = case.shipment or case.arrivals
        return Role.WH if shipped else Role.IND, ARRIVAL if shipped else SHIPMENT, clocks.return_arrival_before
    return None


def return_view(case: GoodsReturnCase) -> ReturnView:
    """The whole return as anyone may read it."""
    return ReturnView(
        key=case.start.key,
        state=case.state,
        lines=case.start.lines,
        arrived=as_lines(case.arrived),
        confirmed=as_lines(case.confirmed),
        rejected=as_lines(case.rejected),
        actor=case.start.actor,
        reason=case.start.reason,
        applied_at=case.start.applied_at,
        accepted_at=case.accepted_at,
        clocks=case.clocks,
        shipment=case.shipment,
        arrivals=tuple(case.arrivals),
        checks=tuple(case.checks),
        admission=case.admission,
        settlements=tuple(case.settlements),
        receipts=tuple(case.receipts),
        duplicate_receipts=case.duplicate_receipts,
        alarms=tuple(case.alarms),
        why=case.why,
        passages=tuple(case.passages),
    )


def return_attributes(case: GoodsReturnCase) -> dict[str, str | list[str] | datetime]:
    """Values of the search attributes (names in `contracts.names.SEARCH_ATTRIBUTES`)."""
    waiting = awaited(case)
    values: dict[str, str | list[str] | datetime] = {
        "CustomsState": case.state,
        "AwaitedFrom": waiting[0] if waiting else "",
        "Enterprise": case.start.key.case.ebc_code,
        "Alarms": list(case.alarms),
    }
    if waiting and waiting[2]:
        values["NextDeadline"] = waiting[2]
    return values


def return_markdown(case: GoodsReturnCase) -> str:
    """The return for the Web UI's current details: state, what is awaited, goods, what checks changed, receipts."""
    parts = [_headline(case)]
    if waiting := awaited(case):
        role, (english, chinese), until = waiting
        by = f", until {shanghai(until)}" if until else ""
        parts.append(f"**Awaited** {english} {chinese} from the {ROLE_NAMES[role][0]} ({role}){by}")
    if case.alarms:
        parts.append("**Alarms:** " + ", ".join(f"`{alarm}`" for alarm in case.alarms))
    parts.append(_goods(case))
    if case.admission:
        parts.append(f"**A late answer of customs is admitted** by {plain(case.admission.actor)}")
    if case.settlements:
        rows = "\n".join(
            f"| {shanghai(each.at)} | {told({line.gnum: line.qty for line in each.lines})} | {each.reversal:f} "
            f"| {each.tax_due:f} | {each.restored:f} | {each.guarantee_freed:f} | {each.refund:f} |"
            for each in case.settlements
        )
        heads = "| checked | goods | tax not levied | tax due | annual amount back | guarantee freed | refund |"
        parts.append(f"{heads}\n|---|---|---|---|---|---|---|\n{rows}")
    if case.receipts:
        rows = "\n".join(
            f"| {shanghai(each.at)} | {each.status} | {plain(each.info)} |" for each in case.receipts[-15:]
        )
        parts.append("| customs said | status | text |\n|---|---|---|\n" + rows)
    return "\n\n".join(parts)


def _headline(case: GoodsReturnCase) -> str:
    steps = " → ".join(f"**{step}**" if step is case.state else str(step) for step in STEPS)
    side = "" if case.state in STEPS else f" ⟶ **{case.state}**"
    why = f"\n\n{plain(case.why)}" if case.why else ""
    return f"{steps}{side}\n\nReturn {case.start.key.number} of order `{case.start.key.case.order_no}`{why}"


def _goods(case: GoodsReturnCase) -> str:
    stands = {
        "applied for": case.applied,
        "arrived": case.arrived,
        "confirmed": case.confirmed,
        "not the original": case.rejected,
        "expired": case.expired,
    }
    return "**Goods** " + "; ".join(f"{what}: {told(each)}" for what, each in stands.items() if each)
