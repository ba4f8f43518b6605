"""What returns change in the books: exact, once per step, and the same on both databases (RULEBOOK B.8, D-12)."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import Session, select

from activities.closing import CaseRegister
from activities.goods_returns import ReturnDesk
from clearway.contracts.documents import ReturnApplication
from clearway.contracts.goods_return import ReturnLine, ReturnSettlement, ReturnState
from clearway.contracts.keys import CaseKey, ReturnKey
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from clearway.testing import BUYER_ID, EBC, EBP, SampleSet
from models.addresses import list_address, remember
from models.collection import dues
from models.database import Database
from models.ledger import guarantee
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.guarantee import guarantee_account
from models.ledger.quota import holding
from models.person_key import person_key
from models.registry import load, read
from models.return_work import CloseReturn, FileReturn, OpenReturn, ReturnClosing, SettleGoods
from models.tables import GoodsReturnRecord, Notice, TaxDue
from models.work import CloseRequest
from tests.returns_desk import lines, release, two_lines
from tests.standins import RecordingCustoms

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Decimal(0)
ROUNDS, ORDERS = 200, 25
ONE, OTHER = lines(_1="1"), lines(_2="1")


class Returns:
    """One released list and its returns."""

    def __init__(self, database: Database, sample: SampleSet) -> None:
        self.database = database
        self.case: CaseKey = sample.key
        self.customs = RecordingCustoms()
        self.desk = ReturnDesk(database, self.customs)

    def key(self, number: int) -> ReturnKey:
        return ReturnKey(case=self.case, number=number)

    def open(self, number: int, *wanted: ReturnLine, now: datetime = AT + DAY) -> tuple[Problem, ...]:
        request = OpenReturn(
            key=self.key(number), lines=wanted, actor=EBC, reason="wrong size", now=now, profile="SEED"
        )
        return self.desk.open_return(request)

    def settle(
        self, number: int, *seen: ReturnLine, step: int = 1, original: bool = True, now: datetime = AT + 9 * DAY
    ) -> ReturnSettlement:
        return self.desk.settle_goods(
            SettleGoods(key=self.key(number), step=step, lines=seen, original=original, now=now, profile="SEED")
        )

    def close(self, number: int, state: ReturnState = ReturnState.CONFIRMED) -> ReturnClosing:
        return self.desk.close_return(
            CloseReturn(key=self.key(number), state=state, why="", now=AT + 10 * DAY, profile="SEED")
        )

    @property
    def owed(self) -> TaxDue:
        with self.database.transaction() as session:
            row = dues.find(session, self.case.workflow_id)
        assert row is not None
        return row

    @property
    def used(self) -> Decimal:
        """What the buyer has used of the annual amount of the list's year."""
        with self.database.transaction() as session:
            return holding(session, person_key(BUYER_ID, "test"), 2026).used

    @property
    def secured(self) -> Decimal:
        with self.database.transaction() as session:
            return balance(session, guarantee_account(EBC).id).reserved

    def told(self, kind: str) -> list[str]:
        """Who was told of something."""
        with self.database.transaction() as session:
            return sorted(session.exec(select(Notice.recipient).where(Notice.kind == kind)))


def a_list(database: Database, *, freight: str = "0.00", at: datetime = AT) -> Returns:
    """A list released at an instant."""
    load(database, read(ROOT / "deploy" / "registry.yaml"))
    sample = two_lines("CW-1", at, freight=Decimal(freight))
    release(database, sample, at)
    return Returns(database, sample)


@pytest.fixture
def returns(store: Database) -> Returns:
    """The list of B.8, example 2, released on 2026-03-10, on a database of each kind."""
    return a_list(store)


def balanced(session: Session) -> bool:
    """Whether the ledger adds up to nothing."""
    return not check(session)


def test_an_open_return_holds_the_tax_of_its_goods(returns: Returns) -> None:
    assert returns.open(1, *ONE) == ()
    assert (returns.owed.due, returns.owed.held) == (Decimal("45.50"), Decimal("13.65"))
    assert returns.open(2, *OTHER) == ()
    assert returns.owed.held == Decimal("31.85")
    assert (returns.used, returns.secured) == (Decimal("500.00"), Decimal("45.50")), "nothing is given back yet"


def test_opening_the_same_return_again_changes_nothing_and_other_goods_are_refused(returns: Returns) -> None:
    for _ in range(2):
        assert returns.open(1, *ONE) == ()
    assert returns.owed.held == Decimal("13.65")
    assert [problem.code for problem in returns.open(1, *OTHER)] == ["E_RETURN_NUMBER"]
    assert returns.owed.held == Decimal("13.65")


def test_more_than_was_released_is_refused_with_every_line_at_once(returns: Returns) -> None:
    (problem,) = returns.open(1, *lines(_1="2.5", _2="2", _3="1"))
    assert problem.code == "E_QTY_EXCEEDS"
    assert [(each.field, each.value) for each in problem.fields] == [
        ("lines[gnum=1].qty", "2.5"),
        ("left[gnum=1].qty", "2"),
        ("lines[gnum=2].qty", "2"),
        ("left[gnum=2].qty", "1"),
        ("lines[gnum=3].qty", "1"),
        ("left[gnum=3].qty", "0"),
    ]
    assert returns.owed.held == 0


def test_two_of_a_line_after_one_was_returned_are_too_many(returns: Returns) -> None:
    returns.open(1, *ONE)
    returns.settle(1, *ONE)
    returns.close(1)
    assert [problem.code for problem in returns.open(2, *lines(_1="2"))] == ["E_QTY_EXCEEDS"]
    assert returns.open(2, *ONE) == ()


def test_what_was_not_confirmed_may_be_applied_for_again(returns: Returns) -> None:
    returns.open(1, *lines(_1="2"))
    returns.settle(1, *ONE, original=False)
    assert returns.owed.held == Decimal("13.65"), "of the unit that is still on its way"
    returns.close(1, ReturnState.NOT_ORIGINAL)
    assert (returns.owed.due, returns.owed.held) == (Decimal("45.50"), NOTHING)
    assert returns.open(2, *lines(_1="2")) == ()


def test_a_partial_return_restores_its_price_and_leaves_the_tax_of_the_rest(returns: Returns) -> None:
    returns.open(1, *ONE)
    settled = returns.settle(1, *ONE)
    figures = (settled.tax_before, settled.tax_due, settled.reversal, settled.restored, settled.guarantee_freed)
    assert figures == tuple(map(Decimal, ("45.50", "31.85", "13.65", "150.00", "13.65")))
    assert settled.refund == 0
    assert "31.85" in settled.explanation
    assert settled.rules
    assert (returns.owed.due, returns.owed.held) == (Decimal("31.85"), NOTHING)
    assert (returns.used, returns.secured) == (Decimal("350.00"), Decimal("31.85"))
    assert returns.told("RETURN_CONFIRMED") == sorted([EBC, EBP]), "the platform refunds the buyer"
    with returns.database.transaction() as session:
        assert balanced(session)


def test_the_same_step_again_changes_nothing_and_answers_the_same(returns: Returns) -> None:
    returns.open(1, *lines(_1="2"))
    first = returns.settle(1, *ONE)
    assert returns.settle(1, *ONE, now=AT + 20 * DAY) == first
    assert (returns.used, returns.secured, returns.owed.due) == tuple(map(Decimal, ("350.00", "31.85", "31.85")))
    second = returns.settle(1, *ONE, step=2)
    assert (second.tax_before, second.tax_due, second.restored) == tuple(map(Decimal, ("31.85", "18.20", "150.00")))
    assert returns.close(1) == returns.close(1)
    assert returns.told("RETURN_ENDED") == sorted([EBC, EBP])


def test_freight_goes_back_only_with_the_last_of_the_goods(store: Database) -> None:
    returns = a_list(store, freight="30.00")
    before = returns.owed.due
    returns.open(1, *lines(_1="2", _2="1"))
    first = returns.settle(1, *lines(_1="2"))
    last = returns.settle(1, *OTHER, step=2)
    assert (first.restored, last.restored) == (Decimal("300.00"), Decimal("230.00"))
    assert first.reversal + last.reversal == before
    assert (last.tax_due, returns.used, returns.secured) == (NOTHING, NOTHING, NOTHING)


def test_goods_that_come_back_after_the_payment_are_refunded_and_free_no_guarantee(returns: Returns) -> None:
    returns.open(1, *ONE)
    with returns.database.transaction() as session:
        row = dues.locked(session, returns.case.workflow_id)
        assert row is not None
        row.paid = Decimal("45.50")
        guarantee.release(session, returns.case.workflow_id, AT + 45 * DAY, reason="paid")
    settled = returns.settle(1, *ONE, now=AT + 45 * DAY)
    assert (settled.refund, settled.guarantee_freed, settled.restored) == tuple(map(Decimal, ("13.65", "0", "150.00")))
    assert returns.close(1).refund == Decimal("13.65")
    assert returns.told("REFUND_REQUESTED") == [EBC]


def test_the_list_ends_with_everything_given_back_once(returns: Returns) -> None:
    returns.open(1, *lines(_1="2", _2="1"))
    returns.settle(1, *ONE)
    returns.settle(1, *lines(_1="1", _2="1"), step=2)
    assert returns.close(1).tax_due == 0
    CaseRegister(returns.database).close_case(CloseRequest(key=returns.case, state=State.RETURNED, now=AT + 11 * DAY))
    assert (returns.used, returns.secured) == (NOTHING, NOTHING)
    with returns.database.transaction() as session:
        assert balanced(session)
    assert [problem.code for problem in returns.open(2, *ONE)] == ["E_LIST_ENDED"]


def test_a_list_that_nobody_released_has_no_returns(store: Database) -> None:
    sample = two_lines("CW-2", AT)
    assert [problem.code for problem in Returns(store, sample).open(1, *ONE)] == ["E_NOT_RELEASED"]


def test_the_application_goes_to_customs_under_one_guid_however_often_it_is_tried(returns: Returns) -> None:
    returns.open(1, *ONE)
    request = FileReturn(
        key=returns.key(1), lines=ONE, reason="wrong size", applied_at=AT + DAY, now=AT + DAY, profile="SEED"
    )
    refused = returns.desk.file_return_application(request).refused
    assert "invtNo" in refused
    assert returns.customs.filed == []
    with returns.database.transaction() as session:
        numbers = [list_address("pre", "B20260310000000001"), list_address("invt", "299120261000000001")]
        remember(session, returns.case.workflow_id, numbers)
    for now in (AT + DAY, AT + 2 * DAY):
        filing = returns.desk.file_return_application(request.model_copy(update={"now": now}))
        assert filing.refused == ""
        assert filing.answer_by > filing.filed_at == now
    first, second = returns.customs.filed
    assert first == second
    application = first[1]
    assert isinstance(application, ReturnApplication)
    assert (application.invt_no, application.pre_no) == ("299120261000000001", "B20260310000000001")


def test_nothing_told_or_registered_of_a_return_is_personal(returns: Returns) -> None:
    returns.open(1, *ONE)
    returns.settle(1, *ONE)
    returns.close(1)
    with returns.database.transaction() as session:
        told = [json.loads(row.payload) for row in session.exec(select(Notice))]
        kept = [row.model_dump_json() for row in session.exec(select(GoodsReturnRecord))]
    text = json.dumps(told, ensure_ascii=False) + "".join(kept)
    assert told
    for personal in (BUYER_ID, "张三", "13800000000", "李四"):
        assert personal not in text


def test_two_returns_of_the_same_unit_at_one_instant_are_never_both_taken(database: Database) -> None:
    returns, dice = a_list(database), random.Random(20260409)
    with ThreadPoolExecutor(2) as threads:
        for turn in range(0, 2 * ROUNDS, 2):
            rivals = dice.sample((turn + 1, turn + 2), 2)
            found = list(threads.map(lambda number: returns.open(number, *OTHER), rivals))
            assert sorted(map(len, found)) == [0, 1], "one of them is refused, and says why"
            won = rivals[found.index(())]
            assert returns.owed.held == Decimal("18.20")
            if dice.random() > 0.7:
                returns.settle(won, *OTHER, original=False)
            returns.close(won, ReturnState.WITHDRAWN)
            assert (returns.owed.due, returns.owed.held) == (Decimal("45.50"), NOTHING)


def test_returns_at_one_instant_never_take_more_than_there_is(store: Database) -> None:
    returns, dice = a_list(store), random.Random(8)
    wanted = [lines(_1=str(dice.choice((1, 2)))) for _ in range(8)]
    start = Barrier(4)

    def race(first: int) -> list[int]:
        start.wait()
        return [number for number in (first, first + 4) if returns.open(number, *wanted[number - 1]) == ()]

    with ThreadPoolExecutor(4) as threads:
        opened = [number for found in threads.map(race, range(1, 5)) for number in found]
    taken = sum(wanted[number - 1][0].qty for number in opened)
    assert 0 < taken <= 2
    assert returns.owed.held == taken * Decimal("13.65")


def test_partial_returns_settled_in_any_order_keep_the_books(database: Database) -> None:
    load(database, read(ROOT / "deploy" / "registry.yaml"))
    dice = random.Random(20260409)
    for turn in range(ORDERS):
        sample = two_lines(f"CW-R{turn}", AT)
        release(database, sample, AT)
        returns = Returns(database, sample)
        used, secured = returns.used, returns.secured
        done = [number for number in (1, 2, 3) if returns.open(number, *ONE) == ()]
        assert done == [1, 2], "a third unit there is not"
        dice.shuffle(done)
        for number in done:
            original = dice.random() > 0.3
            settled = returns.settle(number, *ONE, original=original)
            if dice.random() > 0.5:
                assert returns.settle(number, *ONE, original=original) == settled
            returns.close(number, ReturnState.CONFIRMED if original else ReturnState.NOT_ORIGINAL)
        with database.transaction() as session:
            rows = session.exec(select(GoodsReturnRecord).where(GoodsReturnRecord.case_id == sample.key.workflow_id))
            back = sum(row.state == ReturnState.CONFIRMED for row in rows)
        assert (returns.owed.due, returns.owed.held) == (Decimal("45.50") - back * Decimal("13.65"), NOTHING)
        assert (used - returns.used, secured - returns.secured) == (back * Decimal(150), back * Decimal("13.65"))
        CaseRegister(database).close_case(CloseRequest(key=sample.key, state=State.CANCELLED, now=AT + 12 * DAY))
    with database.transaction() as session:
        assert balanced(session)
