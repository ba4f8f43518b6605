"""The due board: what falls due when, read from the server's visibility alone, without a worker."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.base import SHANGHAI
from clearway.contracts.due import DueBoard, DueDay, DueKind
from clearway.due_board import RunningList, due_board
from clearway.errors import Refused, ServiceUnavailable
from tests.patience import PATIENCE

RELEASED = datetime(2026, 3, 10, 15, 30, tzinfo=SHANGHAI)
PAY_BEFORE = datetime(2026, 4, 25, tzinfo=SHANGHAI)


def day(number: int, hour: int = 9) -> datetime:
    """Some days after the release."""
    return datetime(2026, 3, 10, hour, tzinfo=SHANGHAI) + timedelta(days=number)


def a_list(name: str = "A", **changes: Any) -> RunningList:
    """A list released on 10 March 2026, its tax payable until 24 April."""
    known = {
        "workflow_id": f"declaration-list/SHOP/{name}",
        "enterprise": "SHOP",
        "state": "return_window",
        "detail": "RETURN_OPEN",
        "awaited_from": "",
        "alarms": (),
        "next_deadline": None,
        "released_at": RELEASED,
        "pay_before": PAY_BEFORE,
    }
    return RunningList(**{**known, **changes})


def board(*lists: RunningList, at: datetime, within: int = 60, **options: Any) -> DueBoard:
    return due_board(
        lists, at=at, until=(at + timedelta(days=within)).date(), counted=options.pop("counted", len(lists)), **options
    )


def days(made: DueBoard) -> list[tuple[DueKind, int | None, str]]:
    return [(each.kind, each.after_release, str(each.day)) for shop in made.enterprises for each in shop.days]


def test_a_released_list_stands_on_each_of_its_legal_days() -> None:
    assert days(board(a_list(), at=day(1))) == [
        (DueKind.RETURN_CLOSING, 27, "2026-04-06"),
        (DueKind.RETURN_LAST_DAY, 30, "2026-04-09"),
        (DueKind.TAX_PAYABLE, 31, "2026-04-10"),
        (DueKind.BILL_DUE, 40, "2026-04-19"),
        (DueKind.PAYMENT_LAST_DAY, 44, "2026-04-23"),
        (DueKind.PAYMENT_DEADLINE, None, "2026-04-24"),
    ]


def test_the_days_count_from_the_shanghai_day_of_the_release() -> None:
    last_second = a_list("A", released_at=datetime.fromisoformat("2026-03-10T15:59:59+00:00"))
    midnight = a_list("B", released_at=datetime.fromisoformat("2026-03-10T16:00:00+00:00"))
    found = [each for each in days(board(last_second, midnight, at=day(1))) if each[0] is DueKind.RETURN_LAST_DAY]
    assert [each[2] for each in found] == ["2026-04-09", "2026-04-10"]


def test_only_a_list_with_an_open_return_awaits_goods_on_day_45() -> None:
    made = board(a_list("A"), a_list("B", detail="RETURN_APPLIED"), at=day(41))
    (arrival,) = [each for each in made.enterprises[0].days if each.kind is DueKind.RETURN_ARRIVAL]
    assert (arrival.after_release, str(arrival.day), arrival.lists) == (45, "2026-04-24", 1)
    assert arrival.next[0].at == datetime(2026, 4, 25, tzinfo=SHANGHAI)


def test_a_rolled_deadline_is_shown_on_its_last_day() -> None:
    rolled = a_list(
        released_at=datetime(2026, 1, 2, 10, tzinfo=SHANGHAI), pay_before=datetime(2026, 2, 25, tzinfo=SHANGHAI)
    )
    made = board(rolled, at=datetime(2026, 2, 20, tzinfo=SHANGHAI))
    assert days(made) == [(DueKind.PAYMENT_DEADLINE, None, "2026-02-24")]


def test_a_day_of_warning_ends_and_a_deadline_stays_until_it_is_met() -> None:
    assert DueKind.PAYMENT_LAST_DAY in [kind for kind, _, _ in days(board(a_list(), at=day(44, 23)))]
    almost = board(a_list(), at=PAY_BEFORE - timedelta(seconds=1))
    assert [(each.kind, each.overdue) for each in almost.enterprises[0].days] == [(DueKind.PAYMENT_DEADLINE, False)]
    late = board(a_list(), at=PAY_BEFORE)
    assert [(each.kind, each.overdue) for each in late.enterprises[0].days] == [(DueKind.PAYMENT_DEADLINE, True)]
    assert (late.overdue, late.enterprises[0].overdue) == (1, 1)


def test_before_the_release_the_next_step_is_shown_by_its_own_deadline() -> None:
    waits = {
        "released_at": None,
        "pay_before": None,
        "state": "matched",
        "detail": "WITH_CUSTOMS",
        "awaited_from": "CUS",
    }
    made = board(
        a_list("silent", next_deadline=day(0, 8), **waits),
        a_list("young", next_deadline=day(0, 11), **waits),
        a_list("settled", next_deadline=None, **waits),
        at=day(0, 9),
    )
    (shop,) = made.enterprises
    assert [(each.kind, each.overdue, each.lists) for each in shop.days] == [
        (DueKind.NEXT_STEP, True, 1),
        (DueKind.NEXT_STEP, False, 1),
    ]
    assert shop.days[0].next[0].awaited_from == "CUS"
    assert shop.lists == 2


def test_nothing_beyond_the_last_day_is_shown() -> None:
    assert days(board(a_list(), at=day(27), within=3)) == [
        (DueKind.RETURN_CLOSING, 27, "2026-04-06"),
        (DueKind.RETURN_LAST_DAY, 30, "2026-04-09"),
    ]
    assert board(a_list(), at=day(1), within=3).enterprises == ()


def test_a_day_counts_all_and_names_those_that_are_due_first() -> None:
    lists = [a_list(f"{number}", next_deadline=day(1, number), released_at=None) for number in (9, 3, 7, 5)]
    (shop,) = board(*lists, at=day(0), show=3).enterprises
    assert (shop.days[0].lists, [each.workflow_id[-1] for each in shop.days[0].next]) == (4, ["3", "5", "7"])


def test_enterprises_with_something_overdue_come_first_then_by_their_first_day() -> None:
    made = board(
        a_list("A", enterprise="LATER", released_at=RELEASED + timedelta(days=2), pay_before=None),
        a_list("B", enterprise="SOONER", pay_before=None),
        a_list("C", enterprise="OVERDUE", pay_before=day(3)),
        a_list("D", enterprise="OVERDUE"),
        at=day(5),
    )
    assert [each.enterprise for each in made.enterprises] == ["OVERDUE", "SOONER", "LATER"]
    assert [each.overdue for each in made.enterprises] == [1, 0, 0]


def test_alarms_are_counted_by_list() -> None:
    lists = [a_list("A", alarms=("DAY_40", "BILL_DIFFERS")), a_list("B", alarms=("DAY_40",))]
    made = board(*lists, at=day(40))
    assert made.alarms == made.enterprises[0].alarms == {"BILL_DIFFERS": 1, "DAY_40": 2}


def test_a_board_that_is_cut_says_so() -> None:
    made = board(a_list(), at=day(40), counted=7)
    assert (made.lists, made.read, made.cut) == (7, 1, True)
    assert not board(a_list(), at=day(40)).cut


# --- on the real server ---------------------------------------------------------------------------------------


class Floor:
    """Lists that run on the server, of an enterprise of this test's own."""

    def __init__(self, temporal: Client) -> None:
        self.temporal = temporal
        self.client = ClearwayClient(temporal)
        self.enterprise = f"E{uuid.uuid4().hex[:12].upper()}"
        self.started: list[str] = []

    async def open(self, name: str, **attributes: Any) -> str:
        """A list that no worker ever takes up, with these search attributes; its workflow id."""
        workflow_id = f"declaration-list/{self.enterprise}/{name}"
        values = {"Enterprise": self.enterprise, "CustomsPort": "2991"} | attributes
        kinds = {each.name: each.kind for each in names.SEARCH_ATTRIBUTES}
        makers: dict[str, Any] = {
            "Keyword": SearchAttributeKey.for_keyword,
            "KeywordList": SearchAttributeKey.for_keyword_list,
            "Datetime": SearchAttributeKey.for_datetime,
        }
        pairs = [SearchAttributePair(makers[kinds[key]](key), value) for key, value in values.items()]
        await self.temporal.start_workflow(
            names.DECLARATION_LIST,
            id=workflow_id,
            task_queue="nobody",
            search_attributes=TypedSearchAttributes(pairs),
        )
        self.started.append(workflow_id)
        return workflow_id

    async def shows(self, at: datetime, lists: int) -> DueBoard:
        """The board once it knows of so many lists: the server's visibility lags behind."""
        async with asyncio.timeout(PATIENCE):
            while (made := await self.due(at)).lists != lists:  # noqa: ASYNC110  asked from afar
                await asyncio.sleep(0.1)
        return made

    async def due(self, at: datetime, **options: Any) -> DueBoard:
        return await self.client.due(at=at, **{"enterprise": self.enterprise, **options})


@pytest.fixture
async def floor(temporal: Client) -> AsyncIterator[Floor]:
    made = Floor(temporal)
    yield made
    for workflow_id in made.started:
        await temporal.get_workflow_handle(workflow_id).terminate()


def all_days(made: DueBoard) -> Iterator[DueDay]:
    for shop in made.enterprises:
        yield from shop.days


async def test_the_board_is_read_from_the_running_lists_of_an_enterprise(floor: Floor) -> None:
    released = {"ReleasedAt": RELEASED, "PayBefore": PAY_BEFORE, "CustomsState": "return_window"}
    quiet = await floor.open("quiet", **released, CustomsDetail="RETURN_OPEN")
    alarmed = await floor.open("alarmed", **released, CustomsDetail="TAX_WINDOW", Alarms=["BILL_MISSING"])
    older = {**released, "ReleasedAt": RELEASED - timedelta(days=3), "PayBefore": PAY_BEFORE - timedelta(days=3)}
    overdue = await floor.open("overdue", **older, CustomsDetail="OVERDUE", Alarms=["OVERDUE", "DAY_44"])
    silent = await floor.open(
        "silent", CustomsState="matched", AwaitedFrom="CUS", NextDeadline=day(42), CustomsPort="0100"
    )
    await floor.open("young", **{**released, "ReleasedAt": day(40)})
    await floor.open("draft", CustomsState="submitted")

    made = await floor.shows(day(43, 10), 4)
    (shop,) = made.enterprises
    assert (made.lists, made.read, made.cut, made.overdue) == (4, 4, False, 2)
    told = [(each.kind, str(each.day), each.overdue, [one.workflow_id for one in each.next]) for each in shop.days]
    assert told == [
        (DueKind.NEXT_STEP, "2026-04-21", True, [silent]),
        (DueKind.PAYMENT_DEADLINE, "2026-04-21", True, [overdue]),
        (DueKind.PAYMENT_LAST_DAY, "2026-04-23", False, [alarmed, quiet]),
        (DueKind.PAYMENT_DEADLINE, "2026-04-24", False, [alarmed, quiet]),
    ]
    assert made.alarms == {"BILL_MISSING": 1, "DAY_44": 1, "OVERDUE": 1}

    only = await floor.due(day(43, 10), alarm="BILL_MISSING")
    assert {one.workflow_id for each in all_days(only) for one in each.next} == {alarmed}
    elsewhere = await floor.due(day(43, 10), customs="0100")
    assert {one.workflow_id for each in all_days(elsewhere) for one in each.next} == {silent}
    assert (await floor.due(day(43, 10), enterprise="NOBODY")).enterprises == ()


async def test_a_list_that_is_over_is_not_on_the_board(floor: Floor) -> None:
    ended = await floor.open("ended", ReleasedAt=RELEASED, PayBefore=PAY_BEFORE)
    await floor.shows(day(44), 1)
    await floor.temporal.get_workflow_handle(ended).terminate()
    floor.started.remove(ended)
    assert (await floor.shows(day(44), 0)).enterprises == ()


async def test_a_cut_board_holds_the_lists_that_were_released_first(floor: Floor) -> None:
    for number in range(6):
        released = RELEASED - timedelta(days=number)
        await floor.open(f"{number}", ReleasedAt=released, PayBefore=PAY_BEFORE - timedelta(days=number))
    await floor.shows(day(42), 6)
    made = await floor.due(day(42), limit=2)
    assert (made.lists, made.read, made.cut) == (6, 2, True)
    assert {one.workflow_id[-1] for each in all_days(made) for one in each.next} == {"4", "5"}
    assert not (await floor.due(day(42), limit=6)).cut


@pytest.mark.parametrize("value", ['x" OR Enterprise="y', "", "x y", "单"])
async def test_a_value_that_would_change_the_question_is_refused(temporal: Client, value: str) -> None:
    with pytest.raises(Refused) as refused:
        await ClearwayClient(temporal).due(at=RELEASED, enterprise=value)
    assert [problem.code for problem in refused.value.problems] == ["E_FILTER"]


async def test_a_namespace_that_is_not_there_is_told_as_such(temporal: Client) -> None:
    client = await ClearwayClient.connect(temporal.service_client.config.target_host, "nowhere")
    with pytest.raises(ServiceUnavailable, match="Namespace nowhere is not found"):
        await client.due(at=RELEASED)
