"""Entrusted transmission, by the law cases of entrustment.yaml."""

from typing import Any

import pytest

from clearway.rules.entrustment import Commitment, is_entrusted
from tests.rules.law_cases import cases, law


@pytest.mark.parametrize("case", cases("entrustment.yaml"))
def test_a_commitment_covers_what_it_names_to_the_second(case: dict[str, Any]) -> None:
    written = law("entrustment.yaml")
    commitment = Commitment.model_validate(written["commitment"] | case.get("commitment", {}))
    asked = written["asked"] | case.get("asked", {})
    assert commitment.covers(**asked) is case["expect"]
    assert is_entrusted((commitment,), **asked) is case["expect"]


def test_one_of_several_commitments_is_enough_and_none_is_not() -> None:
    written = law("entrustment.yaml")
    covering = Commitment.model_validate(written["commitment"])
    other = covering.model_copy(update={"principal": "3301960B01"})
    assert is_entrusted((other, covering), **written["asked"])
    assert not is_entrusted((), **written["asked"])
