"""The collection on the real server: it pays on its own clock, wakes in time, and continues as new without a loss."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session, col, func, select
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from clearway.contracts import names
from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import CollectionView, CollectNow, RunNow
from clearway.contracts.keys import CollectionKey
from models.collection import dues
from models.tables import BillRecord, CaseRecord, TaxDue, TaxOrder
from tests.collection_office import CUSTOMS, ENTERPRISE, Office, clocks_at, tax_of
from tests.desk import Desk, events_of
from tests.patience import PATIENCE, answered

A_DAY = timedelta(days=1)


@dataclass
class Night:
    """One agent of a test's own, whose collection is let live."""

    desk: Desk
    key: CollectionKey

    def __post_init__(self) -> None:
        self.office = Office(self.desk.database)
        self.now = datetime.now(SHANGHAI)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.desk.client.temporal.get_workflow_handle(self.key.workflow_id)

    def release(self, number: int, total: str = "27.30", *, days_ago: int = 30, bill: str | None = "27.30") -> str:
        """A list released some days ago: on day 31 at 00:00 its tax is payable."""
        at = self.now - timedelta(days=days_ago)
        return self.office.release(number, total, at=at, agent=self.key.agent, customs=self.key.customs, bill=bill)

    async def live_until(self, moment: datetime) -> None:
        """Wake the collection as the inbox does, and let it live until an instant."""
        await self.desk.deliver_own_news("collect")
        skipper = TimeSkipper(self.desk.client.temporal)
        now = await skipper.get_current_time(self.handle)
        if moment > now:
            await skipper.fast_forward(self.handle, moment - now)
        async with asyncio.timeout(PATIENCE):
            while await self._is_behind(moment):  # noqa: ASYNC110  only the workflow knows
                await asyncio.sleep(0.05)

    async def _is_behind(self, moment: datetime) -> bool:
        view = await answered(self.view)
        return view.next_run_at is None or view.next_run_at <= moment

    async def view(self) -> CollectionView:
        """What anyone sees of it."""
        return await self.desk.client.view_collection(self.key)

    async def events(self) -> list[str]:
        """Names of the events of its present history, without those of the moved clock."""
        return [
            name
            for name in await events_of(self.handle)
            if "TIME_SKIPPING" not in name and "OPTIONS_UPDATED" not in name
        ]

    @property
    def first_night(self) -> datetime:
        """02:00 of the day on which lists of 30 days ago become payable."""
        return (self.now + A_DAY).replace(hour=2, minute=0, second=0, microsecond=0)


@pytest.fixture
def night(desk: Desk) -> Night:
    return Night(desk, CollectionKey(agent=f"T{uuid.uuid4().hex[:12].upper()}", customs=CUSTOMS))


async def test_five_lists_of_two_customs_are_paid_at_two_in_the_night_by_two_collections(night: Night) -> None:
    other = Night(night.desk, CollectionKey(agent=night.key.agent, customs="5166"))
    ours = [night.release(number) for number in (1, 2, 3)]
    theirs = [other.release(number) for number in (4, 5)]
    assert len(night.office.items("collect")) == 2, "each collection is started once"
    await night.live_until(night.first_night - timedelta(seconds=1))
    assert not night.desk.bank.asked
    for each in (night, other):
        await each.live_until(each.first_night)
    assert sorted(amount for _, _, amount in night.desk.bank.asked) == [Decimal("54.60"), Decimal("81.90")]
    view = await night.view()
    assert (view.open_lists, view.open_amount, view.next_run_at) == (0, Decimal(0), night.first_night + A_DAY)
    assert [(batch.lists, batch.paid, batch.outcome) for batch in view.batches] == [(3, Decimal("81.90"), "PAID")]
    assert [night.office.due(case).state for case in ours + theirs] == ["settled"] * 5
    assert all(night.office.news(case)[0].settled for case in ours + theirs)


async def test_a_bank_that_is_down_is_asked_again_under_the_same_key(night: Night) -> None:
    case = night.release(1)
    night.desk.bank.down, night.desk.bank.lost = 1, 1
    await night.live_until(night.first_night)
    assert len(night.desk.bank.asked) == 3
    assert len({key for key, _, _ in night.desk.bank.asked}) == 1
    assert (night.office.due(case).paid, len(night.desk.bank.paid)) == (Decimal("27.30"), 1)


async def test_what_the_bank_refuses_is_paid_the_next_night_or_when_an_operator_says_so(night: Night) -> None:
    cases = [night.release(1), night.release(2, bill=None)]
    night.desk.bank.refusals = 2
    await night.live_until(night.first_night)
    assert (await night.view()).alarms == ("REFUSED",)
    await night.live_until(night.first_night + A_DAY)
    assert night.office.due(cases[0]).paid == 0
    for actor, reason in (("op-1", " "), ("", "the bank has its money again")):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await night.handle.execute_update(names.RUN_NOW, RunNow(actor=actor, reason=reason))
        assert getattr(refused.value.cause, "type", "") == "E_NO_REASON"
    before = (await night.view()).runs
    await night.handle.execute_update(names.RUN_NOW, RunNow(actor="op-1", reason="the bank has its money again"))
    async with asyncio.timeout(PATIENCE):
        while (view := await answered(night.view)).runs == before or view.alarms:  # noqa: ASYNC110  only the workflow knows
            await asyncio.sleep(0.05)
    assert night.office.due(cases[0]).paid == Decimal("27.30")
    assert night.office.due(cases[1]).paid == 0, "without a bill it waits"


async def test_a_list_without_a_bill_is_paid_at_the_second_of_its_guard(night: Night) -> None:
    case = night.release(1, bill=None)
    guard = night.office.due(case).guard_at
    await night.live_until(guard - timedelta(seconds=1))
    assert not night.desk.bank.asked
    assert (await night.view()).next_run_at == guard
    await night.live_until(guard)
    assert [amount for _, _, amount in night.desk.bank.asked] == [Decimal("27.30")]
    assert night.desk.bank.asked[0][0].split("|")[-1] >= guard.astimezone(UTC).isoformat()


async def test_held_tax_is_paid_when_its_hour_comes_and_not_before(night: Night) -> None:
    case = night.release(1, days_ago=45)
    held_until = night.office.due(case).held_until
    with night.office.database.transaction() as session:
        dues.hold(session, case, Decimal("27.30"), night.now)
    await night.live_until(held_until - timedelta(seconds=1))
    assert not night.desk.bank.asked
    await night.live_until(held_until)
    assert night.office.due(case).paid == Decimal("27.30")


async def test_a_bank_that_stays_away_does_not_keep_deadlines_from_being_watched(night: Night) -> None:
    case = night.release(1, days_ago=60)
    night.desk.bank.down = 1_000_000
    await night.desk.deliver_own_news("collect")
    skipper = TimeSkipper(night.desk.client.temporal)
    await skipper.fast_forward(night.handle, timedelta(hours=2, minutes=30))
    assert set((await night.view()).alarms) == {"BANK_UNAVAILABLE", "OVERDUE"}
    night.desk.bank.down = 0
    await skipper.fast_forward(night.handle, timedelta(hours=2))
    await night.live_until(night.now)
    assert night.office.due(case).state == "settled"
    assert len({key for key, _, _ in night.desk.bank.asked}) == len(night.desk.bank.paid) == 1


async def test_the_collection_is_found_by_its_agent_its_customs_and_its_next_deadline(night: Night) -> None:
    night.release(1, bill=None)
    await night.live_until(night.first_night)
    attributes = (await night.handle.describe()).typed_search_attributes
    found = {pair.key.name: pair.value for pair in attributes}
    assert found["Enterprise"] == night.key.agent
    assert found["CustomsPort"] == CUSTOMS
    assert isinstance(found["NextDeadline"], datetime)
    assert "CustomsState" not in found


async def test_it_continues_as_new_while_lists_arrive_and_loses_and_doubles_none(night: Night) -> None:
    cases = [night.release(1)]
    await night.live_until(night.now)
    first_run_id = (await night.handle.describe()).run_id
    handle, moment = night.handle, night.now
    for number in range(2, 9):
        moment += 9 * A_DAY
        cases.append(night.release(number, days_ago=20))
        await handle.signal(names.COLLECT, CollectNow(at=moment))
        await night.live_until(moment)
        await handle.signal(names.COLLECT, CollectNow(at=moment))
    view = await night.view()
    assert (await night.handle.describe()).run_id != first_run_id
    assert view.runs >= 63
    assert [night.office.due(case).state for case in cases] == ["settled"] * 8
    assert len(night.desk.bank.paid) == len({order for _, order, _ in night.desk.bank.asked})
    assert sum((receipt.amount for receipt in night.desk.bank.paid.values()), Decimal(0)) == 8 * Decimal("27.30")
    assert [len(night.office.news(case)) for case in cases] == [1] * 8


async def test_a_quiet_night_costs_few_events(night: Night) -> None:
    night.release(1, days_ago=1, bill=None)
    await night.live_until(night.now)
    before = await night.events()
    await night.live_until(night.first_night + 9 * A_DAY)
    new = (await night.events())[len(before) :]
    nights = 11 if night.now.hour < 2 else 10  # today's, where it is still to come
    assert new.count("TIMER_FIRED") == nights
    assert len([event for event in new if not event.startswith("WORKFLOW_TASK_")]) <= nights * 4 + 1


async def test_a_hundred_thousand_open_lines_make_a_small_history_and_exact_sums(night: Night) -> None:
    everything, due_now = 100_000, 2_000
    with night.office.database.transaction() as session:
        _fill(session, night, everything, due_now)
    with night.office.database.transaction() as session:
        dues.open_due(session, **_one_more(night))
    await night.live_until(night.first_night)
    events = await night.events()
    view = await night.view()
    assert len(events) < 100, len(events)
    assert (view.open_lists, view.batches[0].lists) == (everything - due_now + 1, due_now)
    with night.office.database.transaction() as session:
        paid = select(func.count(), func.sum(TaxDue.paid)).where(TaxDue.state == "settled")
        assert session.exec(paid).one() == (due_now, due_now * Decimal("27.30"))
        assert session.exec(select(func.sum(TaxOrder.paid))).one() == due_now * Decimal("27.30")
        assert session.exec(select(func.count()).where(col(TaxDue.batch_id).is_not(None))).one() == 0
    assert len(night.office.items("tax")) == due_now


def _one_more(night: Night) -> dict[str, Any]:
    return {
        "workflow_id": f"declaration-list/{ENTERPRISE}/LAST",
        "clocks": clocks_at(night.now),
        "tax": tax_of(Decimal("27.30")),
        "agent": night.key.agent,
        "customs": night.key.customs,
        "enterprise": ENTERPRISE,
        "profile": "SEED",
        "at": night.now,
    }


def _fill(session: Session, night: Night, everything: int, due_now: int) -> None:
    """Many lists of the last weeks, a few of them payable in the first night; a payment order has a hundred lists."""
    for start in range(0, everything, 10_000):
        rows, bills, records = [], [], []
        for number in range(start, start + 10_000):
            released = night.now - timedelta(days=30 if number < due_now else 1 + number % 25)
            workflow_id = f"declaration-list/{ENTERPRISE}/N{number:06d}"
            rows.append(_row(night, workflow_id, released))
            if number < 20_000:
                bills.append(_bill(workflow_id, number, released))
            if number < due_now:
                records.append(_record(workflow_id, number, released))
        session.execute(insert(TaxDue), rows)
        if bills:
            session.execute(insert(BillRecord), bills)
        if records:
            session.execute(insert(CaseRecord), records)


def _row(night: Night, workflow_id: str, released: datetime) -> dict[str, Any]:
    day = released.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "workflow_id": workflow_id,
        "agent": night.key.agent,
        "customs": night.key.customs,
        "enterprise": ENTERPRISE,
        "profile": "SEED",
        "released_at": released,
        "payable_from": day + timedelta(days=31),
        "held_until": day + timedelta(days=46),
        "guard_at": day + timedelta(days=44),
        "pay_before": day + timedelta(days=46),
        "deadline": (day + timedelta(days=45)).date(),
        "assessed": Decimal("27.30"),
        "due": Decimal("27.30"),
        "alarmed": 30,
        "changed_at": released,
    }


def _bill(workflow_id: str, number: int, released: datetime) -> dict[str, Any]:
    return {
        "bill_no": f"B{number:06d}",
        "invt_no": "299120261000000001",
        "workflow_id": workflow_id,
        "status": "2",
        "total": Decimal("27.30"),
        "payment_order_no": f"E{number // 100:04d}",
        "at": released,
    }


def _record(workflow_id: str, number: int, released: datetime) -> dict[str, Any]:
    return {
        "workflow_id": workflow_id,
        "ebc_code": ENTERPRISE,
        "order_no": f"N{number:06d}",
        "state": "return_window",
        "opened_at": released,
        "changed_at": released,
    }
