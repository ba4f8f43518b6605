"""One client per shard of a map, connected when first needed; and where an order's list is, or is to be opened."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from clearway.client import ClearwayClient
from clearway.contracts.keys import CaseKey
from clearway.shards import Shard, ShardMap, ShardState


async def connect_shard(shard: Shard) -> ClearwayClient:
    """A client of one shard; TLS, keys and the rest come from `TEMPORAL_*`. Raises ServiceUnavailable."""
    return await ClearwayClient.connect(shard.address, shard.namespace, shard=shard.mark)


class Shards:
    """Every shard of a map behind one object; a newer map is a new object."""

    def __init__(
        self, shard_map: ShardMap, connect: Callable[[Shard], Awaitable[ClearwayClient]] = connect_shard
    ) -> None:
        self._map = shard_map
        self._connect = connect
        self._clients: dict[int, ClearwayClient] = {}
        self._turn = asyncio.Lock()

    async def client_for(self, workflow_id: str) -> ClearwayClient:
        """The client of the shard that a list or a return is in, by its id alone.

        Raises NoShard if the map does not know it, ValueError for another id, ServiceUnavailable.
        """
        return await self._client(self._map.of(workflow_id))

    async def find(self, port: str, ebc_code: str, order_no: str, *, at: datetime) -> CaseKey:
        """The key under which the order's list is, or, where no shard has it, under which it is to be opened.

        It looks into every shard in which the list may have been opened before the map changed. Raises NoShard,
        HandingOver, ValueError as `ShardMap.place`, and ServiceUnavailable when a shard cannot be asked: only one that
        says no may be passed over. A list that ended is found as long as its namespace keeps it (its retention).
        """
        for shard in self._map.candidates(port, ebc_code, at=at):
            key = shard.key(ebc_code, order_no)
            if shard.state(at) is not ShardState.CLOSED and await (await self._client(shard)).knows(key):
                return key
        return self._map.place(port, ebc_code, at=at).key(ebc_code, order_no)

    async def _client(self, shard: Shard) -> ClearwayClient:
        async with self._turn:
            if shard.number not in self._clients:
                self._clients[shard.number] = await self._connect(shard)
            return self._clients[shard.number]
