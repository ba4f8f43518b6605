"""Whether a request fits the case as it stands: what the workflow's validators ask. Nothing means it does."""

from datetime import datetime
from decimal import Decimal

from clearway.contracts.case import (
    GoodsExit,
    LicenceSupply,
    ModifyRequest,
    PresenceConfirmation,
    ReturnArrival,
    ReturnRequest,
)
from clearway.contracts.documents import DocumentKind
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from clearway.rules.changes import ChangeFacts, Standing, check_cancellation, check_modification
from clearway.rules.presence import check_presence
from models.case import DeclarationCase
from models.refusals import refusal

MAX_RETURNS, MAX_CHANGES = 100, 50
"""Of one list, whatever became of them: each adds to a history that people read and the server bounds."""


def refuse_closed(case: DeclarationCase) -> Problem | None:
    """A case that is over takes no documents."""
    return refusal("E_ALREADY_ENDED", ("state", case.state)) if case.over else None


def refuse_cancel(case: DeclarationCase, now: datetime) -> tuple[Problem, ...]:
    """Before filing at will, later if customs consents, after release until exit and day 30 (RULEBOOK B.4, D-11)."""
    if closed := refuse_closed(case):
        return (closed,)
    if case.clocks is not None and not case.collected:
        return (refusal("E_ALREADY_RELEASED", ("state", case.state)),)
    if not case.list_filed and not case.frozen and not case.holds:
        return ()
    return (*_numbers_last(check_cancellation(_facts(case, now))), *_too_many_changes(case))


def refuse_modify(case: DeclarationCase, request: ModifyRequest, now: datetime) -> tuple[Problem, ...]:
    """A filed list may be modified until it is released, unless it is under control (RULEBOOK B.4, B.5)."""
    if closed := refuse_closed(case):
        return (closed,)
    if not case.list_filed:
        return (refusal("E_NOT_FILED", ("state", case.state)),)
    asked = request.declaration_list
    facts = _facts(case, now).model_copy(update={"pre_no": asked.pre_no, "invt_no": asked.invt_no})
    numbers = (("pre_no", asked.pre_no, case.pre_no), ("invt_no", asked.invt_no, case.invt_no))
    other = tuple(
        refusal("E_OTHER_NUMBER", (f"declaration_list.{field}", given), ("customs", known))
        for field, given, known in numbers
        if given and given != known
    )
    return (*_numbers_last(check_modification(facts)), *other, *_too_many_changes(case))


def _too_many_changes(case: DeclarationCase) -> tuple[Problem, ...]:
    told = ("changes", str(len(case.changes)))
    return (refusal("E_TOO_MANY_CHANGES", told),) if len(case.changes) >= MAX_CHANGES else ()


def refuse_return(case: DeclarationCase, request: ReturnRequest, now: datetime) -> Problem | None:
    """A return needs a released list that is not under control, goods left, and an application in time (B.8)."""
    if case.over:
        return refuse_closed(case)
    if case.clocks is None:
        return refusal("E_NOT_RELEASED", ("state", case.state))
    if case.frozen:
        return refusal("E_UNDER_CONTROL", ("state", case.state))
    if case.holds:
        return refusal("E_HELD_BY_CUSTOMS", ("state", case.state))
    if asked := case.return_requests.get(request.request_id):
        return None if asked[1] == request else refusal("E_REQUEST_USED", ("request_id", request.request_id))
    if now >= case.clocks.return_application_before:
        return refusal(
            "E_RETURN_LATE_APPLY",
            ("applied_at", _told(now)),
            ("clocks.return_application_before", _told(case.clocks.return_application_before)),
        )
    if not case.collected:
        return _refuse_whole_return(case, request)
    if case.open_change is not None and case.open_change.kind == "cancellation":
        return refusal("E_CANCELLATION_OPEN", ("changes", "FILED"))
    if len(case.returns) >= MAX_RETURNS:
        return refusal("E_TOO_MANY_RETURNS", ("returns", str(len(case.returns))))
    return _refuse_quantities(case, request)


def _refuse_whole_return(case: DeclarationCase, request: ReturnRequest) -> Problem | None:
    """Lists released under 0.2 are returned whole, once."""
    if request.lines:
        return refusal("E_RETURN_WHOLE", ("lines", str(len(request.lines))))
    return refusal("E_RETURN_OPEN", ("goods_return", "APPLIED")) if case.return_is_open else None


def _refuse_quantities(case: DeclarationCase, request: ReturnRequest) -> Problem | None:
    """No line may give back more than was released of it and is not back or on its way back; all lines at once."""
    left = {line.gnum: line.qty for line in case.returnable}
    asked: dict[int, Decimal] = {}
    for line in request.lines:
        asked[line.gnum] = asked.get(line.gnum, Decimal(0)) + line.qty
    if not request.lines and left:
        return None
    beyond = [gnum for gnum, qty in asked.items() if qty > left.get(gnum, 0)]
    if not beyond and left:
        return None
    told = [(f"lines[{gnum}].qty", f"{asked[gnum]:f} of {left.get(gnum, Decimal(0)):f} left") for gnum in beyond]
    return refusal("E_QTY_EXCEEDS", *(told or [("lines", "nothing is left")]))


def refuse_arrival(case: DeclarationCase, arrival: ReturnArrival, now: datetime) -> Problem | None:
    """Goods count as back in time when they passed the gate before D0+46 00:00 (B.8, D-21)."""
    if case.over:
        return refuse_closed(case)
    if case.clocks is None or not case.return_is_open or case.state is not State.RETURN_WINDOW:
        return refusal("E_NO_RETURN", ("state", case.state))
    if case.collected:
        return refusal("E_RETURN_OWN_CASE", ("returns", ", ".join(each.workflow_id for each in case.open_returns)))
    if arrival.arrived_at > now:
        return refusal("E_ARRIVAL_IN_FUTURE", ("arrived_at", _told(arrival.arrived_at)), ("now", _told(now)))
    if arrival.arrived_at >= case.clocks.return_arrival_before:
        return refusal(
            "E_RETURN_LATE_ARRIVAL",
            ("arrived_at", _told(arrival.arrived_at)),
            ("clocks.return_arrival_before", _told(case.clocks.return_arrival_before)),
        )
    return None


def refuse_presence(case: DeclarationCase, confirmation: PresenceConfirmation, now: datetime) -> tuple[Problem, ...]:
    """Only the owner, or who has a letter of the owner of this list, attends an inspection that is open (B.5)."""
    if closed := refuse_closed(case):
        return (closed,)
    open_ones = [each.instruction_id for each in case.unattended]
    if confirmation.instruction_id not in open_ones:
        asked = ("instruction_id", confirmation.instruction_id)
        return (refusal("E_NO_INSPECTION", asked, ("open", ", ".join(open_ones) or None)),)
    senders = {each.sender.code for each in case.documents if each.kind is DocumentKind.DECLARATION_LIST}
    return check_presence(confirmation, {case.key.ebc_code, *senders}, now)


def refuse_licence(case: DeclarationCase, licence: LicenceSupply) -> Problem | None:
    """A licence is handed in where customs asked for one."""
    if case.over:
        return refuse_closed(case)
    wanted = case.state is State.DETAINED and case.detail == "LICENCE_ORDERED"
    return None if wanted else refusal("E_NO_LICENCE_WANTED", ("licence_no", licence.licence_no), ("state", case.state))


def refuse_exit(case: DeclarationCase, left: GoodsExit, now: datetime) -> Problem | None:
    """Goods leave released, once, and never under control (RULEBOOK B.5)."""
    if case.over and case.state is not State.TAXED:
        return refuse_closed(case)
    if case.release is None:
        return refusal("E_EXIT_NOT_RELEASED", ("state", case.state))
    if case.frozen:
        return refusal("E_UNDER_CONTROL", ("state", case.state))
    if case.holds:
        return refusal("E_HELD_BY_CUSTOMS", ("state", case.state))
    if case.exited_at is not None:
        return refusal("E_EXITED_BEFORE", ("exited_at", _told(case.exited_at)))
    if left.exited_at > now:
        return refusal("E_ARRIVAL_IN_FUTURE", ("exited_at", _told(left.exited_at)), ("now", _told(now)))
    return None


def _facts(case: DeclarationCase, now: datetime) -> ChangeFacts:
    """What the rules of a change ask of a case."""
    released = case.release is not None
    standing = Standing.FILED if case.list_filed else Standing.PREPARED
    if case.invt_no:
        standing = Standing.ACCEPTED
    if released:
        standing = Standing.EXITED if case.exited_at else Standing.RELEASED
    return ChangeFacts(
        standing=standing,
        pre_no=case.pre_no,
        invt_no=case.invt_no,
        under_control=case.frozen,
        correction_ordered=case.correction_ordered,
        suspicion_open=bool(case.holds),
        change_open=case.open_change is not None,
        return_open=case.return_is_open,
        now=now,
        cancellation_before=case.clocks.cancellation_before if case.clocks else None,
    )


def _numbers_last(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Numbers that are missing matter least where something else stands against it."""
    return tuple(sorted(problems, key=lambda each: each.code == "E_CHANGE_WITHOUT_NUMBERS"))


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
