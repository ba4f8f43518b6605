"""`clearway modify` and `cancel` against a running service: what customs is asked, what is shown, exit codes."""

from pathlib import Path
from typing import Any

import pytest

from clearway.contracts.states import Detail, State
from clearway.testing import EBC
from tests.cli.conftest import Command, codes
from tests.control_desk import PET_FOOD_TAX, ControlOffice
from tests.desk import Desk
from tests.patience import PATIENCE


@pytest.fixture
def office(desk: Desk) -> ControlOffice:
    """Customs at the desk."""
    return ControlOffice(desk)


async def test_a_filed_list_is_modified_and_what_was_changed_is_shown(
    clearway: Command, office: ControlOffice, tmp_path: Path
) -> None:
    sample = await office.filed()
    file, case = tmp_path / "list.json", f"{EBC}/{sample.key.order_no}"
    unnumbered = office.as_pet_food(sample).model_copy(update={"pre_no": None, "invt_no": None})
    file.write_text(unnumbered.model_dump_json(), encoding="utf-8")
    refused = await clearway("modify", str(file), "--reason", "wrong HS code", "--json")
    assert (refused.code, codes(refused.json["error"]["problems"])) == (1, ["E_CHANGE_WITHOUT_NUMBERS"])
    file.write_text(office.as_pet_food(sample).model_dump_json(), encoding="utf-8")
    asked = await clearway("modify", str(file), "--reason", "wrong HS code", "--json")
    assert (asked.code, asked.json["detail"]) == (0, Detail.MODIFICATION_FILED)
    again = await clearway("modify", str(file), "--reason", "wrong HS code")
    assert again.code == 1
    assert "E_CHANGE_OPEN" in again.err
    await office.desk.receipts(sample.key, "120")
    await office.desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX)
    told = await clearway("show", case, "--lang", "en")
    for part in ("What happened", "modification", "APPROVED lines[0].hs_code", "tax by our figure: 19.53 CNY"):
        assert part in told.out


async def test_a_list_that_fails_the_comparison_is_answered_with_every_problem(
    clearway: Command, office: ControlOffice, tmp_path: Path
) -> None:
    sample = await office.filed()
    file = tmp_path / "list.json"
    file.write_text(office.modified(sample, line={"qty": 3}, pack_no=2).model_dump_json(), encoding="utf-8")
    answer = await clearway("modify", str(file), "--reason", "found three", "--json")
    assert (answer.code, answer.json["accepted"]) == (1, False)
    assert {"M08", "E_PACK_NO"} <= set(codes(answer.json["problems"]))


async def test_a_released_list_is_cancelled_by_application(clearway: Command, office: ControlOffice) -> None:
    sample = await office.released()
    case, why = f"{EBC}/{sample.key.order_no}", ("--actor", EBC, "--reason", "changed their mind")
    asked = await clearway("cancel", case, *why, "--json")
    assert (asked.code, asked.json["state"], asked.json["detail"]) == (0, "return_window", "CANCELLATION_FILED")
    await office.sent(5)
    told = await clearway("show", case, "--lang", "zh")
    assert "撤销" in told.out
    assert "海关对撤销申请的决定" in told.out
    again = await clearway("return", case, *why, "--line", "1=1", "--json")
    assert (again.code, codes(again.json["error"]["problems"])) == (1, ["E_CANCELLATION_OPEN"])
    await office.answer(sample.key, office.desk.customs.filed[-1][1], "399")  # type: ignore[arg-type]
    await office.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    told = await clearway("show", case, "--lang", "en")
    assert "⟶ [cancelled]" in told.out
    assert f"cancelled by {EBC}: changed their mind" in told.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("modify", "nowhere.json", "--reason", "r"), "E_UNREADABLE"),
        (("cancel", "A/B", "--actor", "W"), "--reason"),
        (("cancel", "nonsense", "--actor", "W", "--reason", "r"), "EBC/ORDER"),
        (("cancel", "A/B", "--actor", "W", "--reason", "r" * 201), "1 to 200 characters"),
        (("return", "A/B", "--actor", "W", "--reason", "r", "--line", "1:2"), "GNUM=QTY"),
        (("return", "A/B", "--actor", "W", "--reason", "r", "--line", "1=-2"), "GNUM=QTY"),
        (("return", "A/B", "--actor", "W", "--reason", "r", "--request-id", "x" * 61), "at most 60 characters"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(invoke: Any, words: tuple[str, ...], told: str) -> None:
    ended = invoke(*words, "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert told in ended.stderr


def test_only_a_list_is_modified(invoke: Any, tmp_path: Path, office: ControlOffice) -> None:
    file = tmp_path / "order.json"
    file.write_text(office.desk.sample().order.model_dump_json(), encoding="utf-8")
    ended = invoke("modify", str(file), "--reason", "r", "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert "the file holds the order, not a Declaration List" in ended.stderr
