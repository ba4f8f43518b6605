"""What customs refused of a list, read off the receipts on record: presentation, never a decision (DESIGN law 1)."""

from collections.abc import Iterable, Sequence

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.reasons import Again, Rejection
from clearway.messages.codes import look_up
from clearway.messages.reasons.reading import reasons_of

REFUSALS = ("4", "100")
"""Could not be sent to customs; rejected by customs. Numbers below 0 are errors (REFERENCE §5.9)."""
ACCEPTED = ("120", "399", "800", "899")


def rejections(receipts: Sequence[CustomsReceipt]) -> tuple[Rejection, ...]:
    """What customs refused and did not take later, in the order of customs' own times.

    Also what says something that nobody published: customs may have refused it. Not what needs nothing done: an error
    by which customs says that it has the document already is no rejection.
    """
    refused = [each for each in receipts if _refuses(each.status) and not _taken_later(each, receipts)]
    told = (_rejection(each) for each in sorted(refused, key=lambda each: each.at))
    return tuple(each for each in told if any(reason.again is not Again.NOT_NEEDED for reason in each.reasons))


def _rejection(receipt: CustomsReceipt) -> Rejection:
    return Rejection(
        about=receipt.about,
        status=receipt.status,
        at=receipt.at,
        cop_no=receipt.cop_no,
        reasons=reasons_of(receipt.about, receipt.status, receipt.info),
    )


def _refuses(status: str) -> bool:
    return status in REFUSALS or status.startswith("-") or look_up("return_statuses", status) is None


def _taken_later(refused: CustomsReceipt, receipts: Iterable[CustomsReceipt]) -> bool:
    return any(
        each.about is refused.about
        and each.cop_no == refused.cop_no
        and each.status in ACCEPTED
        and each.at >= refused.at
        for each in receipts
    )
