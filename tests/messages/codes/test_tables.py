"""Code tables: complete against the official lists, the same as the rules read, dated, found by code and by name."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from clearway.messages.codes import TABLE_OF_ELEMENT, TABLES, Entry, find, look_up, nearest, rows, table_of, tables_of
from clearway.rules.parameters import built_in_parameters
from clearway.rules.tables import NamedCode, Unit

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "messages" / "codes"
LISTS = {
    "countries": "countries.csv",
    "currencies": "currencies.csv",
    "customs_districts": "customs_code_examples.csv",
    "return_statuses": "return_status.csv",
    "trade_modes": "trade_mode.csv",
    "transport_modes": "traf_mode.csv",
    "units": "units.csv",
    "wrappings": "wrap_type_1char.csv",
}
SHARED = [table.name for table in TABLES.values() if table.kept_with_rules]
DAY = timedelta(days=1)


def every_entry() -> list[Entry]:
    return [entry for table in TABLES for several in rows(table).values() for entry in several]


@pytest.mark.parametrize("table", LISTS)
def test_every_code_of_the_official_lists_is_known(table: str) -> None:
    path = OFFICIAL / LISTS[table]
    if not path.exists():
        pytest.skip(f"the list {LISTS[table]} is not beside the repository")
    with path.open(encoding="utf-8", newline="") as lines:
        codes = {row["code"] for row in csv.DictReader(lines)} - {"<0"}  # errors have a catalogue of their own
    assert codes
    assert codes - set(rows(table)) == set()


@pytest.mark.parametrize("table", SHARED)
def test_codes_that_the_rules_judge_by_are_the_same_on_the_wire(table: str) -> None:
    kept = built_in_parameters().tables[TABLES[table].kept_with_rules]
    codes = TABLES[table].only or tuple(kept)
    assert set(codes) <= set(rows(table))
    for code in codes:
        told = [(entry.first_day, entry.last_day, entry.zh, entry.en) for entry in rows(table)[code]]
        judged = [(period.first_day, period.last_day, period.value) for period in kept[code].values]
        assert [each[:2] for each in told] == [each[:2] for each in judged]
        for (_, _, zh, en), (_, _, row) in zip(told, judged, strict=True):
            assert isinstance(row, NamedCode | Unit)
            assert (zh, en) == (row.name, kept[code].description)


def test_supervision_modes_of_retail_import_begin_on_the_day_the_rules_say() -> None:
    for code, series in built_in_parameters().tables["trade_modes"].items():
        assert [entry.first_day for entry in rows("trade_modes")[code]] == [each.first_day for each in series.values]


def test_every_entry_is_told_in_both_languages_with_its_source() -> None:
    entries = every_entry()
    assert len(entries) > 500
    assert [e for e in entries if not (e.zh.strip() and e.en.strip() and e.source.strip())] == []
    assert [e for e in entries if e.last_day is not None and e.last_day < e.first_day] == []


def test_142_is_china_the_yuan_and_a_bottle() -> None:
    assert set(tables_of("142")) == {"countries", "currencies", "units"}
    told = {table: entry.zh for table in tables_of("142") if (entry := look_up(table, "142"))}
    assert told == {"countries": "中国", "currencies": "人民币", "units": "瓶"}


def test_303_is_the_united_kingdom_and_305_is_france() -> None:
    told = {code: entry.iso for code in ("303", "305", "502") if (entry := look_up("countries", code))}
    assert told == {"303": "GBR", "305": "FRA", "502": "USA"}


@pytest.mark.parametrize("table", TABLES)
def test_every_code_is_found_again_by_each_of_its_names(table: str) -> None:
    for code in rows(table):
        entry = look_up(table, code)
        assert entry is not None
        for name in entry.names:
            assert entry in find(name, table)


@pytest.mark.parametrize(
    ("name", "table", "code"),
    [
        ("瓶", "units", "142"),
        ("Bottle", "units", "142"),
        ("cny", "currencies", "142"),
        ("China", "countries", "142"),
        ("CHN", "countries", "142"),
        ("machine", "units", "001"),
        ("保税电商", "trade_modes", "1210"),
        ("released", "return_statuses", "800"),
    ],
)
def test_a_name_leads_to_its_one_code(name: str, table: str, code: str) -> None:
    assert [(entry.table, entry.code) for entry in find(name)] == [(table, code)]


def test_part_of_a_name_leads_to_every_code_that_has_it() -> None:
    codes = {entry.code for entry in find("kilogr", "units")}
    assert codes == {"035"}
    assert len(find("保税", "customs_districts")) > 3
    assert find("  ") == ()


@pytest.mark.parametrize(
    ("table", "code"),
    [("trade_modes", "9610"), ("trade_modes", "9810"), ("order_types", "W"), ("currencies", "304"), ("units", "142")],
)
def test_a_code_is_unknown_the_day_before_its_first_and_the_day_after_its_last(table: str, code: str) -> None:
    entry = look_up(table, code)
    assert entry is not None
    assert look_up(table, code, on=entry.first_day - DAY) is None
    assert look_up(table, code, on=entry.first_day) == entry
    if entry.last_day is not None:
        assert look_up(table, code, on=entry.last_day) == entry
        assert look_up(table, code, on=entry.last_day + DAY) is None


def test_the_german_mark_ended_with_2001() -> None:
    assert look_up("currencies", "304", on=date(2001, 12, 31)) is not None
    assert look_up("currencies", "304", on=date(2002, 1, 1)) is None
    assert tables_of("304", on=date(2026, 1, 1)) == ("countries",)
    assert [entry.code for entry in find("DEM", "currencies", on=date(2026, 1, 1))] == []
    assert [entry.code for entry in find("DEM")] == ["304"]


def test_what_is_written_alike_is_proposed() -> None:
    assert nearest("botle", "units")[0].code == "142"
    assert nearest("瓶子", "units")[0].code == "142"
    assert nearest("", "units") == ()


def test_an_unknown_table_is_an_error_and_an_unknown_code_is_none() -> None:
    assert look_up("units", "999") is None
    with pytest.raises(KeyError):
        look_up("unit", "142")


@pytest.mark.parametrize(
    ("element", "parent", "table"),
    [
        ("country", "InventoryHead", "countries"),
        ("unit2", "InventoryList", "units"),
        ("currency", "", "currencies"),
        ("customsCode", "", "customs_districts"),
        ("returnStatus", "InventoryReturn", "return_statuses"),
        ("status", "TaxHeadRd", "tax_statuses"),
        ("status", "BaseSubscribe", "subscriptions"),
        ("status", "", None),
        ("orderNo", "OrderHead", None),
    ],
)
def test_an_element_knows_its_table(element: str, parent: str, table: str | None) -> None:
    found = table_of(element, parent)
    assert (found.name if found else None) == table


def test_every_element_leads_to_a_table_that_exists() -> None:
    assert set(TABLE_OF_ELEMENT.values()) == set(TABLES)
