"""A parameter file of the operator's own: it wins on its days, and what is wrong with it is told all at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import ParameterError, Parameters, built_in_parameters
from clearway.rules.tables import Goods, Holidays
from tests.rules.law_cases import cases

ONE_DAY = timedelta(days=1)
LIMIT_OF_2027 = """
numbers:
  limits.single:
    reference: 财关税[2027]1
    values: [{from: 2027-01-01, to: 2027-12-31, value: "6000.00"}]
"""
NEW_GOODS = """
tables:
  goods:
    "9999999999":
      description: other beauty preparations
      unit: row
      reference: tariff of 2027
      values:
        - from: 2027-01-01
          value: {vat: standard, consumption_tax: cosmetics, duty: "0.05", positive_list: true, units: ["035"]}
"""


def laid(text: str) -> Parameters:
    return lay_over(built_in_parameters(), read_own_rules(text, "own.yaml"))


def limit_on(day: str, parameters: Parameters, **more: Any) -> str:
    return str(parameters.value("limits.single", on=date.fromisoformat(day), **more).value)


def complaints(text: str) -> list[str]:
    with pytest.raises(ParameterError) as refusal:
        laid(text)
    return list(refusal.value.complaints)


@pytest.mark.parametrize(
    ("day", "limit"),
    [("2026-12-31", "5000.00"), ("2027-01-01", "6000.00"), ("2027-12-31", "6000.00"), ("2028-01-01", "5000.00")],
)
def test_an_own_value_wins_on_its_days_and_then_the_law_resumes(day: str, limit: str) -> None:
    assert limit_on(day, laid(LIMIT_OF_2027)) == limit


def test_an_own_value_names_its_own_source_and_leaves_the_others_theirs() -> None:
    rules = laid(LIMIT_OF_2027)
    assert rules.value("limits.single", on=date(2027, 5, 1)).reference == "财关税[2027]1"
    assert "财关税[2018]49" in rules.value("limits.single", on=date(2028, 1, 1)).reference


def test_the_base_is_not_changed() -> None:
    version = built_in_parameters().version
    rules = laid(LIMIT_OF_2027)
    assert limit_on("2027-05-01", built_in_parameters()) == "5000.00"
    assert built_in_parameters().version == version != rules.version


def test_a_file_that_says_nothing_changes_nothing() -> None:
    assert laid("numbers:\ntexts: {}\n").version == built_in_parameters().version


def test_files_are_laid_one_over_the_other() -> None:
    second = LIMIT_OF_2027.replace("6000", "7000").replace("to: 2027-12-31", "to: 2027-06-30")
    rules = lay_over(laid(LIMIT_OF_2027), read_own_rules(second, "second.yaml"))
    assert [limit_on(day, rules) for day in ("2027-06-30", "2027-07-01", "2028-01-01")] == [
        "7000.00",
        "6000.00",
        "5000.00",
    ]


def test_a_profile_of_the_file_wins_for_that_profile_only() -> None:
    rules = laid(
        'numbers: {limits.single: {profiles: {LAW_2026: [{from: 2027-01-01, value: "8000.00", reference: ours}]}}}'
    )
    assert limit_on("2027-01-01", rules, profile="LAW_2026") == "8000.00"
    assert limit_on("2027-01-01", rules) == limit_on("2026-12-31", rules, profile="LAW_2026") == "5000.00"


def test_a_port_wins_over_its_region_and_both_over_everything_else() -> None:
    rules = laid(
        """
numbers:
  matching.amount_tolerance:
    reference: notice of the customs
    values: [{from: 2026-01-01, value: "0.01"}]
    profiles: {LAW_2026: [{from: 2026-01-01, value: "0.02"}]}
    ports:
      "29": [{from: 2026-01-01, value: "0.50"}]
      "2991": [{from: 2026-07-01, to: 2026-07-31, value: "1.00"}]
"""
    )

    def tolerance(day: date, port: str | None, profile: str = "SEED") -> str:
        return str(rules.value("matching.amount_tolerance", on=day, profile=profile, port=port).value)

    july = date(2026, 7, 1)
    assert tolerance(july, "2991") == tolerance(july, "2991", "LAW_2026") == "1.00"
    assert tolerance(july - ONE_DAY, "2991") == tolerance(july, "2992") == tolerance(date(2026, 8, 1), "2991") == "0.50"
    assert [tolerance(july, "3105"), tolerance(july, None), tolerance(july, "3105", "LAW_2026")] == [
        "0.01",
        "0.01",
        "0.02",
    ]


def test_a_new_code_in_a_table_is_found_by_its_code() -> None:
    row = laid(NEW_GOODS).row(Goods, "9999999999", on=date(2027, 1, 1))
    assert row is not None
    assert (row.rule, str(row.value.duty), row.reference) == ("goods.9999999999", "0.05", "tariff of 2027")


def test_a_rate_of_known_goods_may_change_on_a_day() -> None:
    rules = laid(
        """
tables:
  goods:
    "2204210000":
      reference: tariff of 2027
      values:
        - from: 2027-01-01
          value: {vat: standard, consumption_tax: wine, duty: "0.10", positive_list: true, units: ["095"]}
"""
    )
    before, after = (rules.goods("2204210000", on=day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert before is not None
    assert after is not None
    assert (str(before.value.duty), str(after.value.duty)) == ("0.14", "0.10")


def test_a_year_of_holidays_is_loaded() -> None:
    row = laid(
        """
tables:
  holidays:
    "2027":
      description: Holidays of 2027
      unit: days
      reference: notice of the State Council
      values: [{from: 2027-01-01, value: {days_off: [2027-01-01], working_days: [2027-01-03]}}]
"""
    ).row(Holidays, "2027", on=date(2027, 12, 31))
    assert row is not None
    assert (row.value.days_off, row.value.working_days) == ((date(2027, 1, 1),), (date(2027, 1, 3),))


@pytest.mark.parametrize("case", cases("own_rules.yaml"))
def test_a_wrong_entry_is_told_by_file_key_and_date_with_its_remedy(case: dict[str, Any]) -> None:
    told = complaints(case["file"])
    assert told[0].startswith(f"own.yaml: {case['told']}")
    if "all" in case:
        assert told == [f"own.yaml: {each}" for each in case["all"]]


def test_no_answer_is_longer_than_a_clerk_can_read() -> None:
    entries = "".join(f"  unknown.rule_{number}: {{}}\n" for number in range(20_000))
    told = complaints(f"numbers:\n{entries}")
    assert len(told) == 51
    assert told[-1] == "there is more; correct these first"
