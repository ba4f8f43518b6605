"""Customs' dispositions and holds come in raw first and reach their list as signals of their own."""

from datetime import timedelta
from typing import Any

import pytest

from clearway.contracts.customs import CustomsHold, Disposition, DispositionOrder
from tests.gateway.recording import CASE, EBC, ORDER_NO, START, House, control, finding


def disposition(what: str = "RELEASE", number: str = "D-1", minute: int = 5) -> dict[str, Any]:
    at = (START + timedelta(minutes=minute)).isoformat()
    order = {"decision_id": number, "instruction_id": "C-1", "disposition": what, "at": at, "officer": "2991"}
    return {"ebc_code": EBC, "order_no": ORDER_NO, "order": order}


def hold(lifted: bool = False, minute: int = 1) -> dict[str, Any]:
    at = (START + timedelta(minutes=minute)).isoformat()
    return {"ebc_code": EBC, "order_no": ORDER_NO, "hold": {"hold_id": "H-1", "at": at, "lifted": lifted}}


async def test_a_disposition_follows_its_inspection(house: House) -> None:
    house.know()
    for path, body in (
        ("dispositions", disposition()),
        ("inspection-results", finding()),
        ("control-instructions", control()),
    ):
        assert (await house.http.post(f"/customs/{path}", json=body)).status_code == 202
    await house.step()

    assert [what for what, _, _ in house.cases.calls] == ["instruct", "record_inspection", "dispose"]
    *_, (_, workflow_id, order) = house.cases.calls
    assert workflow_id == CASE
    assert isinstance(order, DispositionOrder)
    assert (order.disposition, order.decision_id, order.instruction_id) == (Disposition.RELEASE, "D-1", "C-1")


async def test_a_hold_and_its_end_reach_the_list_in_order_and_once(house: House) -> None:
    house.know()
    for body in (hold(lifted=True, minute=9), hold(), hold()):
        await house.http.post("/customs/holds", json=body)
    await house.step()

    assert [(what, case) for what, case, _ in house.cases.calls] == [("hold", CASE), ("hold", CASE)]
    holds = [told for _, _, told in house.cases.calls]
    assert all(isinstance(told, CustomsHold) for told in holds)
    assert [told.lifted for told in holds] == [False, True]
    assert sorted(item.repeats for item in house.items()) == [0, 1]


@pytest.mark.parametrize(("path", "body"), [("dispositions", disposition()), ("holds", hold())])
async def test_what_is_about_an_unknown_list_waits_for_it(house: House, path: str, body: dict[str, Any]) -> None:
    await house.http.post(f"/customs/{path}", json=body)
    await house.step()
    assert house.states() == ["parked"]

    house.know()
    await house.step()
    assert [case for _, case, _ in house.cases.calls] == [CASE]


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (
            "dispositions",
            {"ebc_code": EBC, "order": {"disposition": "EAT", "at": "soon", "officer": "2991"}},
            {"order_no", "order.decision_id", "order.disposition", "order.at"},
        ),
        ("holds", {"order_no": "", "hold": {"hold_id": "x" * 65}}, {"ebc_code", "order_no", "hold.hold_id", "hold.at"}),
    ],
)
async def test_every_fault_is_told_at_once(house: House, path: str, body: dict[str, Any], fields: set[str]) -> None:
    await house.http.post(f"/customs/{path}", json=body)
    await house.step()

    (entry,) = (await house.http.get("/inbox", params={"state": "refused"})).json()["entries"]
    assert {problem["fields"][0]["field"] for problem in entry["problems"]} == fields
    assert house.items() == []
