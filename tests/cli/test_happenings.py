"""What happened to a list, in one table: inspections, decisions, changes, returns and the exit."""

from io import StringIO

from rich.console import Console

from clearway.cli.case_picture import case_picture
from clearway.cli.screen import Lang
from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.goods_return import ReturnLine, ReturnState
from models.narrative import view_of
from tests.case_driver import Driver, filed, released


def _told(driver: Driver, lang: Lang = Lang.EN) -> list[str]:
    """The cells of the table, row by row."""
    paper = StringIO()
    Console(file=paper, width=250).print(case_picture(view_of(driver.case), lang))
    shown = paper.getvalue()
    rows = shown.partition("What happened" if lang is Lang.EN else "经过")[2].partition("╰" if "╰" in shown else "└")[0]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in rows.splitlines() if "│" in line]
    return [" · ".join(cell for cell in row[1:] if cell) for row in cells]


def test_a_list_to_which_nothing_happened_shows_no_table() -> None:
    assert _told(released()) == []


def test_inspections_decisions_and_the_exit_stand_in_the_order_in_which_they_began() -> None:
    driver = released()
    driver.instruct("K-1")
    driver.case.note_notice("K-1", 2)
    driver.wait(1)
    assert _told(driver) == ["inspection MANUAL_FULL K-1 · called 2×, no result yet"]
    assert _told(driver, Lang.ZH) == ["查验 MANUAL_FULL K-1 · 已通知 2 次, 尚无结果"]
    driver.attend("K-1")
    driver.result("K-1", InspectionOutcome.ABNORMAL)
    driver.dispose(Disposition.RELEASE)
    driver.wait(1)
    driver.leave()
    assert _told(driver) == [
        "inspection MANUAL_FULL K-1 · attended by 3301960A01 (L*), ABNORMAL",
        "customs decided · RELEASE",
        "exit",
    ]


def test_an_exit_alone_and_a_result_without_an_order_are_shown() -> None:
    driver = released()
    driver.leave()
    assert _told(driver) == ["exit"]
    driver = filed()
    driver.result("K-9", InspectionOutcome.NORMAL)
    assert _told(driver) == ["inspection K-9 · NORMAL"]


def test_a_licence_stands_beside_the_order_that_asked_for_it() -> None:
    driver = filed()
    driver.dispose(Disposition.SUPPLY_LICENCE)
    driver.supply()
    [row] = _told(driver)
    assert row.startswith("customs decided · SUPPLY_LICENCE, until 2026-03-1")
    assert row.endswith("handed in: CITES C-1")


def test_changes_and_returns_tell_what_became_of_them() -> None:
    driver = filed()
    driver.modify()
    driver.wait(1)
    driver.case.refuse_change("100 wrong code", driver.now)
    driver.cancel()
    assert _told(driver) == [
        "modification · REFUSED lines[0].hs_code 100 wrong code",
        "cancellation · FILED",
    ]
    driver = released()
    driver.ask_return((ReturnLine(gnum=1, qty=1),))
    driver.end_return(ReturnState.CONFIRMED)
    assert _told(driver) == ["return 1 · confirmed, applied line 1: 1, back line 1: 1"]
    assert _told(driver, Lang.ZH) == ["退货 1 · confirmed, 申请 商品项 1: 1, 已退 商品项 1: 1"]
