"""What always holds of laying an operator's rules over others, for any periods and any content."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.rules.own_rules import OwnRules, lay_over, read_own_rules
from clearway.rules.parameters import ParameterError, Parameters, built_in_parameters
from clearway.rules.rule_changes import changes_between
from clearway.rules.series import Dated, NoRuleInForce

RULE = "limits.single"
START = date(2018, 11, 1)
DAYS = [START + timedelta(days=count) for count in range(150)]  # both limits of the law, and the day between them

UNHURRIED = settings(deadline=None, max_examples=60)


@st.composite
def periods(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to four periods inside the days, apart; the last of them may have no end."""
    bounds = sorted(draw(st.lists(st.integers(0, 140), min_size=1, max_size=8, unique=True)))
    made = []
    for first, last in list(pairwise([*bounds, 141]))[::2]:
        value = f"{draw(st.integers(0, 3))}.{draw(st.sampled_from(['0', '00']))}"
        made.append({"from": str(DAYS[first]), "to": str(DAYS[last - 1]), "value": value, "reference": "ours"})
    if draw(st.booleans()):
        del made[-1]["to"]
    return made


def laid(given_periods: list[dict[str, Any]], base: Parameters | None = None) -> Parameters:
    text = yaml.safe_dump({"numbers": {RULE: {"values": given_periods}}})
    return lay_over(base or built_in_parameters(), read_own_rules(text, "own.yaml"))


def own_on(given_periods: list[dict[str, Any]], day: date) -> str | None:
    """The reference model: the value of the one period that covers a day."""
    found = [one["value"] for one in given_periods if one["from"] <= str(day) <= one.get("to", "9999-12-31")]
    return str(found[0]) if found else None


def read_back(parameters: Parameters) -> list[Dated[Any]]:
    return [parameters.value(RULE, on=day) for day in DAYS]


@UNHURRIED
@given(own=periods())
def test_on_every_day_exactly_one_of_own_and_base_is_in_force(own: list[dict[str, Any]]) -> None:
    rules = laid(own)
    for day, base, found in zip(DAYS, read_back(built_in_parameters()), read_back(rules), strict=True):
        expected = own_on(own, day)
        assert str(found.value) == (expected if expected is not None else str(base.value))
        assert found.reference == ("ours" if expected is not None else base.reference)
        covering = [period for period in rules.numbers[RULE].values if period.covers(day)]
        assert len(covering) == 1


@UNHURRIED
@given(below=periods(), above=periods())
def test_the_file_laid_last_wins_and_the_one_below_shows_around_it(
    below: list[dict[str, Any]], above: list[dict[str, Any]]
) -> None:
    for day, found in zip(DAYS, read_back(laid(above, laid(below))), strict=True):
        expected = own_on(above, day) or own_on(below, day)
        assert expected is None or str(found.value) == expected


@UNHURRIED
@given(own=periods())
def test_laying_the_same_file_twice_is_laying_it_once(own: list[dict[str, Any]]) -> None:
    assert laid(own, laid(own)).version == laid(own).version


@UNHURRIED
@given(one=periods(), other=periods())
def test_versions_differ_exactly_if_the_content_differs(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    def content(parameters: Parameters) -> list[tuple[str, date]]:
        return [(str(found.value), found.effective_from) for found in read_back(parameters)]

    assert (laid(one).version == laid(other).version) == (content(laid(one)) == content(laid(other)))


@UNHURRIED
@given(one=periods(), other=periods())
def test_the_changes_told_are_exactly_the_days_that_differ(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    before, after = laid(one), laid(other)
    changes = changes_between(before, after)
    for day, was, now in zip(DAYS, read_back(before), read_back(after), strict=True):
        told = [(change.before, change.after) for change in changes if change.applies_on(day)]
        assert told == ([(str(was.value), str(now.value))] if was.value != now.value else [])


@UNHURRIED
@given(own=periods(), port=st.sampled_from(["2991", "2992", "3105", None]))
def test_a_port_has_its_own_value_or_the_common_one(own: list[dict[str, Any]], port: str | None) -> None:
    text = yaml.safe_dump({"numbers": {"matching.line_rounding": {"ports": {"2991": own}}}})
    rules = lay_over(built_in_parameters(), read_own_rules(text, "own.yaml"))
    for day in DAYS:
        common = rules.value("matching.line_rounding", on=day)
        found = rules.value("matching.line_rounding", on=day, port=port)
        assert str(found.value) == ((own_on(own, day) if port == "2991" else None) or str(common.value))


def refusal_of(attempt: Callable[[], Parameters]) -> ParameterError | None:
    try:
        attempt()
    except ParameterError as refusal:
        return refusal
    return None


@UNHURRIED
@given(text=st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_read_or_refused_in_one_way(text: str | bytes) -> None:
    refusal = refusal_of(lambda: lay_over(built_in_parameters(), read_own_rules(text, "own.yaml")))
    assert refusal is None or str(refusal).startswith("own.yaml: ")


WORDS = st.sampled_from(
    [
        RULE,
        "2027",
        "from",
        "to",
        "value",
        "values",
        "ports",
        "profiles",
        "LAW_2026",
        "2991",
        "2027-01-01",
        "1.00",
        "goods",
    ]
)
CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.integers(), inner, max_size=3),
    max_leaves=12,
)


@UNHURRIED
@given(
    content=st.dictionaries(
        st.sampled_from(["numbers", "texts", "tables"]),
        st.dictionaries(st.sampled_from([RULE, "tax.regime", "goods", "holidays", "units"]), CONTENT) | CONTENT,
    )
)
def test_any_content_is_laid_over_or_refused_in_one_way(content: dict[str, Any]) -> None:
    refusal = refusal_of(lambda: lay_over(built_in_parameters(), OwnRules("own.yaml", content)))
    assert refusal is None or all(each.startswith("own.yaml: ") for each in refusal.complaints)


def test_before_the_law_begins_an_own_value_may_stand_if_it_leaves_no_gap() -> None:
    rules = laid([{"from": "2016-01-01", "to": "2016-04-07", "value": "1000.00", "reference": "ours"}])
    assert str(rules.value(RULE, on=date(2016, 4, 7)).value) == "1000.00"
    with pytest.raises(NoRuleInForce):
        rules.value(RULE, on=date(2015, 12, 31))
