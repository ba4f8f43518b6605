"""Drafting a corrected copy of a list that failed: read once, so that the draft reaches whoever asks as any payload."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.corrected_copy import DraftingDesk
    from clearway.contracts import names
    from clearway.contracts.drafts import Draft, DraftCopy
    from models.work import DraftRequest
    from workflows.conduct import DESK_RETRIES, DESK_TIMEOUT


@workflow.defn(name=names.CORRECTED_COPY)
class CorrectedCopyWorkflow:
    """One draft; nothing is declared by it."""

    @workflow.run
    async def run(self, asked: DraftCopy) -> Draft:
        """The copy, or why there is none."""
        return await workflow.execute_local_activity_method(
            DraftingDesk.draft_corrected_copy,
            DraftRequest(key=asked.key, now=workflow.now()),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Read what is on file of the list that failed",
        )
