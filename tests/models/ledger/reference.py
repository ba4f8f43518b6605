"""What the ledger must do, in plain dictionaries; and short ways to say a move."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from models.ledger.accounts import Account
from models.ledger.transfers import Move
from models.tables import LedgerTransfer

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
WORLD = Account("world", "quota", "CNY", limited=False)
"""The other side of what comes in and what is used."""


class Reference:
    """The whole ledger: what each account may still spend, what is held, what may still be given back."""

    def __init__(self) -> None:
        self.free: dict[str, Decimal] = defaultdict(Decimal)
        self.held: dict[str, Decimal] = {}
        self.posted: dict[str, Decimal] = {}

    def apply(self, row: LedgerTransfer) -> None:
        """One transfer. KeyError and AssertionError mean that it should never have been made."""
        held = self.held.pop(row.settles) if row.settles else Decimal(0)
        self.free[row.debit] += held
        if row.kind in ("void", "expire"):
            return
        assert row.settles is None or row.amount <= held
        self.free[row.debit] -= row.amount
        if row.kind == "reserve":
            self.held[row.id] = row.amount
        else:
            self.free[row.credit] += row.amount
        if row.kind in ("post", "confirm"):
            self.posted[row.id] = row.amount
        if row.reverses:
            self.posted[row.reverses] -= row.amount
            assert self.posted[row.reverses] >= 0
        assert all(amount >= 0 for account, amount in self.free.items() if account != WORLD.id)


def after(seconds: int) -> datetime:
    """So many seconds after the tests' beginning."""
    return AT + timedelta(seconds=seconds)


def account(name: str) -> Account:
    """A limited account in CNY."""
    return Account(name, "quota", "CNY")


def incoming(to: Account, amount: str | Decimal, *, id: str = "in") -> Move:
    """Money that comes into an account."""
    return Move(id, WORLD, to, Decimal(amount), AT)


def outgoing(name: str, of: Account, much: str | Decimal, **changes: Any) -> Move:
    """A move from an account to where everything is used."""
    return Move(**{"id": name, "debit": of, "credit": WORLD, "amount": Decimal(much), "at": AT, **changes})
