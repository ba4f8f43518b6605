"""The call for a corrected copy of a list that failed; part of `ClearwayClient`."""

from datetime import timedelta

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from clearway.calls import SUMMARY_BYTES, Calls, priority_of
from clearway.contracts import names
from clearway.contracts.drafts import CorrectedCopy, Draft, DraftCopy
from clearway.contracts.keys import CaseKey
from clearway.contracts.urgency import Urgency
from clearway.errors import NotFound, Refused

GIVE_UP = timedelta(minutes=1)
"""A draft that no worker makes within this time is not wanted any more."""


class DraftCalls(Calls):
    """Drafts; part of `ClearwayClient`."""

    async def draft_corrected_copy(self, key: CaseKey) -> CorrectedCopy:
        """The documents of a list that ended as rejected, cancelled or match_failed, to be corrected and declared.

        Hand it in with `declare(copy.declaration_list, sender=copy.sender, documents=copy.documents,
        attempt=copy.attempt)`. It holds personal data. Raises Refused (another end, a newer copy exists …), NotFound,
        ServiceUnavailable.
        """
        asked = DraftCopy(key=key)
        call = self.temporal.execute_workflow(
            names.CORRECTED_COPY,
            asked,
            id=asked.workflow_id,
            task_queue=self._task_queue,
            result_type=Draft,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            execution_timeout=GIVE_UP,
            priority=priority_of(Urgency.PRESSING, key.ebc_code),
            static_summary=f"Copy of order {key.order_no}".encode()[:SUMMARY_BYTES].decode(errors="ignore"),
        )
        draft: Draft = await self._reach(key.workflow_id, call)
        if draft.drafted is None:
            unknown = any(each.code == "E_NOT_FOUND" for each in draft.refused)
            raise (NotFound if unknown else Refused)(draft.refused)
        return draft.drafted
