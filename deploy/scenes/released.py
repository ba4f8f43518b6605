"""Lists that are released and taxed, each by another way to customs (RULEBOOK B.1–B.3)."""

import uuid
from datetime import timedelta

from clearway.contracts.case import Transmission
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.testing import EBC, EXPRESS, LOG, corrected
from deploy.play import Play
from deploy.scene import ORDERER, declare, is_taxed, taxed
from deploy.unexpected import Unexpected

RESEND_PAUSE = timedelta(minutes=5, seconds=1)
"""The list's own time that the workflow waits before it sends again what customs could not take."""


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
    await correct_payment(play)


async def correct_payment(play: Play) -> None:
    """Wait until customs refused the voucher, then hand in the corrected one."""
    view = await play.reach(State.MATCH_FAILED)
    play.notes.append(f"first: {view.reason}")
    better = corrected(play.sample.payment, note="corrected")
    await play.client.transmit(better, sender=Sender(code=better.pay_code), key=play.key)


async def declare_a_corrected_copy(play: Play) -> None:
    """Customs rejects the list, which ends it; a copy with another specification is a new case of its own."""
    await declare(play)
    await declare_copy(play)


async def declare_copy(play: Play) -> None:
    """Wait until the list is rejected, then declare a corrected copy of it."""
    view = await play.reach(State.REJECTED)
    play.notes.append(f"first: rejected, {view.reason}")
    lines = tuple(
        line.model_copy(update={"specification": f"{line.specification}|更正"})
        for line in play.sample.declaration_list.lines
    )
    guid = str(uuid.uuid5(uuid.NAMESPACE_OID, play.sample.declaration_list.guid)).upper()
    play.sample = play.sample.changed(DocumentKind.DECLARATION_LIST, guid=guid, lines=lines)
    play.attempt = 2
    await declare(play)


async def declare_and_wait_for_resending(play: Play) -> None:
    """Sending to customs fails; after five minutes of the list's own time the workflow sends again."""
    await declare(play)
    await wait_for_resending(play)


async def wait_for_resending(play: Play) -> None:
    """Let the list's own five minutes pass once it knows of the failure."""
    await play.until(lambda view: any(each.status == "4" for each in view.receipts), "told of the failure")
    await play.forward(RESEND_PAUSE)


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
        "amount": "10000.00",
        "form": "deposit",
        "valid_to": "2099-12-31",
        "actor": "accounting",
        "reason": "deposit for the tax of lists",
    }
    await play.gateway.post(f"/guarantees/{hold.guarantor}/top-ups", deposit)


SCENES = (
    taxed("RELEASE", "nothing special: released, thirty days, tax paid", is_taxed(events_at_most=45)),
    taxed(
        "REVIEW",
        "the express operator hands in the order on a written commitment; a person at customs reviews the list",
        is_taxed(receipts=("300", "800")),
        filing=declare_by_express,
    ),
    taxed(
        "ARRIVAL",
        "order, payment and waybill come one by one from their own parties; customs waits for the goods",
        is_taxed(receipts=("400", "800")),
        filing=declare_one_by_one,
    ),
    taxed(
        "SUSPEND",
        "identity authority down: orderer = payer will do; suspended for an unclear address, then released",
        is_taxed(receipts=("600", "800")),
        orderer=f"{ORDERER}-IDDOWN",
    ),
    taxed("LATE", "receipts out of order: 399, 120 and 3 arrive after the release and change nothing"),
    taxed(
        "UNKNOWN",
        "customs sends a status nobody published: kept, shown as an alarm",
        is_taxed(alarms=("UNKNOWN_RECEIPT",)),
    ),
    taxed(
        "DOCREJECT",
        "customs refuses the payment voucher; a corrected one leads on",
        filing=declare_then_correct_payment,
    ),
    taxed(
        "REJECTCODE",
        "the E-Port's check fails and the list is rejected; a corrected copy is released and taxed",
        filing=declare_a_corrected_copy,
    ),
    taxed(
        "TRANSIT4",
        "sending to customs fails; five minutes later the same list is sent again",
        is_taxed(receipts=("4", "800")),
        filing=declare_and_wait_for_resending,
    ),
    taxed(
        "TOPUP-RELEASE",
        "its guarantor has put up nothing, so the list waits; once a deposit is there it goes on by itself",
        filing=declare_and_put_up_a_guarantee,
    ),
)
