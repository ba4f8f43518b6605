"""Runs of a collection: what is paid, when, of whom, and who hears of it (RULEBOOK B.9.3-B.9.5)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.testing import ActivityEnvironment

from clearway.contracts.base import SHANGHAI
from clearway.contracts.facts import PaymentOutcome
from clearway.contracts.keys import CollectionKey
from connectors.errors import Unavailable
from models.collection import dues
from models.collection.work import PayOrders, PlanRun, SettleRows
from models.database import Database
from models.ledger.accounts import balance
from models.ledger.check import check
from models.tables import CaseRecord, PaymentRecord
from tests.collection_office import AGENT, FIRST_RUN, KEY, PAY_BEFORE, PAYABLE, Office

A_SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)
GUARD = PAY_BEFORE - timedelta(hours=48)


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def in_order(office: Office) -> None:
    with office.database.transaction() as session:
        assert not check(session)


def test_a_list_is_payable_from_the_first_second_of_day_31(office: Office) -> None:
    case = office.release(1, bill="27.30")
    office.run(PAYABLE - A_SECOND)
    assert office.due(case).paid == 0
    office.run(PAYABLE)
    assert (office.due(case).state, office.due(case).paid) == ("settled", Decimal("27.30"))


def test_a_payment_on_the_last_day_has_no_late_fee_and_one_a_day_later_has(office: Office) -> None:
    in_time = office.release(1, "200000.00", bill="200000.00")
    office.bank.day = datetime(2026, 2, 24, 23, 59, tzinfo=SHANGHAI)
    office.run(GUARD)
    late = office.release(2, "200000.00", bill="200000.00")
    office.bank.day = datetime(2026, 2, 25, tzinfo=SHANGHAI)
    standing = office.run(PAY_BEFORE)
    assert office.news(in_time)[0].payment.late_fee is None
    fee = office.news(late)[0].payment.late_fee
    assert fee is not None
    assert (fee.days, fee.due) == (1, Decimal("100.00"))
    assert [batch.late_fee for batch in standing.batches] == [Decimal("100.00"), Decimal(0)]


def test_lists_of_one_payment_order_are_paid_at_once_and_each_hears_of_it(office: Office) -> None:
    office.put_up("1000.00")
    cases = [office.release(number, secured=True) for number in range(1, 6)]
    for case in cases:
        office.bill(case, "27.30", order_no="E-ONE", status="2")
    other = office.release(6, "10.00", customs="5166")
    office.bill(other, "10.00")
    standing = office.run(FIRST_RUN)
    assert [(order_no, amount) for _, order_no, amount in office.bank.asked] == [("E-ONE", Decimal("136.50"))]
    assert office.bank.payers == {AGENT}
    assert [office.news(case)[0].settled for case in cases] == [True] * 5
    assert office.due(other).paid == 0, "another customs has a collection of its own"
    office.run(FIRST_RUN, CollectionKey(agent=AGENT, customs="5166"))
    assert office.due(other).paid == Decimal("10.00")
    assert (standing.open_lists, standing.open_amount, standing.batches[0].outcome) == (0, Decimal(0), "PAID")
    with office.database.transaction() as session:
        assert balance(session, f"guarantee/{AGENT}").reserved == 0
        record = session.get_one(CaseRecord, cases[0])
        assert (record.state, record.ended_at) == ("taxed", FIRST_RUN)
        kept = session.get_one(PaymentRecord, cases[0])
        assert (kept.amount, kept.payment_order_no, kept.bank_reference) == (Decimal("27.30"), "E-ONE", "R-1")
    in_order(office)


@pytest.mark.parametrize(("billed", "differs"), [("27.31", False), ("27.29", False), ("27.32", True), ("30.00", True)])
def test_customs_figure_is_paid_and_a_difference_beyond_rounding_is_told(
    office: Office, billed: str, differs: bool
) -> None:
    case = office.release(1, bill=billed)
    standing = office.run(FIRST_RUN)
    told = office.news(case)[0].payment
    assert (told.amount, told.assessed, told.difference) == (
        Decimal(billed),
        Decimal("27.30"),
        Decimal(billed) - Decimal("27.30"),
    )
    assert (told.differs, standing.batches[0].differing) == (differs, int(differs))


def test_without_a_bill_nothing_is_paid_until_the_guard_and_then_each_list_by_itself(office: Office) -> None:
    cases = [office.release(1), office.release(2)]
    office.run(FIRST_RUN)
    waiting = office.run(GUARD - A_SECOND)
    assert not office.bank.asked
    assert waiting.next_run_at == GUARD, "the guard wakes the collection"
    assert waiting.alarms == ("BILL_MISSING",)
    office.run(GUARD)
    assert [order_no for _, order_no, _ in office.bank.asked] == cases
    assert [office.news(case)[0].payment.bill_no for case in cases] == [None, None]
    assert [item.workflow_id for item in office.items("due_alarm")] == cases


def test_a_void_bill_is_no_bill_and_a_changed_one_counts_as_it_is_now(office: Office) -> None:
    void, changed = office.release(1, bill="27.30"), office.release(2, bill="27.30")
    office.bill(void, "27.30", status="3")
    office.bill(changed, "28.00", status="2", order_no="E-2")
    office.run(FIRST_RUN)
    assert office.due(void).paid == 0
    assert office.due(changed).paid == Decimal("28.00")


def test_what_the_bank_refuses_goes_back_and_is_tried_with_a_new_key_in_the_next_run(office: Office) -> None:
    case = office.release(1, bill="27.30")
    office.bank.refusals = 1
    refused = office.run(FIRST_RUN)
    assert (office.due(case).state, office.due(case).batch_id, office.due(case).paid) == ("open", None, Decimal(0))
    assert refused.alarms == ("REFUSED",)
    assert refused.next_run_at == FIRST_RUN + A_DAY
    again = office.run(FIRST_RUN + A_DAY)
    assert [news.payment.outcome for news in office.news(case)] == [PaymentOutcome.REFUSED, PaymentOutcome.PAID]
    assert len({key for key, _, _ in office.bank.asked}) == 2
    assert again.alarms == ()


def test_a_part_payment_goes_to_the_earliest_deadline_and_the_rest_is_paid_next_time(office: Office) -> None:
    office.put_up("1000.00")
    later = office.release(1, "30.00", at=datetime(2026, 1, 20, 12, tzinfo=SHANGHAI), secured=True)
    earlier = office.release(2, "20.00", secured=True)
    for case, total in ((later, "30.00"), (earlier, "20.00")):
        office.bill(case, total, order_no="E-ONE")
    office.bank.purse = Decimal("35.00")
    at = datetime(2026, 2, 20, 2, tzinfo=SHANGHAI)
    standing = office.run(at)
    assert (office.due(earlier).state, office.due(later).state) == ("settled", "open")
    assert (office.due(later).paid, office.news(later)[0].open) == (Decimal("15.00"), Decimal("15.00"))
    assert (standing.batches[0].outcome, standing.batches[0].paid) == ("PART_PAID", Decimal("35.00"))
    with office.database.transaction() as session:
        assert balance(session, f"guarantee/{AGENT}").reserved == Decimal("15.00"), "only what is left is secured"
    office.bank.purse = None
    office.run(at + A_DAY)
    assert (office.due(later).state, office.due(later).paid) == ("settled", Decimal("30.00"))
    with office.database.transaction() as session:
        assert session.get_one(PaymentRecord, later).amount == Decimal("30.00")
        assert balance(session, f"guarantee/{AGENT}").reserved == 0
    in_order(office)


def test_tax_held_for_a_return_is_paid_when_its_time_is_over_and_the_rest_before(office: Office) -> None:
    case = office.release(1, "45.50", bill="45.50", at=datetime(2026, 3, 10, 12, tzinfo=SHANGHAI))
    evening = datetime(2026, 4, 24, 20, tzinfo=SHANGHAI)
    with office.database.transaction() as session:
        dues.hold(session, case, Decimal("13.65"), PAYABLE)
    first = office.run(datetime(2026, 4, 10, 2, tzinfo=SHANGHAI))
    assert (office.due(case).paid, office.due(case).state) == (Decimal("31.85"), "open")
    assert first.open_lists == 1
    assert office.run(evening - timedelta(hours=1)).next_run_at == evening
    office.run(evening)
    assert office.due(case).paid == Decimal("45.50")
    assert office.due(case).state == "open", "the return is still under way"
    with office.database.transaction() as session:
        dues.hold(session, case, Decimal(0), evening)
    office.run(evening + timedelta(hours=6))
    assert [(news.settled, news.open) for news in office.news(case)] == [
        (False, Decimal("13.65")),
        (False, Decimal(0)),
        (True, Decimal(0)),
    ]
    assert office.bank_paid == Decimal("45.50")


def test_goods_that_come_back_after_the_payment_are_a_refund(office: Office) -> None:
    case = office.release(1, "45.50", bill="45.50")
    office.run(FIRST_RUN)
    with office.database.transaction() as session:
        assert dues.reassess(session, case, Decimal("31.85"), Decimal(0), FIRST_RUN) == Decimal("13.65")
    with office.database.transaction() as session:
        dues.void(session, case, FIRST_RUN)
    assert office.due(case).refund == Decimal("45.50")
    assert [notice.recipient for notice in office.notices("REFUND_REQUESTED")] == [AGENT, AGENT]


def test_a_list_that_is_blocked_waits_and_one_that_ended_is_never_paid(office: Office) -> None:
    blocked, ended = office.release(1, bill="27.30"), office.release(2, bill="27.30")
    with office.database.transaction() as session:
        dues.block(session, blocked, "control", PAYABLE)
        dues.block(session, blocked, "cancellation", PAYABLE)
        dues.void(session, ended, PAYABLE)
    office.run(FIRST_RUN)
    with office.database.transaction() as session:
        dues.unblock(session, blocked, "control", PAYABLE)
    office.run(FIRST_RUN + A_DAY)
    assert not office.bank.asked
    with office.database.transaction() as session:
        dues.unblock(session, blocked, "cancellation", PAYABLE)
    office.run(FIRST_RUN + 2 * A_DAY)
    assert office.bank_paid == Decimal("27.30")
    assert office.due(ended).state == "void"


def test_a_list_that_ends_while_the_bank_pays_for_it_is_a_refund_and_hears_nothing(office: Office) -> None:
    case = office.release(1, bill="27.30")

    def end() -> None:
        with office.database.transaction() as session:
            dues.void(session, case, FIRST_RUN)

    office.bank.meanwhile = end
    office.run(FIRST_RUN)
    row = office.due(case)
    assert (row.state, row.paid, row.refund, row.batch_id) == ("void", Decimal("27.30"), Decimal("27.30"), None)
    assert not office.news(case)


def test_an_unpaid_list_is_overdue_once_to_itself_its_agent_and_its_enterprise(office: Office) -> None:
    case = office.release(1, bill="27.30")
    office.bank.refusing = {"E-1"}
    office.bill(case, "27.30", order_no="E-1")
    office.run(PAY_BEFORE - A_SECOND)
    assert "OVERDUE" not in {notice.kind for notice in office.notices("OVERDUE")}
    assert office.run(PAY_BEFORE - A_SECOND).next_run_at == PAY_BEFORE
    for _ in range(2):
        late = office.run(PAY_BEFORE)
    assert late.alarms == ("REFUSED", "OVERDUE")
    assert len(office.notices("OVERDUE")) == 2
    assert [item.workflow_id for item in office.items("due_alarm") if "OVERDUE" in item.payload] == [case]


def test_a_bill_that_comes_after_the_payment_and_differs_is_told_the_agent(office: Office) -> None:
    same, other = office.release(1), office.release(2)
    office.run(GUARD)
    office.bill(same, "27.30", at=GUARD)
    office.bill(other, "29.00", at=GUARD)
    for _ in range(2):
        office.run(GUARD + A_DAY)
    told = office.notices("BILL_DIFFERS")
    assert [(notice.recipient, notice.subject) for notice in told] == [(AGENT, other)]
    assert '"difference": "1.70' in told[0].payload


@pytest.mark.parametrize("lost", [0, 1])
def test_an_activity_that_dies_and_is_done_again_does_nothing_twice(office: Office, lost: int) -> None:
    cases = [office.release(number, bill="27.30") for number in range(1, 4)]
    for case in cases:
        office.bill(case, "27.30", order_no=f"E-{case[-1]}")
    environment, desk = ActivityEnvironment(), office.desk
    plan = PlanRun(key=KEY, run_at=FIRST_RUN, now=FIRST_RUN)
    batch_id = environment.run(desk.plan_run, plan).batch_id
    assert environment.run(desk.plan_run, plan).batch_id == batch_id, "the batch is known already"
    assert batch_id is not None
    office.bank.lost, office.bank.down = lost, 1 - lost
    orders = PayOrders(key=KEY, batch_id=batch_id)
    with pytest.raises(Unavailable):
        environment.run(desk.pay_orders, orders)
    for _ in range(2):
        assert environment.run(desk.pay_orders, orders).left == 0
    for _ in range(2):
        environment.run(desk.settle_rows, SettleRows(batch_id=batch_id, now=FIRST_RUN))
    assert office.bank_paid == Decimal("81.90")
    assert [len(office.news(case)) for case in cases] == [1, 1, 1]
    assert [office.due(case).paid for case in cases] == [Decimal("27.30")] * 3
    assert environment.run(desk.plan_run, plan).batch_id is None


def test_everything_came_back_and_nothing_is_due(office: Office) -> None:
    case = office.release(1, "45.50")
    with office.database.transaction() as session:
        dues.reassess(session, case, Decimal(0), Decimal(0), PAYABLE)
    office.run(FIRST_RUN)
    assert office.news(case)[0].payment.outcome is PaymentOutcome.NOT_DUE
    assert office.news(case)[0].settled
    assert not office.bank.asked


def test_a_collection_without_lists_runs_daily(office: Office) -> None:
    standing = office.run(FIRST_RUN)
    assert (standing.open_lists, standing.next_run_at, standing.next_deadline) == (0, FIRST_RUN + A_DAY, None)


def test_a_deadline_computed_without_the_holidays_is_settled_once_they_are_announced(office: Office) -> None:
    case = office.release(1)
    right = office.due(case)
    with office.database.transaction() as session:
        row = dues.locked(session, case)
        assert row is not None
        row.provisional, row.pay_before, row.deadline = True, PAY_BEFORE - 8 * A_DAY, right.deadline - 8 * A_DAY
    office.run(PAYABLE - 8 * A_DAY)
    assert office.due(case).provisional, "not yet near"
    office.run(PAYABLE - 7 * A_DAY)
    settled = office.due(case)
    assert (settled.provisional, settled.pay_before, settled.deadline) == (False, right.pay_before, right.deadline)
