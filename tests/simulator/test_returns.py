"""Customs grants applications to return goods, as far as there are any left to return (RULEBOOK B.8)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.office import Office
from tests.simulator.papers import AT, Papers, new_cancellation, new_guid, new_papers, new_return

GRANTED = ["626:2", "626:3", "626:120", "626:399"]
RETURNED = ["626:2", "626:3", "626:100"]
LATER = AT + timedelta(days=10)


async def released(office: Office, order_no: str, first_qty: str = "2") -> tuple[Papers, dict[str, Any]]:
    """A released list with so many of the first item and one of the second."""
    papers = new_papers(order_no)
    first, second = papers.declaration.lines
    lines = (first.model_copy(update={"qty": Decimal(first_qty)}), second)
    papers = papers._replace(declaration=papers.declaration.model_copy(update={"lines": lines}))
    await office.file_case(papers)
    return papers, await office.know(order_no)


async def test_a_return_is_stored_and_granted_in_its_own_time(office: Office) -> None:
    papers, known = await released(office, "RE-1")
    assert await office.file(new_return(papers, known, LATER, {1: "1"})) == GRANTED
    seconds = {"626:2": 5, "626:3": 10, "626:120": 30, "626:399": 60}
    assert office.times() == {word: LATER + timedelta(seconds=second) for word, second in seconds.items()}
    (application,) = (await office.know("RE-1"))["applications"]
    assert application["lines"] == [{"gnum": 1, "qty": "1"}]
    assert [told["status"] for told in application["receipts"]] == ["2", "3", "120", "399"]


async def test_two_returns_of_one_list_are_told_apart_by_their_numbers(office: Office) -> None:
    papers, known = await released(office, "RE-2")
    two = [new_return(papers, known, LATER, {1: "1"}, cop_no=f"RETURN{number}") for number in (1, 2)]
    assert sorted(await office.file(*two)) == sorted(GRANTED * 2)
    stored = [one.record for one in office.heard if one.word == "626:120"]
    assert {receipt.cop_no for receipt in stored} == {"RETURN1", "RETURN2"}
    assert {(receipt.pre_no, receipt.invt_no) for receipt in stored} == {(known["pre_no"], known["invt_no"])}


async def test_no_more_comes_back_than_was_declared(office: Office) -> None:
    papers, known = await released(office, "RE-3")
    assert await office.file(new_return(papers, known, LATER, {1: "1"})) == GRANTED
    assert await office.file(new_return(papers, known, LATER, {1: "2"})) == ["626:-625209"]
    assert await office.file(new_return(papers, known, LATER, {1: "1", 2: "1"})) == GRANTED
    assert await office.file(new_return(papers, known, LATER, {1: "0.00001"})) == ["626:-625209"]


async def test_every_line_that_is_wrong_is_named(office: Office) -> None:
    papers, known = await released(office, "RE-4")
    assert await office.file(new_return(papers, known, LATER, {1: "3", 2: "1", 7: "1"})) == ["626:-625209"]
    assert office.find("626:-625209").record.return_info.endswith(":1、7")


async def test_other_goods_than_were_declared_do_not_come_back(office: Office) -> None:
    papers, known = await released(office, "RE-5")
    right = new_return(papers, known, LATER, {1: "1"})
    other = right.model_copy(update={"lines": (right.lines[0].model_copy(update={"hs_code": "2204210000"}),)})
    assert await office.file(other) == ["626:-625209"]


async def test_one_item_on_two_lines_is_counted_together(office: Office) -> None:
    papers, known = await released(office, "RE-6")
    once = new_return(papers, known, LATER, {1: "1.5"})
    twice = once.model_copy(update={"lines": once.lines * 2})
    assert await office.file(twice) == ["626:-625209"]


async def test_a_return_that_is_filed_already_is_not_filed_again(office: Office) -> None:
    papers, known = await released(office, "RE-7")
    application = new_return(papers, known, LATER, {1: "1"})
    await office.file(application)
    assert await office.file(application) == []
    assert await office.file(application.model_copy(update={"guid": new_guid()})) == ["626:-625022"]
    assert await office.file(application.model_copy(update={"note": "other"})) == ["626:-625022"]
    unnumbered = new_return(papers, known, LATER, {2: "1"}, cop_no=None)
    assert await office.file(unnumbered) == GRANTED
    assert await office.file(unnumbered.model_copy(update={"guid": new_guid()})) == ["626:-625022"]


@pytest.mark.parametrize("app_type", ["2", "3"])
async def test_a_return_is_neither_changed_nor_deleted(office: Office, app_type: str) -> None:
    papers, known = await released(office, "RE-8")
    assert await office.file(new_return(papers, known, LATER, {1: "1"}, app_type=app_type)) == ["626:-625022"]


@pytest.mark.parametrize("word", ["CANCELWAIT", "INSPECTBAD", "DISPSTOCK", "ABROAD"])
async def test_a_list_that_is_not_released_has_nothing_to_return(office: Office, word: str) -> None:
    papers, known = await released(office, f"RE-9-{word}")
    assert await office.file(new_return(papers, known, LATER, {1: "1"})) == RETURNED
    assert "未放行" in office.find("626:100").record.return_info


async def test_a_cancelled_list_has_nothing_to_return(office: Office) -> None:
    papers, known = await released(office, "RE-10")
    await office.file(new_cancellation(papers, known, LATER))
    assert await office.file(new_return(papers, known, LATER, {1: "1"})) == RETURNED


async def test_a_list_that_customs_does_not_have_is_told_so(office: Office) -> None:
    papers, known = await released(office, "RE-11")
    assert await office.file(new_return(papers, known | {"invt_no": "X"}, LATER, {1: "1"})) == RETURNED
    assert office.find("626:100").record.invt_no is None


async def test_refuse_returns_the_application_and_takes_nothing(office: Office) -> None:
    papers, known = await released(office, "RE-12")
    assert await office.file(new_return(papers, known, LATER, {1: "2"}, reason="尺寸不合适-REFUSE")) == RETURNED
    assert await office.file(new_return(papers, known, LATER, {1: "2"})) == GRANTED


async def test_late_is_stored_a_day_later(office: Office) -> None:
    papers, known = await released(office, "RE-13")
    assert await office.file(new_return(papers, known, LATER, {1: "1"}, reason="尺寸不合适-LATE")) == GRANTED
    times = office.times()
    assert times["626:3"] == LATER + timedelta(seconds=10)
    assert times["626:120"] == LATER + timedelta(days=1, seconds=30)
    assert times["626:399"] == LATER + timedelta(days=1, seconds=60)


async def test_silent_is_never_answered_but_keeps_what_it_asked_for(office: Office) -> None:
    papers, known = await released(office, "RE-14")
    assert await office.file(new_return(papers, known, LATER, {1: "2"}, reason="尺寸不合适-SILENT")) == []
    assert await office.file(new_return(papers, known, LATER, {1: "1"})) == ["626:-625209"]


async def test_a_draft_is_only_kept_at_the_port(office: Office) -> None:
    papers, known = await released(office, "RE-15")
    draft = new_return(papers, known, LATER, {1: "2"}, app_status="1")
    assert await office.file(draft) == ["626:1"]
    assert await office.file(draft.model_copy(update={"app_status": "2"})) == GRANTED
