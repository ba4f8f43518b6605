"""Guarantees by the law cases of guarantee.yaml, on both databases; what happens twice happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from threading import Barrier
from typing import Any, TypeVar

import pytest
from sqlmodel import Session, col, select

from clearway.contracts.facts import GuaranteeHold, GuaranteeOutcome
from models.database import Database
from models.ledger.guarantee_care import lower
from models.ledger.transfers import Conflict, LedgerRefused, open_reservations
from models.tables import GuaranteeWait, LedgerTransfer
from tests.models.ledger.guarantee_book import GUARANTOR, NOON, GuaranteeBook, law_cases
from tests.patience import PATIENCE

T = TypeVar("T")

ENDS = date(2026, 12, 31)


@pytest.mark.parametrize("case", law_cases())
def test_a_guarantee_moves_as_the_law_says_and_every_step_again_changes_nothing(
    store: Database, case: dict[str, Any]
) -> None:
    book = GuaranteeBook(store)
    if case["guarantee"]:
        book.put_up(case["guarantee"]["total"], case["guarantee"]["valid_to"])
    for number, step in enumerate(case["steps"]):
        told_before = len(book.standing().told)
        for _ in range(2):  # as a retry after a lost answer does
            if step.get("refused"):
                with pytest.raises(LedgerRefused):
                    book.play(step, number)
            else:
                _check(step, book.play(step, number))
            after = book.standing()
            assert after.told[told_before:] == step.get("told", []), step
            if "occupied" in step:
                assert after.balance.reserved == Decimal(step["occupied"]), step
            if "total" in step:
                assert after.balance.credits - after.balance.debits == Decimal(step["total"]), step


def _check(step: dict[str, Any], held: GuaranteeHold | None) -> None:
    if held is None:
        return
    assert held.outcome == step["expect"], step
    assert held.reason == step.get("why", held.reason), step
    assert held.place == step.get("place", held.place), step
    assert held.crossed_warning is step.get("warns", held.crossed_warning), step
    assert held.amount == Decimal(step["tax"])
    assert [use.rule for use in held.rules] == ["guarantee.min_validity_days", "guarantee.warning_share"]


def test_what_is_recorded_says_how_the_guarantee_stands(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)
    held = book.ask("A", "27.30")
    assert (held.guarantor, held.hold_id, held.valid_to) == ("3301960A01", "A|1|guarantee", ENDS)
    assert (held.total, held.occupied) == (Decimal("100.00"), Decimal("27.30"))
    assert held.model_dump(mode="json")["occupied"] == "27.30"


@pytest.mark.parametrize("amount", ["27.31", "27.29"])
def test_the_same_id_for_another_amount_is_refused(store: Database, amount: str) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)
    book.ask("A", "27.30")
    with pytest.raises(Conflict):
        book.ask("A", amount)
    with pytest.raises(Conflict):
        book.top_up(amount, "first")


def test_a_hold_that_ended_is_not_made_again(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)
    book.ask("A", "27.30")
    book.play({"release": "A"}, 1)
    with pytest.raises(Conflict, match="ended before"):
        book.ask("A", "27.30")
    assert book.standing().balance.reserved == 0


def test_a_list_that_changes_its_guarantor_leaves_the_old_one(store: Database) -> None:
    old, new = GuaranteeBook(store), GuaranteeBook(store, "3301960L01")
    old.put_up("30.00", ENDS)
    new.top_up("30.00", "other", form="insurance", valid_to=ENDS)
    old.ask("A", "27.30")
    old.ask("B", "10.00")
    assert new.ask("A", "27.30", again=2).outcome is GuaranteeOutcome.HELD
    assert old.standing().balance.reserved == Decimal("10.00")
    assert old.standing().told == ["B"]

    new.ask("C", "10.00")
    assert old.ask("C", "10.00", again=2).outcome is GuaranteeOutcome.HELD
    assert new.standing().waiting == []


def test_a_partial_release_for_another_amount_under_the_same_id_is_refused(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)
    book.ask("A", "27.30")
    book.play({"free_part": "A", "tax": "7.30"}, 1)
    with pytest.raises(Conflict):
        book.play({"free_part": "A", "tax": "7.31"}, 1)
    book.play({"release": "A"}, 2)
    book.play({"free_part": "A", "tax": "7.30"}, 3)
    assert book.standing().balance.reserved == 0


def test_a_repeated_top_up_does_not_undo_a_later_extension(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2026, 5, 9))
    book.play({"extend": ENDS}, 1)
    book.put_up("100.00", date(2026, 5, 9))
    assert book.ask("A", "27.30").valid_to == ENDS


def test_the_operator_who_lets_a_list_pass_stands_in_the_ledger(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("10.00", ENDS)
    book.ask("A", "20.00")
    book.ask("B", "5.00")
    book.play({"let_pass": "B"}, 1)
    with store.transaction() as session:
        (reason,) = session.exec(select(LedgerTransfer.reason).where(LedgerTransfer.id == "B|1|guarantee"))
    assert reason == "let pass by op-1: test"


def test_a_lowered_guarantee_keeps_what_lists_hold(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)
    book.ask("A", "27.30")
    with pytest.raises(LedgerRefused), store.transaction() as session:
        _lower(session, "72.71")
    with store.transaction() as session:
        _lower(session, "72.70")
        _lower(session, "72.70")
    assert book.standing().balance.available == 0


def _lower(session: Session, amount: str) -> None:
    lower(session, guarantor=GUARANTOR, amount=Decimal(amount), transfer_id="low", at=NOON, reason="test")


def test_two_lists_at_once_with_money_for_one(store: Database) -> None:
    for number in range(10):
        book = GuaranteeBook(store, f"G{number}")
        book.top_up("40.00", f"first-{number}", form="deposit", valid_to=ENDS)
        both = _at_once(*(partial(book.ask, f"{each}-{number}", "27.30") for each in "AB"))
        assert sorted(held.outcome for held in both) == ["AWAITING", "HELD"]
        assert [held.place for held in both if held.place] == [1]
        assert book.standing().balance.reserved == Decimal("27.30")


def test_a_list_that_is_judged_while_its_turn_comes_holds_once(store: Database) -> None:
    for number in range(10):
        book = GuaranteeBook(store, f"G{number}")
        book.top_up("10.00", f"first-{number}", form="deposit", valid_to=ENDS)
        book.ask(f"A-{number}", "27.30")
        _at_once(partial(book.ask, f"A-{number}", "27.20", again=2), partial(book.top_up, "90.00", f"more-{number}"))
        assert book.standing().balance.reserved == Decimal("27.20")
        assert book.standing().waiting == []


def test_whatever_eight_do_at_once_nobody_waits_who_could_be_served(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", ENDS)

    def work(worker: int) -> None:
        chance = Random(worker)
        for number in range(12):
            case = f"{worker}-{number}"
            book.ask(case, str(chance.randint(1, 60)))
            book.ask(case, str(chance.randint(0, 60)), again=2)
            if chance.random() < 0.7:
                book.play({"release": case}, number)

    _at_once(*(partial(work, worker) for worker in range(8)))
    after = book.standing()
    with store.transaction() as session:
        cases = [f"{worker}-{number}" for worker in range(8) for number in range(12)]
        held = [row for case in cases for row in open_reservations(session, case, ledger="guarantee")]
        first = session.exec(select(GuaranteeWait).order_by(col(GuaranteeWait.number))).first()
    assert after.balance.reserved == sum(row.amount for row in held)
    assert after.balance.available >= 0
    assert len({row.reference for row in held}) == len(held)
    assert first is None or first.amount > after.balance.available
    assert not {row.reference for row in held} & set(after.waiting)


def _at_once(*calls: Callable[[], T]) -> list[T]:
    """Make the calls in threads of their own, begun at the same instant."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(timeout=PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
