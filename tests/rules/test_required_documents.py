"""Documents required before a list, by the law cases of required_documents.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.rules.parameters import NoRuleInForce
from clearway.rules.required_documents import Direction, required_documents
from tests.rules.law_cases import cases, day


@pytest.mark.parametrize("case", cases("required_documents.yaml"))
def test_a_list_lacks_these_documents(case: dict[str, Any]) -> None:
    required = required_documents(
        Direction(case["direction"]), on=day(case["day"]), profile=case.get("profile", "SEED")
    )
    assert required.missing(case["sent"]) == tuple(case["missing"])


def test_the_documents_of_an_import_are_those_the_service_takes() -> None:
    assert required_documents(Direction.IMPORT, on=date(2026, 3, 10)).names == THREE_DOCUMENTS


def test_the_rule_is_told_with_its_source() -> None:
    rule = required_documents(Direction.EXPORT, on=date(2026, 3, 10), profile="LAW_2026").rule
    assert (rule.rule, rule.value, rule.effective_from) == ("export.documents", "order waybill", date(2024, 12, 15))


@pytest.mark.parametrize(
    ("direction", "on"), [(Direction.IMPORT, date(2014, 2, 9)), (Direction.EXPORT, date(2016, 4, 7))]
)
def test_before_the_first_regime_nothing_is_known(direction: Direction, on: date) -> None:
    with pytest.raises(NoRuleInForce, match=on.isoformat()):
        required_documents(direction, on=on)
