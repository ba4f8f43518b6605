"""The parts of the benchmark: how each is measured, and the tables it makes; `bench.pages` shows the same tables."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from rich.progress import Progress

from bench.door import measure_door
from bench.figures import Lifecycles
from bench.judgements import LINES, measure_judgements
from bench.ledger import measure_ledger
from bench.lifecycle_sheets import lifecycle_sheets
from bench.lists import measure_lifecycles
from bench.messages import measure_messages
from bench.ratios import Ratios, sheet
from bench.sheets import Sheet


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
USUAL = ("lifecycle", "door")
"""What is measured when nothing is said: a few minutes."""
