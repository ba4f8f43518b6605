"""Two namespaces of the real server as two shards: a list is found again, and stays there when the map changes."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseKey
from clearway.contracts.names import TASK_QUEUE
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.errors import ServiceUnavailable
from clearway.payloads import DATA_CONVERTER
from clearway.sharded import Shards, connect_shard
from clearway.shards import HANDOVER, HandingOver, NoShard, Shard, ShardMap
from clearway.testing import SampleSet, sample_set
from deploy.cluster import prepare
from tests.desk import Desk
from tests.sqlite import new_file

CHANGE = datetime(2027, 1, 4, 2, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
BEFORE, AFTER = CHANGE - timedelta(days=1), CHANGE + HANDOVER


class House(NamedTuple):
    """Both shards with a worker each, known to two maps: of one shard, and with the second from CHANGE on."""

    address: str
    one: ShardMap
    two: ShardMap
    queue: str

    async def connect(self, shard: Shard) -> ClearwayClient:
        converter = DATA_CONVERTER
        client = await Client.connect(shard.address, namespace=shard.namespace, data_converter=converter)
        return ClearwayClient(client, task_queue=self.queue, shard=shard.mark)

    def shards(self, known: ShardMap) -> Shards:
        return Shards(known, self.connect)


@pytest.fixture(scope="module")
async def house(temporal: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    name = uuid.uuid4().hex[:8]
    address, queue = temporal.service_client.config.target_host, TASK_QUEUE
    first = Shard(
        number=1, address=address, namespace=f"a-{name}", opens=datetime(2026, 1, 1, tzinfo=UTC), unmarked=True
    )
    second = Shard(number=2, address=address, namespace=f"b-{name}", opens=CHANGE)
    dated = CHANGE.date()
    made = House(
        address,
        ShardMap(version=1, dated=dated, shards=(first,)),
        ShardMap(version=2, dated=dated, shards=(first, second)),
        queue,
    )
    async with AsyncExitStack() as stack:
        for shard in (first, second):
            client = await made.connect(shard)
            await prepare(client.temporal, timedelta(days=3))
            database = new_file(tmp_path_factory.mktemp("shard") / "clearway.db")
            stack.callback(database.close)
            desk = Desk(client, database, queue=queue)
            await stack.enter_async_context(desk.worker())
        yield made


def order(house: House, shard: int) -> tuple[str, SampleSet]:
    """A new order, and a port at which its enterprise belongs to the shard once both are open."""
    sample = sample_set(f"S{uuid.uuid4().hex[:10]}", at=BEFORE)
    ports = (f"{port:04}" for port in range(10_000))
    wanted = (port for port in ports if house.two.place(port, sample.order.ebc_code, at=AFTER).number == shard)
    return next(wanted), sample


async def open_at(shards: Shards, port: str, sample: SampleSet, at: datetime) -> CaseKey:
    key = await shards.find(port, sample.order.ebc_code, sample.order.order_no, at=at)
    client = await shards.client_for(key.workflow_id)
    answer = await client.transmit(sample.order, sender=sample.transmissions[0].sender, key=key)
    assert answer.workflow_id == key.workflow_id
    return key


async def shards_with(house: House, key: CaseKey) -> list[int]:
    """In which of the shards a workflow of this order is, under whatever mark."""
    marked = [key.model_copy(update={"shard": mark}) for mark in (None, 1, 2)]
    clients = [(shard.number, await house.connect(shard)) for shard in house.two.shards]
    return [number for number, client in clients for each in marked if await client.knows(each)]


async def test_a_list_opened_before_the_map_changed_is_found_afterwards_and_opened_no_second_time(house: House) -> None:
    port, sample = order(house, shard=2)
    key = await open_at(house.shards(house.one), port, sample, BEFORE)
    assert key == sample.key, "the shard that was there before the map marks nothing"
    after = house.shards(house.two)
    assert await open_at(after, port, sample, AFTER) == key
    assert await shards_with(house, key) == [1]
    client = await after.client_for(key.workflow_id)
    assert (await client.view(key)).state is State.SUBMITTED


async def test_a_new_list_goes_to_the_new_shard_and_its_id_says_so(house: House) -> None:
    port, sample = order(house, shard=2)
    shards = house.shards(house.two)
    key = await open_at(shards, port, sample, AFTER)
    assert key.workflow_id == f"{sample.key.workflow_id}~s2"
    assert await shards_with(house, key) == [2]
    assert (await (await shards.client_for(key.workflow_id)).view(key)).key == key
    assert await open_at(shards, port, sample, AFTER + timedelta(days=400)) == key


async def test_a_client_of_a_shard_marks_what_it_opens(house: House) -> None:
    _, sample = order(house, shard=2)
    client = await house.shards(house.two).client_for(f"{sample.key.workflow_id}~s2")
    listed = sample.declaration_list
    answer = await client.declare(listed, sender=Sender(code=listed.agent_code), documents=sample.transmissions)
    assert answer.workflow_id == f"{sample.key.workflow_id}~s2"
    assert await client.knows(sample.key.model_copy(update={"shard": 2}))
    assert not await client.knows(sample.key)


async def test_the_example_of_the_docs_hands_an_order_in_once(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(# shards.yaml.*?)```", page, re.DOTALL)
    assert len(ShardMap.of_text(example, "shards.yaml").shards) == 2
    own = example.replace("temporal-a:7233", house.address).replace("temporal-b:7233", house.address)
    for shard, name in zip(house.two.shards, ("clearway,", "clearway-2,"), strict=True):
        own = own.replace(f"namespace: {name}", f"namespace: {shard.namespace},")
    (tmp_path / "shards.yaml").write_text(own, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    written: dict[str, Any] = {}
    exec(code, written)
    _, sample = order(house, shard=1)
    for _ in range(2):
        answer = await written["hand_in"](sample.order, sample.transmissions[0].sender, "2244")
        assert answer.workflow_id == sample.key.workflow_id
    assert await shards_with(house, sample.key) == [1]


async def test_while_a_pair_moves_its_old_lists_are_found_and_new_ones_wait(house: House) -> None:
    port, sample = order(house, shard=2)
    shards = house.shards(house.two)
    key = await open_at(shards, port, sample, BEFORE)
    assert await shards.find(port, key.ebc_code, key.order_no, at=CHANGE) == key
    with pytest.raises(HandingOver):
        await shards.find(port, key.ebc_code, "another", at=CHANGE)


async def test_a_shard_that_cannot_be_asked_is_not_passed_over(house: House) -> None:
    port, sample = order(house, shard=2)
    lost = house.two.shards[0].model_copy(update={"address": "127.0.0.1:1"})
    with pytest.raises(ServiceUnavailable):
        await Shards(house.two.model_copy(update={"shards": (lost, house.two.shards[1])}), connect_shard).find(
            port, sample.order.ebc_code, sample.order.order_no, at=AFTER
        )


async def test_a_closed_shard_is_not_asked(house: House) -> None:
    port, sample = order(house, shard=2)
    closed = {"address": "127.0.0.1:1", "drains": CHANGE, "closed": CHANGE + timedelta(days=90)}
    lines = (house.two.shards[0].model_copy(update=closed), house.two.shards[1])
    shards = house.shards(house.two.model_copy(update={"shards": lines}))
    key = await shards.find(port, sample.order.ebc_code, sample.order.order_no, at=CHANGE + timedelta(days=91))
    assert key.shard == 2


async def test_an_id_of_a_shard_that_the_map_does_not_know_leads_nowhere(house: House) -> None:
    with pytest.raises(NoShard, match="no shard 2"):
        await house.shards(house.one).client_for("declaration-list/E/X~s2")
