"""Lists to which customs says no, and lists that never get there (RULEBOOK B.2, B.3)."""

from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import State
from clearway.testing import EBC, sample_set
from deploy.play import Play
from deploy.scene import ORDERER, declare, stands, stops


async def declare_after_customs_counted_more(play: Play) -> None:
    """Customs returns the person's first order, for it knows of other purchases; the next is stopped before filing."""
    order = play.sample.order
    before = f"{order.order_no}-REJECTLIMIT"
    sample = sample_set(before, at=order.app_time, buyer_name=order.buyer_name, buyer_id=order.buyer_id_number)
    first = Play(play.client, sample, play.gateway, play.simulator_url)
    await declare(first)
    play.notes.append(f"first order: {(await first.over()).state}")
    await declare(play)


async def declare_with_three_mismatches(play: Play) -> None:
    """Amount, orderer and consignee differ between the documents; all three are told at once."""
    sample = play.sample
    play.sample = (
        sample.changed(DocumentKind.PAYMENT, amount_paid=sample.payment.amount_paid - 1)
        .changed(DocumentKind.WAYBILL, consignee="赵六")
        .changed(DocumentKind.DECLARATION_LIST, buyer_name="王大明")
    )
    await declare(play)


async def cancel_before_filing(play: Play) -> None:
    """The payment is missing, so nothing is filed yet, and the enterprise thinks better of it."""
    order, _, waybill = play.sample.transmissions
    await play.declare(order, waybill)
    await play.client.cancel(play.key, actor=EBC, reason="the customer withdrew")


SCENES = (
    stops("REJECT", "returned by customs, with customs' own reason", stands(State.REJECTED, reason="1322")),
    stops(
        "REJECTLIMIT",
        "returned: the buyer's annual limit is exceeded",
        stands(State.REJECTED, reason="1313"),
        orderer="陈大文",
    ),
    stops("ABROAD", "sent back abroad", stands(State.RETURNED_ABROAD, reason="700")),
    stops("DETAIN501", "detained and handed over", stands(State.DETAINED, awaited=("CUS",), reason="501")),
    stops(
        "SILENT",
        "customs never answers: the list waits, and says for whom",
        stands(State.MATCHED, awaited=("CUS",)),
    ),
    stops(
        "IDBAD",
        "name and identity number do not belong together",
        stands(State.MATCH_FAILED, awaited=("EBC",), alarms=("MATCH_FAILED",), problems=("E_IDENTITY_MISMATCH",)),
        orderer=f"{ORDERER}-IDBAD",
    ),
    stops(
        "OVERYEAR",
        "customs returned the buyer's first order for the annual limit; the next is stopped before customs sees it",
        stands(State.MATCH_FAILED, awaited=("EBC",), alarms=("MATCH_FAILED",), problems=("E_OVER_LIMIT",)),
        filing=declare_after_customs_counted_more,
        orderer="刘小红",
    ),
    stops(
        "MISMATCH",
        "amount, orderer and consignee differ: three problems, told at once, each to whoever must mend it",
        stands(
            State.MATCH_FAILED,
            awaited=("PAY", "AGENT", "LOG"),
            alarms=("MATCH_FAILED",),
            problems=("M05", "M10", "M12"),
        ),
        filing=declare_with_three_mismatches,
    ),
    stops(
        "CANCEL",
        "cancelled by the enterprise while the payment is missing",
        stands(State.CANCELLED, reason="the customer withdrew"),
        filing=cancel_before_filing,
    ),
)
