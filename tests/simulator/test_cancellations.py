"""Customs approves and refuses applications to cancel a list, and voids what it billed (RULEBOOK B.4)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.office import Office, open_office
from tests.simulator.papers import AT, Papers, new_cancellation, new_change, new_guid, new_papers, new_return

STORED = ["2", "3", "120"]
CLEARED = ["399", "800", "816"]
APPROVED = ["624:2", "624:3", "624:120", "624:399"]
REFUSED = ["624:2", "624:3", "624:100"]
LATER = AT + timedelta(days=3)


async def filed(office: Office, order_no: str) -> tuple[Papers, dict[str, Any]]:
    """A list whose story customs has told as far as it goes."""
    papers = new_papers(order_no)
    await office.file_case(papers)
    return papers, await office.know(order_no)


async def test_a_list_that_waits_is_cancelled_and_nothing_more_is_told_of_it(office: Office) -> None:
    papers, known = await filed(office, "CA-1-CANCELWAIT")
    assert known["awaits"] == "cancellation"
    assert await office.file(new_cancellation(papers, known, LATER)) == APPROVED
    known = await office.know("CA-1-CANCELWAIT")
    assert (known["standing"], known["awaits"]) == ("cancelled", None)
    (application,) = known["applications"]
    assert (application["kind"], application["outcome"]) == ("cancellation", "granted")
    assert [told["status"] for told in application["receipts"]] == [*STORED, "399"]


async def test_a_cancellation_before_the_release_stops_the_release() -> None:
    async with open_office(pause_ms=20) as office:
        papers = new_papers("CA-2-RELEASE")
        await office.file(*papers.three)
        await office.file_without_waiting(papers.declaration)
        known = await office.know("CA-2-RELEASE")
        said = await office.file(new_cancellation(papers, known, AT))
        assert [word for word in said if word.startswith("624")] == APPROVED
        assert not {"800", "816", "818:3"} & set(said)


async def test_a_cancellation_after_the_release_voids_the_bill(office: Office) -> None:
    papers, known = await filed(office, "CA-3-RELEASE")
    billed = office.find("816").record
    assert await office.file(new_cancellation(papers, known, LATER)) == [*APPROVED, "818:3"]
    void = office.find("818:3").record
    assert (void.tax_no, void.invt_no, void.return_time) == (
        billed.tax_no,
        known["invt_no"],
        LATER + timedelta(seconds=60),
    )
    known = await office.know("CA-3-RELEASE")
    assert (known["bill"], known["void_bills"]) == (None, [billed.tax_no])


async def test_cancelno_refuses_and_then_releases(office: Office) -> None:
    papers, known = await filed(office, "CA-4-CANCELNO")
    assert await office.file(new_cancellation(papers, known, LATER)) == [*REFUSED, *CLEARED]
    assert office.times()["399"] == LATER + timedelta(seconds=60)


async def test_cancelrace_tells_the_release_before_it_approves(office: Office) -> None:
    papers, known = await filed(office, "CA-5-CANCELRACE")
    said = await office.file(new_cancellation(papers, known, LATER))
    assert said == [*APPROVED[:3], *CLEARED, APPROVED[3], "818:3"]
    times = [office.times()[word] for word in said]
    assert times == sorted(times)


async def test_the_answers_live_on_the_time_of_the_application(office: Office) -> None:
    papers, known = await filed(office, "CA-6-CANCELWAIT")
    await office.file(new_cancellation(papers, known, LATER))
    seconds = {"624:2": 5, "624:3": 10, "624:120": 30, "624:399": 60}
    assert office.times() == {word: LATER + timedelta(seconds=second) for word, second in seconds.items()}


async def test_an_answer_names_the_application_and_the_list(office: Office) -> None:
    papers, known = await filed(office, "CA-7-CANCELWAIT")
    application = new_cancellation(papers, known, LATER, cop_no="CANCEL1")
    await office.file(application, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    receipt = office.find("624:399").record
    assert (receipt.cop_no, receipt.pre_no, receipt.invt_no) == ("CANCEL1", known["pre_no"], known["invt_no"])
    assert receipt.ebc_code == application.ebc_code
    assert {one.traceparent for one in office.heard} == {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


async def test_a_list_that_customs_does_not_have_is_unknown(office: Office) -> None:
    papers, known = await filed(office, "CA-8-CANCELWAIT")
    other = known | {"invt_no": "299120310000000000"}
    assert await office.file(new_cancellation(papers, other, LATER)) == ["624:-623003"]
    nobody = new_papers("CA-8-NOBODY")
    assert await office.file(new_cancellation(nobody, known, LATER)) == ["624:-623003"]
    assert len(office.find("624:-623003").record.pre_no) == 18


async def test_a_second_application_is_already_filed(office: Office) -> None:
    papers, known = await filed(office, "CA-9-CANCELWAIT")
    application = new_cancellation(papers, known, LATER)
    await office.file(application)
    assert await office.file(application) == []
    assert await office.file(new_cancellation(papers, known, LATER)) == ["624:-623009"]


async def test_after_a_refusal_one_may_apply_again(office: Office) -> None:
    papers, known = await filed(office, "CA-10-CANCELNO")
    await office.file(new_cancellation(papers, known, LATER))
    again = new_cancellation(papers, known, LATER + timedelta(days=1))
    assert await office.file(again) == [*APPROVED, "818:3"]


@pytest.mark.parametrize("word", ["ABROAD", "CLOSED", "DETAIN501", "DISPDESTROY", "DISPSTOCK", "DISPMODIFY", "REJECT"])
async def test_what_has_left_or_is_held_or_was_returned_is_not_cancelled(office: Office, word: str) -> None:
    papers, known = await filed(office, f"CA-11-{word}")
    assert await office.file(new_cancellation(papers, known, LATER)) == ["624:-623005"]


async def test_under_inspection_nothing_is_cancelled() -> None:
    async with open_office(inspect_by_hand=True) as office:
        papers, known = await filed(office, "CA-12-INSPECTOK")
        assert await office.file(new_cancellation(papers, known, LATER)) == ["624:-623005"]
        await office.give_result("CA-12-INSPECTOK", outcome="NORMAL")
        assert await office.hear() == ["NORMAL", *CLEARED]


async def test_goods_that_are_on_their_way_back_have_left(office: Office) -> None:
    papers, known = await filed(office, "CA-13-RELEASE")
    await office.file(new_return(papers, known, LATER, {1: "1"}))
    assert await office.file(new_cancellation(papers, known, LATER)) == ["624:-623005"]


@pytest.mark.parametrize(
    ("word", "said", "outcome"),
    [("REFUSE", REFUSED, "refused"), ("SILENT", [], "unanswered"), ("LATE", APPROVED, "granted")],
)
async def test_the_reason_may_choose_the_answer(office: Office, word: str, said: list[str], outcome: str) -> None:
    papers, known = await filed(office, "CA-14-CANCELWAIT")
    assert await office.file(new_cancellation(papers, known, LATER, reason=f"不想要了-{word}")) == said
    known = await office.know("CA-14-CANCELWAIT")
    assert [applied["outcome"] for applied in known["applications"]] == [outcome]


async def test_a_draft_is_only_kept_at_the_port(office: Office) -> None:
    papers, known = await filed(office, "CA-15-CANCELWAIT")
    draft = new_cancellation(papers, known, LATER, app_status="1")
    assert await office.file(draft) == ["624:1"]
    assert await office.file(draft.model_copy(update={"app_status": "2"})) == APPROVED


async def test_a_list_may_be_declared_anew_once_the_old_one_is_cancelled(office: Office) -> None:
    papers, known = await filed(office, "CA-16")
    await office.file(new_cancellation(papers, known, LATER))
    anew = papers.declaration.model_copy(update={"guid": new_guid()})
    assert await office.file(anew) == [*STORED, *CLEARED]


async def test_a_list_that_waits_for_a_modification_may_be_cancelled_instead(office: Office) -> None:
    papers, known = await filed(office, "CA-17-MODIFY")
    assert await office.file(new_cancellation(papers, known, LATER)) == APPROVED
    assert await office.file(new_change(papers, known, LATER, note="x")) == ["-621012"]


async def test_twice_is_the_same_to_the_byte(office: Office) -> None:
    papers, known = await filed(office, "CA-18-TWICE")
    await office.file(new_cancellation(papers, known, LATER))
    contents = [one.content for one in office.heard]
    assert len(contents) == 10
    assert contents[::2] == contents[1::2]
