"""Facts of single rules: the late fee of one list, and what a list takes of the Positive List's yearly quantities."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract
from clearway.contracts.facts import RuleUse


class LateFee(Contract):
    """The fee for tax paid late, in CNY (RULEBOOK B.9.4)."""

    tax: Amount = Field(description="Tax that was unpaid at the deadline")
    deadline: date = Field(description="Last day of payment after rolling over days off, Shanghai")
    paid_on: date = Field(description="Bank receipt date, Shanghai")
    days: int = Field(ge=0, description="From the day after the deadline to the day of payment, days off included")
    computed: Amount = Field(description="Rounded half up to the fen, before anything is waived")
    waived_below: Amount = Field(description="Below this amount nothing is charged")
    enforcement: bool = Field(description="Unpaid for longer than the months after which customs enforces payment")
    explanation: str = Field("", description="The arithmetic, for a clerk to check by hand")
    rules: tuple[RuleUse, ...] = ()

    @property
    def waived(self) -> bool:
        """Whether there is a fee too small to be charged."""
        return 0 < self.computed < self.waived_below

    @property
    def due(self) -> Decimal:
        """What is charged: nothing or the whole amount, never something between 0 and the waiver."""
        return Decimal("0.00") if self.computed < self.waived_below else self.computed


class RemarkUse(Contract):
    """What one list takes of a quantity that the Positive List allows a person in a calendar year (RULEBOOK B.3)."""

    group: str = Field(description="Remark group, e.g. `sugar`")
    name_en: str
    name_zh: str
    year: int = Field(description="Calendar year of the acceptance day, in Shanghai")
    quantity: Decimal = Field(gt=0, description="Kilograms on this list, all its lines of the group together")
    limit: Amount = Field(description="Kilograms for one person in that year")
    lines: tuple[int, ...] = Field(description="Numbers (gnum) of the lines counted")
    explanation: str = Field("", description="The sum, for a clerk to check by hand")
    rules: tuple[RuleUse, ...] = ()
