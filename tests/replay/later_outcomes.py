"""What can happen to a list under control, changed, or released: the ways of `outcomes` go on here."""

import asyncio
from datetime import timedelta

from clearway.contracts.case import (
    EntrustmentLetter,
    GoodsExit,
    LicenceSupply,
    PresenceConfirmation,
)
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsNews,
    CustomsReceipt,
    Disposition,
    DispositionOrder,
    Finding,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.goods_return import ReturnShipment
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportOutcome
from clearway.contracts.states import Detail, State
from clearway.testing import AGENT, EBC, LOG, SampleSet, corrected
from tests.desk import BATCH, INVT_NO, PRE_NO, Desk
from tests.patience import PATIENCE
from tests.replay.outcomes import DAY, MINUTE, Outcome, now_of
from tests.reports_desk import ReportCounter, register, report
from tests.returns_desk import ReturnsCounter, lines

BILL = "45.50"
"""Of the list of two lines (RULEBOOK B.8, example 2)."""


async def returned(desk: Desk, sample: SampleSet) -> None:
    """All goods come back in two returns: no tax."""
    counter = ReturnsCounter(desk)
    await counter.released(sample)
    keys = [await counter.apply(sample, *lines(_1="2")), await counter.apply(sample)]
    for key in keys:
        await counter.receipt(key, "120")
        await counter.arrive(key)
        await counter.check(key)
        await counter.ended(key)


async def returned_in_part(desk: Desk, sample: SampleSet) -> None:
    """One unit comes back, one is withdrawn, one is not the original; the tax of what is retained is paid."""
    counter = ReturnsCounter(desk)
    await counter.released(sample)
    desk.bill(sample.key, BILL)
    back, kept, other = [await counter.apply(sample, *goods) for goods in (lines(_1="1"), lines(_1="1"), lines(_2="1"))]
    await counter.client.withdraw_return(kept, actor=EBC, reason="the buyer keeps it")
    for key in (back, other):
        await counter.receipt(key, "2", "3", "120", "399")
        await counter.arrive(key)
        await counter.check(key, original=key is back)
        await counter.ended(key)
    view = await desk.client.view(sample.key)
    assert view.clocks is not None
    await desk.collect(view.clocks.tax_window_opens + BATCH)


async def return_expired(desk: Desk, sample: SampleSet) -> None:
    """The goods never come back: what was held is paid after day 45."""
    counter = ReturnsCounter(desk)
    await counter.released(sample)
    desk.bill(sample.key, BILL)
    key = await counter.apply(sample, *lines(_2="1"))
    await counter.receipt(key, "120")
    view = await desk.client.view(sample.key)
    assert view.clocks is not None
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    await counter.forward_to(key, view.clocks.return_arrival_before)
    await counter.ended(key)
    await desk.collect(view.clocks.return_arrival_before + DAY + BATCH)


async def return_refused(desk: Desk, sample: SampleSet) -> None:
    """Customs refuses an application, and the list stays open; another is sent off and on its way."""
    counter = ReturnsCounter(desk)
    await counter.released(sample)
    refused = await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(refused, "4")
    await counter.forward_to(refused, await counter.now(refused) + timedelta(minutes=6))
    await counter.receipt(refused, "100", info="not eligible")
    await counter.ended(refused)
    late = await counter.apply(sample)
    why = {"actor": "operator-7", "reason": "the port was down", "evidence": "notice 2026-17"}
    await counter.client.admit_late_return(late, **why)
    await counter.client.note_return_shipment(late, ReturnShipment(actor=EBC, waybill_no="R-1"))


async def reported(desk: Desk, sample: SampleSet) -> None:
    """A report of a suspicion holds the list until customs lifts it; another becomes a case and keeps it held."""
    await desk.declare(sample)
    await desk.release(sample.key)
    counter = ReportCounter(desk)
    register(desk.database)
    for decision, held in ((ReportOutcome.LIFTED, False), (ReportOutcome.CASE_OPENED, True)):
        told = report(sample.key)
        await counter.submit(told)
        desk.written.append(told.key.workflow_id)
        await desk.until(sample.key, lambda view: view.held_by_customs)
        await counter.decide(told.key, decision)
        await counter.ended(told.key)
        await desk.until(sample.key, lambda view: view.held_by_customs is held)  # noqa: B023  awaited at once


async def modified(desk: Desk, sample: SampleSet) -> None:
    """Customs refuses a first modification and approves a second; released as modified."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "2", "3", "120")
    for status in ("100", "120"):
        await _modify(desk, sample, specification=f"corrected, {status}")
        await desk.receipts(sample.key, status, at=await now_of(desk, sample.key), info="the change")
        await desk.until(sample.key, lambda view: view.changes[-1].outcome != "FILED")
    await _released(desk, sample)


async def modification_overtaken(desk: Desk, sample: SampleSet) -> None:
    """The release comes before customs' decision; what was released is the list as it was."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "120")
    await _modify(desk, sample, specification="corrected")
    await desk.receipts(sample.key, "4", at=await now_of(desk, sample.key))
    await desk.forward(sample.key, timedelta(minutes=6))
    await _filed(desk, 3)
    await _released(desk, sample)


async def cancelled_by_customs(desk: Desk, sample: SampleSet) -> None:
    """Customs refuses a first application to cancel and approves the second, after the release."""
    await desk.declare(sample)
    await desk.release(sample.key)
    for statuses in (("2", "3", "100"), ("2", "3", "120", "399")):
        await desk.client.cancel(sample.key, actor=EBC, reason="the buyer withdrew")
        await desk.until(sample.key, lambda view: view.changes[-1].cop_no)
        number = (await desk.client.view(sample.key)).changes[-1].cop_no
        at = await now_of(desk, sample.key)
        receipts = tuple(
            CustomsReceipt(about=ApplicationKind.CANCELLATION, status=status, at=at, cop_no=number)
            for status in statuses
        )
        await desk.client.deliver(sample.key.workflow_id, CustomsNews(receipts=receipts))


async def attended(desk: Desk, sample: SampleSet) -> None:
    """Called twice to an inspection, attended by an entrusted person; then a second one nobody attends."""
    await _under_inspection(desk, sample)
    await desk.forward(sample.key, DAY + MINUTE)
    await desk.until(sample.key, lambda view: "SECOND_NOTICE" in view.alarms)
    now = await now_of(desk, sample.key)
    letter = EntrustmentLetter(number="L-1", principal=EBC, agent=LOG, valid_from=now, valid_before=now + DAY)
    confirmation = PresenceConfirmation(instruction_id="K-1", actor=LOG, attendant="staff 7", letter=letter)
    await desk.client.confirm_presence(sample.key, confirmation)
    await desk.client.record_inspection(sample.key.workflow_id, _result("K-1", now, InspectionOutcome.NORMAL))
    second = ControlInstruction(instruction_id="K-2", issued_at=now, issuer="2991")
    await desk.client.instruct(sample.key.workflow_id, second)
    for days in (1, 1, 1):
        await desk.forward(sample.key, days * DAY + MINUTE)
    await desk.until(sample.key, lambda view: "CUSTOMS_DECIDES" in view.alarms)


async def corrected_as_ordered(desk: Desk, sample: SampleSet) -> None:
    """A clerical error: customs orders the correction, which is made under control; then it releases."""
    await _detained(desk, sample, Finding.CLERICAL_ERROR)
    await _dispose(desk, sample, Disposition.MODIFY)
    await _modify(desk, sample, specification="as found")
    at = await now_of(desk, sample.key)
    await desk.receipts(sample.key, "120", at=at)
    await desk.until(sample.key, lambda view: view.changes[-1].outcome == "APPROVED")
    await _released(desk, sample)


async def licence_supplied(desk: Desk, sample: SampleSet) -> None:
    """A licence is missing: it comes after the day that customs set, and customs releases."""
    await _detained(desk, sample, Finding.NO_LICENCE)
    await _dispose(desk, sample, Disposition.SUPPLY_LICENCE, days=2)
    await desk.forward(sample.key, 2 * DAY + MINUTE)
    await desk.until(sample.key, lambda view: "LICENCE_OVERDUE" in view.alarms)
    licence = LicenceSupply(actor=EBC, licence_type="import permit", licence_no="P-7")
    await desk.client.supply_licence(sample.key, licence)
    await _released(desk, sample)


async def detained_at_the_exit(desk: Desk, sample: SampleSet) -> None:
    """Found abnormal after the release; let go, held once more, left the zone, taxed."""
    await desk.declare(sample)
    view = await desk.release(sample.key)
    desk.bill(sample.key, "28.21")
    now = await now_of(desk, sample.key)
    instruction = ControlInstruction(instruction_id="K-1", issued_at=now, issuer="2991", presence_required=False)
    await desk.client.instruct(sample.key.workflow_id, instruction)
    await desk.client.record_inspection(sample.key.workflow_id, _result("K-1", now, InspectionOutcome.ABNORMAL))
    await desk.until(sample.key, lambda view: view.state is State.DETAINED)
    await _dispose(desk, sample, Disposition.HAND_OVER)
    await _dispose(desk, sample, Disposition.RELEASE)
    await desk.until(sample.key, lambda view: view.state is State.RETURN_WINDOW)
    for lifted in (False, True):
        hold = CustomsHold(hold_id="H-1", at=now, lifted=lifted)
        await desk.client.hold(sample.key.workflow_id, hold)
        await desk.until(sample.key, lambda view: view.held_by_customs is not lifted)  # noqa: B023  awaited at once
    await desk.client.confirm_exit(sample.key, GoodsExit(actor="3301960W01", exited_at=now, pass_no="G-1"))
    assert view.clocks is not None
    await desk.collect(view.clocks.tax_window_opens + BATCH)


async def destroyed(desk: Desk, sample: SampleSet) -> None:
    """Customs has the goods destroyed."""
    await _detained(desk, sample, Finding.QUALITY_FAILURE)
    await _dispose(desk, sample, Disposition.DESTROY)


async def confiscated(desk: Desk, sample: SampleSet) -> None:
    """Customs confiscates the goods: the list ends detained."""
    await _detained(desk, sample, Finding.IPR_SUSPICION)
    await _dispose(desk, sample, Disposition.CONFISCATE)


async def back_to_stock(desk: Desk, sample: SampleSet) -> None:
    """Bonded goods go back to the shelf: the list ends cancelled."""
    await _detained(desk, sample, Finding.NOT_ADMISSIBLE)
    await _dispose(desk, sample, Disposition.BACK_TO_STOCK)


LATER = {
    "returned": Outcome(returned, State.RETURNED, two_lines=True, returns=True),
    "returned-in-part": Outcome(returned_in_part, State.TAXED, two_lines=True, returns=True),
    "return-expired": Outcome(return_expired, State.TAXED, two_lines=True, returns=True),
    "return-refused": Outcome(return_refused, State.RETURN_WINDOW, closed=False, two_lines=True, returns=True),
    "reported": Outcome(reported, State.RETURN_WINDOW, closed=False, reports=True),
    "modified": Outcome(modified, State.RETURN_WINDOW, closed=False),
    "modification-overtaken": Outcome(modification_overtaken, State.RETURN_WINDOW, closed=False),
    "cancelled-by-customs": Outcome(cancelled_by_customs, State.CANCELLED),
    "attended": Outcome(attended, State.INSPECTED, closed=False),
    "corrected-as-ordered": Outcome(corrected_as_ordered, State.RETURN_WINDOW, closed=False),
    "licence-supplied": Outcome(licence_supplied, State.RETURN_WINDOW, closed=False),
    "detained-at-the-exit": Outcome(detained_at_the_exit, State.TAXED),
    "destroyed": Outcome(destroyed, State.DESTROYED),
    "confiscated": Outcome(confiscated, State.DETAINED),
    "back-to-stock": Outcome(back_to_stock, State.CANCELLED),
}
"""Every further outcome by the name its history is saved under."""


async def _under_inspection(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "120", "500")
    now = await now_of(desk, sample.key)
    await desk.client.instruct(
        sample.key.workflow_id, ControlInstruction(instruction_id="K-1", issued_at=now, issuer="2991")
    )
    await desk.until(sample.key, lambda view: view.notices_sent == {"K-1": 1})


async def _detained(desk: Desk, sample: SampleSet, kind: Finding) -> None:
    await _under_inspection(desk, sample)
    now = await now_of(desk, sample.key)
    result = _result("K-1", now, InspectionOutcome.ABNORMAL).model_copy(update={"kind": kind})
    await desk.client.record_inspection(sample.key.workflow_id, result)
    await desk.until(sample.key, lambda view: view.detail is Detail.INSPECTED_ABNORMAL)


async def _dispose(desk: Desk, sample: SampleSet, disposition: Disposition, *, days: int = 0) -> None:
    now = await now_of(desk, sample.key)
    order = DispositionOrder(
        decision_id=f"D-{disposition}",
        instruction_id="K-1",
        disposition=disposition,
        at=now,
        officer="7",
        due_by=now + days * DAY if days else None,
    )
    await desk.client.dispose(sample.key.workflow_id, order)


async def _modify(desk: Desk, sample: SampleSet, **changes: str) -> None:
    declared = sample.declaration_list
    lines_ = tuple(line.model_copy(update=changes) for line in declared.lines)
    better = corrected(declared, lines=lines_, pre_no=PRE_NO, invt_no=INVT_NO, app_time=await now_of(desk, sample.key))
    before = desk.customs.kinds.count(DocumentKind.DECLARATION_LIST)
    answer = await desk.client.modify(better, sender=Sender(code=AGENT), reason="as found")
    assert answer.accepted, answer.problems
    await _filed(desk, before + 1)


async def _released(desk: Desk, sample: SampleSet) -> None:
    await desk.receipts(sample.key, "399", "800", at=await now_of(desk, sample.key))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)


async def _filed(desk: Desk, times: int) -> None:
    """Wait until customs has been handed the list so often."""
    while desk.customs.kinds.count(DocumentKind.DECLARATION_LIST) < times:  # noqa: ASYNC110  nobody tells us
        await asyncio.sleep(0.02)


def _result(number: str, at: object, outcome: InspectionOutcome) -> InspectionResult:
    return InspectionResult.model_validate(
        {"instruction_id": number, "outcome": outcome, "finding": "as recorded", "recorded_at": at, "officer": "7"}
    )
