"""The account book of bonded goods, item by item (RULEBOOK B.6): in, pre-deducted, deducted, returned, adjusted.

No workflow uses it yet: the second-line exit of bonded lists is an issue of its own.
"""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.rules.parameters import parameters
from models.ledger.accounts import Account, balance
from models.ledger.transfers import (
    Move,
    confirm,
    post,
    reserve,
    reverse,
    void,
)
from models.tables import LedgerTransfer

LEDGER = "book"


class Stock(NamedTuple):
    """A book item at one moment, in its unit; neither is ever below zero."""

    quantity: Decimal
    available: Decimal


def item_account(ems_no: str, item_record_no: str, unit: str) -> Account:
    """The account of one item of an account book; `unit` is the customs unit code in which it is always counted.

    Raises ValueError for wrong numbers.
    """
    for code in (ems_no, item_record_no):
        if not re.fullmatch(r"[0-9A-Z]{1,30}", code):
            raise ValueError(f"a book or item number has up to 30 capital letters and digits, not {code!r}")
    return Account(f"book/{ems_no}/{item_record_no}", LEDGER, unit)


def stock(session: Session, item: Account) -> Stock:
    """What is in the book, and what of it is not pre-deducted."""
    now = balance(session, item.id)
    return Stock(now.credits - now.debits, now.available)


def enter(session: Session, item: Account, quantity: Decimal, *, transfer_id: str, at: datetime, entry: str) -> None:
    """IN: goods came in under a first-line entry record."""
    post(session, Move(transfer_id, _side(item, "entered"), item, quantity, at, reference=entry))


def pre_deduct(
    session: Session,
    item: Account,
    quantity: Decimal,
    *,
    transfer_id: str,
    at: datetime,
    verification: str,
    profile: str = "SEED",
) -> LedgerTransfer:
    """A VerificationList is approved: the quantity is set aside until the goods pass the gate or the days are over.

    A list of several items keeps their accounts with `lock` first, all at once. Raises Insufficient, NoRuleInForce.
    """
    day = legal_day(at)
    days = int(parameters().value("book.pre_deduction_days", on=day, profile=profile).value)
    void_from = datetime.combine(day + timedelta(days=days + 1), time(), SHANGHAI)
    return reserve(
        session,
        Move(transfer_id, item, _side(item, "left"), quantity, at, reference=verification, expires_at=void_from),
    )


def deduct(session: Session, transfer_id: str, pre_deduction: str, at: datetime) -> LedgerTransfer:
    """OUT: the goods passed the gate; raises Conflict when the pre-deduction is void."""
    return confirm(session, transfer_id, pre_deduction, at)


def return_pre_deduction(
    session: Session, transfer_id: str, pre_deduction: str, at: datetime, *, reason: str
) -> LedgerTransfer:
    """The release list is void, or the list was cancelled before the goods left."""
    return void(session, transfer_id, pre_deduction, at, reason=reason)


def refund(
    session: Session, transfer_id: str, deduction: str, quantity: Decimal, at: datetime, *, reason: str
) -> LedgerTransfer:
    """REFUND: returned goods are in the zone again (RULEBOOK B.8); raises Conflict for more than had left."""
    return reverse(session, transfer_id, deduction, quantity, at, reason=reason)


def adjust(
    session: Session, item: Account, quantity: Decimal, *, transfer_id: str, at: datetime, reason: str
) -> LedgerTransfer:
    """ADJUST: a stock-take found more (above zero) or less; raises Insufficient for more than is available."""
    side = _side(item, "adjusted")
    giver, taker = (side, item) if quantity > 0 else (item, side)
    return post(session, Move(transfer_id, giver, taker, abs(quantity), at, reference=item.id, reason=reason))


def _side(item: Account, name: str) -> Account:
    return Account(f"book/{name}/{item.unit}", LEDGER, item.unit, limited=False)
