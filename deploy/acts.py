"""What people do in the demo: they hand in, correct, cancel and return, through client and HTTP door, as in life."""

import asyncio
import json
import urllib.request
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseKey, CaseView, ReturnArrival, Transmission
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import LegalClocks
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.errors import Refused
from clearway.testing import AGENT, EBC, EXPRESS, LOG, WAREHOUSE, SampleSet, corrected, sample_set

PATIENCE = 60.0
"""Real seconds for which a list may stand still before the demo calls that a fault."""
LOOK = 0.2
"""Real seconds between two looks at a list."""
RESEND_PAUSE = timedelta(minutes=5, seconds=1)
"""The list's own time that the workflow waits before it sends again what customs could not take."""
AGENT_SENDS, EBC_SENDS = Sender(code=AGENT), Sender(code=EBC)


class Unexpected(Exception):
    """The list did otherwise than the scene needs; the text says what."""


@dataclass
class Play:
    """One list on the stage: its documents, the way to its case, and the hand on its clock."""

    client: ClearwayClient
    sample: SampleSet
    gateway_url: str
    notes: list[str] = field(default_factory=list)
    attempt: int = 1

    @property
    def key(self) -> CaseKey:
        """The case on stage."""
        return self.sample.key.model_copy(update={"attempt": self.attempt})

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The workflow of the list."""
        return self.client.temporal.get_workflow_handle(self.key.workflow_id)

    async def declare(self, *documents: Transmission) -> None:
        """The broker declares the list, with documents it holds."""
        declaration = self.sample.declaration_list
        answer = await self.client.declare(declaration, sender=AGENT_SENDS, documents=documents, attempt=self.attempt)
        if not answer.accepted:
            raise Unexpected("refused: " + "; ".join(f"{each.code} {each.message_en}" for each in answer.problems))

    async def until(self, holds: Callable[[CaseView], bool], what: str) -> CaseView:
        """The first view for which something holds. Raises Unexpected when none comes."""
        try:
            async with asyncio.timeout(PATIENCE):
                async for view in self.client.watch(self.key, every=LOOK):
                    if holds(view):
                        return view
        except TimeoutError:
            raise Unexpected(f"not {what} after {PATIENCE:.0f} s") from None
        raise Unexpected(f"ended as {view.state} before it was {what}")

    async def reach(self, *states: State) -> CaseView:
        """The case once it is in one of the states. Raises Unexpected when it does not get there."""
        return await self.until(lambda view: view.state in states, " or ".join(states))

    async def over(self) -> CaseView:
        """The case once its life is over and everything that follows from its end is done."""
        try:
            async with asyncio.timeout(PATIENCE):
                async for view in self.client.watch(self.key, every=LOOK):
                    last = view
        except TimeoutError:
            raise Unexpected(f"not over after {PATIENCE:.0f} s") from None
        return last

    async def clocks(self) -> LegalClocks:
        """The deadlines of the release."""
        view = await self.reach(State.RETURN_WINDOW)
        if view.clocks is None:
            raise Unexpected("the return window is open, but its deadlines are not set")
        return view.clocks

    async def now(self) -> datetime:
        """The instant on the list's own clock."""
        return await TimeSkipper(self.client.temporal).get_current_time(self.handle)

    async def forward(self, span: timedelta) -> None:
        """Move the list's own clock; everything that falls due on the way happens."""
        await TimeSkipper(self.client.temporal).fast_forward(self.handle, span)

    async def forward_to(self, moment: datetime) -> None:
        """Move the list's own clock to an instant."""
        await self.forward(max(moment - await self.now(), timedelta(0)))


Act = Callable[[Play], Awaitable[None]]


async def post(url: str, body: dict[str, Any]) -> None:
    """Send JSON to a door of the gateway. Raises Unexpected when it is not taken."""

    def send() -> None:
        content = json.dumps(body).encode()
        request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass

    try:
        await asyncio.to_thread(send)
    except OSError as error:
        raise Unexpected(f"{url} did not take it: {error}") from error


# --- until customs has spoken --------------------------------------------------------------------------------------


async def declare(play: Play) -> None:
    """The list and the three documents in one call, each document in its own party's name."""
    await play.declare(*play.sample.transmissions)


async def declare_by_express(play: Play) -> None:
    """The express operator hands the order in for the e-commerce enterprise, on its written commitment (seed S1.2)."""
    _, payment, waybill = play.sample.transmissions
    entrusted = Sender(code=EXPRESS, on_behalf_of=EBC)
    await play.declare(Transmission(document=play.sample.order, sender=entrusted), payment, waybill)


async def declare_one_by_one(play: Play) -> None:
    """Enterprise, payment enterprise and logistics enterprise each hand in their own; the list comes last."""
    for transmission in play.sample.transmissions:
        await play.client.transmit(transmission.document, sender=transmission.sender, key=play.key)
    await play.declare()


async def declare_then_correct_payment(play: Play) -> None:
    """Customs refuses the payment voucher; the payment enterprise hands in a corrected one."""
    await declare(play)
    view = await play.reach(State.MATCH_FAILED)
    play.notes.append(f"first: {view.reason}")
    better = corrected(play.sample.payment, note="corrected")
    await play.client.transmit(better, sender=Sender(code=better.pay_code), key=play.key)


async def declare_a_corrected_copy(play: Play) -> None:
    """Customs rejects the list, which ends it; a copy with another specification is a new case of its own."""
    await declare(play)
    view = await play.reach(State.REJECTED)
    play.notes.append(f"first: rejected, {view.reason}")
    lines = tuple(
        line.model_copy(update={"specification": f"{line.specification}|更正"})
        for line in play.sample.declaration_list.lines
    )
    play.sample = play.sample.changed(DocumentKind.DECLARATION_LIST, guid=str(uuid.uuid4()).upper(), lines=lines)
    play.attempt = 2
    await declare(play)


async def declare_and_wait_for_resending(play: Play) -> None:
    """Sending to customs fails; after five minutes of the list's own time the workflow sends again."""
    await declare(play)
    await play.until(lambda view: any(each.status == "4" for each in view.receipts), "told of the failure")
    await play.forward(RESEND_PAUSE)


async def declare_with_three_mismatches(play: Play) -> None:
    """Amount, orderer and consignee differ between the documents; all three are told at once."""
    sample = play.sample
    play.sample = (
        sample.changed(DocumentKind.PAYMENT, amount_paid=sample.payment.amount_paid - 1)
        .changed(DocumentKind.WAYBILL, consignee="赵六")
        .changed(DocumentKind.DECLARATION_LIST, buyer_name="王大明")
    )
    await declare(play)


async def declare_and_put_up_a_guarantee(play: Play) -> None:
    """The guarantor has put up nothing: the list waits. Its deposit comes through the door, and the list goes on."""
    play.sample = play.sample.changed(DocumentKind.DECLARATION_LIST, assure_code=LOG)
    await declare(play)
    view = await play.until(lambda view: view.detail is Detail.AWAITING_GUARANTEE, "waiting for its guarantee")
    if view.judgement is None or view.judgement.guarantee is None:
        raise Unexpected("the list waits for a guarantee, but does not say of whom")
    hold = view.judgement.guarantee
    play.notes.append(f"first: {view.detail}, {hold.reason}: {hold.amount} CNY of tax to secure")
    deposit = {
        "id": f"{play.key.order_no}-deposit",
        "amount": "1000.00",
        "form": "deposit",
        "valid_to": "2099-12-31",
        "actor": "accounting",
        "reason": "deposit for the tax of lists",
    }
    await post(f"{play.gateway_url}/guarantees/{hold.guarantor}/top-ups", deposit)


async def declare_after_customs_counted_more(play: Play) -> None:
    """Customs returns the person's first order, for it knows of other purchases; the next is stopped before filing."""
    order = play.sample.order
    before = f"{order.order_no}-REJECTLIMIT"
    sample = sample_set(before, at=order.app_time, buyer_name=order.buyer_name, buyer_id=order.buyer_id_number)
    first = Play(play.client, sample, play.gateway_url)
    await declare(first)
    play.notes.append(f"first order: {(await first.over()).state}")
    await declare(play)


async def cancel_before_filing(play: Play) -> None:
    """The payment is missing, so nothing is filed yet, and the enterprise thinks better of it."""
    order, _, waybill = play.sample.transmissions
    await play.declare(order, waybill)
    await play.client.cancel(play.key, actor=EBC, reason="the customer withdrew")


# --- afterwards, on the list's own clock ---------------------------------------------------------------------------


async def pay_tax(play: Play) -> None:
    """Thirty days pass without a return; the workflow pays."""
    await play.forward_to((await play.clocks()).tax_window_opens)
    await play.reach(State.TAXED)


async def return_all(play: Play) -> None:
    """On day ten the enterprise applies to return everything; five days later the originals are back."""
    await play.clocks()
    await play.forward(timedelta(days=10))
    await play.client.request_return(play.key, actor=EBC, reason="does not fit")
    await play.forward(timedelta(days=5))
    arrived = await play.now() - timedelta(hours=1)
    arrival = ReturnArrival(actor=WAREHOUSE, arrived_at=arrived, original_goods=True)
    await play.client.confirm_return_arrival(play.key, arrival)
    await play.reach(State.RETURNED)


async def return_too_late(play: Play) -> None:
    """On day 31 a return is refused; the bill never comes, so our own figure is paid 48 hours before the deadline."""
    clocks = await play.clocks()
    await play.forward_to(clocks.return_application_before)
    await play.until(lambda view: "BILL_MISSING" in view.alarms, "told that the bill is missing")
    try:
        await play.client.request_return(play.key, actor=EBC, reason="does not fit")
    except Refused as refusal:
        codes = [problem.code for problem in refusal.problems]
        if codes != ["E_RETURN_LATE_APPLY"]:
            raise Unexpected(f"the late return was refused as {codes}") from refusal
        play.notes.append(f"return refused: {codes[0]}")
    else:
        raise Unexpected("a return on day 31 was accepted")
    await play.forward_to(clocks.payment_guard_at)
    await play.reach(State.TAXED)
