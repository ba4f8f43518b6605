"""Customs takes, refuses and waits for modifications of a list (RULEBOOK B.4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from clearway.contracts.documents import DeclarationList
from tests.simulator.office import Office, open_office
from tests.simulator.papers import AT, Papers, new_change, new_guid, new_papers

TAKEN = ["2", "3", "120"]
REFUSED = ["2", "3", "100"]
CLEARED = ["399", "800", "816"]
LATER = AT + timedelta(hours=5)


async def waiting(office: Office, word: str) -> tuple[Papers, dict[str, Any]]:
    """A list that customs has stored and that waits for what its word says."""
    papers = new_papers(f"CH-{word}")
    assert await office.file_case(papers) == TAKEN
    return papers, await office.know(papers.order.order_no)


def only_first_line(papers: Papers) -> tuple[Any, ...]:
    """199.00 of the goods' 549.00 CNY stay."""
    return papers.declaration.lines[:1]


async def test_modify_waits_and_then_releases_and_bills_the_new_content(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    assert known["awaits"] == "modification"
    change = new_change(papers, known, LATER, lines=only_first_line(papers))
    assert await office.file(change) == [*TAKEN, *CLEARED]
    bill = office.find("816").record
    assert [line.gnum for line in bill.lines] == [1]
    assert bill.value_added_tax == Decimal("18.89")  # 50.23 x (199 + 12) / (549 + 12)
    known = await office.know(papers.order.order_no)
    assert [told["status"] for told in known["receipts"]] == [*TAKEN, "399", "800"]
    (modification,) = known["modifications"]
    assert modification["outcome"] == "granted"
    assert [told["status"] for told in modification["receipts"]] == TAKEN


async def test_answers_to_a_change_and_all_that_follows_live_on_the_time_of_the_change(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    await office.file(new_change(papers, known, LATER, note="x"))
    after = {word: at - LATER for word, at in office.times().items()}
    seconds = {"2": 5, "3": 10, "120": 30, "399": 60, "800": 90, "816": 120}
    assert after == {word: timedelta(seconds=second) for word, second in seconds.items()}


async def test_a_change_is_answered_under_its_own_number_and_the_numbers_of_the_list(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    await office.file(new_change(papers, known, LATER, cop_no="CHANGE1"))
    stored, released = office.find("120").record, office.find("800").record
    assert (stored.cop_no, stored.pre_no, stored.invt_no) == ("CHANGE1", known["pre_no"], known["invt_no"])
    assert (released.pre_no, released.invt_no) == (known["pre_no"], known["invt_no"])


async def test_modifyno_refuses_and_goes_on_with_the_old_content(office: Office) -> None:
    papers, known = await waiting(office, "MODIFYNO")
    change = new_change(papers, known, LATER, lines=only_first_line(papers))
    assert await office.file(change) == [*REFUSED, *CLEARED]
    bill = office.find("816").record
    assert [line.gnum for line in bill.lines] == [1, 2]
    assert bill.value_added_tax == Decimal("50.23")
    assert office.times()["399"] > office.times()["100"] > LATER


async def test_a_change_under_an_unknown_number_is_refused_and_the_list_still_waits(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    for numbers in ({"invt_no": "299120310000000000"}, {"pre_no": None}, {"invt_no": None, "pre_no": None}):
        assert await office.file(new_change(papers, known, LATER, **numbers)) == ["-621011"]
    assert await office.file(new_change(papers, known, LATER, note="x")) == [*TAKEN, *CLEARED]


async def test_the_refusal_of_an_unknown_number_gives_the_list_no_other_number(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    await office.file(new_change(papers, known, LATER, invt_no="299120310000000000"))
    refusal = office.find("-621011").record
    assert (refusal.pre_no, refusal.invt_no) == (known["pre_no"], None)


async def test_a_released_list_is_not_changed(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    await office.file(new_change(papers, known, LATER, note="x"))
    assert await office.file(new_change(papers, known, LATER, note="y")) == ["-621012"]


async def test_a_cancelled_list_is_not_changed(office: Office) -> None:
    papers = new_papers("CH-DISPSTOCK")
    await office.file_case(papers)
    known = await office.know("CH-DISPSTOCK")
    assert await office.file(new_change(papers, known, LATER, note="x")) == ["-621012"]


async def test_the_same_change_again_changes_nothing(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    change = new_change(papers, known, LATER, note="x")
    await office.file(change)
    assert await office.file(change, change.model_copy(update={"app_time": LATER + timedelta(days=1)})) == []


async def test_the_first_declaration_again_after_a_change_changes_nothing(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    await office.file(new_change(papers, known, LATER, note="x"))
    assert await office.file(papers.declaration) == []


async def test_a_draft_of_a_change_is_only_kept_at_the_port(office: Office) -> None:
    papers, known = await waiting(office, "MODIFY")
    assert await office.file(new_change(papers, known, LATER, app_status="1")) == ["1"]
    assert (await office.know("CH-MODIFY"))["awaits"] == "modification"


async def test_under_inspection_a_change_is_returned_and_the_inspection_goes_on() -> None:
    async with open_office(inspect_by_hand=True) as office:
        papers = new_papers("CH-INSPECTOK")
        assert await office.file_case(papers) == [*TAKEN, "500", "instruction"]
        known = await office.know("CH-INSPECTOK")
        assert await office.file(new_change(papers, known, LATER, note="x")) == REFUSED
        assert "布控中" in office.find("100").record.return_info
        assert await office.give_result("CH-INSPECTOK", outcome="NORMAL") == 202
        assert await office.hear() == ["NORMAL", *CLEARED]


async def test_a_change_that_comes_while_customs_still_talks_stops_the_release_until_it_is_answered() -> None:
    async with open_office(pause_ms=20) as office:
        papers = new_papers("CH-1-RELEASE")
        await office.file(*papers.three)
        await office.file_without_waiting(papers.declaration)
        known = await office.know("CH-1-RELEASE")
        change: DeclarationList = new_change(papers, known, AT, lines=only_first_line(papers))
        assert await office.file(change) == [*TAKEN, *TAKEN, *CLEARED]
        assert [line.gnum for line in office.find("816").record.lines] == [1]


async def test_a_change_of_a_returned_list_is_a_corrected_copy(office: Office) -> None:
    papers = new_papers("CH-2-REJECT")
    assert await office.file_case(papers) == REFUSED
    corrected = papers.declaration.model_copy(update={"guid": new_guid(), "app_type": "2", "note": "corrected"})
    assert await office.file(corrected) == [*TAKEN, *CLEARED]
