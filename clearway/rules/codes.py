"""Code tables both ways: what a code of customs stands for, which code a name or ISO code has, and the nearest one."""

from datetime import date
from difflib import get_close_matches

from clearway.rules.catalogue import Found, Problems, problem
from clearway.rules.parameters import Dated, NoRuleInForce, parameters
from clearway.rules.tables import TABLES, Country, Currency, IsoCode, NamedCode, TransportMode

KEYS: dict[type[NamedCode], str] = {
    Currency: "E_UNKNOWN_CODE.currency",
    Country: "E_UNKNOWN_CODE.country",
    TransportMode: "E_UNKNOWN_CODE.transport",
}
"""The text that tells of an unknown code, by the table it is missing from."""

SHORT_TABLE = 25
"""Of a table with no more codes than these, all can be told."""


def look_up(kind: type[NamedCode], code: str, *, on: date, profile: str) -> Dated[NamedCode] | None:
    """What a code stands for on a Shanghai day, or None for one that does not exist or is not in force."""
    try:
        return parameters().row(kind, code, on=on, profile=profile)
    except NoRuleInForce:
        return None


def codes_named(kind: type[NamedCode], name: str, *, on: date, profile: str) -> tuple[str, ...]:
    """The codes in force whose ISO code, Chinese name or English name is the given one, capitals aside."""
    wanted, table = name.strip().casefold(), next(table for table, row in TABLES.items() if row is kind)
    found = []
    for code, series in parameters().tables[table].items():
        row = look_up(kind, code, on=on, profile=profile)
        if row is None:
            continue
        names = [row.value.name, series.description]
        if isinstance(row.value, IsoCode) and row.value.iso:
            names.append(row.value.iso)
        if wanted in (each.casefold() for each in names):
            found.append(code)
    return tuple(found)


def nearest_codes(kind: type[NamedCode], given: str, *, on: date, profile: str) -> tuple[str, ...]:
    """The code that was probably meant: of the same ISO code or name, else the one written most alike.

    Of a short table every code, if none is alike; of a long one nothing.
    """
    if named := codes_named(kind, given, on=on, profile=profile):
        return named[:1]
    known = [code for code in parameters().codes(kind) if look_up(kind, code, on=on, profile=profile)]
    return tuple(get_close_matches(given, known, n=1)) or (tuple(known) if len(known) <= SHORT_TABLE else ())


def check_code(kind: type[NamedCode], found: Found, on: date, profile: str) -> Problems:
    """Nothing if the code found exists on that day, else one problem with the nearest code (E_UNKNOWN_CODE)."""
    given = str(found.value)
    if look_up(kind, given, on=on, profile=profile):
        return ()
    rows = [
        (code, look_up(kind, code, on=on, profile=profile))
        for code in nearest_codes(kind, given, on=on, profile=profile)
    ]
    nearest = ", ".join(f"{code} ({row.value})" for code, row in rows if row) or "—"
    return (problem(KEYS[kind], found, nearest=nearest),)
