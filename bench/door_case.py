"""An open case that does nothing but hear: the signals of the door, counted when the workflow has them."""

from collections.abc import Callable

from temporalio import workflow

from clearway.contracts import names
from clearway.contracts.customs import CustomsNews

WORKFLOW, END = "HearingCase", "end"
APPLIED = "applied"
_tell: list[Callable[[str], None]] = []
"""Whom to tell of a receipt. Not what a workflow should do; this one is only a meter, and runs outside the sandbox."""


def tell_to(tell: Callable[[str], None]) -> None:
    """Have every receipt told."""
    _tell[:] = [tell]


@workflow.defn(name=WORKFLOW, sandboxed=False)
class HearingCase:
    """Waits and hears."""

    def __init__(self) -> None:
        self._over = False

    @workflow.run
    async def run(self) -> None:
        """Until it is told to end."""
        await workflow.wait_condition(lambda: self._over)

    @workflow.signal(name=names.CUSTOMS_NEWS)
    def hear(self, news: CustomsNews) -> None:
        """Receipts of customs, as the inbox bundles them."""
        if not workflow.unsafe.is_replaying():
            for _ in news.receipts:
                _tell[0](APPLIED)

    @workflow.signal(name=END)
    def end(self) -> None:
        """It was enough."""
        self._over = True
