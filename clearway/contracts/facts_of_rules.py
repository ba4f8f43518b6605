"""Facts of single rules: what a list takes of the Positive List's yearly quantities."""

from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract
from clearway.contracts.facts import RulesUsed


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
    rules: RulesUsed = ()
