"""Rows of the parameter tables. A new table is a file `parameters/tables/<name>.yaml` and a row class in TABLES."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from clearway.rules.calendar import SATURDAY
from clearway.rules.series import IsoDay


def _read_quoted(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", value):
        return Decimal(value)
    raise ValueError(f'a number must be a quoted decimal such as "0.13", not {value!r}')


QuotedDecimal = Annotated[Decimal, BeforeValidator(_read_quoted)]
"""A decimal written in quotes; a bare YAML number is refused, for YAML would read it as a binary fraction."""

Rate = Annotated[QuotedDecimal, Field(ge=0, lt=1)]
"""A fraction of 1: 13 % is "0.13"."""

Quantity = Annotated[QuotedDecimal, Field(ge=0)]
"""A quantity or an amount in CNY, never negative."""

MeasureOf = Literal["kilogram", "litre", "piece", "sheet"]


class Row(BaseModel):
    """What one code of a table stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    group: str

    def __str__(self) -> str:
        return f"by weight as {self.group}"


Remark = Annotated[Exclusion | NameLimit | BondedOnly | WeightLimit, Field(discriminator="kind")]
"""A remark of the Positive List: exclusion, name, mode or weight (RULEBOOK C.7)."""


class RemarkGroup(Row):
    """Goods that share one quantity for a person and calendar year, in kilograms (RULEBOOK B.3)."""

    name_en: str
    name_zh: str
    kilograms: QuotedDecimal

    def __str__(self) -> str:
        return f"{self.name_zh} {self.kilograms} kg"


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


PlaceKind = Literal[
    "pilot_free_trade_zone",
    "comprehensive_pilot_zone",
    "comprehensive_bonded_zone",
    "import_promotion_zone",
    "bonded_logistics_centre",
    "bonded_warehouse",
]


class Region(Row):
    """A city or region: the kinds of places it hosts, and whether the list of cities in force then names it."""

    name: str
    hosts: tuple[PlaceKind, ...] = ()
    listed: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.hosts) or 'no such place'}; {'listed' if self.listed else 'not listed'}"


class EligibleRegion(Row):
    """Which regions are open to a supervision mode: the listed ones, or those hosting one of these kinds of places."""

    hosting: tuple[PlaceKind, ...] = ()
    listed: bool = False

    @model_validator(mode="after")
    def _name_one_way(self) -> Self:
        if self.listed is bool(self.hosting):
            raise ValueError("give either `listed: true` or the kinds of places under `hosting`")
        return self

    def __str__(self) -> str:
        return "listed cities" if self.listed else f"regions hosting one of {', '.join(self.hosting)}"


class Zone(Row):
    """The bonded zone that a customs office supervises, where it supervises only one."""

    name: str
    type: str
    city: str

    def __str__(self) -> str:
        return f"{self.name}: {self.type} in {self.city}"


class ZoneType(Row):
    """A type of bonded zone, and the transport mode by which goods leave it over the second line."""

    name_en: str
    name_zh: str
    transport_mode: str = Field(min_length=1, max_length=1)

    def __str__(self) -> str:
        return f"{self.name_zh}: {self.transport_mode}"


LicenceKind = Literal["first_import", "endangered_species"]


class Licence(Row):
    """A licence, registration or filing that goods need; only some kinds are waived for personal use."""

    kind: LicenceKind
    name_en: str
    name_zh: str

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.kind})"


class LicensedGoods(Row):
    """What goods of one HS code need to be imported as general goods (RULEBOOK B.12, X10)."""

    licences: tuple[Licence, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return ", ".join(map(str, self.licences))


class LicenceWaiver(Row):
    """The kinds of licences that a supervision mode does without."""

    kinds: tuple[LicenceKind, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return f"without {', '.join(self.kinds)}"


class Suspension(Row):
    """Goods that the waivers do not hold for: from an epidemic area, or under a risk emergency.

    HS codes by their first digits; countries of origin by customs code, none meaning any.
    """

    reason_en: str
    reason_zh: str
    hs_codes: tuple[str, ...] = Field(min_length=1)
    countries: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{', '.join(self.hs_codes)} of {', '.join(self.countries) or 'any country'}: {self.reason_en}"


class Measure(Row):
    """What one unit code measures, and how much of it."""

    of: MeasureOf
    factor: QuotedDecimal = Field(gt=0)


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


class TradeMode(Row):
    """What a supervision mode asks of a Declaration List (REFERENCE §12, RULEBOOK B.6)."""

    bonded: bool
    transport_modes: tuple[str, ...]
    required: tuple[str, ...]
    required_in_lines: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    def __str__(self) -> str:
        asked = ", ".join((*self.required, *(f"lines.{name}" for name in self.required_in_lines)))
        modes = ", ".join(self.transport_modes) or "any"
        empty = f"; empty: {', '.join(self.empty)}" if self.empty else ""
        return f"{'bonded' if self.bonded else 'not bonded'}; transport modes {modes}; required: {asked}{empty}"


class Unit(Row):
    """A customs unit code."""

    name: str
    measure: Measure | None = None

    def __str__(self) -> str:
        measure = f" = {self.measure.factor} {self.measure.of}" if self.measure else ""
        return f"{self.name}{measure}"


class Holidays(Row):
    """The days off of one year and its weekends that are worked, as the State Council announced them (RULEBOOK C.8)."""

    days_off: tuple[IsoDay, ...] = Field(min_length=1)
    working_days: tuple[IsoDay, ...] = ()

    @field_validator("working_days")
    @classmethod
    def _are_weekends(cls, days: tuple[date, ...]) -> tuple[date, ...]:
        for day in days:
            if day.weekday() < SATURDAY:
                raise ValueError(f"{day} is no Saturday or Sunday; leave it out")
        return days

    @model_validator(mode="after")
    def _is_either_off_or_worked(self) -> Self:
        if both := set(self.days_off) & set(self.working_days):
            raise ValueError(f"both off and worked: {', '.join(map(str, sorted(both)))}; keep one")
        return self

    def __str__(self) -> str:
        worked = f"; worked {', '.join(map(str, self.working_days))}" if self.working_days else ""
        return f"off {', '.join(map(str, self.days_off))}{worked}"


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


class NamedCode(Row):
    """What a code is called; its English name is the entry's description."""

    name: str = Field(min_length=1, description="Chinese name")

    def __str__(self) -> str:
        return self.name


class IsoCode(NamedCode):
    """A code of customs that ISO has a code of its own for."""

    iso: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217 or ISO 3166 alpha-3, where there is one")

    def __str__(self) -> str:
        return f"{self.iso} {self.name}" if self.iso else self.name


class Currency(IsoCode):
    """A currency (RULEBOOK C.3)."""


class Country(IsoCode):
    """A country or region (RULEBOOK C.4)."""


class TransportMode(NamedCode):
    """A way of transport (RULEBOOK C.2)."""


class CustomsDistrict(NamedCode):
    """A customs district, port or office (RULEBOOK C.6); the table is a sample."""


class SupervisionMode(NamedCode):
    """A supervision mode beyond retail import (RULEBOOK C.1)."""


def in_words(value: object) -> str:
    """A value as people read it on a page of its own; of goods also what no tax needs."""
    if not isinstance(value, Goods):
        return str(value)
    listed = "on the positive list" if value.positive_list else "not on the positive list"
    return f"{value}, {listed}, units {' and '.join(value.units)}"


TABLES: dict[str, type[Row]] = {
    "goods": Goods,
    "remark_groups": RemarkGroup,
    "regions": Region,
    "eligible_regions": EligibleRegion,
    "zones": Zone,
    "zone_types": ZoneType,
    "licences": LicensedGoods,
    "licence_waivers": LicenceWaiver,
    "suspensions": Suspension,
    "consumption_taxes": ConsumptionTax,
    "trade_modes": TradeMode,
    "units": Unit,
    "currencies": Currency,
    "countries": Country,
    "transport_modes": TransportMode,
    "customs_districts": CustomsDistrict,
    "supervision_modes": SupervisionMode,
    "holidays": Holidays,
    "article_categories": ArticleCategory,
    "controlled_articles": ControlledArticle,
}
"""The row class of every table, by the name of its file."""

PREFIXES = {
    "consumption_taxes": "consumption_tax",
    "trade_modes": "trade_mode",
    "remark_groups": "remark_group",
    "regions": "region",
    "eligible_regions": "eligible_region",
    "zones": "zone",
    "zone_types": "zone_type",
    "licences": "licence",
    "licence_waivers": "licence_waiver",
    "suspensions": "suspension",
    "units": "unit",
    "currencies": "currency",
    "countries": "country",
    "transport_modes": "transport_mode",
    "customs_districts": "customs_district",
    "supervision_modes": "supervision_mode",
    "article_categories": "article_category",
    "controlled_articles": "controlled_article",
}
"""What a rule's id begins with, where it is not the table's name: `unit.035`."""
