"""One tax collection with so many lists: their rows are set up, then the real workflow pays them all."""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session
from temporalio.client import Client

from activities.work_calendar import calendar_around
from bench.cpu import seconds_of
from bench.sleepers import Dormitory
from clearway.client import ClearwayClient
from clearway.connection import data_converter
from clearway.contracts.base import legal_day
from clearway.contracts.collection import CollectNow
from clearway.contracts.keys import CollectionKey
from clearway.rules.deadlines import legal_clocks
from models.tables import BillRecord, CaseRecord, TaxDue

KEY = CollectionKey(agent="3301960A01", customs="2991")
PLATFORM_SHOP = "3301960E01"
TAX = Decimal("27.30")
AGO = timedelta(days=32)
"""They were released so long ago: payable since yesterday, and far from their deadline."""
AT_A_TIME = 1000
IN_ONE_ORDER = 100
"""Bills that customs puts into one payment order."""
LOOK = 0.1
PATIENCE = 3600.0


class Collected(BaseModel):
    """A collection that has paid everything."""

    lists: int
    batches: int
    seconds: float
    processor: float
    """Processor seconds of the worker."""
    statements: int
    transactions: int
    events: int
    history_bytes: int


async def collect(lists: int) -> Collected:
    """Set up so many lists that owe tax, and let their collection pay. Raises TimeoutError or RuntimeError."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        rooms = await stack.enter_async_context(Dormitory(folder, cached=1000))
        with rooms.database.transaction() as session:
            _release(session, lists)
        awake = await rooms.wake("list", stack)
        client = await Client.connect(rooms.server.address, data_converter=data_converter())
        door = ClearwayClient(client, task_queue="list")
        before, used = await awake.worker.database_work(), seconds_of(awake.worker.pid)
        begun = time.monotonic()
        await door.collect(KEY.workflow_id, CollectNow(at=_now()))
        batches = await _until_paid(door, begun + PATIENCE)
        seconds = time.monotonic() - begun
        work = (await awake.worker.database_work()).since(before)
        described = await client.get_workflow_handle(KEY.workflow_id).describe()
        return Collected(
            lists=lists,
            batches=batches,
            seconds=seconds,
            processor=seconds_of(awake.worker.pid) - used,
            statements=work.statements,
            transactions=work.transactions,
            events=described.history_length,
            history_bytes=described.raw_description.workflow_execution_info.history_size_bytes,
        )


async def _until_paid(door: ClearwayClient, deadline: float) -> int:
    """Until its first run is over; how many batches that took."""
    while time.monotonic() < deadline:
        view = await door.view_collection(KEY)
        if view.next_run_at is not None:  # its first run is over
            if view.open_lists:
                raise RuntimeError(f"the collection left {view.open_lists} lists unpaid: {', '.join(view.alarms)}")
            return len(view.batches)
        await asyncio.sleep(LOOK)
    raise TimeoutError(f"the collection has not paid after {PATIENCE:.0f} s")


def _release(session: Session, lists: int) -> None:
    """The rows that a release leaves, without the lists' workflows."""
    at = _now() - AGO
    clocks = legal_clocks(at, calendar_around(legal_day(at)), profile="SEED")
    moments: dict[str, Any] = {
        "released_at": clocks.released_at,
        "payable_from": clocks.tax_window_opens,
        "held_until": clocks.held_tax_paid_at,
        "guard_at": clocks.payment_guard_at,
        "pay_before": clocks.payment_before,
        "deadline": clocks.payment_deadline,
        "provisional": clocks.provisional,
        "changed_at": at,
    }
    for start in range(0, lists, AT_A_TIME):
        rows: list[CaseRecord | TaxDue | BillRecord] = []
        for number in range(start, min(start + AT_A_TIME, lists)):
            order_no = f"L{number:06d}"
            workflow_id = f"declaration-list/{PLATFORM_SHOP}/{order_no}"
            case = CaseRecord(
                workflow_id=workflow_id,
                ebc_code=PLATFORM_SHOP,
                order_no=order_no,
                state="return_window",
                opened_at=at,
                changed_at=at,
            )
            owing = TaxDue(
                workflow_id=workflow_id,
                agent=KEY.agent,
                customs=KEY.customs,
                enterprise=PLATFORM_SHOP,
                profile="SEED",
                assessed=TAX,
                due=TAX,
                **moments,
            )
            bill = BillRecord(
                bill_no=f"2991{order_no}_0",
                invt_no=f"29912026I{number:09d}",
                workflow_id=workflow_id,
                status="1",
                total=TAX,
                payment_order_no=f"P{number // IN_ONE_ORDER:06d}",
                at=at,
                billed_at=at,
            )
            rows += [case, owing, bill]
        session.add_all(rows)
        session.flush()
        session.expunge_all()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the collection lives in real time here
