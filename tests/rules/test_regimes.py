"""Regimes by channel, day and profile, by the law cases of regimes.yaml."""

from typing import Any

import pytest

from clearway.rules.parameters import NoRuleInForce
from clearway.rules.regimes import Channel, regime
from tests.rules.law_cases import cases, day, law


@pytest.mark.parametrize("case", cases("regimes.yaml"))
def test_a_day_has_this_regime(case: dict[str, Any]) -> None:
    channel, on, profile = Channel(case["channel"]), day(case["day"]), case.get("profile", "SEED")
    if case["expect"] is None:
        with pytest.raises(NoRuleInForce, match=f"is in force on {on}"):
            regime(channel, on=on, profile=profile)
    else:
        assert regime(channel, on=on, profile=profile).value == case["expect"]


def test_every_channel_has_its_cases() -> None:
    assert {case["channel"] for case in law("regimes.yaml")["cases"]} == set(Channel)


def test_a_regime_says_since_when_and_by_what() -> None:
    found = regime(Channel.EXPORT_SUMMARY, on=day("2026-03-10"), profile="LAW_2026")
    assert (found.value, found.effective_from, found.reference) == (
        "EXS-2018",
        day("2019-01-01"),
        "RULEBOOK A.4, X6; GACC 2018/194",
    )


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown rule profile 'LAW_1999'"):
        regime(Channel.RETAIL, on=day("2026-03-10"), profile="LAW_1999")
