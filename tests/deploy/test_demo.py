"""A few of the demo's lists through the whole stack, and what the demo says when one ends otherwise."""

from dataclasses import replace
from io import StringIO

import pytest

from clearway.contracts.states import State
from deploy.demo import perform
from deploy.expected import Expected
from deploy.report import Progression, console_for
from deploy.scenarios import SCENES
from deploy.stack import Stack

pytestmark = pytest.mark.stack
CHOSEN = ("RELEASE", "TWICE", "DOCREJECT", "TOPUP-RELEASE", "OVERYEAR", "MISMATCH")
"""Taxed, returned, mended, secured late, over the limit, refused."""


async def test_chosen_lists_end_as_expected_and_a_wrong_expectation_is_told(stack: Stack) -> None:
    scenes = [scene for word in CHOSEN for scene in SCENES if scene.word == word]
    assert len(scenes) == len(CHOSEN)
    wrong = replace(scenes[-1], word="WRONG", expected=Expected(State.TAXED))
    outcomes = await perform(stack, [*scenes, wrong], Progression(console_for(StringIO())))
    assert {outcome.order_no: outcome.faults for outcome in outcomes[:-1]} == {
        f"D{number:02}-{word}": () for number, word in enumerate(CHOSEN, 1)
    }
    assert [outcome.state for outcome in outcomes] == [
        State.TAXED,
        State.RETURNED,
        State.TAXED,
        State.TAXED,
        State.MATCH_FAILED,
        State.MATCH_FAILED,
        State.MATCH_FAILED,
    ]
    assert "state: match_failed, not taxed" in outcomes[-1].faults
    assert outcomes[1].notes[-1].endswith("came again and changed nothing")
