"""Five released lists on one exit release list, of which customs draws a sample before they leave (B.5, D-27)."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from clearway.contracts.case import CaseView, GoodsExit
from clearway.contracts.states import Detail, State
from clearway.testing import WAREHOUSE
from deploy.expected import Expected
from deploy.play import LOOK, PATIENCE, Act, Play, refused
from deploy.scene import Scene, declare, is_taxed, stands
from deploy.unexpected import Unexpected

RELEASE_LIST = "HF-DEMO-1"
INSTRUCTION = "C-HF-DEMO-1"
RATIO = "0.40"
SEED = "2991-HF-DEMO-1"
DRAWN = 2
"""Two of five are 40 %. Which two follows from order numbers and seed; a test of the demo draws again."""


async def draw_sample(plays: Sequence[Play]) -> None:
    """One instruction names all lists of the exit release list; the gateway draws those that are inspected."""
    instruction = {
        "instruction_id": INSTRUCTION,
        "target": "EXIT_RELEASE_LIST",
        "target_no": RELEASE_LIST,
        "sample_ratio": RATIO,
        "presence_required": False,
        "issued_at": max([await play.now() for play in plays]).isoformat(),
        "issuer": "2991",
    }
    notice = {"instruction": instruction, "lists": [play.named for play in plays], "seed": SEED}
    await plays[0].gateway.say_as_customs("control-instructions", notice)
    deadline = time.monotonic() + PATIENCE
    while len([play for play in plays if (await play.client.view(play.key)).instructions]) < DRAWN:
        if time.monotonic() > deadline:
            raise Unexpected(f"fewer than {DRAWN} of {len(plays)} lists were drawn")
        await asyncio.sleep(LOOK)


async def leave(play: Play) -> None:
    """Not drawn: the gate confirms that the goods left."""
    await play.client.confirm_exit(play.key, await _left(play))


async def leave_after_inspection(play: Play) -> None:
    """Drawn: stopped at the gate, inspected, found normal, and let out."""
    view = await _stopped(play)
    await _record(play, {"outcome": "NORMAL", "finding": "goods as declared"})
    await play.until(lambda now: now.detail is not view.detail, "found normal")
    await leave(play)


async def stay(play: Play) -> None:
    """Drawn: stopped at the gate, found abnormal, detained; it does not leave, and its tax is not collected."""
    await _stopped(play)
    await _record(play, {"outcome": "ABNORMAL", "kind": "FALSE_DOCUMENTS", "finding": "goods not as declared"})
    await play.until(lambda view: view.state is State.DETAINED, "detained")
    await refused(
        play.client.confirm_exit(play.key, await _left(play)), "E_UNDER_CONTROL", "the exit of detained goods"
    )


async def _stopped(play: Play) -> CaseView:
    view = await play.until(lambda view: view.detail is Detail.INSPECTION, "held for inspection")
    drawn = view.instructions[0].draw
    if drawn is None:
        raise Unexpected("the list is held, but not as a part of a sample")
    code = await refused(play.client.confirm_exit(play.key, await _left(play)), "E_UNDER_CONTROL", "the exit")
    play.notes.append(f"drawn as number {drawn.place} of {drawn.selected} out of {drawn.population}; exit: {code}")
    return view


async def _record(play: Play, found: dict[str, str]) -> None:
    result = {"instruction_id": INSTRUCTION, "recorded_at": (await play.now()).isoformat(), "officer": "2991"} | found
    await play.gateway.say_as_customs("inspection-results", {**play.named, "result": result})


async def _left(play: Play) -> GoodsExit:
    return GoodsExit(actor=WAREHOUSE, exited_at=await play.now() - timedelta(seconds=1), pass_no=RELEASE_LIST)


EXITED = is_taxed(exited=True)


def _listed(word: str, story: str, later: Act, expected: Expected = EXITED) -> Scene:
    return Scene(word, story, expected, State.RETURN_WINDOW, declare, draw_sample, later)


SCENES = (
    _listed(
        "EXIT1",
        "five lists are to leave together, customs draws 40 % of them: this one is not drawn, and leaves",
        leave,
    ),
    _listed("EXIT2", "drawn: stopped at the gate, inspected, found normal, leaves", leave_after_inspection),
    _listed("EXIT3", "not drawn: leaves", leave),
    _listed("EXIT4", "not drawn: leaves, too", leave),
    _listed(
        "EXIT5",
        "drawn: stopped at the gate, found abnormal, detained; its tax is not collected meanwhile",
        stay,
        stands(
            State.DETAINED,
            awaited=("CUS",),
            reason="goods not as declared",
            alarms=("DAY_44", "OVERDUE"),
        ),
    ),
)
