"""The work calendar: the table of holidays in force, then the calendar package, then a provisional year (C.8)."""

from datetime import date

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.rules.deadlines import legal_clocks
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import Parameters, built_in_parameters, rules_in_force
from tests.rules.law_cases import law

HOLIDAYS = """
tables:
  holidays:
    "{year}":
      description: Holidays of {year}
      unit: days
      reference: notice of the State Council
      values: [{{from: {year}-01-01, value: {{days_off: [{off}], working_days: [{worked}]}}}}]
"""
RELEASED = next(case for case in law("deadlines.yaml")["cases"] if case.get("provisional") and case["day"].year == 2026)


def loaded(year: int, off: str, worked: str = "") -> Parameters:
    text = HOLIDAYS.format(year=year, off=off, worked=worked)
    return lay_over(built_in_parameters(), read_own_rules(text, "holidays.yaml"))


def test_a_year_that_nobody_announced_is_provisional_and_has_its_statutory_days_off() -> None:
    calendar = calendar_around(date(2027, 5, 1))
    assert calendar.is_provisional(date(2027, 5, 1))
    assert not calendar.is_working_day(date(2027, 10, 1))
    assert calendar.working_days == frozenset()


def test_a_loaded_year_is_announced() -> None:
    with rules_in_force(loaded(2027, "2027-01-01, 2027-01-04", "2027-01-02")):
        calendar = calendar_around(date(2027, 1, 1))
    assert not calendar.is_provisional(date(2027, 12, 31))
    assert calendar.is_working_day(date(2027, 1, 2))
    assert calendar.next_working_day(date(2027, 1, 3)) == date(2027, 1, 5)


def test_a_loaded_year_ends_the_provisional_mark_of_a_deadline_and_moves_it() -> None:
    released = RELEASED["released"]

    def clocks() -> tuple[bool, date]:
        found = legal_clocks(released, calendar_around(legal_day(released)), profile="SEED")
        return found.provisional, found.payment_deadline

    assert clocks() == (True, date(2027, 1, 4))
    with rules_in_force(loaded(2027, "2027-01-01, 2027-01-04")):
        assert clocks() == (False, date(2027, 1, 5))
    assert clocks() == (True, date(2027, 1, 4))


def test_a_loaded_year_wins_over_the_package() -> None:
    day = date(2026, 1, 5)
    assert calendar_around(day).is_working_day(day)
    with rules_in_force(loaded(2026, "2026-01-05")):
        calendar = calendar_around(day)
    assert not calendar.is_working_day(day)
    assert calendar.is_working_day(date(2026, 1, 1))
    assert not calendar.is_provisional(day)


def test_two_sets_of_rules_never_share_a_calendar() -> None:
    day = date(2027, 3, 1)
    for _ in range(2):
        for off in (day, date(2027, 3, 2)):
            with rules_in_force(loaded(2027, str(off))):
                assert [calendar_around(day).is_working_day(each) for each in (day, off)] == [off != day, False]


def test_a_later_notice_of_the_same_year_wins() -> None:
    first = loaded(2027, "2027-03-01")
    second = HOLIDAYS.format(year=2027, off="2027-03-02", worked="").replace("from: 2027-01-01", "from: 2027-02-20")
    with rules_in_force(lay_over(first, read_own_rules(second, "second.yaml"))):
        calendar = calendar_around(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 3, 1))
    assert not calendar.is_working_day(date(2027, 3, 2))


def test_at_the_end_of_a_year_the_next_one_is_known_too() -> None:
    with rules_in_force(loaded(2027, "2027-01-01")):
        calendar = calendar_around(date(2026, 12, 1))
    assert {2026, 2027} <= calendar.announced_years
