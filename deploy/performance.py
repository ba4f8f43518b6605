"""Playing scenes on a running stack: what happens in which order, on which clock, and how each list ended."""

import asyncio
import json
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio.service import RPCError

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseView
from clearway.errors import ClearwayError
from deploy.collection import Collection
from deploy.play import LOOK, PATIENCE, Act, ActTogether, Play
from deploy.report import Outcome, Progression
from deploy.scene import Scene
from deploy.stack import Stack, StackError
from deploy.unexpected import Unexpected

AT_ONCE = 10
"""Lists under way at the same time: enough to keep two cores busy while some wait for customs."""
ORDERED_BEFORE = timedelta(minutes=10)
"""The orders are a little older than the demo, so that customs' answers, counted from them, lie in the past."""


@dataclass
class Performance:
    """One scene on stage, and what went wrong with it."""

    chapter: str
    scene: Scene
    play: Play
    trouble: list[str] = field(default_factory=list)
    end: CaseView | None = None
    """The case at its end; to ask a list again that is over would cost the worker its whole history."""

    @property
    def order_no(self) -> str:
        """The order number."""
        return self.play.sample.key.order_no

    @property
    def told(self) -> str:
        """What is told of it when a step is done."""
        return "trouble" if self.trouble else ""

    async def act(self, act: Act) -> None:
        """Do one act; what goes wrong is noted, and ends this list's part only."""
        try:
            await act(self.play)
        except (Unexpected, ClearwayError, RPCError, RuntimeError) as error:
            self.trouble.append(_told_of(error))


@dataclass
class Ending:
    """How the demo ended: every list, and every collection that paid for them."""

    outcomes: list[Outcome]
    collections: list[Collection]
    trouble: list[str]
    """What went wrong with no single list."""


async def perform(stack: Stack, chapters: dict[str, tuple[Scene, ...]], progress: Progression) -> Ending:
    """Play the scenes on a running stack and tell how each list ended. Raises StackError when a part falls."""
    client = ClearwayClient(await stack.connect())
    at = datetime.now(UTC) - ORDERED_BEFORE  # noqa: TID251 - the demo's orders are of today
    scenes = [(chapter, scene) for chapter, scenes in chapters.items() for scene in scenes]
    cast = [
        Performance(
            chapter,
            scene,
            Play(client, scene.documents(f"D{number:02}-{scene.word}", at), stack.gateway, stack.simulator_url),
        )
        for number, (chapter, scene) in enumerate(scenes, 1)
    ]
    await _chapter(progress, "Filed, customs speaks", cast, _settle)
    await _quiet(stack)
    await _act_together(cast)
    await _chapter(progress, "Days 0 to 30", [each for each in cast if each.scene.later and not each.trouble], _go_on)
    await _quiet(stack)
    collections = await _collections(client, cast)
    trouble = await _nights(progress, "Day 31: taxes are paid", collections, lambda each: each.first_nights)
    trouble += await _nights(progress, "Until every deadline", collections, lambda each: each.last_night)
    await _chapter(progress, "Day 45 and after", [each for each in cast if each.scene.last and not each.trouble], _end)
    trouble += await _nights(progress, "One night more", collections, lambda each: each.one_night_more)
    await _chapter(progress, "Every list at its end", [each for each in cast if not each.trouble], _arrive)
    repeats = await asyncio.to_thread(_repeats, stack)
    outcomes = [await _outcome(each, repeats) for each in cast]
    return Ending(outcomes, collections, trouble + _unbalanced(collections, cast, outcomes))


async def _settle(performance: Performance) -> str:
    scene = performance.scene
    await performance.act(scene.filing)
    if not performance.trouble:
        await performance.act(lambda play: _reach(play, scene))
    return performance.told or scene.settles.value


async def _go_on(performance: Performance) -> str:
    assert performance.scene.later is not None  # chosen for it
    await performance.act(performance.scene.later)
    return performance.told or "done"


async def _end(performance: Performance) -> str:
    assert performance.scene.last is not None  # chosen for it
    await performance.act(performance.scene.last)
    return performance.told or "done"


async def _arrive(performance: Performance) -> str:
    """The dispatcher brings the news of the collection; then the list is where it must be."""
    state = performance.scene.expected.state

    async def arrive(play: Play) -> None:
        performance.end = await play.reach(state)

    await performance.act(arrive)
    return performance.told or state.value


async def _reach(play: Play, scene: Scene) -> None:
    await play.reach(scene.settles)


async def _act_together(cast: Sequence[Performance]) -> None:
    """What is done once for several lists; what goes wrong is noted with each of them."""
    groups: dict[ActTogether, list[Performance]] = {}
    for each in cast:
        if each.scene.together and not each.trouble:
            groups.setdefault(each.scene.together, []).append(each)
    for act, members in groups.items():
        try:
            await act([each.play for each in members])
        except (Unexpected, ClearwayError, RPCError, RuntimeError) as error:
            for each in members:
                each.trouble.append(_told_of(error))


async def _collections(client: ClearwayClient, cast: Sequence[Performance]) -> list[Collection]:
    """The collections that pay for the lists on stage, each with the deadlines of its lists."""
    found: dict[str, Collection] = {}
    for each in cast:
        view = await client.view(each.play.key)
        if view.clocks is not None:
            key = each.play.collection
            collection = found.setdefault(key.workflow_id, Collection(client, key, []))
            collection.clocks.append(view.clocks)
    return list(found.values())


async def _nights(
    progress: Progression, title: str, collections: Sequence[Collection], until: Callable[[Collection], datetime]
) -> list[str]:
    """Let the collections live; what went wrong with them."""
    chapter = progress.open(title, len(collections), "collections")

    async def live(collection: Collection) -> str | None:
        fault = None
        try:
            await collection.live_until(until(collection))
        except (Unexpected, ClearwayError, RPCError, RuntimeError) as error:
            fault = _told_of(error)
        chapter.advance(collection.key.workflow_id, "trouble" if fault else collection.told)
        return fault

    return [fault for fault in await asyncio.gather(*map(live, collections)) if fault]


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
    view = performance.end or await play.client.view(play.key)
    events = (await play.handle.describe()).history_length
    again = repeats[play.key.workflow_id]
    if again:
        play.notes.append(f"{again} messages came again and changed nothing")
    faults = performance.trouble + scene.expected.faults(view, events, again)
    return Outcome.of(view, performance.chapter, scene.story, events, play.notes, faults)


def _unbalanced(
    collections: Sequence[Collection], cast: Sequence[Performance], outcomes: Sequence[Outcome]
) -> list[str]:
    """Collections that paid otherwise than their lists say."""
    told: dict[str, Decimal] = {}
    for performance, outcome in zip(cast, outcomes, strict=True):
        name = performance.play.collection.workflow_id
        told[name] = told.get(name, Decimal(0)) + (outcome.paid or Decimal(0))
    return [
        f"{each.key.workflow_id} paid {each.paid:.2f}, its lists say {told[each.key.workflow_id]:.2f}"
        for each in collections
        if each.paid != told[each.key.workflow_id]
    ]


def _told_of(error: Exception) -> str:
    if isinstance(error, ClearwayError):
        return "; ".join(f"{each.code} {each.message_en}" for each in error.problems)
    return str(error) if isinstance(error, Unexpected) else f"{type(error).__name__}: {error}"
