"""The account book item by item, by the acceptance of RULEBOOK B.6 and its invariant."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.contracts.base import SHANGHAI
from models.database import Database
from models.ledger import book
from models.ledger.book import Stock, item_account
from models.ledger.check import check
from models.ledger.transfers import Conflict, Insufficient, expire

AT = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)
ITEM = item_account("T2991W000001", "12", "011")
HUNDRED, TWO = Decimal(100), Decimal(2)


@pytest.fixture
def book_store(store: Database) -> Database:
    """A book with 100 pieces of one item."""
    with store.transaction() as session:
        book.enter(session, ITEM, HUNDRED, transfer_id="in", at=AT, entry="E-1")
    return store


def now(store: Database) -> Stock:
    with store.transaction() as session:
        return book.stock(session, ITEM)


def pre_deduct(store: Database, quantity: Decimal = TWO, name: str = "V-1", at: datetime = AT) -> None:
    with store.transaction() as session:
        book.pre_deduct(session, ITEM, quantity, transfer_id=name, at=at, verification=name)


def test_acceptance_b_6_1_approval_pre_deducts_and_the_gate_deducts(book_store: Database) -> None:
    assert now(book_store) == Stock(HUNDRED, HUNDRED)
    pre_deduct(book_store)
    assert now(book_store) == Stock(HUNDRED, Decimal(98))
    with book_store.transaction() as session:
        book.deduct(session, "gate", "V-1", AT)
    assert now(book_store) == Stock(Decimal(98), Decimal(98))


def test_acceptance_b_6_2_a_vehicle_turned_back_holds_until_it_is_void(book_store: Database) -> None:
    pre_deduct(book_store)
    assert now(book_store) == Stock(HUNDRED, Decimal(98))
    with book_store.transaction() as session:
        book.return_pre_deduction(session, "void", "V-1", AT, reason="turned back at the gate")
    assert now(book_store) == Stock(HUNDRED, HUNDRED)


def test_everything_again_changes_nothing(book_store: Database) -> None:
    for _ in range(2):
        with book_store.transaction() as session:
            book.enter(session, ITEM, HUNDRED, transfer_id="in", at=AT, entry="E-1")
            book.pre_deduct(session, ITEM, TWO, transfer_id="V-1", at=AT, verification="V-1")
            book.deduct(session, "gate", "V-1", AT)
            book.refund(session, "back", "gate", Decimal(1), AT, reason="returned")
            book.adjust(session, ITEM, Decimal(-3), transfer_id="count", at=AT, reason="stock-take")
        assert now(book_store) == Stock(Decimal(96), Decimal(96))


def test_more_than_is_available_is_not_pre_deducted(book_store: Database) -> None:
    pre_deduct(book_store, Decimal(98))
    with pytest.raises(Insufficient):
        pre_deduct(book_store, Decimal("2.00001"), "V-2")
    pre_deduct(book_store, TWO, "V-3")
    assert now(book_store) == Stock(HUNDRED, Decimal(0))


def test_a_release_list_passes_the_gate_until_the_end_of_day_3_and_not_after(book_store: Database) -> None:
    """Day 3 of an approval on the 10th is the 13th; the event day is not counted (RULEBOOK B.0.1)."""
    end_of_day_3 = datetime(2026, 3, 14, tzinfo=SHANGHAI)
    pre_deduct(book_store)
    pre_deduct(book_store, name="V-2")
    with book_store.transaction() as session:
        assert expire(session, end_of_day_3 - timedelta(microseconds=1)) == []
        book.deduct(session, "gate", "V-1", end_of_day_3 - timedelta(microseconds=1))
    with pytest.raises(Conflict, match="expired"), book_store.transaction() as session:
        book.deduct(session, "gate-2", "V-2", end_of_day_3)
    with book_store.transaction() as session:
        assert len(expire(session, end_of_day_3)) == 1
    assert now(book_store) == Stock(Decimal(98), Decimal(98))


def test_no_more_comes_back_than_had_left(book_store: Database) -> None:
    pre_deduct(book_store)
    with book_store.transaction() as session:
        book.deduct(session, "gate", "V-1", AT)
        book.refund(session, "back-1", "gate", Decimal(1), AT, reason="returned")
    with pytest.raises(Conflict), book_store.transaction() as session:
        book.refund(session, "back-2", "gate", Decimal("1.00001"), AT, reason="returned")
    assert now(book_store) == Stock(Decimal(99), Decimal(99))


def test_a_stock_take_cannot_take_what_is_pre_deducted(book_store: Database) -> None:
    pre_deduct(book_store)
    with pytest.raises(Insufficient), book_store.transaction() as session:
        book.adjust(session, ITEM, Decimal(-99), transfer_id="count", at=AT, reason="stock-take")
    with book_store.transaction() as session:
        book.adjust(session, ITEM, Decimal(5), transfer_id="count", at=AT, reason="stock-take")
    assert now(book_store) == Stock(Decimal(105), Decimal(103))


def test_an_item_is_counted_in_one_unit(book_store: Database) -> None:
    with pytest.raises(ValueError, match="unit='011'"), book_store.transaction() as session:
        book.enter(session, ITEM._replace(unit="035"), TWO, transfer_id="kg", at=AT, entry="E-2")


@pytest.mark.parametrize("numbers", [("entered", "1"), ("T1", ""), ("T1/2", "1"), ("T1", "x" * 31)])
def test_a_number_that_cannot_be_is_refused(numbers: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="capital letters and digits"):
        item_account(*numbers, "011")


STEPS = st.lists(
    st.tuples(st.sampled_from(("enter", "pre_deduct", "deduct", "void", "refund", "adjust")), st.integers(1, 40)),
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_book_quantity_and_available_are_what_the_law_says(store: Database, steps: list[tuple[str, int]]) -> None:
    """Invariant of B.6: in - out + returned ± adjustments, less what is pre-deducted; neither below zero."""
    with store.transaction() as session:
        before = len(session.connection().exec_driver_sql("SELECT id FROM ledger_account").all())
    item = item_account("T1", f"{before}X{abs(hash(tuple(steps)))}", "011")
    quantity = pre_deducted = 0
    held: dict[str, int] = {}
    left: dict[str, int] = {}
    for number, (what, amount) in enumerate(steps):
        name = f"{item.id}|{number}"
        chosen = next(iter(left if what == "refund" else held), "")
        with store.transaction() as session:
            match what:
                case "enter":
                    book.enter(session, item, Decimal(amount), transfer_id=name, at=AT, entry="E")
                    quantity += amount
                case "pre_deduct" if amount <= quantity - pre_deducted:
                    book.pre_deduct(session, item, Decimal(amount), transfer_id=name, at=AT, verification="V")
                    held[name] = amount
                    pre_deducted += amount
                case "pre_deduct":
                    with pytest.raises(Insufficient):
                        book.pre_deduct(session, item, Decimal(amount), transfer_id=name, at=AT, verification="V")
                case "deduct" if chosen:
                    book.deduct(session, name, chosen, AT)
                    left[name] = held.pop(chosen)
                    pre_deducted, quantity = pre_deducted - left[name], quantity - left[name]
                case "void" if chosen:
                    book.return_pre_deduction(session, name, chosen, AT, reason="void")
                    pre_deducted -= held.pop(chosen)
                case "refund" if chosen:
                    back = left.pop(chosen)
                    book.refund(session, name, chosen, Decimal(back), AT, reason="returned")
                    quantity += back
                case "adjust" if amount <= quantity - pre_deducted:
                    book.adjust(session, item, Decimal(-amount), transfer_id=name, at=AT, reason="count")
                    quantity -= amount
            assert book.stock(session, item) == Stock(Decimal(quantity), Decimal(quantity - pre_deducted))
    with store.transaction() as session:
        assert check(session) == []
