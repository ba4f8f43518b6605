"""Licences, registrations and filings of goods, by supervision mode (RULEBOOK A.3 X10, B.12)."""

from datetime import date
from typing import NamedTuple

from clearway.contracts.documents import DeclarationList
from clearway.contracts.problems import Problem
from clearway.rules.catalogue import Problems, at, at_line, problem
from clearway.rules.parameters import parameters
from clearway.rules.tables import Licence, LicenceWaiver, LicensedGoods, Suspension


class NeededLicences(NamedTuple):
    """The licences that goods need, and the suspension that lifted a waiver, if one did."""

    licences: tuple[Licence, ...]
    suspension: Suspension | None = None


def licences_needed(
    hs_code: str, origin: str, trade_mode: str, *, direction: str = "I", on: date, profile: str
) -> NeededLicences:
    """What goods of an HS code and country of origin need under a supervision mode on a Shanghai day.

    Direct purchase and bonded import 1210 do without the licences of a first import since 2019-01-01, except for
    suspended goods; every other mode and every export (`direction` E) needs all of them. Goods that the table does not
    name need none.
    """
    rules = parameters()
    goods = rules.row_if_any(LicensedGoods, hs_code, on=on, profile=profile)
    if goods is None:
        return NeededLicences(())
    imported = direction == rules.text("documents.direction", on=on, profile=profile).value
    waiver = rules.row_if_any(LicenceWaiver, trade_mode, on=on, profile=profile) if imported else None
    waived = waiver.value.kinds if waiver else ()
    needed = tuple(licence for licence in goods.value.licences if licence.kind not in waived)
    if needed == goods.value.licences:
        return NeededLicences(needed)
    suspension = suspension_of(hs_code, origin, on=on, profile=profile)
    return NeededLicences(goods.value.licences if suspension else needed, suspension)


def suspension_of(hs_code: str, origin: str, *, on: date, profile: str) -> Suspension | None:
    """The first suspension in force on a Shanghai day that covers goods of that HS code and country of origin."""
    rules = parameters()
    for code in rules.codes(Suspension):
        row = rules.row_if_any(Suspension, code, on=on, profile=profile)
        if (
            row
            and hs_code.startswith(row.value.hs_codes)
            and (not row.value.countries or origin in row.value.countries)
        ):
            return row.value
    return None


def check_licences(declared: DeclarationList, *, profile: str) -> Problems:
    """E_LICENCE for every line whose goods need a licence while the list names none.

    The list has one field for a licence number; whether that number is valid and for which goods is for customs.
    """
    if declared.license_no:
        return ()
    found: Problems = ()
    for index, line in enumerate(declared.lines):
        needed = licences_needed(
            line.hs_code,
            line.country,
            declared.trade_mode,
            direction=declared.ie_flag,
            on=declared.declared_on,
            profile=profile,
        )
        if needed.licences:
            found += (_missing(declared, index, needed),)
    return found


def _missing(declared: DeclarationList, index: int, needed: NeededLicences) -> Problem:
    where = (at_line(declared, index, "hs_code"), at(declared, "license_no"))
    reason = needed.suspension
    return problem(
        "E_LICENCE.suspended" if reason else "E_LICENCE",
        *where,
        mode=declared.trade_mode,
        day=declared.declared_on,
        licences_en=", ".join(licence.name_en for licence in needed.licences),
        licences_zh="、".join(licence.name_zh for licence in needed.licences),
        reason_en=reason.reason_en if reason else "",
        reason_zh=reason.reason_zh if reason else "",
    )
