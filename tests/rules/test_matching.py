"""Comparison of the documents, by the law cases of matching.yaml."""

from typing import Any

import pytest

from clearway.rules.catalogue import catalogue
from clearway.rules.matching import RULES, MatchingFacts
from tests.rules.law_cases import cases, compare_case, matching_facts, told


@pytest.mark.parametrize("case", cases("matching.yaml"))
def test_comparison_finds_exactly_these_problems(case: dict[str, Any]) -> None:
    found = compare_case(case)
    assert told(found) == case["expect"]
    if "owners" in case:
        assert [problem.owner for problem in found] == case["owners"]
    for problem, fields in zip(found, case.get("fields", []), strict=False):
        shown = {field.field: field.value for field in problem.fields}
        assert not fields or shown == fields
    if "says" in case:
        assert case["says"] in found[0].message_en


def test_every_rule_of_the_rulebook_has_its_function() -> None:
    numbered = sorted(rule.__name__[:3].upper() for rule in RULES if rule.__name__.startswith("m"))
    assert numbered == [f"M{number:02}" for number in range(1, 19)]
    assert {key[:3] for key in catalogue() if key.startswith("M")} == set(numbered)


def test_no_personal_value_leaves_a_comparison_in_clear() -> None:
    strangers = {
        "payment.payer_name": "欧阳娜娜",
        "payment.payer_id_number": "440524188001010014",
        "declaration_list.buyer_name": "司马相如",
        "declaration_list.buyer_id_number": "53010219200508011X",
        "waybill.consignee": "诸葛孔明",
        "waybill.consignee_telephone": "13712345678",
        "waybill.consignee_address": "四川省成都市武侯区武侯祠大街231号",
    }
    text = "".join(found.model_dump_json() for found in compare_case({"given": strangers}))
    personal = [*strangers.values(), "张三", "11010519491231002X", "13900000002", "示例路1号"]
    assert [value for value in personal if value in text] == []


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown rule profile 'LAW_1999'; known are SEED, LAW_2026"):
        matching_facts(profile="LAW_1999")


def test_facts_cannot_be_changed() -> None:
    facts: MatchingFacts = matching_facts()
    with pytest.raises(ValueError, match="frozen"):
        facts.profile = "LAW_2026"  # type: ignore[misc]
