"""Licences by supervision mode, by the law cases of licences.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.rules.licences import check_licences, suspension_of
from tests.rules.law_cases import cases, goods_list, licence_case, told


@pytest.mark.parametrize("case", cases("licences.yaml"))
def test_goods_need_a_licence_or_not(case: dict[str, Any]) -> None:
    found = licence_case(case)
    assert told(found) == case["expect"]
    if "says" in case:
        assert case["says"] in found[0].message_en


def test_every_line_that_needs_a_licence_is_told() -> None:
    lines = [{"total_price": "1.00", "hs_code": code} for code in ("3304990029", "1905310000", "1901101090")]
    declared = goods_list({"day": "2026-03-10", "lines": lines}).model_copy(update={"trade_mode": "1239"})
    found = check_licences(declared, profile="SEED")
    assert [[field.field for field in each.fields] for each in found] == [
        ["declaration_list.lines[0].hs_code", "declaration_list.license_no"],
        ["declaration_list.lines[2].hs_code", "declaration_list.license_no"],
    ]


def test_a_suspension_covers_the_codes_below_its_own() -> None:
    day = date(2022, 3, 1)
    assert suspension_of("1901101010", "502", on=day, profile="SEED") is not None
    assert suspension_of("1901109000", "133", on=day, profile="SEED") is None
    assert suspension_of("1901200000", "502", on=day, profile="SEED") is None
