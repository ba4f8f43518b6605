"""Licences, their waivers and what suspends a waiver (RULEBOOK X10, B.12)."""

from typing import Literal

from pydantic import Field

from clearway.rules.tables.row import Row

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
