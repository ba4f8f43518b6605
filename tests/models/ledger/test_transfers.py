"""Transfers: each id once, never more than there is, a reservation ends once, what is given back was taken."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from models.database import Database
from models.ledger.accounts import Account, balance, lock
from models.ledger.transfers import (
    LARGEST_AMOUNT,
    LONGEST_ID,
    Conflict,
    Insufficient,
    LedgerRefused,
    Move,
    confirm,
    expire,
    find,
    open_reservations,
    post,
    posted_of,
    reserve,
    reverse,
    reversed_of,
    settlement_of,
    void,
)
from models.tables import LedgerTransfer
from tests.models.ledger.reference import AT, WORLD, account, after, incoming, outgoing

PURSE, OTHER = account("purse"), account("another")
SMALLEST = Decimal("0.00001")


@pytest.fixture
def purse(store: Database) -> Database:
    """A ledger with 100.00 in one purse."""
    with store.transaction() as session:
        post(session, incoming(PURSE, "100"))
    return store


def _free(store: Database, of: Account = PURSE) -> Decimal:
    with store.transaction() as session:
        return balance(session, of.id).available


def _ids(store: Database) -> list[str]:
    with store.transaction() as session:
        return list(session.exec(select(LedgerTransfer.id).order_by(col(LedgerTransfer.number))))


# The same id


def test_a_repeated_id_is_the_same_transfer(purse: Database) -> None:
    numbers = set()
    for _ in range(3):
        with purse.transaction() as session:
            numbers.add(post(session, outgoing("out", PURSE, "30")).number)
    assert len(numbers) == 1
    assert _free(purse) == 70


def test_a_repeat_in_the_same_transaction_is_the_same_transfer(purse: Database) -> None:
    with purse.transaction() as session:
        assert post(session, outgoing("out", PURSE, "30")).number == post(session, outgoing("out", PURSE, "30")).number
    assert _free(purse) == 70


def test_a_repeat_is_answered_though_the_amount_would_no_longer_be_there(purse: Database) -> None:
    for _ in range(2):
        with purse.transaction() as session:
            post(session, outgoing("out", PURSE, "100"))
    assert _free(purse) == 0


def test_a_repeat_may_come_later_and_give_another_reason(purse: Database) -> None:
    for second, reason in enumerate(("first words", "other words")):
        with purse.transaction() as session:
            kept = post(session, outgoing("out", PURSE, "30", at=after(second), reason=reason))
    assert kept.reason == "first words"
    assert kept.at == AT
    assert _free(purse) == 70


def test_every_kind_of_transfer_may_be_repeated(purse: Database) -> None:
    for _ in range(2):
        with purse.transaction() as session:
            reserve(session, outgoing("kept", PURSE, "30"))
            confirm(session, "done", "kept", AT, amount=Decimal(20))
            reverse(session, "back", "done", Decimal(5), AT)
            reserve(session, outgoing("also kept", PURSE, "10"))
            void(session, "gone", "also kept", AT)
    assert _ids(purse) == ["in", "kept", "done", "back", "also kept", "gone"]
    assert _free(purse) == 85


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"amount": Decimal(31)}, id="amount"),
        pytest.param({"debit": OTHER}, id="giver"),
        pytest.param({"credit": OTHER}, id="taker"),
        pytest.param({"reference": "another case"}, id="owner"),
        pytest.param({"expires_at": after(1)}, id="expiry"),
    ],
)
def test_the_same_id_with_other_content_is_refused(purse: Database, other: dict[str, object]) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
    with purse.transaction() as session, pytest.raises(Conflict, match="kept: used before for another transfer"):
        reserve(session, outgoing("kept", PURSE, "30", **other))
    assert _free(purse) == 70
    assert _free(purse, OTHER) == 0


def test_the_same_id_for_another_kind_of_transfer_is_refused(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        attempts: tuple[Callable[[], object], ...] = (
            lambda: post(session, outgoing("kept", PURSE, "30")),
            lambda: confirm(session, "kept", "kept", AT),
            lambda: void(session, "in", "kept", AT),
            lambda: reverse(session, "kept", "in", Decimal(30), AT),
        )
        for attempt in attempts:
            with pytest.raises(Conflict, match="used before"):
                attempt()
    assert _ids(purse) == ["in", "kept"]
    assert _free(purse) == 70


# Never below zero


def test_what_is_not_there_is_refused_and_said(purse: Database) -> None:
    for move in (post, reserve):
        with purse.transaction() as session, pytest.raises(Insufficient) as refusal:
            move(session, outgoing("out", PURSE, "100.00001"))
        assert (refusal.value.available, refusal.value.asked) == (Decimal(100), Decimal("100.00001"))
        assert str(refusal.value) == "purse: 100.00001 asked, 100.00000 available"
    assert _ids(purse) == ["in"]


def test_what_is_reserved_is_not_there_for_others(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "99.99999"))
        with pytest.raises(Insufficient):
            post(session, outgoing("out", PURSE, "0.00002"))
        post(session, outgoing("out", PURSE, "0.00001"))
    assert _free(purse) == 0


def test_a_refused_move_leaves_nothing_behind_though_its_transaction_goes_on(purse: Database) -> None:
    with purse.transaction() as session:
        post(session, Move("over", PURSE, OTHER, Decimal(60), AT))
        post(session, outgoing("spent", OTHER, "60"))
        with pytest.raises(Insufficient, match="another: 60 asked"):
            reverse(session, "back", "over", Decimal(60), AT)
        with pytest.raises(Insufficient):
            post(session, outgoing("more", PURSE, "41"))
    assert _ids(purse) == ["in", "over", "spent"]
    assert _free(purse) == 40
    assert _free(purse, OTHER) == 0


def test_several_accounts_are_moved_all_or_not_at_all(purse: Database) -> None:
    with pytest.raises(Insufficient), purse.transaction() as session:  # noqa: PT012  the first move is undone
        lock(session, PURSE, OTHER)
        reserve(session, outgoing("of mine", PURSE, "50"))
        reserve(session, outgoing("of the other", OTHER, "1"))
    assert _ids(purse) == ["in"]
    assert _free(purse) == 100


# Reservations


def test_a_confirmed_reservation_is_used_and_arrives(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, Move("kept", PURSE, OTHER, Decimal(30), AT))
        assert balance(session, OTHER.id).available == 0
        confirm(session, "done", "kept", AT)
        assert balance(session, OTHER.id).available == 30
        assert balance(session, PURSE.id).reserved == 0
    assert _free(purse) == 70


def test_a_part_is_confirmed_and_the_rest_is_free_again(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        confirm(session, "done", "kept", AT, amount=Decimal("12.34567"))
        found = balance(session, PURSE.id)
    assert found.debits == Decimal("12.34567")
    assert found.reserved == 0
    assert found.available == Decimal("87.65433")


def test_no_more_is_confirmed_than_was_reserved(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        with pytest.raises(Conflict, match=r"30\.00001 is more than the 30\.00000 reserved"):
            confirm(session, "done", "kept", AT, amount=Decimal("30.00001"))
        confirm(session, "done", "kept", AT)


def test_a_void_reservation_is_free_again(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        void(session, "gone", "kept", AT, reason="cancelled")
        ended = settlement_of(session, "kept")
        assert ended is not None
        assert (ended.kind, ended.reason) == ("void", "cancelled")
    assert _free(purse) == 100


@pytest.mark.parametrize("end", ["confirm", "void", "expire"])
def test_a_reservation_ends_at_most_once(purse: Database, end: str) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30", expires_at=after(10)))
        if end == "confirm":
            confirm(session, "end", "kept", AT)
        elif end == "void":
            void(session, "end", "kept", AT)
        else:
            expire(session, after(10))
    free = _free(purse)
    with purse.transaction() as session:
        with pytest.raises(Conflict, match=f"kept: ended before by {end}"):
            confirm(session, "another end", "kept", AT)
        with pytest.raises(Conflict, match=f"kept: ended before by {end}"):
            void(session, "another end", "kept", AT)
        assert expire(session, after(20)) == []
    assert _free(purse) == free


def test_only_a_reservation_can_be_ended(purse: Database) -> None:
    with purse.transaction() as session:
        for unknown in ("nothing", "in"):
            with pytest.raises(Conflict, match=f"{unknown}: no such reservation"):
                confirm(session, "done", unknown, AT)
            with pytest.raises(Conflict, match=f"{unknown}: no such reservation"):
                void(session, "gone", unknown, AT)


# Expiry


def test_a_reservation_holds_until_the_last_moment_before_its_end(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "100", expires_at=after(10)))
        assert expire(session, after(9)) == []
        with pytest.raises(Insufficient):
            post(session, outgoing("out", PURSE, "1", at=after(9)))
        confirm(session, "done", "kept", after(9))
    assert _free(purse) == 0


def test_who_needs_the_amount_finds_what_is_over_free(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "60", expires_at=after(10)))
        reserve(session, outgoing("kept longer", PURSE, "40", expires_at=after(11)))
    with purse.transaction() as session:
        reserve(session, outgoing("mine", PURSE, "60", at=after(10)))
        assert _end(session, "kept") == ("expire", "kept|expired", after(10))
        assert settlement_of(session, "kept longer") is None
    assert _free(purse) == 0


def test_nobody_is_expired_while_there_is_enough(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "60", expires_at=after(10)))
        reserve(session, outgoing("mine", PURSE, "40", at=after(20)))
        assert settlement_of(session, "kept") is None


def test_what_must_be_given_back_is_taken_from_what_is_over(purse: Database) -> None:
    with purse.transaction() as session:
        post(session, Move("over", PURSE, OTHER, Decimal(60), AT))
        reserve(session, outgoing("kept", OTHER, "60", expires_at=after(10)))
        reverse(session, "back", "over", Decimal(60), after(10))
        assert _end(session, "kept") == ("expire", "kept|expired", after(10))
    assert _free(purse) == 100


def test_the_sweep_frees_what_is_over_oldest_first_and_once(purse: Database) -> None:
    with purse.transaction() as session:
        post(session, incoming(OTHER, "100", id="in too"))
        for number, of in enumerate((PURSE, OTHER, PURSE, OTHER)):
            reserve(session, outgoing(f"kept {number}", of, "10", expires_at=after(10 + number % 3)))
        reserve(session, outgoing("kept for ever", PURSE, "1"))
    with purse.transaction() as session:
        assert [row.settles for row in expire(session, after(11), limit=2)] == ["kept 0", "kept 1"]
        assert [row.settles for row in expire(session, after(11))] == ["kept 3"]
        assert expire(session, after(11)) == []
    assert _free(purse) == 89
    assert _free(purse, OTHER) == 100


def test_a_reservation_that_is_over_is_not_confirmed_but_may_be_voided(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30", expires_at=after(10)))
        with pytest.raises(Conflict, match="kept: expired at 2026-03-10T01:00:10"):
            confirm(session, "done", "kept", after(10))
        void(session, "gone", "kept", after(10))
    assert _free(purse) == 100


def test_a_confirmation_in_time_is_answered_again_after_the_end(purse: Database) -> None:
    for second in (9, 99):
        with purse.transaction() as session:
            if second == 9:
                reserve(session, outgoing("kept", PURSE, "30", expires_at=after(10)))
            assert confirm(session, "done", "kept", after(second)).at == after(9)
    assert _free(purse) == 70


def _end(session: Session, reservation: str) -> tuple[str, str, datetime]:
    ended = settlement_of(session, reservation)
    assert ended is not None
    return ended.kind, ended.id, ended.at


# Giving back


def test_a_posted_amount_is_given_back_by_parts_and_never_more(purse: Database) -> None:
    with purse.transaction() as session:
        post(session, Move("over", PURSE, OTHER, Decimal(60), AT))
        reverse(session, "back 1", "over", Decimal("20.00001"), AT)
        reverse(session, "back 2", "over", Decimal("39.99998"), AT)
        with pytest.raises(Conflict, match=r"over: 0\.00002 is more than is left to reverse"):
            reverse(session, "back 3", "over", SMALLEST * 2, AT)
        reverse(session, "back 3", "over", SMALLEST, AT)
        assert reversed_of(session, "over") == 60
    assert _free(purse) == 100
    assert _free(purse, OTHER) == 0


def test_of_a_confirmed_part_no_more_than_the_part_is_given_back(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        confirm(session, "done", "kept", AT, amount=Decimal(20))
        with pytest.raises(Conflict, match="left to reverse"):
            reverse(session, "back", "done", Decimal(21), AT)
        back = reverse(session, "back", "done", Decimal(20), AT, reason="returned")
    assert (back.debit, back.credit, back.reverses, back.reason) == (WORLD.id, PURSE.id, "done", "returned")
    assert _free(purse) == 100


def test_only_what_was_posted_is_given_back(purse: Database) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        post(session, outgoing("out", PURSE, "30"))
        reverse(session, "back", "out", Decimal(10), AT)
        for other in ("nothing", "kept", "back"):
            with pytest.raises(Conflict, match=f"{other}: no posted transfer to reverse"):
                reverse(session, "back again", other, Decimal(1), AT)


# Exactness


def test_the_smallest_amount_is_counted_exactly(store: Database) -> None:
    with store.transaction() as session:
        post(session, incoming(PURSE, SMALLEST * 10))
        for number in range(10):
            post(session, outgoing(str(number), PURSE, SMALLEST))
        with pytest.raises(Insufficient):
            post(session, outgoing("one more", PURSE, SMALLEST))
        assert balance(session, WORLD.id).credits == Decimal("0.0001")
    assert _free(store) == 0


def test_the_largest_amount_is_counted_exactly(store: Database) -> None:
    with store.transaction() as session:
        post(session, incoming(PURSE, LARGEST_AMOUNT))
        reserve(session, outgoing("kept", PURSE, LARGEST_AMOUNT - SMALLEST))
        assert balance(session, PURSE.id).available == SMALLEST
        confirm(session, "done", "kept", AT)
        assert balance(session, WORLD.id).available == -SMALLEST
    assert _free(store) == SMALLEST


def test_an_account_that_can_take_no_more_says_so_and_stays_as_it_is(store: Database) -> None:
    with store.transaction() as session:
        post(session, incoming(OTHER, "1", id="to the other"))
        post(session, incoming(PURSE, LARGEST_AMOUNT))
        reserve(session, Move("kept", OTHER, PURSE, SMALLEST, AT))
        with pytest.raises(LedgerRefused, match="purse: no account takes in more than 9000000000000"):
            confirm(session, "done", "kept", AT)
        with pytest.raises(LedgerRefused, match="purse: no account takes in more"):
            post(session, incoming(PURSE, SMALLEST, id="one more"))
    assert _ids(store) == ["to the other", "in", "kept"]
    assert _free(store) == LARGEST_AMOUNT


@pytest.mark.parametrize("amount", ["0", "-1", "0.000001", "9000000000000.00001", "1E+30", "NaN", "Infinity", "1E-30"])
def test_an_amount_that_cannot_be_kept_is_refused_before_anything_is_written(purse: Database, amount: str) -> None:
    with purse.transaction() as session:
        reserve(session, outgoing("kept", PURSE, "30"))
        attempts: tuple[Callable[[], object], ...] = (
            lambda: post(session, outgoing("out", PURSE, amount)),
            lambda: reserve(session, outgoing("out", PURSE, amount)),
            lambda: confirm(session, "done", "kept", AT, amount=Decimal(amount)),
            lambda: reverse(session, "back", "in", Decimal(amount), AT),
        )
        for attempt in attempts:
            with pytest.raises(ValueError, match=r"a transfer moves more than nothing|an amount is a multiple"):
                attempt()
    assert _ids(purse) == ["in", "kept"]
    assert _free(purse) == 70


def test_accounts_that_do_not_go_together_are_refused(purse: Database) -> None:
    kilograms = Account("weight", "quota", "kg")
    with purse.transaction() as session:
        with pytest.raises(ValueError, match="CNY cannot be moved to an account of kg"):
            post(session, Move("out", PURSE, kilograms, Decimal(1), AT))
        with pytest.raises(ValueError, match="from an account to itself"):
            post(session, Move("out", PURSE, PURSE, Decimal(1), AT))
    assert _ids(purse) == ["in"]


def test_the_longest_id_still_expires(purse: Database) -> None:
    longest = "x" * LONGEST_ID
    with purse.transaction() as session:
        with pytest.raises(ValueError, match="an id has 1 to 180 characters"):
            reserve(session, outgoing(longest + "x", PURSE, "1"))
        reserve(session, outgoing(longest, PURSE, "1", expires_at=after(10)))
    with purse.transaction() as session:
        assert [row.settles for row in expire(session, after(10))] == [longest]


# Statements


def test_a_statement_tells_one_owners_transfers_in_order(purse: Database) -> None:
    weight = Account("weight", "quantity", "kg")
    with purse.transaction() as session:
        store_room = Account("store room", "quantity", "kg", limited=False)
        post(session, Move("weight in", store_room, weight, Decimal(9), AT))
        for name in ("c", "a", "b"):
            reserve(session, outgoing(name, PURSE, "1", reference="case 1", at=after(-ord(name))))
        reserve(session, outgoing("not mine", PURSE, "1", reference="case 2"))
        reserve(session, Move("kilograms", weight, store_room, Decimal(1), AT, reference="case 1"))
        assert [row.id for row in open_reservations(session, "case 1", ledger="quota")] == ["c", "a", "b"]
        assert [row.id for row in open_reservations(session, "case 1", ledger="quantity")] == ["kilograms"]
        confirm(session, "done a", "a", AT)
        confirm(session, "done c", "c", AT)
        reverse(session, "back", "done a", Decimal(1), AT)
        assert [row.id for row in open_reservations(session, "case 1", ledger="quota")] == ["b"]
        assert [row.id for row in posted_of(session, "case 1", ledger="quota")] == ["done a", "done c"]
        assert posted_of(session, "case 2", ledger="quota") == []


def test_a_transfer_is_found_by_its_id(purse: Database) -> None:
    with purse.transaction() as session:
        found = find(session, "in")
        assert found is not None
        assert (found.kind, found.amount, found.debit, found.credit) == ("post", Decimal(100), WORLD.id, PURSE.id)
        assert find(session, "out") is None


# Unlimited accounts, which nobody locks


def test_between_unlimited_accounts_each_id_moves_once_and_no_more_is_given_back(store: Database) -> None:
    elsewhere = Account("elsewhere", "quota", "CNY", limited=False)
    with store.transaction() as session:
        for _ in range(2):
            post(session, Move("over", WORLD, elsewhere, Decimal(5), AT))
            reverse(session, "back", "over", Decimal(3), AT)
        with pytest.raises(Conflict):
            reverse(session, "back again", "over", Decimal(3), AT)
        assert balance(session, elsewhere.id).available == 2
