"""Dispositions after an inspection, by the law cases of dispositions.yaml."""

from typing import Any

import pytest

from clearway.contracts.customs import Disposition, Finding
from clearway.rules.dispositions import effects_of
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import ParameterError, parameters
from clearway.rules.tables import FindingRow
from tests.rules.law_cases import cases, disposition_case, law, told


@pytest.mark.parametrize("case", cases("dispositions.yaml"))
def test_a_disposition_is_usual_or_warned_of(case: dict[str, Any]) -> None:
    found = disposition_case(case)
    assert told(found) == case["expect"]
    if "usual" in case:
        assert f"what usually follows is {case['usual']}." in found[0].message_en


@pytest.mark.parametrize("disposition", Disposition)
def test_a_disposition_has_these_effects(disposition: Disposition) -> None:
    assert effects_of(disposition).model_dump() == law("dispositions.yaml")["effects"][disposition]


def test_what_ends_a_list_leaves_nothing_reserved_and_what_does_not_keeps_everything() -> None:
    for disposition in Disposition:
        effect = effects_of(disposition)
        assert (effect.quota, effect.guarantee) == (("given_back", "freed") if effect.ends else ("kept", "kept"))
        assert (effect.tax == "none") is effect.ends


def test_every_finding_has_its_dispositions_and_every_disposition_its_finding() -> None:
    assert set(parameters().codes(FindingRow)) == set(Finding)
    named = {case.values[0]["decided"] for case in cases("dispositions.yaml") if not case.values[0]["expect"]}
    assert named == set(Disposition)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("SMUGGLING: {value: {dispositions: [SELL]}}", "SMUGGLING.*SELL|SMUGGLING: 2027-01-01: dispositions"),
        ("SMUGGLING: {value: {bonded: [DESTROY]}}", "at least one disposition for bonded goods and one for direct"),
        ("THEFT: {value: {dispositions: [HAND_OVER]}}", "customs finds no THEFT; known are CLERICAL_ERROR"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: str, complaint: str) -> None:
    finding, _, value = row.partition(": ")
    entry = f"{{description: x, unit: dispositions, reference: ours, values: [{{from: 2027-01-01, {value[1:-1]}}}]}}"
    with pytest.raises(ParameterError, match=complaint):
        lay_over(parameters(), read_own_rules(f"tables: {{findings: {{{finding}: {entry}}}}}", "own.yaml"))
