"""The call for the due board, read from Temporal's visibility alone; part of `ClearwayClient`."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from temporalio.client import WorkflowExecution
from temporalio.common import SearchAttributeKey

from clearway.calls import Calls
from clearway.contracts import names
from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.due import DueBoard
from clearway.contracts.problems import FieldValue, Problem
from clearway.due_board import RunningList, days_after, due_board
from clearway.errors import Refused

MOST = 10_000
"""Lists that are read unless told otherwise: a second or two."""
DAYS_AHEAD = 14
LONGEST_ROLL = timedelta(days=30)
"""No deadline rolls further; older releases are read together."""

_KEYWORDS = {
    name: SearchAttributeKey.for_keyword(name)
    for name in ("Enterprise", "CustomsState", "CustomsDetail", "AwaitedFrom")
}
_INSTANTS = {name: SearchAttributeKey.for_datetime(name) for name in ("NextDeadline", "ReleasedAt", "PayBefore")}
_ALARMS = SearchAttributeKey.for_keyword_list("Alarms")


class DueCalls(Calls):
    """The due board; part of `ClearwayClient`."""

    async def due(
        self,
        *,
        at: datetime,
        within: int = DAYS_AHEAD,
        enterprise: str | None = None,
        customs: str | None = None,
        alarm: str | None = None,
        limit: int = MOST,
    ) -> DueBoard:
        """What is overdue at an instant and what falls due within some days after it, of running lists only.

        The server counts the lists; at most `limit` of them are read, the longest released first, and the board says
        when that were not all. Needs no worker. Raises Refused (a value that no filter takes), ServiceUnavailable.
        """
        wanted = {"Enterprise": enterprise, "CustomsPort": customs, "Alarms": alarm}
        conditions = [f'WorkflowType="{names.DECLARATION_LIST}"', 'ExecutionStatus="Running"']
        conditions += [f'{name}="{_plain(name, value)}"' for name, value in wanted.items() if value is not None]
        running = " AND ".join(conditions)
        until = legal_day(at) + timedelta(days=within)
        first = timedelta(days=min(days_after(legal_day(at)).values()))
        newest = min(until - first, legal_day(at))
        return await self._reach("the due board", self._board(running, at, until, newest, limit))

    async def _board(self, running: str, at: datetime, until: date, newest: date, limit: int) -> DueBoard:
        due = f"(ReleasedAt < {_start(newest, 1)} OR (ReleasedAt IS NULL AND NextDeadline < {_start(until, 1)}))"
        counted = (await self.temporal.count_workflows(f"{running} AND {due}")).count
        found: list[RunningList] = []
        for part in _parts(at, until, newest):
            if len(found) >= limit:
                break
            some = self.temporal.list_workflows(f"{running} AND {part}", limit=limit - len(found))
            found.extend([_running(each) async for each in some])
        return due_board(found, at=at, until=until, counted=counted)


def _parts(at: datetime, until: date, newest: date) -> Iterator[str]:
    """The lists that may be due in disjoint parts, the most urgent first: the server itself sorts by start only."""
    today = legal_day(at)
    oldest = today - timedelta(days=max(days_after(today).values())) - LONGEST_ROLL
    yield f"ReleasedAt < {_start(oldest)}"
    yield f"ReleasedAt IS NULL AND NextDeadline <= {_quoted(at)}"
    for number in range((newest - oldest).days + 1):
        yield f"ReleasedAt >= {_start(oldest, number)} AND ReleasedAt < {_start(oldest, number + 1)}"
    yield f"ReleasedAt IS NULL AND NextDeadline > {_quoted(at)} AND NextDeadline < {_start(until, 1)}"


def _running(found: WorkflowExecution) -> RunningList:
    has = found.typed_search_attributes
    keywords = {name: has.get(key) or "" for name, key in _KEYWORDS.items()}
    instants = {name: has.get(key) for name, key in _INSTANTS.items()}
    return RunningList(
        workflow_id=found.id,
        enterprise=keywords["Enterprise"],
        state=keywords["CustomsState"],
        detail=keywords["CustomsDetail"],
        awaited_from=keywords["AwaitedFrom"],
        alarms=tuple(has.get(_ALARMS) or ()),
        next_deadline=instants["NextDeadline"],
        released_at=instants["ReleasedAt"],
        pay_before=instants["PayBefore"],
    )


def _start(day: date, later: int = 0) -> str:
    return _quoted(datetime.combine(day + timedelta(days=later), time.min, SHANGHAI))


def _quoted(moment: datetime) -> str:
    return f'"{moment.astimezone(SHANGHAI).isoformat()}"'


def _plain(name: str, value: str) -> str:
    """A value that stands in a filter as it is. Raises Refused."""
    if value and value.isascii() and value.replace("_", "").replace("-", "").isalnum():
        return value
    raise Refused(
        (
            Problem(
                code="E_FILTER",
                fields=(FieldValue(field=name, value=value),),
                message_en="A code or the name of an alarm has letters and digits only.",
                message_zh="代码或告警名称只能包含字母和数字。",
                remedy_en="Check the value; docs/operating.md lists the alarms.",
                remedy_zh="请核对；告警名称见 docs/operating.md。",
            ),
        )
    )
