"""The pieces that scenarios share: how a list is taken, cleared, inspected, and what is disposed afterwards."""

from decimal import Decimal

from clearway.contracts.customs import Disposition, Finding, InspectionOutcome
from simulator.steps import Await, Bill, Disposal, Inspection, Receipt, Request, Step

_DAY = 86_400

DECLARING = Receipt("2", 5, "新增申报成功")
SENT = Receipt("3", 10, "发送海关成功")
STORED = Receipt("120", 30, "[Code:1800;Desc:逻辑校验通过]")
REVIEWED = Receipt("399", 60, "海关审结")
RELEASED = Receipt("800", 90, "[Code:2600;Desc:放行]")
BILL = Bill(120)

TAKEN = (DECLARING, SENT, STORED)
CLEARED = (REVIEWED, RELEASED, BILL)

# An inspection takes an hour of the list's time.
_RECORDED = 3600
_DECIDED = _RECORDED + 90
HELD = Receipt("500", 40, "查验")
DETAINED = Receipt("599", _RECORDED + 60, "其它扣留")
DETAINED_LEGAL = Receipt("503", _RECORDED + 60, "扣留移送法规")
DETAINED_SMUGGLING = Receipt("502", _RECORDED + 60, "扣留移送缉私")
SENT_ABROAD = Receipt("700", _RECORDED + 60, "退运")


def cleared_at(after: int, surplus: Decimal = Decimal(0)) -> tuple[Step, ...]:
    """Reviewed `after` seconds, then released and billed at the usual pace."""
    return (
        Receipt("399", after, REVIEWED.info),
        Receipt("800", after + 30, RELEASED.info),
        Bill(after + 60, surplus),
    )


def inspected(
    outcome: InspectionOutcome,
    abnormal: tuple[Step, ...] = (DETAINED,),
    kind: Finding | None = None,
    *,
    by_hand: bool = False,
) -> tuple[Step, ...]:
    """Taken, held for an inspection, and then as its result says: cleared, or what `abnormal` tells."""
    normal = cleared_at(_RECORDED + 60)
    return (*TAKEN, HELD, Inspection(45, _DAY, _RECORDED, outcome, normal, abnormal, kind, by_hand))


def disposed(
    kind: Finding,
    disposition: Disposition,
    *then: Step,
    detained: Receipt = DETAINED,
    due_in_days: int | None = None,
) -> tuple[Step, ...]:
    """Inspected and found abnormal in this way, detained, disposed of like this, and what follows.

    The detention is told before the disposition: told after it, it would read as a new one.
    """
    due = None if due_in_days is None else _DECIDED + due_in_days * _DAY
    return inspected(InspectionOutcome.ABNORMAL, (detained, Disposal(disposition, _DECIDED, due), *then), kind)


CORRECTED = disposed(
    Finding.CLERICAL_ERROR,
    Disposition.MODIFY,
    Await(Request.MODIFICATION),
    *cleared_at(_DECIDED + 30),
    due_in_days=3,
)
EXTRA_REMOVED = disposed(Finding.CLERICAL_ERROR, Disposition.REMOVE_EXTRA, *cleared_at(_DECIDED + 30))
LICENSED = disposed(
    Finding.NO_LICENCE,
    Disposition.SUPPLY_LICENCE,
    Await(Request.LICENCE),
    *cleared_at(_DECIDED + 2 * _DAY),
    due_in_days=3,
)
SETTLED = disposed(Finding.IPR_SUSPICION, Disposition.RELEASE, *cleared_at(_DECIDED + 30), detained=DETAINED_LEGAL)
BACK_IN_STOCK = disposed(Finding.NOT_ADMISSIBLE, Disposition.BACK_TO_STOCK)
GONE_ABROAD = disposed(
    Finding.NOT_ADMISSIBLE, Disposition.RETURN_ABROAD, Receipt("700", _DECIDED + 30, SENT_ABROAD.info)
)
DESTROYED = disposed(Finding.QUALITY_FAILURE, Disposition.DESTROY)
CONFISCATED = disposed(Finding.IPR_SUSPICION, Disposition.CONFISCATE, detained=DETAINED_LEGAL)
HANDED_OVER = disposed(Finding.SMUGGLING, Disposition.HAND_OVER, detained=DETAINED_SMUGGLING)
