"""Goods, consumption taxes and units (RULEBOOK B.9.1, C.5, C.7)."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from clearway.rules.tables.remarks import Remark
from clearway.rules.tables.row import Quantity, QuotedDecimal, Rate, Row

MeasureOf = Literal["kilogram", "litre", "piece", "sheet"]


class Goods(Row):
    """What the tariff says of one HS code (RULEBOOK C.7); rates are fractions of 1."""

    vat: Literal["standard", "reduced"]
    consumption_tax: str | None = None
    duty: Rate
    provisional_duty: Rate | None = None
    positive_list: bool
    remarks: tuple[Remark, ...] = ()
    units: tuple[str, ...] = Field(min_length=1, max_length=2)

    @property
    def duty_in_force(self) -> Decimal:
        """The provisional rate if there is one, else the most-favoured-nation rate."""
        return self.duty if self.provisional_duty is None else self.provisional_duty

    def __str__(self) -> str:
        remarks = "".join(f", {remark}" for remark in self.remarks)
        return f"duty {self.duty_in_force}, VAT {self.vat}, consumption tax {self.consumption_tax or 'none'}{remarks}"


class Measure(Row):
    """What one unit code measures, and how much of it."""

    of: MeasureOf
    factor: QuotedDecimal = Field(gt=0, le=10**9)


class Band(Row):
    """Consumption tax from one price per measured unit upwards: a rate on value, an amount in CNY per unit, or both."""

    at_least: Quantity = Decimal(0)
    measured_in: MeasureOf | None = None
    rate: Rate = Decimal(0)
    per_unit: Quantity = Decimal(0)


class ConsumptionTax(Row):
    """The bands of one class of goods, from the lightest to the heaviest."""

    bands: tuple[Band, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return "; ".join(
            f"{band.rate} + {band.per_unit}/{band.measured_in or 'unit'} from {band.at_least}" for band in self.bands
        )


class Unit(Row):
    """A customs unit code."""

    name: str
    measure: Measure | None = None

    def __str__(self) -> str:
        measure = f" = {self.measure.factor} {self.measure.of}" if self.measure else ""
        return f"{self.name}{measure}"
