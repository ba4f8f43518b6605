"""A guarantee at one moment: what it holds, and what stands in a list's way."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from clearway.contracts.base import legal_day
from clearway.contracts.facts import GuaranteeHold, GuaranteeOutcome
from clearway.rules.parameters import Dated, Parameters
from models.ledger.accounts import Account, Balance, balance, read_once
from models.tables import Guarantee

LEDGER = "guarantee"
PREFIX = "guarantee/"
DEPOSITED = Account("guarantees/deposited", LEDGER, "CNY", limited=False)
SECURED = Account("guarantees/secured", LEDGER, "CNY", limited=False)
"""The other sides; not behind PREFIX, where a list could name them as its guarantor."""
FEN = Decimal("0.01")


class Form(StrEnum):
    """What a guarantor puts up; the values stand in the table `guarantee`."""

    DEPOSIT = "deposit"
    BANK_GUARANTEE = "bank_guarantee"
    INSURANCE = "insurance"


class Why(StrEnum):
    """Why a list waits; the values stand in GuaranteeHold.reason."""

    NONE_ON_FILE = "NONE_ON_FILE"
    CALLED = "CALLED"
    EXPIRES = "EXPIRES"
    QUEUE = "QUEUE"
    INSUFFICIENT = "INSUFFICIENT"


def in_fen(amount: Decimal) -> Decimal:
    """The same amount with two decimals; one that is finer stays as it is."""
    fen = amount.quantize(FEN)
    return fen if fen == amount else amount


def guarantee_account(guarantor: str) -> Account:
    """The account of a guarantor's guarantee, in CNY."""
    return Account(f"{PREFIX}{guarantor}", LEDGER, "CNY")


class Terms(NamedTuple):
    """The rules for one list on the Shanghai day of its filing."""

    filed_on: date
    validity: Dated[Decimal]
    warning: Dated[Decimal]

    @property
    def too_soon(self) -> date:
        """A guarantee that ends on this day or earlier secures no new list; one that ends the day after does."""
        return self.filed_on + timedelta(days=int(self.validity.value))


def terms_on(rules: Parameters, at: datetime, profile: str) -> Terms:
    """The rules in force on the Shanghai day of an instant. Raises NoRuleInForce."""
    day = legal_day(at)
    return Terms(
        day,
        rules.value("guarantee.min_validity_days", on=day, profile=profile),
        rules.value("guarantee.warning_share", on=day, profile=profile),
    )


class Standing(NamedTuple):
    """A guarantor's guarantee at one moment; amounts in CNY."""

    guarantor: str
    on_file: Guarantee | None
    balance: Balance

    @property
    def total(self) -> Decimal:
        """What was put up and customs has not taken."""
        return self.balance.credits - self.balance.debits

    @property
    def occupied(self) -> Decimal:
        """What lists hold."""
        return self.balance.reserved

    def obstacle(self, amount: Decimal, terms: Terms) -> Why | None:
        """What keeps a list of that tax from being secured, the queue left aside."""
        if self.on_file is None:
            return Why.NONE_ON_FILE
        if self.on_file.called_at is not None:
            return Why.CALLED
        if self.on_file.valid_to <= terms.too_soon:
            return Why.EXPIRES
        return Why.INSUFFICIENT if self.balance.available < amount else None

    def why_it_waits(self, amount: Decimal, terms: Terms, place: int) -> Why:
        """The reason told of a list at a place of the queue: what is wrong for everybody comes before its turn."""
        why = self.obstacle(amount, terms)
        return Why.QUEUE if place > 1 and why is Why.INSUFFICIENT else why or Why.QUEUE

    def warns(self, occupied: Decimal, terms: Terms) -> bool:
        """Whether the guarantor is warned while that much is occupied."""
        return self.total > 0 and occupied >= self.total * terms.warning.value

    def recorded(
        self,
        outcome: GuaranteeOutcome,
        hold_id: str,
        amount: Decimal,
        terms: Terms,
        *,
        crossed: bool = False,
        place: int | None = None,
        why: Why | None = None,
    ) -> GuaranteeHold:
        """What is recorded of a list at this moment."""
        return GuaranteeHold(
            outcome=outcome,
            hold_id=hold_id,
            guarantor=self.guarantor,
            amount=in_fen(amount),
            total=in_fen(self.total),
            occupied=in_fen(self.occupied),
            valid_to=self.on_file.valid_to if self.on_file else None,
            place=place,
            crossed_warning=crossed,
            reason=why or "",
            rules=(terms.validity.as_rule_use(), terms.warning.as_rule_use()),
        )


_ON_FILE = (
    select(Guarantee)
    .where(col(Guarantee.guarantor) == bindparam("guarantor"))
    .execution_options(populate_existing=True)
)


def standing(session: Session, guarantor: str) -> Standing:
    """The guarantee as it is now; certain only where the transaction keeps the account."""
    account = guarantee_account(guarantor).id
    on_file = read_once(session, account, lambda: session.exec(_ON_FILE, params={"guarantor": guarantor}).first())
    return Standing(guarantor, on_file, balance(session, account))
