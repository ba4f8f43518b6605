"""What a comparison needs to know beside the documents: things that only a register, a ledger or a clock can tell."""

from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from clearway.contracts.base import Amount, Contract, Instant, legal_day
from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.parties import Role
from clearway.rules.parameters import parameters
from clearway.rules.series import check_profile


class RegisteredParty(Contract):
    """An enterprise in the register of customs (RULEBOOK B.0.3, M15); the days are inclusive, in Shanghai."""

    code: str = Field(min_length=1, max_length=18)
    roles: frozenset[Role]
    suspended: bool = False
    registered_from: date = date.min
    registered_to: date | None = None


class WaybillUse(Contract):
    """An earlier use of a waybill number (M03)."""

    logistics_code: str
    logistics_no: str
    order_no: str
    used_on: date = Field(description="Shanghai day of the use")


class PaymentUse(Contract):
    """An order that the payment's transaction served before (M04)."""

    order_no: str
    amount: Amount = Field(description="CNY of the payment that went to that order")


class MatchingFacts(Contract):
    """The facts of one comparison."""

    identity: IdentityOutcome = Field(description="Answer of the authority about the orderer")
    now: Instant = Field(description="When the list is declared and compared; its Shanghai day counts for M03 and M15")
    parties: tuple[RegisteredParty, ...] = Field((), description="Register entries of every party of the documents")
    waybill_uses: tuple[WaybillUse, ...] = ()
    payment_uses: tuple[PaymentUse, ...] = ()
    profile: Annotated[str, AfterValidator(check_profile)] = "SEED"


class Papers(NamedTuple):
    """Everything a matching rule may look at."""

    order: Order
    payment: Payment
    waybill: Waybill
    declaration_list: DeclarationList
    facts: MatchingFacts

    @property
    def today(self) -> date:
        """The Shanghai day of the comparison."""
        return legal_day(self.facts.now)

    @property
    def declared_on(self) -> date:
        """The acceptance day, whose rules apply (RULEBOOK D-01)."""
        return self.declaration_list.declared_on

    @property
    def profile(self) -> str:
        """The rule profile."""
        return self.facts.profile

    @property
    def port(self) -> str:
        """The customs district at which the list is declared; it may have tolerances of its own (RULEBOOK D-05)."""
        return self.declaration_list.customs_code

    def tolerance(self, rule: str) -> Decimal:
        """The difference that the list's port allows on the acceptance day."""
        return parameters().value(rule, on=self.declared_on, profile=self.profile, port=self.port).value
