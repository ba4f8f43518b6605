"""Tax collections, as operators see and steer them."""

from clearway.calls import Calls
from clearway.contracts import names
from clearway.contracts.collection import CollectionView, RunNow
from clearway.contracts.keys import CollectionKey


class CollectionCalls(Calls):
    """One withholding agent's taxes at one customs; part of `ClearwayClient`."""

    async def view_collection(self, key: CollectionKey) -> CollectionView:
        """How a collection stands. Raises NotFound, ServiceUnavailable."""
        return await self._read(key.workflow_id, CollectionView)

    async def run_collection(self, key: CollectionKey, *, actor: str, reason: str) -> CollectionView:
        """Let a collection run now instead of at its next hour. Raises Refused, NotFound, ServiceUnavailable."""
        return await self._ask(key.workflow_id, names.RUN_NOW, RunNow(actor=actor, reason=reason), CollectionView)
