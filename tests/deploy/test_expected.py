"""Expectations tell every fault at once, and none where a list ended as it must."""

from datetime import UTC, datetime
from decimal import Decimal

from clearway.contracts.case import AppliedChange, Awaited, CaseKey, CaseView
from clearway.contracts.customs import Disposition, DispositionOrder
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.goods_return import ReturnRecord, ReturnState
from clearway.contracts.states import Detail, State
from deploy.expected import Expected

PAID = TaxPayment(outcome=PaymentOutcome.PAID, amount=Decimal("28.21"), paid_at=datetime(2026, 3, 1, tzinfo=UTC))
MISSING = TaxPayment(outcome=PaymentOutcome.BILL_MISSING)


def _view(state: State, **facts: object) -> CaseView:
    key = CaseKey(ebc_code="E", order_no="O")
    return CaseView.model_validate(
        {"key": key, "profile": "SEED", "state": state, "detail": Detail.CLOSED, **facts}, from_attributes=True
    )


def test_a_list_that_ended_as_it_must_has_no_fault() -> None:
    expected = Expected(State.TAXED, reason="tax paid", paid=Decimal("28.21"), events_at_most=45)
    assert expected.faults(_view(State.TAXED, reason="tax paid", payment=PAID), events=45, repeats=0) == []


def test_every_fault_is_told_at_once() -> None:
    expected = Expected(
        State.TAXED, reason="tax paid", paid=Decimal("28.21"), receipts=frozenset({"800"}), events_at_most=45
    )
    waiting = Awaited(who="CUS", what_en="a receipt", what_zh="回执")
    view = _view(State.MATCHED, awaited=(waiting,), alarms=("BILL_MISSING",), payment=MISSING)
    assert expected.faults(view, events=46, repeats=2) == [
        "state: matched, not taxed",
        "awaited from: CUS, not none",
        "alarms: BILL_MISSING, not none",
        "receipts: none, not 800",
        "paid: none, not 28.21",
        "receipts came again: True, not False",
        "reason: '' without 'tax paid'",
        "history: 46 events, more than 45",
    ]


def test_what_nobody_expected_to_happen_is_a_fault() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ended = ReturnRecord(number=1, workflow_id="r", state=ReturnState.EXPIRED, lines=(), applied_at=at)
    change = AppliedChange(number=1, kind="cancellation", actor="E", reason="r", requested_at=at, since=at)
    order = DispositionOrder(decision_id="D", disposition=Disposition.RELEASE, at=at, officer="2991")
    view = _view(
        State.TAXED,
        returns=(ended,),
        changes=(change,),
        dispositions=(order,),
        refund=Decimal("28.21"),
        exited_at=at,
    )
    assert Expected(State.TAXED, returns=("confirmed",)).faults(view, events=1, repeats=0) == [
        "returns: expired, not confirmed",
        "changes: cancellation FILED, not none",
        "dispositions: RELEASE, not none",
        "refund: 28.21, not 0",
        "left the zone: True, not False",
    ]


def test_an_alarm_that_depends_on_todays_date_is_no_fault() -> None:
    view = _view(State.TAXED, alarms=("CALENDAR_PROVISIONAL",), payment=PAID)
    assert Expected(State.TAXED, paid=Decimal("28.21")).faults(view, events=1, repeats=0) == []


def test_an_alarm_that_is_missing_is_a_fault() -> None:
    expected = Expected(State.TAXED, alarms=frozenset({"BILL_DIFFERS"}))
    assert expected.faults(_view(State.TAXED), events=1, repeats=0) == ["alarms: none, not BILL_DIFFERS"]
