"""`make demo`: twenty-eight lists through the whole stack, each over its real thirty days, in half a minute."""

import argparse
import asyncio
import contextlib
import json
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.service import RPCError

from clearway.client import ClearwayClient
from clearway.errors import ClearwayError
from clearway.testing import SampleSet, sample_set
from deploy.acts import LOOK, PATIENCE, Act, Play, Unexpected
from deploy.leaving import leave
from deploy.parcels import perform_parcels
from deploy.ports import Ports
from deploy.report import Outcome, Progression, as_json, console_for, show_table
from deploy.scenarios import SCENES, Scene
from deploy.stack import RUN, Stack, StackError, end_on_signal, told_of

AT_ONCE = 6
"""Lists under way at the same time: enough to keep two cores busy."""
ORDERED_BEFORE = timedelta(minutes=10)
"""The orders are a little older than the demo, so that customs' answers, counted from them, lie in the past."""


@dataclass
class Performance:
    """One scene on stage, and what went wrong with it."""

    scene: Scene
    play: Play
    trouble: list[str] = field(default_factory=list)

    @property
    def order_no(self) -> str:
        """The order number."""
        return self.play.sample.key.order_no

    async def act(self, act: Act) -> None:
        """Do one act; what goes wrong is noted, and ends this list's part only."""
        try:
            await act(self.play)
        except Unexpected as fault:
            self.trouble.append(str(fault))
        except ClearwayError as refusal:
            self.trouble.append("; ".join(f"{each.code} {each.message_en}" for each in refusal.problems))
        except (RPCError, RuntimeError) as error:
            self.trouble.append(f"{type(error).__name__}: {error}")


async def perform(stack: Stack, scenes: Sequence[Scene], progress: Progression) -> list[Outcome]:
    """Play the scenes on a running stack and tell how each list ended. Raises StackError when a part falls."""
    client = ClearwayClient(await stack.connect())
    ordered_at = datetime.now(UTC) - ORDERED_BEFORE  # noqa: TID251 - the demo's orders are of today
    performances = [
        Performance(scene, Play(client, _documents(number, scene, ordered_at), stack.gateway_url))
        for number, scene in enumerate(scenes, 1)
    ]

    async def settle(performance: Performance) -> str:
        await performance.act(performance.scene.filing)
        if not performance.trouble:
            await performance.act(lambda play: _reach(play, performance.scene))
        return "trouble" if performance.trouble else performance.scene.settles.value

    async def go_on(performance: Performance) -> str:
        assert performance.scene.later is not None  # chosen for it, below
        await performance.act(performance.scene.later)
        return "trouble" if performance.trouble else performance.scene.expected.state.value

    await _chapter(progress, "Filed, customs speaks", performances, settle)
    await _quiet(stack)
    going_on = [each for each in performances if each.scene.later and not each.trouble]
    await _chapter(progress, "Thirty days and more", going_on, go_on)
    repeats = await asyncio.to_thread(_repeats, stack)
    return [await _outcome(each, repeats) for each in performances]


async def perform_all(stack: Stack, progress: Progression) -> list[Outcome]:
    """Play every Declaration List and every List of Items. Raises StackError when a part falls."""
    outcomes = await perform(stack, SCENES, progress)
    now = datetime.now(UTC)  # noqa: TID251 - the demo's parcels are of today
    client = ClearwayClient(await stack.connect())
    return outcomes + await perform_parcels(client, stack.gateway_url, now, len(outcomes) + 1, progress)


def _documents(number: int, scene: Scene, at: datetime) -> SampleSet:
    return sample_set(f"D{number:02}-{scene.word}", at=at, buyer_name=scene.orderer, buyer_id=scene.orderer_id)


async def _chapter(
    progress: Progression,
    title: str,
    performances: Sequence[Performance],
    step: Callable[[Performance], Awaitable[str]],
) -> None:
    chapter = progress.open(title, len(performances))
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(performance: Performance) -> None:
        async with turns:
            chapter.advance(performance.order_no, await step(performance))

    await asyncio.gather(*(in_turn(each) for each in performances))


async def _reach(play: Play, scene: Scene) -> None:
    await play.reach(scene.settles)


async def _quiet(stack: Stack) -> None:
    """Wait until customs has said everything and the gateway has read it: then every tax bill is on file."""

    def is_quiet() -> bool:
        simulator, gateway = _read(f"{stack.simulator_url}/health"), _read(f"{stack.gateway_url}/health")
        return not simulator["conversations"] and not gateway["counts"].get("stored")

    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(is_quiet):
        if time.monotonic() > deadline:
            raise StackError(f"customs' answers are not all read after {PATIENCE:.0f} s")
        await asyncio.sleep(LOOK)


def _read(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        read: dict[str, Any] = json.load(answer)
    return read


def _repeats(stack: Stack) -> Counter[str]:
    """How many messages of customs came again, by workflow id, as the gateway's inbox counts them."""
    counted: Counter[str] = Counter()
    for entry in _read(f"{stack.gateway_url}/inbox?limit=500")["entries"]:
        counted[entry["workflow_id"]] += entry["repeats"]
    return counted


async def _outcome(performance: Performance, repeats: Counter[str]) -> Outcome:
    play, scene = performance.play, performance.scene
    view = await play.client.view(play.key)
    events = (await play.handle.describe()).history_length
    again = repeats[play.key.workflow_id]
    if again:
        play.notes.append(f"{again} messages came again and changed nothing")
    faults = performance.trouble + scene.expected.faults(view, events, again)
    return Outcome.of(view, scene.story, events, play.notes, faults)


async def _watched(stack: Stack, work: Awaitable[list[Outcome]]) -> list[Outcome]:
    """Do the work, but not without the stack: raises StackError as soon as a part falls."""
    task = asyncio.ensure_future(work)
    while not task.done():
        fallen = stack.fallen()
        if fallen:
            task.cancel()
            raise StackError(told_of(fallen[0]))
        await asyncio.wait({task}, timeout=1)
    return task.result()


def main() -> int:
    """Run the demo; 0 only when every list ended as expected."""
    arguments = _parser().parse_args()
    end_on_signal()
    console = console_for(sys.stderr if arguments.json else sys.stdout)
    started = time.monotonic()
    try:
        console.print("Starting Temporal, simulator, gateway and worker on free ports …")
        with Stack(RUN / "demo", Ports.free(), fresh=True) as stack:
            console.print(f"Ready. Watch in the Web UI: {stack.web_ui_url}\n")
            with Progression(console) as progress:
                outcomes = asyncio.run(_watched(stack, perform_all(stack, progress)))
            failed = [each for each in outcomes if each.faults]
            seconds = time.monotonic() - started
            if arguments.json:
                sys.stdout.write(as_json(outcomes, seconds) + "\n")
            show_table(console, outcomes)
            for outcome in failed:
                console.print(f"NOT as expected: {outcome.order_no}: {'; '.join(outcome.faults)}", markup=False)
            console.print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} lists as expected, {seconds:.0f} s.")
            if arguments.keep:
                console.print(f"\nThe stack stays up until Ctrl-C. Web UI: {stack.web_ui_url}")
                with contextlib.suppress(SystemExit):
                    while not stack.fallen():
                        time.sleep(1)
    except (StackError, ClearwayError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    console.print(DIRECTIONS)
    return 1 if failed else 0


DIRECTIONS = """
The lists are kept in .run/demo. Look at them in the Web UI:
  make up DATA=demo        serves them; then open http://127.0.0.1:8233
  make down                ends it
Filters to try there: CustomsState="taxed" · AwaitedFrom="CUS" · Alarms="BILL_DIFFERS" (more in docs/operating.md)
Guarantees and annual amounts of these lists, by docs/ledger.md:
  CLEARWAY_DATABASE_URL=sqlite:///.run/demo/clearway.db .venv/bin/python -m models.ledger guarantee list"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="the outcome as JSON on stdout; people read stderr")
    parser.add_argument("--keep", action="store_true", help="leave the stack running until Ctrl-C, to look around")
    return parser


if __name__ == "__main__":
    leave(main())
