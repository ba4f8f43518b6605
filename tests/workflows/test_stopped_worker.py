"""A worker that is told to stop finishes what it has begun: nothing is broken off between a call and its record."""

import asyncio
import threading
import time
import uuid

from temporalio.client import Client

from clearway.client import ClearwayClient
from models.database import Database
from tests.desk import Desk
from tests.patience import PATIENCE


async def test_what_is_under_way_when_a_worker_is_told_to_stop_is_done_once(
    temporal: Client, database: Database
) -> None:
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    begun, ended, asked = threading.Event(), threading.Event(), []

    def take_time(kind: str) -> None:
        asked.append(kind)
        begun.set()
        for _ in range(12):  # in pieces, for a thread is only interrupted between two
            time.sleep(0.025)
        ended.set()

    desk.customs.meanwhile = take_time
    sample = desk.sample()
    async with desk.worker():
        await desk.declare(sample)
        assert await asyncio.to_thread(begun.wait, PATIENCE)
    assert ended.is_set(), "it was broken off"
    desk.customs.meanwhile = lambda kind: None
    first = asked[0]
    async with desk.worker():
        await desk.until(sample.key, lambda view: len(view.filings) == 1)
    assert desk.customs.kinds.count(first) == 1
    assert asked.count(first) == 1
