"""Inspections, what customs does with goods that it found abnormal, and by what hand (RULEBOOK B.5)."""

from datetime import timedelta

import pytest

from clearway.contracts.customs import ControlInstruction, DispositionOrder, InspectionResult
from tests.simulator.office import Office
from tests.simulator.papers import AT, new_change, new_papers

HELD = ["2", "3", "120", "500", "instruction"]
CLEARED = ["399", "800", "816"]

DISPOSED = {
    "DISPEXTRA": ("CLERICAL_ERROR", "599", "REMOVE_EXTRA", CLEARED),
    "DISPLICENCE": ("NO_LICENCE", "599", "SUPPLY_LICENCE", []),
    "DISPRELEASE": ("IPR_SUSPICION", "503", "RELEASE", CLEARED),
    "DISPSTOCK": ("NOT_ADMISSIBLE", "599", "BACK_TO_STOCK", []),
    "DISPABROAD": ("NOT_ADMISSIBLE", "599", "RETURN_ABROAD", ["700"]),
    "DISPDESTROY": ("QUALITY_FAILURE", "599", "DESTROY", []),
    "DISPCONFISCATE": ("IPR_SUSPICION", "503", "CONFISCATE", []),
    "DISPHANDOVER": ("SMUGGLING", "502", "HAND_OVER", []),
}


@pytest.mark.parametrize("word", DISPOSED)
async def test_abnormal_is_detained_then_disposed_of_and_then_as_the_disposition_says(
    office: Office, word: str
) -> None:
    kind, detained, disposition, rest = DISPOSED[word]
    papers = new_papers(f"DI-{word}")
    assert await office.file_case(papers) == [*HELD, "ABNORMAL", detained, disposition, *rest]
    instruction = ControlInstruction.model_validate(office.find("instruction").json["instruction"])
    result = InspectionResult.model_validate(office.find("ABNORMAL").json["result"])
    notice = office.find(disposition)
    order = DispositionOrder.model_validate(notice.json["order"])
    assert (notice.json["ebc_code"], notice.json["order_no"]) == (papers.order.ebc_code, papers.order.order_no)
    assert result.instruction_id == order.instruction_id == instruction.instruction_id
    assert instruction.presence_required
    assert result.kind == kind
    assert result.recorded_at < office.times()[detained] < order.at
    assert all(order.at < office.times()[word] for word in rest)
    known = await office.know(papers.order.order_no)
    assert [one["disposition"] for one in known["dispositions"]] == [disposition]
    assert known["control"] == ("free" if rest == CLEARED else "held")


async def test_a_correction_is_ordered_waited_for_and_then_released(office: Office) -> None:
    papers = new_papers("DI-DISPMODIFY")
    assert await office.file_case(papers) == [*HELD, "ABNORMAL", "599", "MODIFY"]
    order = DispositionOrder.model_validate(office.find("MODIFY").json["order"])
    assert order.due_by == order.at + timedelta(days=3)
    known = await office.know("DI-DISPMODIFY")
    assert (known["control"], known["awaits"]) == ("held until the list is corrected", "modification")
    corrected_at = AT + timedelta(days=1)
    assert await office.file(new_change(papers, known, corrected_at, note="x")) == ["2", "3", "120", *CLEARED]
    assert office.times()["399"] - corrected_at == timedelta(seconds=60)
    assert (await office.know("DI-DISPMODIFY"))["control"] == "free"


async def test_a_licence_is_due_in_three_days_and_the_release_comes_two_days_later(office: Office) -> None:
    await office.file_case(new_papers("DI-DISPLICENCE"))
    order = DispositionOrder.model_validate(office.find("SUPPLY_LICENCE").json["order"])
    assert order.due_by == order.at + timedelta(days=3)
    assert (await office.know("DI-DISPLICENCE"))["awaits"] == "licence"
    assert await office.show_licence("DI-DISPLICENCE") == 202
    assert await office.hear() == CLEARED
    assert order.at + timedelta(days=2) <= office.times()["800"] < order.due_by
    assert await office.show_licence("DI-DISPLICENCE") == 409


async def test_goods_held_for_good_are_not_changed(office: Office) -> None:
    papers = new_papers("DI-DISPHANDOVER")
    await office.file_case(papers)
    known = await office.know("DI-DISPHANDOVER")
    assert await office.file(new_change(papers, known, AT, note="x")) == ["2", "3", "100"]


@pytest.mark.parametrize(("outcome", "rest"), [("NORMAL", CLEARED), ("ABNORMAL", ["599"])])
async def test_an_inspection_waits_for_presence_until_a_result_is_given_by_hand(
    office: Office, outcome: str, rest: list[str]
) -> None:
    assert await office.file_case(new_papers("DI-INSPECTABSENT")) == HELD
    assert (await office.know("DI-INSPECTABSENT"))["awaits"] == "inspection result"
    assert await office.give_result("DI-INSPECTABSENT", outcome=outcome) == 202
    assert await office.hear() == [outcome, *rest]
    assert await office.give_result("DI-INSPECTABSENT", outcome=outcome) == 409


async def test_the_kind_of_a_finding_may_be_given_by_hand(office: Office) -> None:
    await office.file_case(new_papers("DI-2-INSPECTABSENT"))
    await office.give_result("DI-2-INSPECTABSENT", outcome="ABNORMAL", kind="SMUGGLING", finding="hidden")
    await office.hear()
    result = InspectionResult.model_validate(office.find("ABNORMAL").json["result"])
    assert (result.kind, result.finding) == ("SMUGGLING", "hidden")


async def test_the_kind_of_a_finding_is_one_that_customs_knows(office: Office) -> None:
    await office.file_case(new_papers("DI-3-INSPECTABSENT"))
    assert await office.give_result("DI-3-INSPECTABSENT", outcome="ABNORMAL", kind="ODD") == 400
