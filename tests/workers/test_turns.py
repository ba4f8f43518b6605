"""What goes first where lists queue before one slow slot: by legal clock, and enterprises in turns."""

import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.parties import Sender
from clearway.contracts.urgency import NEAR, Urgency, urgency_before
from clearway.testing import EBC, SampleSet
from models.database import Database
from models.registry import RegisteredEnterprise, Registry, load
from tests.desk import Desk
from tests.patience import until
from tests.temporal import running_temporal
from workers.options import Part

OTHER = "3301960A02"
MANY, FEW = 40, 4
ONE_PARTITION = ("matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1")


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[Client]:
    """A server whose task queues have one partition: it orders within each, and would leave more of them to chance."""
    async with running_temporal(*ONE_PARTITION) as client:
        yield client


@pytest.fixture
def desk(temporal: Client, database: Database) -> Desk:
    """A desk at which two enterprises are registered; without a worker."""
    other = RegisteredEnterprise(
        code=OTHER, name="另一电子商务有限公司", roles=["EBC"], registered_from=date(2014, 1, 1)
    )
    load(database, Registry(enterprises=[other]))
    queue = f"test-{uuid.uuid4()}"
    made = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    made.put_up(OTHER, Decimal("1000000.00"))
    return made


def _of(desk: Desk, enterprise: str) -> SampleSet:
    sample, named = desk.sample(), {"ebc_code": enterprise}
    declared = sample.declaration_list.model_copy(update={**named, "assure_code": enterprise})
    return sample.model_copy(update={"order": sample.order.model_copy(update=named), "declaration_list": declared})


async def _hand_in(desk: Desk, samples: Iterable[SampleSet], urgency: Urgency = Urgency.ORDINARY) -> None:
    for sample in samples:
        answer = await desk.client.declare(
            sample.declaration_list,
            sender=Sender(code=sample.declaration_list.agent_code),
            documents=sample.transmissions,
            urgency=urgency,
        )
        assert answer.problems == ()


def _served(desk: Desk) -> list[str]:
    """Numbers of the orders in the order in which customs got the first document of each."""
    return list(dict.fromkeys(record.order_no for _, record in desk.customs.filed))


async def test_an_urgent_list_overtakes_and_a_small_enterprise_is_not_kept_waiting_by_a_large_one(desk: Desk) -> None:
    ours = [_of(desk, EBC) for _ in range(MANY)]
    theirs = [_of(desk, OTHER) for _ in range(FEW)]
    bulk = [_of(desk, OTHER) for _ in range(FEW)]
    urgent = _of(desk, EBC)
    async with desk.worker(parts=(Part.LISTS,)):
        await _hand_in(desk, bulk, Urgency.BULK)
        await _hand_in(desk, ours)
        await _hand_in(desk, theirs)
        await _hand_in(desk, [urgent], Urgency.DEADLINE)
        assert desk.customs.filed == [], "nobody does what goes to customs yet"
        async with desk.worker(parts=(Part.CUSTOMS,), threads=1):
            await until(lambda: len(_served(desk)) == MANY + 2 * FEW + 1)
    served = _served(desk)
    places = {order_no: place for place, order_no in enumerate(served)}

    def last(samples: Iterable[SampleSet]) -> int:
        return max(places[sample.key.order_no] for sample in samples)

    assert places[urgent.key.order_no] < MANY // 2, "it was handed in after all others"
    assert last(theirs) < last(ours), "the other's few did not wait for all of the many"
    assert last(theirs) < MANY
    assert last(bulk) > MANY // 2, "they were handed in before all others"


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (NEAR + timedelta(seconds=1), Urgency.PRESSING),
        (NEAR, Urgency.DEADLINE),
        (timedelta(0), Urgency.DEADLINE),
        (-timedelta(days=1), Urgency.DEADLINE),
    ],
)
def test_what_has_to_go_out_before_a_legal_day_is_urgent_when_it_comes_near(left: timedelta, told: Urgency) -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    assert urgency_before(now + left, now, Urgency.PRESSING) is told


async def _priority(desk: Desk, workflow_id: str) -> tuple[int, str]:
    described = await desk.client.temporal.get_workflow_handle(workflow_id).describe()
    priority = described.raw_description.workflow_execution_info.priority
    return priority.priority_key, priority.fairness_key


async def test_a_list_carries_its_class_and_its_enterprise_and_a_collection_is_urgent(desk: Desk) -> None:
    sample = _of(desk, OTHER)
    async with desk.worker():
        await _hand_in(desk, [sample])
        assert await _priority(desk, sample.key.workflow_id) == (Urgency.ORDINARY, OTHER)
        clocks = await desk.release(sample.key)
        assert clocks.clocks is not None
        answer = await desk.client.request_return(sample.key, actor="EBC", reason="buyer's regret")
        assert answer.goods_return
        assert (await _priority(desk, answer.goods_return))[0] == Urgency.PRESSING
        await desk.deliver_own_news("collect")
        for collection in desk.collections:
            assert await _priority(desk, collection) == (Urgency.DEADLINE, OTHER)
        await desk.end_collections()
