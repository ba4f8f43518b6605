"""A workflow with the traffic of an undisturbed list and nothing of its trade: what Temporal alone costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio import activity, workflow
from temporalio.common import SearchAttributeKey

WORKFLOW, UPDATE, SIGNAL, QUERY = "Bare", "begin", "news", "waits"
TIMEOUT = timedelta(seconds=30)
WAIT = timedelta(days=45)
_KEYWORDS = [
    SearchAttributeKey.for_keyword(name)
    for name in ("CustomsState", "CustomsDetail", "AwaitedFrom", "Enterprise", "Platform", "CustomsPort", "TradeMode")
]
_LIST, _INSTANT = SearchAttributeKey.for_keyword_list("Alarms"), SearchAttributeKey.for_datetime("NextDeadline")


class BareOffice:
    """Activities that do nothing but tell the driver how far a workflow is."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    @activity.defn
    def examine(self, key: str) -> str:
        """Stands for the examination of the documents."""
        return key

    @activity.defn
    def send(self, key: str) -> str:
        """Stands for sending three documents."""
        for _ in range(3):
            self._tell(key)
        return key

    @activity.defn
    def file(self, key: str) -> str:
        """Stands for filing the list."""
        self._tell(key)
        return key

    @activity.defn
    def set_clocks(self, key: str) -> str:
        """Stands for the deadlines."""
        self._tell(key)
        return key


@workflow.defn(name=WORKFLOW)
class BareWorkflow:
    """Opened by an update, moved on by two signals; a third ends its waiting."""

    def __init__(self) -> None:
        self._examined = False
        self._signals = 0
        self._waits = False

    @workflow.run
    async def run(self, key: str) -> str:
        """The steps, in the order of a list's."""
        await workflow.wait_condition(lambda: self._examined)
        await workflow.execute_activity_method(BareOffice.send, key, start_to_close_timeout=TIMEOUT, summary="send")
        await workflow.wait_condition(lambda: self._signals >= 1)
        await workflow.execute_activity_method(BareOffice.file, key, start_to_close_timeout=TIMEOUT, summary="file")
        await workflow.wait_condition(lambda: self._signals >= 2)
        await workflow.execute_local_activity_method(
            BareOffice.set_clocks, key, start_to_close_timeout=TIMEOUT, summary="deadlines"
        )
        _upsert("waiting", keywords=3)
        self._waits = True
        await workflow.wait_condition(lambda: self._signals > 2, timeout=WAIT, timeout_summary="forty-five days")
        _upsert("over", keywords=2)
        return key

    @workflow.query(name=QUERY)
    def waits(self) -> bool:
        """Whether only its end is still to come."""
        return self._waits

    @workflow.update(name=UPDATE)
    async def begin(self, key: str) -> str:
        """Opens the workflow."""
        answer = await workflow.execute_local_activity_method(
            BareOffice.examine, key, start_to_close_timeout=TIMEOUT, summary="examine"
        )
        self._examined = True
        _upsert("open", keywords=7)
        return answer

    @workflow.signal(name=SIGNAL)
    def news(self, key: str) -> None:
        """Moves it on."""
        self._signals += 1


def _upsert(value: str, *, keywords: int) -> None:
    instant = datetime(2026, 1, keywords, tzinfo=UTC)
    words = [key.value_set(value) for key in _KEYWORDS[:keywords]]
    workflow.upsert_search_attributes([*words, _LIST.value_set([value]), _INSTANT.value_set(instant)])
