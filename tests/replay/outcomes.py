"""The ways a list can go, each played once against the real server: what the recorded histories are made from."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from temporalio.testing import TimeSkipper

from clearway.contracts import names
from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.collection import RunNow
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import LegalClocks, PaymentOutcome
from clearway.contracts.keys import CollectionKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.errors import Refused
from clearway.testing import EBC, EBP, SampleSet, corrected
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE

BILL = "28.21"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Outcome(NamedTuple):
    """One way a list can go, and the state it is in when its history is saved."""

    play: Callable[[Desk, SampleSet], Awaitable[None]]
    state: State
    closed: bool = True
    two_lines: bool = False
    """The list has two lines, so that goods of it can be returned in part."""
    returns: bool = False
    """The histories of its returns are saved too."""
    collection: bool = False
    """The history of the collection that paid it is saved too."""
    reports: bool = False
    """The histories of the suspicion reports about it are saved too."""


async def taxed(desk: Desk, sample: SampleSet) -> None:
    """Nothing happens: released, thirty days, paid."""
    await desk.declare(sample)
    await _pay(desk, sample.key, await desk.release(sample.key))


async def reviewed(desk: Desk, sample: SampleSet) -> None:
    """Customs reviews by hand and then releases; the return window is open."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "120", "300")
    await desk.receipts(sample.key, "399", "800")
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)


async def inspected_normal(desk: Desk, sample: SampleSet) -> None:
    """An inspection finds nothing; released and paid."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await _inspect(desk, sample.key, InspectionOutcome.NORMAL)
    await desk.receipts(sample.key, "399", "800")
    await _pay(desk, sample.key, await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE))


async def detained(desk: Desk, sample: SampleSet) -> None:
    """An inspection finds something; customs has not decided yet."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await _inspect(desk, sample.key, InspectionOutcome.ABNORMAL)


async def returned_abroad(desk: Desk, sample: SampleSet) -> None:
    """Detained after an inspection, then shipped back."""
    await detained(desk, sample)
    await desk.receipts(sample.key, "700")


async def rejected(desk: Desk, sample: SampleSet) -> None:
    """Customs rejects the list."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "100", info="[Code:1313;Desc:annual limit]")


async def corrected_after_mismatch(desk: Desk, sample: SampleSet) -> None:
    """The payment differs from the order; a correction repairs it."""
    wrong = sample.changed(DocumentKind.PAYMENT, amount_paid=sample.payment.amount_paid - Decimal("0.01"))
    await desk.declare(wrong)
    await desk.transmit(sample, corrected(sample.payment))
    await _pay(desk, sample.key, await desk.release(sample.key))


async def documents_late(desk: Desk, sample: SampleSet) -> None:
    """The documents come only after the reminder."""
    await _declare_alone(desk, sample)
    await desk.forward(sample.key, DAY + MINUTE)
    for document in (sample.order, sample.payment, sample.waybill):
        await desk.transmit(sample, document)
    await desk.release(sample.key)


async def documents_never_came(desk: Desk, sample: SampleSet) -> None:
    """Reminder after 24 hours, end after 72."""
    await _declare_alone(desk, sample)
    await desk.forward(sample.key, DAY + MINUTE)
    await desk.forward(sample.key, 2 * DAY)


async def document_refused_by_customs(desk: Desk, sample: SampleSet) -> None:
    """Customs refuses the payment voucher; its correction is sent and accepted."""
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=(DocumentKind.ORDER, DocumentKind.WAYBILL))
    await desk.receipts(sample.key, "100", about=(DocumentKind.PAYMENT,), info="payer unknown")
    await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    later = await now_of(desk, sample.key) + timedelta(seconds=1)
    await desk.receipts(sample.key, "120", about=(DocumentKind.PAYMENT,), at=later)
    await desk.until(sample.key, lambda view: len(view.filings) == 3)


async def filing_refused(desk: Desk, sample: SampleSet) -> None:
    """Customs' door takes neither the payment voucher, which is corrected, nor then the list: rejected."""
    desk.customs.refusing = {DocumentKind.PAYMENT}
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: view.state is State.MATCH_FAILED)
    desk.customs.refusing = {DocumentKind.DECLARATION_LIST}
    await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    await desk.until(sample.key, lambda view: desk.customs.kinds.count(DocumentKind.PAYMENT) == 1)
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)


async def sent_again(desk: Desk, sample: SampleSet) -> None:
    """Customs could take neither a document nor the list at first; each is sent again after a pause."""
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "4", about=(DocumentKind.ORDER,))
    await desk.forward(sample.key, 6 * MINUTE)
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
    await desk.until(sample.key, lambda view: len(view.filings) == 3)
    await desk.receipts(sample.key, "4")
    await desk.forward(sample.key, 6 * MINUTE)
    await desk.until(sample.key, lambda view: len(view.filings) == 4)
    await desk.receipts(sample.key, "120", "399", "800")
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)


async def cancelled(desk: Desk, sample: SampleSet) -> None:
    """The buyer withdraws before the list is filed."""
    await desk.transmit(sample, sample.order)
    await desk.client.cancel(sample.key, actor="operator-7", reason="buyer withdrew")


async def bill_missing(desk: Desk, sample: SampleSet) -> None:
    """Customs sends no tax bill: paid by our own figure close to the deadline."""
    await desk.declare(sample)
    clocks = _clocks(await desk.release(sample.key))
    await desk.collect(clocks.payment_guard_at + timedelta(seconds=1))


async def bank_refused(desk: Desk, sample: SampleSet) -> None:
    """The bank refuses once and pays the next day."""
    desk.bank.refusals = 1
    await desk.declare(sample)
    clocks = _clocks(await desk.release(sample.key))
    desk.bill(sample.key, BILL)
    await desk.collect(clocks.tax_window_opens + BATCH)
    await _until_paid(desk, sample.key, PaymentOutcome.REFUSED)
    collection = desk.client.temporal.get_workflow_handle(CollectionKey(agent=EBC, customs="2991").workflow_id)
    await collection.execute_update(names.RUN_NOW, RunNow(actor="operator-7", reason="the bank is back"))
    await desk.collect(clocks.tax_window_opens + BATCH + MINUTE)


async def overdue(desk: Desk, sample: SampleSet) -> None:
    """Nobody pays by the deadline; warned on the way, paid late with a fee."""
    desk.bank.refusals = 999
    await desk.declare(sample)
    clocks = _clocks(await desk.release(sample.key))
    desk.bill(sample.key, BILL)
    await desk.collect(clocks.payment_before - MINUTE)
    await desk.forward_to(sample.key, clocks.payment_before + MINUTE)
    desk.bank.refusals = 0
    await desk.collect(clocks.payment_before + DAY + BATCH)


async def receipts_twice_late_and_unknown(desk: Desk, sample: SampleSet) -> None:
    """Receipts come backwards, twice and with a code nobody published; a late instruction and a refused request."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    at = await now_of(desk, sample.key)
    await desk.receipts(sample.key, "777", at=at, info="?")
    for status in ("800", "399", "120", "800", "3", "2"):
        await desk.receipts(sample.key, status, at=at)
    view = await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    await desk.client.instruct(sample.key.workflow_id, _instruction(at))
    with pytest.raises(Refused):
        await desk.client.request_return(sample.key, actor=sample.order.ebc_code, reason="under control")
    await desk.client.record_inspection(sample.key.workflow_id, _result(at, InspectionOutcome.NORMAL))
    await _pay(desk, sample.key, view)


async def guarantee_awaited(desk: Desk, sample: SampleSet) -> None:
    """The guarantor put up nothing; the list waits for days, then is filed, released and paid."""
    sample = sample.changed(DocumentKind.DECLARATION_LIST, assure_code=EBP)
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
    await desk.forward(sample.key, 3 * DAY)
    desk.put_up(EBP, Decimal(100))
    await desk.deliver_grants()
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    await desk.receipts(sample.key, "120", "399", "800")
    await _pay(
        desk, sample.key, await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE), agent=EBP
    )


OUTCOMES = {
    "taxed": Outcome(taxed, State.TAXED, collection=True),
    "reviewed": Outcome(reviewed, State.RETURN_WINDOW, closed=False),
    "inspected-normal": Outcome(inspected_normal, State.TAXED),
    "detained": Outcome(detained, State.DETAINED, closed=False),
    "returned-abroad": Outcome(returned_abroad, State.RETURNED_ABROAD),
    "rejected": Outcome(rejected, State.REJECTED),
    "corrected-after-mismatch": Outcome(corrected_after_mismatch, State.TAXED),
    "documents-late": Outcome(documents_late, State.RETURN_WINDOW, closed=False),
    "documents-never-came": Outcome(documents_never_came, State.MATCH_FAILED),
    "document-refused-by-customs": Outcome(document_refused_by_customs, State.MATCHED, closed=False),
    "filing-refused": Outcome(filing_refused, State.REJECTED),
    "sent-again": Outcome(sent_again, State.RETURN_WINDOW, closed=False),
    "cancelled": Outcome(cancelled, State.CANCELLED),
    "bill-missing": Outcome(bill_missing, State.TAXED, collection=True),
    "bank-refused": Outcome(bank_refused, State.TAXED, collection=True),
    "overdue": Outcome(overdue, State.TAXED),
    "receipts-twice-late-and-unknown": Outcome(receipts_twice_late_and_unknown, State.TAXED),
    "guarantee-awaited": Outcome(guarantee_awaited, State.TAXED),
}
"""Every outcome by the name its history is saved under."""


async def _declare_alone(desk: Desk, sample: SampleSet) -> None:
    await desk.client.declare(sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code))


async def now_of(desk: Desk, key: CaseKey) -> datetime:
    """The list's own clock."""
    return await TimeSkipper(desk.client.temporal).get_current_time(desk.handle(key))


async def _inspect(desk: Desk, key: CaseKey, outcome: InspectionOutcome) -> None:
    at = await now_of(desk, key)
    await desk.receipts(key, "120", "500")
    await desk.client.instruct(key.workflow_id, _instruction(at))
    await desk.client.record_inspection(key.workflow_id, _result(at, outcome))


def _instruction(at: datetime) -> ControlInstruction:
    return ControlInstruction(instruction_id="K-1", issued_at=at, issuer="2991")


def _result(at: datetime, outcome: InspectionOutcome) -> InspectionResult:
    finding = "3 pieces instead of 1" if outcome is InspectionOutcome.ABNORMAL else ""
    return InspectionResult(instruction_id="K-1", outcome=outcome, finding=finding, recorded_at=at, officer="7")


def _clocks(view: CaseView) -> LegalClocks:
    assert view.clocks is not None, view.state
    return view.clocks


async def _until_paid(desk: Desk, key: CaseKey, outcome: PaymentOutcome) -> None:
    await desk.until(key, lambda view: view.payment is not None and view.payment.outcome is outcome)


async def _pay(desk: Desk, key: CaseKey, view: CaseView, *, agent: str = EBC) -> None:
    desk.bill(key, BILL)
    await desk.collect(_clocks(view).tax_window_opens + BATCH, agent=agent)
    await desk.client.wait_for(key, State.TAXED, timeout=PATIENCE)
