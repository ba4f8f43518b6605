"""`clearway due` as people and programs read it."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from typer.testing import Result

from clearway.cli.due_picture import MEANINGS, due_picture
from clearway.cli.screen import Lang
from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import CaseKey, StartCase
from clearway.contracts.due import DueBoard, DueKind
from clearway.due_board import RunningList, due_board
from tests.cli.conftest import Command, codes
from tests.patience import PATIENCE

RELEASED = datetime(2026, 3, 10, 15, 30, tzinfo=SHANGHAI)
PAY_BEFORE = datetime(2026, 4, 25, tzinfo=SHANGHAI)
AT = datetime(2026, 4, 20, 10, tzinfo=SHANGHAI)


def made(*deadlines: datetime, counted: int | None = None, at: datetime = AT) -> DueBoard:
    lists = [
        RunningList(
            workflow_id=f"declaration-list/SHOP/T{number:02}",
            enterprise="SHOP",
            state="return_window",
            detail="TAX_WINDOW",
            awaited_from="GUAR",
            alarms=("BILL_MISSING",),
            next_deadline=None,
            released_at=RELEASED,
            pay_before=deadline,
        )
        for number, deadline in enumerate(deadlines)
    ]
    return due_board(lists, at=at, until=date(2026, 5, 4), counted=len(lists) if counted is None else counted)


def told(board: DueBoard, lang: Lang = Lang.EN, *, colour: bool = False) -> str:
    paper = StringIO()
    console = Console(file=paper, width=160, force_terminal=colour, no_color=not colour)
    console.print(due_picture(board, lang))
    return paper.getvalue()


def rows(picture: str) -> list[list[str]]:
    """The cells of every row that begins with a day."""
    split = [[cell.strip() for cell in line.split("│")[1:-1]] for line in picture.splitlines() if "│" in line]
    return [cells for cells in split if cells[0].startswith("2026-")]


def test_the_picture_tells_what_is_overdue_first_and_what_comes_then() -> None:
    picture = told(made(PAY_BEFORE, datetime(2026, 4, 18, tzinfo=SHANGHAI)))
    assert "SHOP: lists 2, overdue 1" in picture
    assert "alarms: BILL_MISSING 2" in picture
    overdue, tomorrow, last = rows(picture)
    assert (overdue[0], overdue[1:3], overdue[4]) == ("2026-04-17 Fri", ["", "1"], "T01 (GUAR BILL_MISSING)")
    assert (tomorrow[0], tomorrow[1:3]) == ("2026-04-23 Thu", ["2", ""])
    assert (last[0], last[1:3], last[4]) == ("2026-04-24 Fri", ["", "1"], "T00 (GUAR BILL_MISSING)")
    assert "day 44: tax should be paid by now" in picture
    assert "pay: last day of payment" in picture


def test_a_bar_shows_how_many_beside_the_longest_and_two_lists_are_named() -> None:
    late = [datetime(2026, 4, 18, tzinfo=SHANGHAI)] * 10
    found = rows(told(made(*late, PAY_BEFORE)))
    assert [cells[3].count("█") for cells in found] == [9, 10, 1]
    assert found[0][4] == "T00 (GUAR BILL_MISSING), T01 (GUAR BILL_MISSING), …"


def test_overdue_is_red_on_a_terminal() -> None:
    painted = told(made(datetime(2026, 4, 18, tzinfo=SHANGHAI)), colour=True)
    (row,) = [line for line in painted.splitlines() if "2026-04-17" in line]
    assert "\x1b[31m" in row
    assert "\x1b[31m" not in told(made(PAY_BEFORE), colour=True)


def test_every_matter_is_told_in_both_languages() -> None:
    assert set(MEANINGS) == set(DueKind)
    picture = told(made(PAY_BEFORE), Lang.ZH)
    for part in ("到期事项", "SHOP: 清单 1", "第44天: 税款应已缴纳", "缴税: 缴税截止日", "告警: BILL_MISSING 1"):
        assert part in picture


def test_an_empty_and_a_cut_board_say_so() -> None:
    assert "Nothing is due." in told(made())
    assert "Only 1 of 7 lists were read" in told(made(PAY_BEFORE, counted=7))


@pytest.fixture
async def shop(temporal: Client) -> AsyncIterator[str]:
    """An enterprise with one released list on the server."""
    code = f"E{uuid.uuid4().hex[:12].upper()}"
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(SearchAttributeKey.for_keyword("Enterprise"), code),
        SearchAttributePair(SearchAttributeKey.for_keyword("CustomsPort"), "2991"),
        SearchAttributePair(SearchAttributeKey.for_datetime("ReleasedAt"), RELEASED),
        SearchAttributePair(SearchAttributeKey.for_datetime("PayBefore"), PAY_BEFORE),
    ]
    handle: WorkflowHandle[Any, Any] = await temporal.start_workflow(
        names.DECLARATION_LIST,
        StartCase(key=CaseKey(ebc_code=code, order_no="T1")),
        id=f"declaration-list/{code}/T1",
        task_queue="nobody",
        search_attributes=TypedSearchAttributes(pairs),
    )
    client = ClearwayClient(temporal)
    async with asyncio.timeout(PATIENCE):
        while not (await client.due(at=AT, enterprise=code)).lists:  # noqa: ASYNC110  the server's visibility lags behind
            await asyncio.sleep(0.1)
    yield code
    await handle.terminate()


async def test_the_board_for_people_and_for_programs(clearway: Command, shop: str) -> None:
    asked = ("due", "--enterprise", shop, "--customs", "2991", "--at", "2026-04-20T10:00:00")
    shown = await clearway(*asked, "--lang", "en")
    assert (shown.code, shown.err) == (0, "")
    assert f"{shop}: lists 1" in shown.out
    assert "2026-04-24 Fri" in shown.out
    printed = await clearway(*asked, "--json", "--within", "3")
    board = DueBoard.model_validate(printed.json)
    assert [(str(each.day), each.kind) for each in board.enterprises[0].days] == [("2026-04-23", "payment_last_day")]
    assert printed.json["enterprises"][0]["days"][0]["next"][0]["workflow_id"] == f"declaration-list/{shop}/T1"
    nothing = await clearway(*asked, "--alarm", "BILL_MISSING", "--json")
    assert (nothing.code, nothing.json["enterprises"], nothing.json["cut"]) == (0, [], False)


def test_without_a_server_the_command_says_so(invoke: Callable[..., Result]) -> None:
    ended = invoke("due", "--address", "127.0.0.1:1", "--json")
    assert ended.exit_code == 4
    assert codes(json.loads(ended.stdout)["error"]["problems"]) == ["E_UNAVAILABLE"]
    plain = invoke("due", "--address", "127.0.0.1:1")
    assert plain.exit_code == 4
    assert "Temporal did not answer: no connection to 127.0.0.1:1" in plain.stderr


@pytest.mark.parametrize(
    "options", [("--within", "61"), ("--at", "tomorrow"), ("--limit", "0"), ("--at", "202604201000")]
)
def test_a_wrong_option_is_told(invoke: Callable[..., Result], options: tuple[str, str]) -> None:
    ended = invoke("due", *options)
    assert ended.exit_code == 2
    assert options[0] in ended.stderr
