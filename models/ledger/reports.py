"""Reports of the ledger: an account's statement, and the drift from customs' figures."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.ledger.accounts import NOTHING, Balance, balance
from models.ledger.transfers import POSTED
from models.tables import CustomsFigure, LedgerTransfer


class Line(NamedTuple):
    """One transfer of an account and the balance after it; amounts in the account's unit."""

    transfer: LedgerTransfer
    other: str
    change: Balance
    after: Balance


class PersonDrift(NamedTuple):
    """What customs said last of a person's year, and what we had counted then and count now; CNY (RULEBOOK D-33)."""

    person: str
    year: int
    customs: Decimal
    ours: Decimal
    now: Decimal
    noted_at: datetime

    @property
    def difference(self) -> Decimal:
        """Customs' figure minus ours of that moment: bought elsewhere, or not known to customs yet if below zero."""
        return self.customs - self.ours


def statement(session: Session, account_id: str) -> list[Line]:
    """Every transfer of an account in the order of commitment; empty for an account that was never opened."""
    of_account = (LedgerTransfer.debit == account_id) | (LedgerTransfer.credit == account_id)
    rows = session.exec(select(LedgerTransfer).where(of_account).order_by(col(LedgerTransfer.number))).all()
    reserved = {row.id: row.amount for row in rows if row.kind == "reserve"}
    lines, after = [], Balance(NOTHING, NOTHING, NOTHING)
    for row in rows:
        change = _change(row, account_id, reserved.get(row.settles or "", NOTHING))
        after = Balance(*(one + more for one, more in zip(after, change, strict=True)))
        lines.append(Line(row, row.credit if row.debit == account_id else row.debit, change, after))
    return lines


def drift(session: Session) -> list[PersonDrift]:
    """Every person and year of whom customs gave a figure, the newest figure of each, in the order of the accounts."""
    figures = select(CustomsFigure).order_by(col(CustomsFigure.at), col(CustomsFigure.id))
    newest = {figure.account: figure for figure in session.exec(figures)}
    return [_drift_of(session, account, newest[account]) for account in sorted(newest)]


def _change(row: LedgerTransfer, account_id: str, settled: Decimal) -> Balance:
    """What a transfer does to one of its two accounts; `settled` is the amount of the reservation that it ends."""
    if row.debit != account_id:  # the receiving side; a reversal takes back there what was given out
        return Balance(
            row.amount if row.kind in POSTED else NOTHING, -row.amount if row.kind == "reverse" else NOTHING, NOTHING
        )
    match row.kind:
        case "post":
            return Balance(NOTHING, row.amount, NOTHING)
        case "reserve":
            return Balance(NOTHING, NOTHING, row.amount)
        case "confirm":
            return Balance(NOTHING, row.amount, -settled)
        case "reverse":
            return Balance(-row.amount, NOTHING, NOTHING)
        case _:
            return Balance(NOTHING, NOTHING, -settled)


def _drift_of(session: Session, account: str, figure: CustomsFigure) -> PersonDrift:
    _, person, year = account.split("/")
    now = balance(session, account).used
    return PersonDrift(person, int(year), figure.figure, figure.ours, now, figure.at)
