"""The nights in which the demo's agents pay: their collections live on clocks of their own, which are moved here."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from clearway.client import ClearwayClient
from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import BatchView, CollectionView
from clearway.contracts.facts import LegalClocks
from clearway.contracts.keys import CollectionKey
from deploy.play import LOOK, PATIENCE, clock_of, hasten, move_clock
from deploy.unexpected import Unexpected

A_NIGHT = timedelta(days=1)
BATCH_HOUR = timedelta(hours=2, minutes=1)
"""A minute past the daily batch."""
STILL = 8.0
"""Real seconds without an event after which a collection may be waiting to ask the bank again."""
NIGHTS_AT_ONCE = 3
"""A collection shows its five latest batches, and a list may be paid at an hour of its own: so none is missed."""


@dataclass
class Collection:
    """One agent's collection at one customs, and every batch that was seen of it."""

    client: ClearwayClient
    key: CollectionKey
    clocks: list[LegalClocks]
    """Of the lists that it is to pay."""
    batches: dict[str, BatchView] = field(default_factory=dict)
    latest: CollectionView | None = None
    patience: float = PATIENCE
    """Real seconds for which it may stand still."""
    look: float = LOOK
    """Real seconds between two looks at it."""

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """Its workflow."""
        return self.client.temporal.get_workflow_handle(self.key.workflow_id)

    @property
    def first_nights(self) -> datetime:
        """Every list has become payable, and what the bank left over was paid a night later."""
        return _night_of(max(each.tax_window_opens for each in self.clocks)) + A_NIGHT

    @property
    def last_night(self) -> datetime:
        """Every deadline is over, but for lists released days later, which are paid by then."""
        first = min(each.tax_window_opens for each in self.clocks)
        return _night_of(max(each.payment_before for each in self.clocks if each.tax_window_opens <= first + A_NIGHT))

    @property
    def one_night_more(self) -> datetime:
        """What was late is seen, too."""
        return self.last_night + A_NIGHT

    @property
    def drawn(self) -> list[BatchView]:
        """Its batches, in order."""
        return sorted(self.batches.values(), key=lambda batch: batch.drawn_at)

    @property
    def paid(self) -> Decimal:
        """CNY, in all its batches."""
        return sum((batch.paid for batch in self.drawn), Decimal(0))

    @property
    def told(self) -> str:
        """How far it has come."""
        return f"{self.latest.runs} runs, {len(self.batches)} batches" if self.latest else "no run"

    async def view(self) -> CollectionView:
        """The collection as anyone may read it."""
        return await self.client.view_collection(self.key)

    async def live_until(self, moment: datetime) -> None:
        """Let its nights pass until an instant on its own clock. Raises Unexpected when it stands still."""
        opens = _night_of(min(each.tax_window_opens for each in self.clocks))
        stop = max(opens, await clock_of(self.client, self.handle))
        while stop < moment:
            await self._move(min(stop, moment))
            stop += NIGHTS_AT_ONCE * A_NIGHT
        await self._move(moment)

    async def _move(self, moment: datetime) -> None:
        await move_clock(self.client, self.handle, moment)
        view, moved, history = await self.view(), time.monotonic(), -1
        while view.next_run_at is None or view.next_run_at <= moment:
            await asyncio.sleep(self.look)
            if (events := (await self.handle.describe()).history_length) != history:
                moved, history = time.monotonic(), events
                view = await self.view()
            elif time.monotonic() > moved + STILL and await hasten(self.client, self.handle):
                continue
            elif time.monotonic() > moved + self.patience:
                told = f"{self.key.workflow_id} stands still for {self.patience:.0f} s, its runs not done"
                raise Unexpected(told)
        self.latest = view
        self.batches.update({batch.batch_id: batch for batch in view.batches})


def _night_of(moment: datetime) -> datetime:
    """Past the daily batch of that Shanghai day."""
    return moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0) + BATCH_HOUR
