"""Terms of collecting tax, by the law cases of collection.yaml."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.rules.collection import collection_term, next_batch
from clearway.rules.parameters import NoRuleInForce
from tests.rules.calendars import real
from tests.rules.law_cases import cases

DAY = timedelta(days=1)


@pytest.mark.parametrize("case", cases("collection.yaml"))
def test_tax_is_collected_on_these_terms(case: dict[str, Any]) -> None:
    term = collection_term(case["accepted"], case["released"], real(), profile=case.get("profile", "SEED"))
    assert (term.rhythm, term.statement_month) == (case["rhythm"], case.get("statement"))
    assert (term.payable_from, term.first_batch_at) == (case["payable"], case["batch"])
    assert term.guard_at == case.get("guard")
    assert term.deadline == case["pay_until"]
    assert term.pay_before == datetime.combine(case["pay_until"] + DAY, time.min, SHANGHAI)
    assert term.provisional is case.get("provisional", False)
    assert term.rules[0].value == case["rhythm"]


def test_the_batch_comes_once_a_day() -> None:
    two = datetime(2026, 4, 10, 2, tzinfo=SHANGHAI)
    assert next_batch(two, profile="SEED") == two
    assert next_batch(two + timedelta(seconds=1), profile="SEED") == two + DAY
    assert next_batch(two - timedelta(hours=2), profile="SEED") == two


def test_before_the_postal_tax_nothing_is_collected() -> None:
    with pytest.raises(NoRuleInForce, match="2012-04-14"):
        collection_term(date(2012, 4, 14), datetime(2012, 4, 14, tzinfo=SHANGHAI), real(), profile="SEED")
