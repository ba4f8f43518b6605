"""Real lists through random lives: whatever happens to a list, its parties can still bring it to an end."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.case import CaseView, ReturnArrival
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.states import State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import corrected
from tests.desk import LIST, Desk

LISTS, STEPS, ROUNDS = 6, 14, 12
LIST_CODES = ("3", "4", "100", "120", "300", "399", "500", "501", "800", "777", "-621013")
DOCUMENT_CODES = ("3", "4", "100", "120", "120", "120", "-301010")


class Life:
    """One list and the chance that rules it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance, self.sample = desk, random.Random(seed), desk.sample()
        self.said: list[str] = []
        self.corrections = 0

    async def live(self) -> None:
        """Random events, then whatever brings the list to an end."""
        await self.desk.declare(self.sample)
        events = (
            *(self.documents_answered,) * 4,
            *(self.list_answered,) * 3,
            *(self.correct, self.instruct, self.inspect, self.later, self.ask_return, self.arrive),
        )
        for _ in range(STEPS):
            event = self.chance.choice(events)
            self.said.append(event.__name__)
            with contextlib.suppress(AlreadyEnded, Refused):
                await event()
        for _ in range(ROUNDS):
            if (await self.desk.handle(self.sample.key).describe()).close_time:
                return
            with contextlib.suppress(AlreadyEnded):
                await self.bring_on(await self.desk.client.view(self.sample.key))
            await asyncio.sleep(0.1)
        view = await self.desk.client.view(self.sample.key)
        raise AssertionError(f"{view.state}, {view.detail} never ends after {self.said}")

    async def bring_on(self, view: CaseView) -> None:
        """The lawful next step from wherever the list stands."""
        filed = any(document.kind is LIST for filing in view.filings for document in filing.documents)
        if view.state in (State.SUBMITTED, State.MATCH_FAILED):
            for kind in THREE_DOCUMENTS:
                await self.inspect(InspectionOutcome.NORMAL)
                await self.correct(kind)
        elif view.state is State.RETURN_WINDOW and view.clocks:
            await self.desk.forward_to(self.sample.key, max(view.clocks.payment_before, view.clocks.held_tax_paid_at))
        elif view.state is State.MATCHED and not filed:
            await self.answer("120", *THREE_DOCUMENTS)
            await self.desk.forward(self.sample.key, timedelta(minutes=6))
        else:
            await self.answer("800", LIST)

    async def answer(self, status: str, *about: DocumentKind) -> None:
        """Customs' answer, never twice the same."""
        self.corrections += 1
        moment = datetime.now(UTC) + timedelta(seconds=self.corrections)
        await self.desk.receipts(self.sample.key, status, about=about, at=moment)

    async def documents_answered(self) -> None:
        """Customs on some of the documents."""
        about = self.chance.sample(THREE_DOCUMENTS, self.chance.randint(1, 3))
        await self.answer(self.chance.choice(DOCUMENT_CODES), *about)

    async def list_answered(self) -> None:
        """Customs on the list, filed or not."""
        await self.answer(self.chance.choice(LIST_CODES), LIST)

    async def correct(self, kind: DocumentKind | None = None) -> None:
        """A lawful correction that changes nothing compared."""
        self.corrections += 1
        document = getattr(self.sample, kind or self.chance.choice(THREE_DOCUMENTS))
        change = corrected(document, note=f"correction {self.corrections}")
        change = change.model_copy(update={"app_time": document.app_time + timedelta(seconds=self.corrections)})
        await self.desk.transmit(self.sample, change)

    async def instruct(self) -> None:
        """Customs orders an inspection."""
        instruction = ControlInstruction(instruction_id="K-1", issued_at=datetime.now(UTC), issuer="2991")
        await self.desk.client.instruct(self.sample.key.workflow_id, instruction)

    async def inspect(self, outcome: InspectionOutcome | None = None) -> None:
        """Customs has inspected, ordered or not."""
        found = outcome or self.chance.choice(tuple(InspectionOutcome))
        result = InspectionResult(instruction_id="K-1", outcome=found, recorded_at=datetime.now(UTC), officer="7")
        await self.desk.client.record_inspection(self.sample.key.workflow_id, result)

    async def later(self) -> None:
        """Time goes by."""
        await self.desk.forward(self.sample.key, timedelta(minutes=self.chance.choice((6, 60, 600))))

    async def ask_return(self) -> None:
        """A return is applied for."""
        await self.desk.client.request_return(self.sample.key, actor="3301960A01", reason="wrong size")

    async def arrive(self) -> None:
        """Goods come back."""
        arrival = ReturnArrival(actor="w", arrived_at=datetime.now(UTC), original_goods=self.chance.random() < 0.5)
        await self.desk.client.confirm_return_arrival(self.sample.key, arrival)


@pytest.mark.parametrize("seed", range(4))
async def test_every_list_can_be_brought_to_an_end(desk: Desk, seed: int) -> None:
    lives = [Life(desk, seed * LISTS + number) for number in range(LISTS)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(life.live() for life in lives))
    for life in lives:
        events = await desk.events(life.sample.key)
        assert await desk.failures(life.sample.key) == [], life.said
        assert events[-1] == "WORKFLOW_EXECUTION_COMPLETED"
