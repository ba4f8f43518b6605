"""Code tables both ways (RULEBOOK C.1 to C.6): complete, and the same code apart by table."""

import csv
from datetime import date
from pathlib import Path

import pytest

from clearway.rules.codes import codes_named, look_up, nearest_codes
from clearway.rules.documents import check_document
from clearway.rules.parameters import parameters
from clearway.rules.tables import (
    TABLES,
    Country,
    Currency,
    CustomsDistrict,
    IsoCode,
    NamedCode,
    SupervisionMode,
    TransportMode,
    Unit,
)
from clearway.rules.tariff import measure
from tests.rules.law_cases import papers

DAY = date(2026, 3, 10)
REFERENCE = Path(__file__).parents[3] / "shared" / "messages" / "codes"
RULEBOOK_C3 = """142 CNY · 502 USD · 300 EUR · 303 GBP · 116 JPY · 133 KRW · 110 HKD · 121 MOP · 143 TWD · 132 SGD
 · 136 THB · 122 MYR · 601 AUD · 609 NZD · 501 CAD · 331 CHF · 330 SEK · 302 DKK · 326 NOK · 344 RUB"""
RULEBOOK_C4 = """142 CHN · 110 HKG · 121 MAC · 143 TWN · 116 JPN · 133 KOR · 136 THA · 132 SGP · 122 MYS · 112 IDN
 · 141 VNM · 303 GBR · 304 DEU · 305 FRA · 307 ITA · 309 NLD · 301 BEL · 302 DNK · 306 IRL · 312 ESP · 315 AUT · 326 NOR
 · 327 POL · 330 SWE · 331 CHE · 344 RUS · 501 CAN · 502 USA · 410 BRA · 412 CHL · 601 AUS · 609 NZL"""


def name(kind: type[NamedCode], code: str, on: date = DAY) -> str | None:
    row = look_up(kind, code, on=on, profile="SEED")
    return row.value.name if row else None


def test_142_is_china_the_yuan_and_a_bottle() -> None:
    assert name(Country, "142") == "中国"
    assert name(Currency, "142") == "人民币"
    bottle = parameters().unit("142", on=DAY)
    assert bottle is not None
    assert bottle.value.name == "瓶"


@pytest.mark.parametrize(("kind", "codes"), [(Currency, RULEBOOK_C3), (Country, RULEBOOK_C4)])
def test_the_codes_of_the_rulebook_are_found_both_ways(kind: type[IsoCode], codes: str) -> None:
    for code, iso in (pair.split() for pair in codes.split("·")):
        row = look_up(kind, code, on=DAY, profile="SEED")
        assert row is not None
        assert isinstance(row.value, IsoCode)
        assert row.value.iso == iso
        assert codes_named(kind, iso, on=DAY, profile="SEED") == (code,)


@pytest.mark.parametrize("iso", [Currency, Country])
def test_no_two_codes_share_an_iso_code_on_one_day(iso: type[IsoCode]) -> None:
    rows = [look_up(iso, code, on=DAY, profile="SEED") for code in parameters().codes(iso)]
    codes = [row.value.iso for row in rows if row and isinstance(row.value, IsoCode) and row.value.iso]
    assert len(codes) == len(set(codes))


def test_a_name_is_looked_up_in_either_language() -> None:
    for written in ("韩国", "south korea", " KOR "):
        assert codes_named(Country, written, on=DAY, profile="SEED") == ("133",)
    assert codes_named(TransportMode, "航空运输", on=DAY, profile="SEED") == ("5",)
    assert codes_named(CustomsDistrict, "梅山保税区", on=DAY, profile="SEED") == ("3117",)
    assert codes_named(Country, "Atlantis", on=DAY, profile="SEED") == ()


def test_the_transport_modes_of_the_rulebook_are_there() -> None:
    assert set(parameters().codes(TransportMode)) == set("0123456789GHLSTWXYZ")


def test_a_supervision_mode_begins_on_its_day() -> None:
    assert name(SupervisionMode, "9710", date(2020, 6, 30)) is None
    assert name(SupervisionMode, "9710", date(2020, 7, 1)) == "跨境电子商务企业对企业直接出口"


def test_a_currency_ends_on_its_day() -> None:
    assert name(Currency, "304", date(2001, 12, 31)) == "德国马克"
    assert name(Currency, "304", date(2002, 1, 1)) is None


def test_every_transport_mode_that_a_supervision_mode_admits_exists() -> None:
    for code in parameters().tables["trade_modes"]:
        mode = parameters().trade_mode(code, on=DAY)
        assert mode is not None
        assert all(name(TransportMode, admitted) for admitted in mode.value.transport_modes)


@pytest.mark.parametrize(
    ("kind", "given", "nearest"),
    [(Currency, "CNY", "142"), (Country, "CHN", "142"), (Country, "德国", "304"), (Currency, "505", "502")],
)
def test_the_code_that_was_meant_is_proposed(kind: type[NamedCode], given: str, nearest: str) -> None:
    assert nearest_codes(kind, given, on=DAY, profile="SEED") == (nearest,)


def test_where_none_is_alike_a_short_table_is_told_and_a_long_one_is_not() -> None:
    assert len(nearest_codes(TransportMode, "?", on=DAY, profile="SEED")) == len(parameters().codes(TransportMode))
    assert nearest_codes(Country, "~~~", on=DAY, profile="SEED") == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"order.lines[0].country": "KOR"}, "Nearest to what was written: 133 (KOR 韩国)."),
        ({"order.lines[0].country": "~~~"}, "Nearest to what was written: —."),
        ({"order.currency": "999"}, "State 142 (CNY), the only currency of retail import."),
    ],
)
def test_an_unknown_code_is_told_with_its_field_and_the_nearest_code(changes: dict[str, str], told: str) -> None:
    (found,) = check_document(papers(changes).order)
    ((field, value),) = changes.items()
    assert [(each.field, each.value) for each in found.fields] == [(field, value)]
    assert told in found.remedy_en
    assert "最接近的代码" in found.remedy_zh


def test_a_thousand_pieces_are_measured_as_pieces() -> None:
    line = papers().declaration_list.lines[0].model_copy(update={"unit1": "050", "qty1": papers().order.lines[0].qty})
    assert measure(line, "piece", DAY, "SEED") == line.qty1 * 1000


@pytest.mark.parametrize(
    ("file", "kind"),
    [("countries", Country), ("currencies", Currency), ("traf_mode", TransportMode), ("units", Unit)],
)
def test_the_tables_have_every_code_of_the_reference(file: str, kind: type) -> None:
    path = REFERENCE / f"{file}.csv"
    if not path.exists():
        pytest.skip(f"no {path.name} beside the repository, so the codes are not compared")
    with path.open(encoding="utf-8-sig") as content:
        codes = {row["code"] for row in csv.DictReader(content)}
    assert codes - set(parameters().codes(kind)) == set()


def test_every_named_code_is_cited_and_told_in_english() -> None:
    named = [table for table, row in TABLES.items() if issubclass(row, NamedCode)]
    assert len(named) == 5
    for table in named:
        for series in parameters().tables[table].values():
            assert series.reference
            assert series.description.isascii() or any(letter in series.description for letter in "éãíüçô")
