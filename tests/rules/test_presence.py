"""Who may attend an inspection, by the law cases of presence.yaml."""

from typing import Any

import pytest

from tests.rules.law_cases import cases, presence_case, told


@pytest.mark.parametrize("case", cases("presence.yaml"))
def test_a_presence_meets_these_problems(case: dict[str, Any]) -> None:
    found = presence_case(case)
    assert told(found) == case["expect"]
    if "names" in case:
        assert [field.field for each in found for field in each.fields] == case["names"]


def test_the_person_who_attends_is_not_named_in_a_refusal() -> None:
    for case in cases("presence.yaml"):
        assert "张三丰" not in "".join(each.model_dump_json() for each in presence_case(case.values[0]))
