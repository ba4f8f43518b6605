"""Customs' decisions about individuals' Lists of Items come in raw first, and reach their list once it is known."""

from datetime import timedelta
from typing import Any

import pytest

from clearway.contracts.articles import ArticlesDecision, ArticlesKey
from models.addresses import articles_address, case_address
from tests.gateway.recording import LOG, START, House

KEY = ArticlesKey(declarant_code=LOG, list_no="A-20260310-1")
DOOR = "/customs/articles-decisions"


def decision(what: str = "REVIEWED", number: str = "D-1", minute: int = 1) -> dict[str, Any]:
    at = (START + timedelta(minutes=minute)).isoformat()
    said = {"decision_id": number, "decision": what, "at": at, "officer": "2991"}
    return {"declarant_code": KEY.declarant_code, "list_no": KEY.list_no, "decision": said}


def know(house: House) -> None:
    house.know(KEY.workflow_id, [articles_address(KEY.declarant_code, KEY.list_no)])


async def test_a_decision_reaches_its_list_as_a_signal(house: House) -> None:
    know(house)
    answer = await house.http.post(DOOR, json=decision())
    assert answer.status_code == 202
    await house.step()

    ((what, workflow_id, said),) = house.cases.calls
    assert (what, workflow_id) == ("decide_articles", "articles-list/3301960L01/A-20260310-1")
    assert (said.decision, said.decision_id) == (ArticlesDecision.REVIEWED, "D-1")
    assert house.states() == ["delivered"]


async def test_decisions_are_delivered_in_the_order_of_their_time_and_a_repeat_once(house: House) -> None:
    know(house)
    for what, number, minute in (("RELEASED", "D-2", 5), ("REVIEWED", "D-1", 1), ("RELEASED", "D-2", 5)):
        await house.http.post(DOOR, json=decision(what, number, minute))
    await house.step()

    assert [said.decision for _, _, said in house.cases.calls] == ["REVIEWED", "RELEASED"]
    assert sorted(item.repeats for item in house.items()) == [0, 1]


async def test_a_decision_about_an_unknown_list_is_parked_until_the_list_is_there(house: House) -> None:
    await house.http.post(DOOR, json=decision())
    await house.step()
    assert (house.states(), house.cases.calls) == (["parked"], [])

    know(house)
    await house.step(2)
    assert house.states() == ["delivered"]
    assert len(house.cases.calls) == 1


async def test_a_declaration_list_of_the_same_numbers_is_another_list(house: House) -> None:
    house.know(addresses=[case_address(KEY.declarant_code, KEY.list_no)])
    await house.http.post(DOOR, json=decision())
    await house.step()
    assert house.states() == ["parked"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", "E_JSON"),
        (b"{}", "E_FIELD"),
        (b'{"declarant_code": "L", "list_no": "1", "decision": {"decision": "PERHAPS"}}', "E_FIELD"),
    ],
)
async def test_what_is_no_decision_is_kept_and_refused(house: House, body: bytes, code: str) -> None:
    assert (await house.http.post(DOOR, content=body)).status_code == 202
    await house.step()
    (entry,) = (await house.http.get("/inbox", params={"state": "refused"})).json()["entries"]
    assert {problem["code"] for problem in entry["problems"]} == {code}
    assert (entry["door"], house.raws()[0].body, house.items()) == ("articles", body, [])
