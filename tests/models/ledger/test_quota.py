"""The annual amount of a person: reserved once, confirmed or given back once, always in its own year (B.3)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.database import Database
from models.ledger.quota import (
    Drift,
    Limit,
    confirm_holds,
    give_back,
    hold,
    holding,
    let_go,
    note_customs_figure,
    person_of,
    quantity_account,
    quota_account,
    restore,
    used_by_others,
)
from models.ledger.transfers import Conflict, Insufficient

AT = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
LATER = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
LIMIT = Decimal("26000.00")
PERSON = "p" * 64
LIST = "declaration-list/E/1"


def _hold(store: Database, amount: str, *, case: str = LIST, number: int = 1, year: int = 2025) -> None:
    with store.transaction() as session:
        limit = Limit(quota_account(PERSON, year), LIMIT)
        let_go(session, case, AT, but=f"{case}|{number}|")
        hold(session, limit, Decimal(amount), case=case, hold_id=f"{case}|{number}|quota", at=AT)


def _used(store: Database, year: int = 2025) -> Decimal:
    with store.transaction() as session:
        return holding(session, PERSON, year).used


def _customs_says(store: Database, figure: str) -> Drift:
    with store.transaction() as session:
        return note_customs_figure(
            session,
            person=PERSON,
            year=2025,
            figure=Decimal(figure),
            limit=LIMIT,
            at=LATER,
            transfer_id="customs-1",
            reason="told",
        )


def test_an_amount_up_to_the_limit_is_held_and_one_fen_more_is_not(store: Database) -> None:
    _hold(store, "25000.00")
    _hold(store, "1000.00", case="declaration-list/E/2")
    assert _used(store) == LIMIT
    with pytest.raises(Insufficient):
        _hold(store, "0.01", case="declaration-list/E/3")
    assert _used(store) == LIMIT


def test_the_same_hold_again_takes_nothing_more(store: Database) -> None:
    for _ in range(3):
        _hold(store, "310.00")
    assert _used(store) == Decimal("310.00")


def test_a_list_judged_again_holds_its_new_amount_in_place_of_the_old(store: Database) -> None:
    _hold(store, "25990.00")
    _hold(store, "25999.00", number=2)
    assert _used(store) == Decimal("25999.00")


def test_a_list_does_not_count_against_itself(store: Database) -> None:
    _hold(store, "310.00")
    with store.transaction() as session:
        assert used_by_others(session, quota_account(PERSON, 2025), LIST) == 0
        assert used_by_others(session, quota_account(PERSON, 2025), "another") == Decimal("310.00")


def test_a_return_confirmed_in_january_gives_back_to_the_year_of_acceptance(store: Database) -> None:
    _hold(store, "4000.00")
    _hold(store, "500.00", case="declaration-list/E/2", year=2026)
    with store.transaction() as session:
        confirm_holds(session, LIST, datetime(2026, 1, 1, 0, 0, tzinfo=UTC))
        give_back(session, LIST, LATER, reason="returned")
    assert (_used(store, 2025), _used(store, 2026)) == (Decimal(0), Decimal("500.00"))


@pytest.mark.parametrize("released", [False, True])
def test_an_end_without_release_or_with_a_return_gives_back_once(store: Database, released: bool) -> None:
    _hold(store, "4000.00")
    for _ in range(2):
        with store.transaction() as session:
            if released:
                confirm_holds(session, LIST, LATER)
            give_back(session, LIST, LATER, reason="ended")
    assert _used(store) == 0


def test_parts_are_restored_up_to_what_was_confirmed(store: Database) -> None:
    _hold(store, "500.00")
    with store.transaction() as session:
        confirm_holds(session, LIST, LATER)
        for _ in range(2):
            restore(session, LIST, Decimal("150.00"), LATER, transfer_id="return-1", reason="one of line 1")
    assert _used(store) == Decimal("350.00")
    with pytest.raises(Conflict), store.transaction() as session:
        restore(session, LIST, Decimal("350.01"), LATER, transfer_id="return-2", reason="too much")
    with store.transaction() as session:
        give_back(session, LIST, LATER, reason="the rest came back")
    assert _used(store) == 0


def test_what_customs_counts_beyond_ours_was_bought_elsewhere(store: Database) -> None:
    _hold(store, "1000.00")
    assert _customs_says(store, "25500.00").difference == Decimal("24500.00")
    assert _customs_says(store, "25500.00").difference == 0
    assert _used(store) == Decimal("25500.00")
    with pytest.raises(Insufficient):
        _hold(store, "600.00", case="declaration-list/E/2")
    _hold(store, "500.00", case="declaration-list/E/3")


def test_a_lower_figure_of_customs_takes_nothing_of_ours_away(store: Database) -> None:
    _hold(store, "1000.00")
    assert _customs_says(store, "400.00").difference == Decimal("-600.00")
    assert _used(store) == Decimal("1000.00")


def test_a_figure_of_customs_above_the_limit_fills_the_year(store: Database) -> None:
    _customs_says(store, "30000.00")
    with store.transaction() as session:
        assert holding(session, PERSON, 2025).available == 0


def test_quantities_go_with_the_amount(store: Database) -> None:
    account = quantity_account(PERSON, "sugar", 2025)
    with store.transaction() as session:
        hold(session, Limit(account, Decimal(2)), Decimal("1.5"), case=LIST, hold_id=f"{LIST}|1|sugar", at=AT)
        assert used_by_others(session, account, "another") == Decimal("1.5")
        confirm_holds(session, LIST, LATER)
        give_back(session, LIST, LATER, reason="returned")
        assert used_by_others(session, account, "another") == 0


def test_a_list_knows_whose_year_it_took(store: Database) -> None:
    _hold(store, "310.00")
    with store.transaction() as session:
        assert person_of(session, LIST) == PERSON
        assert person_of(session, "another") is None
