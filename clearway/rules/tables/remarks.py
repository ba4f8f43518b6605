"""Remarks of the Positive List: exclusion, bonded only, name and yearly weight (RULEBOOK B.3, C.7)."""

from typing import Annotated, Literal

from pydantic import Field

from clearway.rules.tables.row import QuotedDecimal, Row


class Exclusion(Row):
    """Goods of the code that are not on the Positive List, by words of their name or specification.

    A word does not count where it stands in one of the phrases of `unless`: 非濒危 is not 濒危.
    """

    kind: Literal["exclusion"]
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"except {'/'.join(self.words)}"


class NameLimit(Row):
    """Only goods so named or specified are on the Positive List."""

    kind: Literal["name"]
    words: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return f"only {'/'.join(self.words)}"


class BondedOnly(Row):
    """The goods are on the Positive List for bonded import only."""

    kind: Literal["bonded_only"]

    def __str__(self) -> str:
        return "bonded only"


class WeightLimit(Row):
    """The goods count against a quantity for one person and calendar year, by the table of remark groups."""

    kind: Literal["weight"]
    group: str = Field(pattern="^[a-z0-9_]{1,40}$")

    def __str__(self) -> str:
        return f"by weight as {self.group}"


Remark = Annotated[Exclusion | NameLimit | BondedOnly | WeightLimit, Field(discriminator="kind")]
"""A remark of the Positive List: exclusion, name, mode or weight (RULEBOOK C.7)."""


class RemarkGroup(Row):
    """Goods that share one quantity for a person and calendar year, in kilograms (RULEBOOK B.3)."""

    name_en: str
    name_zh: str
    kilograms: QuotedDecimal = Field(ge=0, le=10**9, decimal_places=5)

    def __str__(self) -> str:
        return f"{self.name_zh} {self.kilograms} kg"
