"""Codes with names: currencies, countries, transport modes, districts, supervision modes (RULEBOOK C)."""

from pydantic import Field

from clearway.rules.tables.row import Row


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
