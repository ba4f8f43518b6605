"""What customs, our ledger and our collection tell the service; the inbox calls these (DESIGN law 9)."""

from temporalio.common import WorkflowIDConflictPolicy

from clearway.calls import Calls, priority_of
from clearway.contracts import names
from clearway.contracts.collection import CollectNow, DueAlarm, StartCollection, TaxNews
from clearway.contracts.customs import ControlInstruction, CustomsHold, CustomsNews, DispositionOrder, InspectionResult
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.keys import CollectionKey
from clearway.contracts.urgency import Urgency


class CustomsCalls(Calls):
    """News for workflows; part of `ClearwayClient`. Each raises NotFound, AlreadyEnded or ServiceUnavailable."""

    async def deliver(self, workflow_id: str, news: CustomsNews) -> None:
        """Hand customs' receipts and bills to a list or a return."""
        await self._signal(workflow_id, names.CUSTOMS_NEWS, news)

    async def instruct(self, workflow_id: str, instruction: ControlInstruction) -> None:
        """Hand customs' control instruction to a list."""
        await self._signal(workflow_id, names.CONTROL_INSTRUCTION, instruction)

    async def record_inspection(self, workflow_id: str, result: InspectionResult) -> None:
        """Hand customs' inspection result to a list."""
        await self._signal(workflow_id, names.INSPECTION_RESULT, result)

    async def dispose(self, workflow_id: str, order: DispositionOrder) -> None:
        """Hand customs' decision about goods found abnormal to their list."""
        await self._signal(workflow_id, names.DISPOSITION, order)

    async def hold(self, workflow_id: str, hold: CustomsHold) -> None:
        """Tell a list that customs holds it without inspecting it, or lets it go."""
        await self._signal(workflow_id, names.CUSTOMS_HOLD, hold)

    async def grant_guarantee(self, workflow_id: str, granted: GuaranteeGranted) -> None:
        """Tell a list that waited for its guarantor's guarantee that its turn came."""
        await self._signal(workflow_id, names.GUARANTEE_GRANTED, granted)

    async def tell_tax(self, workflow_id: str, news: TaxNews) -> None:
        """Tell a list what became of its tax."""
        await self._signal(workflow_id, names.TAX_NEWS, news)

    async def tell_due_alarm(self, workflow_id: str, alarm: DueAlarm) -> None:
        """Tell a list that one of its legal days comes near."""
        await self._signal(workflow_id, names.DUE_ALARM, alarm)

    async def collect(self, workflow_id: str, now: CollectNow) -> None:
        """Tell a tax collection that something may be due; starts the collection if it does not run.

        Raises ValueError for an id of something else, ServiceUnavailable.
        """
        key = CollectionKey.of(workflow_id)
        start = self.temporal.start_workflow(
            names.TAX_COLLECTION,
            StartCollection(key=key),
            id=workflow_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            priority=priority_of(Urgency.DEADLINE, key.agent),
            static_summary=f"Taxes of {key.agent} at customs {key.customs}",
            start_signal=names.COLLECT,
            start_signal_args=[now],
        )
        await self._reach(workflow_id, start)
