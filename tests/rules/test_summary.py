"""Summary of exports, by the law cases of summary.yaml; and what always holds of its deadlines."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.base import SHANGHAI
from clearway.rules.parameters import PROFILES, NoRuleInForce
from clearway.rules.summary import summary_batch, summary_deadline
from tests.rules.calendars import announced, real
from tests.rules.law_cases import cases, law

CLOSINGS = st.datetimes(datetime(2016, 4, 8), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def month(day: date, count: int) -> date:
    """The first day of the month some months later."""
    index = day.month - 1 + count
    return date(day.year + index // 12, index % 12 + 1, 1)


@pytest.mark.parametrize("case", cases("summary.yaml"))
def test_a_closed_list_is_summarised_by_then(case: dict[str, Any]) -> None:
    batch = summary_batch(
        case["closed"], real(), profile=case.get("profile", "SEED"), simplified=case.get("simplified", False)
    )
    if case["month"] is None:
        assert batch is None
        return
    assert batch is not None
    assert (batch.month, batch.drawn_up_at, batch.due) == (case["month"], case["taken"], case["due"])
    assert batch.due_before == datetime.combine(case["due"] + timedelta(days=1), time.min, SHANGHAI)
    assert batch.spilled is case.get("spilled", False)
    assert batch.regime == case.get("regime", "EXS-2016")
    assert batch.provisional is case.get("provisional", False)


def test_the_tenths_of_two_years_are_those_of_the_rulebook() -> None:
    tenths = law("summary.yaml")["tenths"]
    assert tenths == [due_by_the_next_month(month(due, -1)) for due in tenths]
    assert [due.month for due in tenths] == [*range(1, 13)] * 2


def due_by_the_next_month(closed: date) -> date:
    """When the last second of a month is due: for December the spill into January."""
    last_second = datetime.combine(month(closed, 1), time.min, SHANGHAI) - timedelta(seconds=1)
    batch = summary_batch(last_second, announced(), profile="SEED")
    assert batch is not None
    return batch.due


def test_december_is_due_on_its_last_working_day() -> None:
    ends = law("summary.yaml")["decembers"]
    assert ends == [summary_deadline(end, announced(), profile="SEED") for end in ends]


def test_the_fifteenth_rolls_in_exactly_the_months_of_the_rulebook() -> None:
    months = [month(date(2024, 12, 1), count) for count in range(24)]
    dues = [summary_deadline(closed, announced(), profile="LAW_2026") for closed in months]
    assert [due for due in dues if due.day != 15] == law("summary.yaml")["fifteenths"]
    assert [due.month for due in dues] == [*range(1, 13)] * 2


@pytest.mark.parametrize("profile", PROFILES)
@given(one=CLOSINGS, other=CLOSINGS)
def test_a_later_closing_is_never_due_earlier(profile: str, one: datetime, other: datetime) -> None:
    earlier, later = (summary_batch(moment, real(), profile=profile) for moment in sorted((one, other)))
    assert earlier is not None
    assert later is not None
    assert earlier.due <= later.due
    assert earlier.month <= later.month
    assert earlier.drawn_up_at <= later.drawn_up_at


@pytest.mark.parametrize("profile", PROFILES)
@given(closed=CLOSINGS)
def test_a_summary_is_due_on_a_working_day_after_its_batch(profile: str, closed: datetime) -> None:
    batch = summary_batch(closed, real(), profile=profile)
    assert batch is not None
    assert closed <= batch.drawn_up_at < batch.due_before
    assert real().is_working_day(batch.due)
    assert batch.spilled or batch.due == summary_deadline(batch.month, real(), profile=profile)


def test_a_batch_records_the_rules_it_used() -> None:
    batch = summary_batch(datetime(2026, 1, 5, tzinfo=SHANGHAI), real(), profile="LAW_2026")
    assert batch is not None
    assert {rule.rule: rule.value for rule in batch.rules} == {
        "export.summary_regime": "EXS-2018",
        "export.december": "next_month",
        "export.summary_day": "15",
    }


@pytest.mark.parametrize(("simplified", "day"), [(False, date(2016, 4, 7)), (True, date(2018, 12, 31))])
def test_before_the_first_regime_there_is_no_batch(simplified: bool, day: date) -> None:
    with pytest.raises(NoRuleInForce, match=day.isoformat()):
        summary_batch(datetime.combine(day, time.min, SHANGHAI), real(), profile="SEED", simplified=simplified)
