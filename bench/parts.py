"""The parts of the benchmark: how each is measured, and the tables it makes; `bench.pages` shows the same tables."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from rich.progress import Progress

from bench.door import measure_door
from bench.figures import Lifecycles
from bench.growth import Growth, growth_sheets, measure_growth
from bench.idle import Idle, idle_sheets, measure_idle
from bench.judgements import LINES, measure_judgements
from bench.ledger import measure_ledger
from bench.lifecycle_sheets import lifecycle_sheets
from bench.lists import measure_lifecycles
from bench.memory import Memory, measure_memory, memory_sheets
from bench.messages import measure_messages
from bench.ratios import Ratios, sheet
from bench.sheets import Sheet

CACHED = 1000
"""Lists in the cache of the worker beside which many sleep: as many as a worker keeps if nothing is said."""


class Part(NamedTuple):
    """One thing that can be measured."""

    what: str
    kind: type[BaseModel]
    measure: Callable[[Namespace, Progress], BaseModel]
    sheets: Callable[[Any], Sequence[Sheet]]


def _lifecycle(options: Namespace, progress: Progress) -> BaseModel:
    return asyncio.run(
        measure_lifecycles(options.rounds, options.lists, options.at_once, options.sides, progress, pin=options.pin)
    )


def _idle(options: Namespace, progress: Progress) -> BaseModel:
    return asyncio.run(
        measure_idle(options.asleep, options.window, options.at_once, options.on_stack, CACHED, progress)
    )


def _growth(options: Namespace, progress: Progress) -> BaseModel:
    return asyncio.run(
        measure_growth(options.rounds, options.lists, options.at_once, options.collections, options.messages, progress)
    )


def _memory(options: Namespace, progress: Progress) -> BaseModel:
    return asyncio.run(measure_memory(options.cached, options.at_once, options.on_stack, progress))


def _sheet(title: str, ours: str, yardstick: str) -> Callable[[Ratios], Sequence[Sheet]]:
    """The table of a part that is a row of ratios; the title has places for what was set."""
    return lambda measured: [sheet(title.format(**measured.settings), ours, yardstick, measured)]


PARTS = {
    "lifecycle": Part(
        "a list's whole life beside a bare workflow, the naive shape and DBOS", Lifecycles, _lifecycle, lifecycle_sheets
    ),
    "door": Part(
        "receipts from HTTP to the applied signal beside a bare FastAPI handler with the same commit",
        Ratios,
        lambda options, progress: measure_door(options.rounds, options.receipts, progress),
        _sheet(
            "Door: {rounds} rounds of {receipts} receipts of {cases} cases",
            "receipts applied per second",
            "bare handler per second",
        ),
    ),
    "growth": Part(
        "lists of many lines beside lists of one, collections of many lists, 2 worker processes beside 1",
        Growth,
        _growth,
        growth_sheets,
    ),
    "idle": Part(
        "lists asleep in the return window: their bytes, the pace of new ones beside them, a worker waking up",
        Idle,
        _idle,
        idle_sheets,
    ),
    "memory": Part(
        "a worker with a full cache; gateway and simulator after many lists", Memory, _memory, memory_sheets
    ),
    "ledger": Part(
        "transfers of the ledger beside a bare INSERT … COMMIT, on SQLite and on PostgreSQL",
        Ratios,
        lambda options, progress: measure_ledger(options.rounds, options.pairs, progress),
        _sheet(
            "Ledger: {rounds} rounds of {pairs} reservations confirmed",
            "transfers per second",
            "INSERT … COMMIT per second",
        ),
    ),
    "judgements": Part(
        f"judgements of an order of {LINES} lines beside the bare reading of its documents",
        Ratios,
        lambda options, progress: measure_judgements(options.rounds, options.judgements, progress),
        _sheet(
            "Judgements: {rounds} rounds of {judgements} in one process",
            "judgements per second",
            "readings per second",
        ),
    ),
    "messages": Part(
        "messages read, written, validated, signed and verified beside lxml's part of the same bytes",
        Ratios,
        lambda options, progress: measure_messages(options.rounds, options.messages, progress),
        _sheet("Messages: {rounds} rounds of {messages} in one process", "ours per second", "bare lxml per second"),
    ),
}
USUAL = ("lifecycle", "door", "growth")
"""What is measured when nothing is said: a few minutes."""
