"""Reasonable quantity for personal use, by the law cases of personal_use.yaml."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.articles.parcels import judge_case
from tests.rules.law_cases import cases, told

SIGNAL = ["E_RESALE_SIGNAL hard"]


@pytest.mark.parametrize("case", cases("articles/personal_use.yaml"))
def test_a_quantity_is_personal_or_a_signal_of_resale(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert told(judgement.problems) == case.get("told", [])
    assert judgement.outcome == case["expect"]


def test_a_signal_is_told_with_every_line_that_counts() -> None:
    wine = {"category": "alcohol", "unit": "142", "qty": "1"}
    lines = [wine, {}, wine | {"unit": "095"}]
    (problem,) = judge_case({"day": date(2026, 3, 10), "lines": lines}).problems
    assert [one.field for one in problem.fields] == ["articles_list.lines[0].qty", "articles_list.lines[2].qty"]
    assert "1 / 2 + 1 / 1.5" in problem.message_en


@given(parts=st.lists(st.decimals("0.00001", "1.2", places=5), min_size=1, max_size=10))
def test_splitting_a_quantity_over_lines_changes_nothing(parts: list[Decimal]) -> None:
    whole = judge_case({"day": date(2026, 3, 10), "lines": [{"category": "tobacco", "qty": str(sum(parts))}]})
    split = [{"category": "tobacco", "qty": str(part)} for part in parts]
    divided = judge_case({"day": date(2026, 3, 10), "lines": split})
    assert told(divided.problems) == told(whole.problems) == (SIGNAL if sum(parts) > 2 else [])
