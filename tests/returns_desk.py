"""A released list of two lines, as in RULEBOOK B.8's examples, and a desk that plays buyer, site and customs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from clearway.client import ClearwayClient
from clearway.contracts.case import Transmission
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.facts import LegalClocks
from clearway.contracts.goods_return import ArrivedGoods, GoodsCheck, ReturnLine, ReturnRecord, ReturnView
from clearway.contracts.keys import ReturnKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import ENDS
from clearway.testing import EBC, WAREHOUSE, SampleSet, sample_set
from models.database import Database
from models.tables import Address, GoodsReturnRecord
from models.work import ExamineRequest, ReleaseFact
from tests.desk import Desk, events_of
from tests.patience import PATIENCE, answered
from tests.standins import Authority

NO_FREIGHT = Decimal("0.00")


def lines(**quantities: str) -> tuple[ReturnLine, ...]:
    """`lines(_1="2", _2="1")`: two of line 1, one of line 2."""
    return tuple(ReturnLine(gnum=int(name[1:]), qty=Decimal(qty)) for name, qty in quantities.items())


def two_lines(order_no: str, at: datetime, *, freight: Decimal = NO_FREIGHT) -> SampleSet:
    """Line 1: 2 × 150.00, line 2: 1 × 200.00; without freight the tax is 27.30 + 18.20 = 45.50 (B.8, example 2)."""
    sample = sample_set(order_no, at=at, goods_value=Decimal("500.00"), freight=freight, discount=Decimal("0.00"))
    first = {"gnum": 1, "qty": Decimal(2), "price": Decimal("150.00"), "total_price": Decimal("300.00")}
    second = {"gnum": 2, "item_no": "SKU-2", "price": Decimal("200.00"), "total_price": Decimal("200.00")}
    ordered, declared = sample.order.lines[0], sample.declaration_list.lines[0]
    weight, pieces = {"qty1": Decimal("0.20")}, {"qty2": Decimal(2)}
    return sample.changed(
        DocumentKind.ORDER, lines=(ordered.model_copy(update=first), ordered.model_copy(update=second))
    ).changed(
        DocumentKind.DECLARATION_LIST,
        lines=(
            declared.model_copy(update=first | weight | pieces),
            declared.model_copy(update=second | weight | {"item_record_no": "000000002"}),
        ),
    )


def release(database: Database, sample: SampleSet, released_at: datetime) -> LegalClocks:
    """Judge a list and release it, without a workflow; what the release fixed."""
    declared = sample.declaration_list
    handed_in = Transmission(document=declared, sender=Sender(code=declared.agent_code))
    examination = Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=declared.app_time,
            opened_at=declared.app_time,
            arrivals=(*sample.transmissions, handed_in),
            open_for_change=True,
        )
    )
    assert examination.judgement is not None
    assert examination.judgement.matched, examination.judgement.problems
    return LegalCalendar(database).set_legal_clocks(
        ReleaseFact(key=sample.key, released_at=released_at, now=released_at, profile="SEED", collected=True)
    )


@dataclass
class ReturnsCounter:
    """Drives returns at a desk."""

    desk: Desk

    @property
    def client(self) -> ClearwayClient:
        """The library."""
        return self.desk.client

    def sample(self, **changes: Any) -> SampleSet:
        """A new order of two lines, submitted a little before now."""
        plain = self.desk.sample()
        return two_lines(plain.order.order_no, datetime.now(UTC) - timedelta(minutes=10), **changes)

    async def released(self, sample: SampleSet | None = None) -> SampleSet:
        """A list of two lines, released now."""
        chosen = sample or self.sample()
        answer = await self.desk.declare(chosen)
        assert answer.accepted, answer.problems
        await self.desk.release(chosen.key)
        return chosen

    async def apply(self, sample: SampleSet, *wanted: ReturnLine) -> ReturnKey:
        """Apply for a return; without lines of everything that is left. Its application is with customs."""
        answer = await self.client.request_return(sample.key, actor=EBC, reason="wrong size", lines=wanted)
        assert answer.accepted, answer.problems
        assert answer.goods_return is not None
        key = ReturnKey.of(answer.goods_return)
        await self.filed(key)
        return key

    async def filed(self, key: ReturnKey) -> None:
        """Wait until customs has the application."""
        number = self.record(key).cop_no
        filed = self.desk.customs.filed
        await self.when(lambda: any(getattr(document, "cop_no", "") == number for _, document in filed))

    async def when(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if holds():
                    return
                await asyncio.sleep(0.02)

    def record(self, key: ReturnKey) -> GoodsReturnRecord:
        """What the register holds of it."""
        with self.desk.database.transaction() as session:
            return session.get_one(GoodsReturnRecord, key.workflow_id)

    async def receipt(
        self, key: ReturnKey, *statuses: str, at: datetime | None = None, info: str = ""
    ) -> tuple[str, ...]:
        """Customs' receipts by the application's own number, as the inbox delivers them; where they went."""
        number, moment = self.record(key).cop_no, at or await self.now(key)
        with self.desk.database.transaction() as session:
            address = session.get_one(Address, (f"list|cop|{number}", key.workflow_id))
        news = CustomsNews(
            receipts=tuple(
                CustomsReceipt(about=ApplicationKind.GOODS_RETURN, status=status, at=moment, info=info, cop_no=number)
                for status in statuses
            )
        )
        await self.client.deliver(address.workflow_id, news)
        return statuses

    async def arrive(self, key: ReturnKey, *came: ReturnLine, at: datetime | None = None) -> ReturnView:
        """Goods pass the gate."""
        arrival = ArrivedGoods(actor=WAREHOUSE, arrived_at=at or await self.now(key), lines=came)
        return await self.client.confirm_arrival(key, arrival)

    async def check(self, key: ReturnKey, *seen: ReturnLine, original: bool = True) -> ReturnView:
        """Goods are checked."""
        moment = await self.now(key)
        found = GoodsCheck(actor=WAREHOUSE, checked_at=moment, original=original, lines=seen, evidence="photograph 7")
        return await self.client.check_returned_goods(key, found)

    def handle(self, key: ReturnKey) -> WorkflowHandle[Any, ReturnRecord]:
        """The workflow of a return."""
        return self.client.temporal.get_workflow_handle(key.workflow_id, result_type=ReturnRecord)

    async def ended(self, key: ReturnKey) -> ReturnRecord:
        """The return once its workflow is over and its list, if it still lives, has heard of that."""
        async with asyncio.timeout(PATIENCE):
            record = await self.handle(key).result()
            while not await self._is_heard_of(key):  # noqa: ASYNC110  only the list knows
                await asyncio.sleep(0.02)
        return record

    async def _is_heard_of(self, key: ReturnKey) -> bool:
        view = await answered(lambda: self.client.view(key.case))
        [known] = [each for each in view.returns if each.workflow_id == key.workflow_id]
        return known.ended_at is not None or view.state in ENDS

    async def until(self, key: ReturnKey, holds: Callable[[ReturnView], bool]) -> ReturnView:
        """The first view for which something holds."""

        async def watch() -> ReturnView:
            async for view in self.client.watch_return(key, every=0.05):
                if holds(view):
                    return view
            raise AssertionError(f"the return ended as {view.state} before it held")

        return await answered(watch)

    async def now(self, key: ReturnKey) -> datetime:
        """This return's clock."""
        return await TimeSkipper(self.client.temporal).get_current_time(self.handle(key))

    async def forward_to(self, key: ReturnKey, moment: datetime) -> None:
        """Move this return's clock to an instant."""
        left = moment - await self.now(key)
        if left > timedelta(0):
            await TimeSkipper(self.client.temporal).fast_forward(self.handle(key), left)

    async def events(self, key: ReturnKey) -> list[str]:
        """Names of the history's events."""
        return await events_of(self.handle(key))

    async def failures(self, key: ReturnKey) -> list[str]:
        """Workflow tasks of a return that failed."""
        return [event for event in await self.events(key) if event == "WORKFLOW_TASK_FAILED"]
