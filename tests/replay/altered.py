"""Today's workflow with one change that a list under way would not survive: what the replay test must notice."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from clearway.contracts import names
    from clearway.contracts.case import CaseEnd, StartCase
from workflows.declaration_list import DeclarationListWorkflow


@workflow.defn(name=names.DECLARATION_LIST)
class PausingWorkflow(DeclarationListWorkflow):
    """Issues one command more: a pause before the return window opens."""

    @workflow.init
    def __init__(self, start: StartCase) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartCase) -> CaseEnd:
        """The story, unchanged."""
        return await super().run(start)

    async def _open_return_window(self) -> None:
        await workflow.sleep(timedelta(hours=1))
        await super()._open_return_window()
