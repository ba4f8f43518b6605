"""Rules of one document by itself, by the law cases of documents.yaml."""

from typing import Any

import pytest

from tests.rules.law_cases import cases, check_case, told


@pytest.mark.parametrize("case", cases("documents.yaml"))
def test_a_document_has_exactly_these_problems(case: dict[str, Any]) -> None:
    found = check_case(case)
    assert told(found) == case["expect"]
    assert all(field.field.startswith(f"{case['document']}.") for problem in found for field in problem.fields)
    if "says" in case:
        assert case["says"] in found[0].message_en
