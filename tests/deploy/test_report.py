"""The demo's report: every column at every width, and the same for machines."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from clearway.contracts.states import Detail, State
from deploy.report import Outcome, Progression, as_json, console_for, show_tables

TAXED = Outcome(
    order_no="D01-RELEASE",
    chapter="Released",
    shows="nothing special",
    workflow_id="declaration-list/E/D01-RELEASE",
    state=State.TAXED,
    detail=Detail.CLOSED,
    released_at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC),
    release_day="2026-03-02",
    payment_deadline="2026-04-16",
    tax=Decimal("28.21"),
    paid=Decimal("28.21"),
    paid_at=datetime(2026, 4, 1, 16, 0, tzinfo=UTC),
    reason="tax paid",
    history_events=45,
)
REJECTED = TAXED.model_copy(
    update={
        "order_no": "D02-REJECT",
        "chapter": "Refused",
        "state": State.REJECTED,
        "reason": "100 [Code:1322;Desc:商品项不一致]",
        "faults": ("state: rejected, not taxed",),
    }
)


def _table(width: int) -> str:
    shown = StringIO()
    show_tables(Console(file=shown, width=width), [TAXED, REJECTED])
    return shown.getvalue()


def test_times_are_shown_in_shanghai() -> None:
    table = _table(140)
    for value in ("2026-03-02 00:30", "2026-03-02", "2026-04-16", "28.21", "2026-04-02 00:00", "45"):
        assert value in table


def test_customs_own_brackets_are_no_markup() -> None:
    assert "[Code:1322;Desc:商品项不一致]" in _table(200)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_verdict_fits_on_any_terminal(width: int) -> None:
    lines = _table(width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert any("│ ok " in line for line in lines)
    assert any("│ NOT" in line for line in lines)


def test_machines_read_the_verdict_and_every_value() -> None:
    read = json.loads(as_json([TAXED, REJECTED], [], [], 12.34))
    assert read["as_expected"] is False
    assert read["seconds"] == 12.3
    assert [each["as_expected"] for each in read["lists"]] == [True, False]
    assert read["lists"][0]["tax"] == "28.21"
    assert read["lists"][1]["faults"] == ["state: rejected, not taxed"]
    assert json.loads(as_json([TAXED], [], [], 1))["as_expected"] is True
    assert json.loads(as_json([TAXED], [], ["a collection stood still"], 1))["as_expected"] is False


def test_lists_are_shown_by_chapter() -> None:
    table = _table(140)
    assert table.index("\nReleased") < table.index("D01-RELEASE") < table.index("\nRefused") < table.index("D02-REJECT")


def test_what_happened_to_a_list_is_told_with_its_alarms_but_for_those_of_the_calendar() -> None:
    told = {
        "alarms": ("CALENDAR_PROVISIONAL", "REFUND_REQUESTED"),
        "returns": ("withdrawn", "confirmed"),
        "changes": ("modification REFUSED",),
        "dispositions": ("RELEASE",),
        "exited_at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    shown = StringIO()
    show_tables(Console(file=shown, width=150), [TAXED.model_copy(update=told)])
    for words in (
        "return 1: withdrawn",
        "return 2: confirmed",
        "modification refused",
        "customs decided RELEASE",
        "left the zone 2026-03-02 08:00",
        "alarms: REFUND_REQUESTED",
        "1 lists besides have the alarm CALENDAR_PROVISIONAL",
    ):
        assert words in shown.getvalue()


def test_progress_is_plain_lines_where_there_is_no_terminal() -> None:
    written = StringIO()
    with Progression(console_for(written)) as progress:
        chapter = progress.open("Filed", 2)
        chapter.advance("D01-[RELEASE]", "return_window")
        chapter.advance("D02", "rejected")
    assert written.getvalue().splitlines() == [
        "Filed (2 lists)",
        "  [ 1/2] D01-[RELEASE] return_window",
        "  [ 2/2] D02 rejected",
    ]
