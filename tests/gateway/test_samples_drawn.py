"""An instruction aimed at a vehicle reaches a drawn share of its lists, and the draw can be proven (RULEBOOK B.5)."""

import json
from typing import Any

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.customs import ControlInstruction, ControlTarget
from clearway.rules.sampling import prove
from gateway.contents import contents_of
from gateway.news import news_from
from gateway.opening import open_message
from models.addresses import case_address
from tests.gateway.recording import EBC, START, House, control

NUMBERS = tuple(f"CW-{number:03d}" for number in range(120))
DOOR = "/customs/control-instructions"


def aimed(target: str = "EXIT_RELEASE_LIST", ratio: str | None = "0.1", **changes: Any) -> dict[str, Any]:
    instruction = control()["instruction"] | {"target": target, "target_no": "HF-2026-17"}
    if ratio is not None:
        instruction["sample_ratio"] = ratio
    lists = [{"ebc_code": EBC, "order_no": number} for number in NUMBERS]
    return {"instruction": instruction, "lists": lists} | changes


def kept(house: House) -> list[ControlInstruction]:
    found = [news_from(item.payload).control for item in house.items()]
    return [instruction for instruction in found if instruction is not None]


async def test_ten_per_cent_of_120_lists_are_twelve_and_the_same_bytes_again_are_no_more(house: House) -> None:
    for number in NUMBERS:
        house.know(f"declaration-list/{EBC}/{number}", [case_address(EBC, number)])
    body = json.dumps(aimed()).encode()
    assert (await house.http.post(DOOR, content=body)).status_code == 202
    await house.step()
    held = [workflow_id for what, workflow_id, _ in house.cases.calls if what == "instruct"]
    assert len(held) == len(set(held)) == len(house.cases.calls) == 12

    await house.http.post(DOOR, content=body)
    await house.step()
    assert len(house.items()) == len(house.cases.calls) == 12
    assert {item.repeats for item in house.items()} == {1}


async def test_the_seed_and_what_customs_said_stand_on_the_instruction(house: House) -> None:
    await house.http.post(DOOR, json=aimed(seed="customs-7"))
    await house.step()

    population = [f"{EBC}/{number}" for number in NUMBERS]
    for item, instruction in zip(house.items(), kept(house), strict=True):
        assert (instruction.target, instruction.target_no) == (ControlTarget.EXIT_RELEASE_LIST, "HF-2026-17")
        assert instruction.draw is not None
        assert (instruction.draw.seed, instruction.draw.population, instruction.draw.selected) == ("customs-7", 120, 12)
        assert prove(instruction.draw, item.address.removeprefix("case|").replace("|", "/"), population)
    assert sorted(each.draw.place for each in kept(house) if each.draw) == list(range(1, 13))


async def test_a_seed_left_out_is_made_from_the_instruction(house: House) -> None:
    await house.http.post(DOOR, json=aimed())
    await house.step()

    issued = START.astimezone(SHANGHAI).replace(minute=2)
    assert {each.draw.seed for each in kept(house) if each.draw} == {f"C-1|{issued.isoformat()}"}


async def test_another_seed_draws_other_lists_and_another_order_of_them_the_same(house: House) -> None:
    drawn = [addresses_of(house, aimed(seed=seed)) for seed in ("a", "b")]
    assert drawn[0] != drawn[1]
    turned = aimed(seed="a")
    turned["lists"] = turned["lists"][::-1] + turned["lists"][:5]
    assert addresses_of(house, turned) == drawn[0]


def addresses_of(house: House, body: dict[str, Any]) -> list[str]:
    raw_id = house.store(json.dumps(body).encode(), door="control")
    raw = next(raw for raw in house.raws() if raw.id == raw_id)
    return [news.addresses[0] for news in contents_of(raw, open_message(raw)).news]


async def test_without_a_ratio_every_list_is_held_and_still_says_how(house: House) -> None:
    await house.http.post(DOOR, json=aimed("VEHICLE", None))
    await house.step()

    assert len(house.items()) == 120
    assert all(each.draw is not None and each.draw.selected == 120 for each in kept(house))


async def test_lists_that_are_not_known_yet_wait_for_their_instruction(house: House) -> None:
    await house.http.post(DOOR, json=aimed("VEHICLE", None, lists=[{"ebc_code": EBC, "order_no": "LATE"}]))
    await house.step()
    assert house.states() == ["parked"]

    house.know(f"declaration-list/{EBC}/LATE", [case_address(EBC, "LATE")])
    await house.step()
    assert [workflow_id for _, workflow_id, _ in house.cases.calls] == [f"declaration-list/{EBC}/LATE"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (aimed("LIST"), {"instruction"}),
        (aimed("PARCEL"), {"instruction"}),
        (aimed(lists=[]), {"lists"}),
        (aimed(lists=[{"ebc_code": EBC, "order_no": "1"}] * 5001), {"lists"}),
        (
            aimed(lists=[{"ebc_code": "a/b", "order_no": "1"}, {"ebc_code": EBC}]),
            {"lists.0.ebc_code", "lists.1.order_no"},
        ),
        (aimed("CART", lists=5), {"instruction.target", "lists"}),
        (aimed(ratio="1.1", seed="a\nb"), {"instruction.sample_ratio", "seed"}),
        (aimed(ratio="0"), {"instruction.sample_ratio"}),
    ],
)
async def test_what_cannot_be_drawn_is_refused_with_every_fault(
    house: House, body: dict[str, Any], fields: set[str]
) -> None:
    await house.http.post(DOOR, json=body)
    await house.step()

    (raw,) = house.raws()
    problems = json.loads(raw.fault)
    assert {problem["code"] for problem in problems} == {"E_FIELD"}
    assert {problem["fields"][0]["field"] for problem in problems} == fields
    assert house.items() == []
