"""Regions, zones and supervision modes of bonded and direct import (RULEBOOK B.6, B.17, C.1)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from clearway.rules.tables.row import Row

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
