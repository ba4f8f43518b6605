"""What the tables say of each other and of the numbers must exist; checked whenever parameters are put together."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from clearway.contracts.customs import Finding
from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.rules.series import Series
from clearway.rules.tables import FindingRow, Goods, Holidays, TradeMode, WeightLimit, Zone

YEAR = re.compile("[12][0-9]{3}")

Tables = Mapping[str, Mapping[str, Series[Any]]]


def broken_references(numbers: Mapping[str, Series[Decimal]], tables: Tables) -> list[str]:
    """Every row that names something which is not there, as `table: code: date: what`; empty if all is well."""
    found = []
    for table, rows in tables.items():
        for code, series in rows.items():
            for period in series.every_period():
                wrong = _wrong_in(period.value, code, numbers, tables)
                found += [f"{table}: {code}: {period.first_day}: {each}" for each in wrong]
            if table == "holidays":
                found += [f"holidays: {code}: {each}" for each in _wrong_in_year(code, series)]
    return found


def _wrong_in(row: object, code: str, numbers: Mapping[str, Series[Decimal]], tables: Tables) -> Iterator[str]:
    match row:
        case Goods():
            if f"vat.{row.vat}" not in numbers:
                yield f"vat: there is no rate vat.{row.vat}"
            if row.consumption_tax is not None and row.consumption_tax not in tables["consumption_taxes"]:
                yield f"consumption_tax: there is no {row.consumption_tax} among the consumption taxes"
            for unit in row.units:
                if unit not in tables["units"]:
                    yield f'units: there is no unit "{unit}"'
            for remark in row.remarks:
                if isinstance(remark, WeightLimit) and remark.group not in tables["remark_groups"]:
                    yield f"remarks: there is no {remark.group} among the remark groups"
        case TradeMode():
            for name in (*row.required, *row.empty):
                if name not in DeclarationList.model_fields:
                    yield f"a Declaration List has no field {name}"
            for name in row.required_in_lines:
                if name not in DeclarationLine.model_fields:
                    yield f"a line has no field {name}"
        case Zone() if row.type not in tables["zone_types"]:
            yield f"type: there is no {row.type} among the types of zones"
        case FindingRow() if code not in set(Finding):
            yield f"customs finds no {code}; known are {', '.join(Finding)}"
        case Holidays() if YEAR.fullmatch(code):
            for day in (*row.days_off, *row.working_days):
                if str(day.year) != code:
                    yield f"{day} is not a day of {code}"


def _wrong_in_year(code: str, series: Series[Any]) -> Iterator[str]:
    """A year's holidays are one notice for the whole country, and the one in force at its end is what counts."""
    if series.profiles:
        yield "profiles: holidays are the same in every profile; write them under values"
    if not YEAR.fullmatch(code):
        yield 'is no year; write it as "2027"'
    elif not any(period.covers(date(int(code), 12, 31)) for period in series.values):
        yield f"nothing is in force on {code}-12-31; leave out `to` of the last notice"
