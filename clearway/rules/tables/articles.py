"""Categories of individuals' articles, and articles under control (RULEBOOK B.9.6, B.12)."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from clearway.rules.tables.row import Quantity, Rate, Row


class ArticleCategory(Row):
    """A group of individuals' articles: its rate, and the quantity still for personal use (RULEBOOK B.9.6, D-30)."""

    name: str
    rate: Rate
    pieces: Quantity
    kilograms: Quantity | None = None
    litres: Quantity | None = None
    units: dict[str, Quantity] = Field(default_factory=dict)

    def __str__(self) -> str:
        weighed = f", {self.kilograms} kg" if self.kilograms else ""
        poured = f", {self.litres} L" if self.litres else ""
        others = "".join(f", {quantity} of unit {code}" for code, quantity in self.units.items())
        return f"{self.rate}; personal up to {self.pieces} pieces{weighed}{poured}{others}"


class ControlledArticle(Row):
    """A category of articles under control: the approval that lets them pass, or that nothing does (RULEBOOK B.12)."""

    name: str
    prohibited: bool = False
    free_quantity: Quantity = Decimal(0)
    approval_en: str = ""
    approval_zh: str = ""
    department_en: str = ""
    department_zh: str = ""

    @model_validator(mode="after")
    def _name_the_approval_or_prohibit(self) -> Self:
        words = (self.approval_en, self.approval_zh, self.department_en, self.department_zh)
        if self.prohibited and (any(words) or self.free_quantity):
            raise ValueError("a prohibited article has no approval and no free quantity")
        if not self.prohibited and not all(words):
            raise ValueError("an article that is not prohibited names its approval and department in both languages")
        return self

    def __str__(self) -> str:
        if self.prohibited:
            return "prohibited"
        free = f"; free up to {self.free_quantity}" if self.free_quantity else ""
        return f"{self.approval_en}, of {self.department_en}{free}"
