"""Statement, drift and the check of the books; the check finds every kind of wrong that it is made for."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from models.database import Database
from models.ledger.accounts import Balance, balance
from models.ledger.check import check
from models.ledger.guarantee_standing import DEPOSITED, SECURED
from models.ledger.quota import Limit, confirm_holds, hold, note_customs_figure, quota_account, restore
from models.ledger.reports import drift, statement
from models.tables import LedgerAccount, LedgerTransfer
from tests.models.ledger.guarantee_book import NOON, GuaranteeBook

PERSON = "p" * 64
ACCOUNT = "guarantee/3301960A01"


def busy(store: Database) -> None:
    """A guarantee and a person's year with a transfer of every kind."""
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2026, 12, 31))
    book.ask("A", "30.00")
    book.ask("B", "20.00")
    book.play({"release": "B"}, 1)
    book.play({"call": "A"}, 2)
    year = quota_account(PERSON, 2026)
    with store.transaction() as session:
        hold(session, Limit(year, Decimal(26000)), Decimal(600), case="A", hold_id="A|quota", at=NOON)
        confirm_holds(session, "A", NOON)
        restore(session, "A", Decimal("100.50"), NOON, transfer_id="A|back", reason="returned")


def test_a_statement_tells_every_transfer_and_the_balance_after_it(store: Database) -> None:
    busy(store)
    with store.transaction() as session:
        lines = statement(session, ACCOUNT)
        assert [(line.transfer.kind, line.other) for line in lines] == [
            ("post", DEPOSITED.id),
            ("reserve", SECURED.id),
            ("reserve", SECURED.id),
            ("void", SECURED.id),
            ("confirm", SECURED.id),
        ]
        assert [line.after.available for line in lines] == [100, 70, 50, 70, 70]
        assert [line.after.reserved for line in lines] == [0, 30, 50, 30, 0]


@pytest.mark.parametrize("side", [None, "guarantees/secured", "quota/used"])
def test_a_statement_ends_with_the_balance(store: Database, side: str | None) -> None:
    busy(store)
    with store.transaction() as session:
        ids = [side] if side else session.exec(select(LedgerAccount.id).where(LedgerAccount.limited)).all()
        for account in ids:
            last, kept = statement(session, account)[-1].after, balance(session, account)
            assert last.credits - last.debits == kept.credits - kept.debits
            assert last.reserved == kept.reserved


def test_a_statement_of_nothing_is_empty(store: Database) -> None:
    with store.transaction() as session:
        assert statement(session, "guarantee/nobody") == []


def test_a_reversal_stands_on_both_sides(store: Database) -> None:
    busy(store)
    with store.transaction() as session:
        used = statement(session, f"quota/{PERSON}/2026")
        assert [line.change for line in used][-1] == Balance(Decimal(0), Decimal("-100.50"), Decimal(0))
        assert statement(session, "quota/used")[-1].after.credits == Decimal("499.50")


def note(store: Database, figure: str, name: str, days: int = 0) -> None:
    with store.transaction() as session:
        note_customs_figure(
            session,
            person=PERSON,
            year=2026,
            figure=Decimal(figure),
            limit=Decimal(26000),
            at=NOON + timedelta(days=days),
            transfer_id=name,
            reason="letter",
        )


def test_drift_tells_customs_newest_figure_beside_ours(store: Database) -> None:
    busy(store)
    with store.transaction() as session:
        assert drift(session) == []
    note(store, "700.00", "F-1")
    note(store, "650.00", "F-2", days=1)
    with store.transaction() as session:
        (found,) = drift(session)
    assert (found.person, found.year, found.noted_at) == (PERSON, 2026, NOON + timedelta(days=1))
    assert (found.customs, found.ours, found.difference) == (Decimal(650), Decimal(700), Decimal(-50))
    assert found.now == Decimal(700)


def test_books_in_order_have_no_fault(store: Database) -> None:
    busy(store)
    note(store, "700.00", "F-1")
    with store.transaction() as session:
        assert check(session) == []


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("UPDATE ledger_account SET credits = credits + 1 WHERE id = 'guarantee/3301960A01'", "are kept as"),
        ("UPDATE ledger_account SET debits = debits - 1 WHERE id = 'guarantee/3301960A01'", "differ by 0.00001"),
        ("UPDATE ledger_account SET reserved = 1 WHERE id = 'guarantee/3301960A01'", "0.00001 reserved"),
        ("UPDATE ledger_transfer SET amount = amount + 1 WHERE kind = 'confirm'", "more than was reserved"),
        ("UPDATE ledger_transfer SET amount = 60000000 + 1 WHERE kind = 'reverse'", "more than was posted"),
        ("UPDATE ledger_transfer SET settles = NULL WHERE kind = 'void'", "are kept as"),
        ("UPDATE ledger_transfer SET settles = 'lost' WHERE kind = 'void'", "not there"),
        ("DELETE FROM ledger_transfer WHERE kind = 'post' AND id = 'first'", "are kept as"),
    ],
)
def test_the_check_finds_what_is_wrong(store: Database, broken: str, told: str) -> None:
    busy(store)
    with store.transaction() as session:
        session.connection().execute(text(broken))
    with store.transaction() as session:
        faults = check(session)
    assert any(told in fault.what for fault in faults), faults


def test_the_check_finds_an_account_that_nothing_explains(store: Database) -> None:
    with store.transaction() as session:
        _add_account(session)
    with store.transaction() as session:
        assert {fault.where for fault in check(session)} == {"quota/x/2026", "CNY"}


def _add_account(session: Session) -> None:
    money = {"credits": Decimal(1), "debits": Decimal(0), "reserved": Decimal(0)}
    session.add(LedgerAccount(id="quota/x/2026", ledger="quota", unit="CNY", limited=True, **money))


def test_transfers_are_never_changed_by_the_reports(store: Database) -> None:
    busy(store)
    with store.transaction() as session:
        before = session.exec(select(LedgerTransfer)).all()
        statement(session, ACCOUNT)
        drift(session)
        assert session.exec(select(LedgerTransfer)).all() == before
        assert not session.dirty
