"""A few of the demo's lists through the whole stack, and what the demo says when one ends otherwise."""

from dataclasses import replace
from io import StringIO

import pytest

from clearway.contracts.states import State
from clearway.testing import EBC, LOG
from deploy.expected import Expected
from deploy.performance import perform
from deploy.report import Progression, console_for
from deploy.scene import TAX
from deploy.scenes import SCENES
from deploy.scenes.returned import RETAINED
from deploy.stack import Stack

pytestmark = pytest.mark.stack
CHOSEN = {
    "RELEASE": State.TAXED,
    "TWICE": State.RETURNED,
    "DOCREJECT": State.TAXED,
    "TOPUP-RELEASE": State.TAXED,
    "DISPLICENCE": State.TAXED,
    "DISPMODIFY": State.TAXED,
    "CANCELRACE": State.CANCELLED,
    "RETURNPART": State.TAXED,
    "RETURNLAST": State.TAXED,
    "OVERYEAR": State.MATCH_FAILED,
    "MISMATCH": State.MATCH_FAILED,
}
"""Taxed, returned, mended, secured late, inspected, cancelled, returned in part and late, over the limit, refused."""


async def test_chosen_lists_end_as_expected_and_a_wrong_expectation_is_told(stack: Stack) -> None:
    scenes = [scene for word in CHOSEN for scene in SCENES if scene.word == word]
    assert len(scenes) == len(CHOSEN)
    wrong = replace(scenes[-1], word="WRONG", expected=Expected(State.TAXED))
    ending = await perform(stack, {"Chosen": (*scenes, wrong)}, Progression(console_for(StringIO())))
    outcomes = ending.outcomes
    assert {outcome.order_no: outcome.faults for outcome in outcomes[:-1]} == {
        f"D{number:02}-{word}": () for number, word in enumerate(CHOSEN, 1)
    }
    assert [outcome.state for outcome in outcomes] == [*CHOSEN.values(), State.MATCH_FAILED]
    assert "state: match_failed, not taxed" in outcomes[-1].faults
    assert "15 messages came again and changed nothing" in outcomes[1].notes
    assert ending.trouble == []
    assert {each.key.agent: each.paid for each in ending.collections} == {EBC: 5 * TAX + RETAINED, LOG: TAX}
