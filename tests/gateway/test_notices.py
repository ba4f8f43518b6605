"""The notices' door: events by number, so that nothing is lost and asking again does no harm."""

from datetime import timedelta
from typing import Any

import pytest

from models.notices import tell
from tests.gateway.recording import CASE, EBC, LOG, START, House


def leave(house: House, *kinds: str, recipient: str = EBC) -> None:
    with house.database.transaction() as session:
        for number, kind in enumerate(kinds):
            at = START + timedelta(days=number)
            tell(session, recipient=recipient, kind=kind, subject=CASE, at=at, key=CASE, customs="2991", lists=number)


async def page(house: House, **asked: object) -> Any:
    answer = await house.http.get("/notices", params={"recipient": EBC, **asked})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    return answer.json()


def kinds(shown: Any) -> list[str]:
    return [each["kind"] for each in shown["notices"]]


async def test_a_recipient_is_told_in_order_and_only_its_own(house: House) -> None:
    leave(house, "DAY_27", "BILL_MISSING")
    leave(house, "GUARANTEE_LOW", recipient=LOG)
    leave(house, "DAY_44")
    shown = await page(house)
    assert kinds(shown) == ["DAY_27", "BILL_MISSING", "DAY_44"]
    second = shown["notices"][1]
    assert (second["subject"], second["details"]) == (CASE, {"customs": "2991", "lists": 1})
    assert second["at"] == "2026-03-11T10:00:00+08:00"
    assert kinds(await page(house, recipient=LOG)) == ["GUARANTEE_LOW"]


async def test_whoever_goes_on_from_next_misses_nothing(house: House) -> None:
    leave(house, "DAY_27", "DAY_30", "DAY_44")
    first = await page(house, limit=2)
    rest = await page(house, limit=2, after=first["next"])
    assert (kinds(first), kinds(rest)) == (["DAY_27", "DAY_30"], ["DAY_44"])
    nothing = await page(house, after=rest["next"])
    assert nothing == {"notices": [], "next": rest["next"]}
    leave(house, "GUARANTEE_LOW")
    assert kinds(await page(house, after=rest["next"])) == ["GUARANTEE_LOW"]


async def test_asking_again_gives_the_same_again(house: House) -> None:
    leave(house, "DAY_27", "DAY_30")
    assert await page(house) == await page(house)


async def test_nobody_was_told_anything_yet(house: House) -> None:
    assert await page(house, recipient="9999999999") == {"notices": [], "next": 0}


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, ["query.recipient"]),
        ({"recipient": "someone else"}, ["query.recipient"]),
        ({"recipient": ""}, ["query.recipient"]),
        ({"recipient": EBC, "after": -1, "limit": 0}, ["query.after", "query.limit"]),
        ({"recipient": EBC, "after": 2**63}, ["query.after"]),
        ({"recipient": EBC, "limit": 501}, ["query.limit"]),
    ],
)
async def test_a_wrong_question_is_refused_with_everything_wrong(
    house: House, asked: dict[str, Any], fields: list[str]
) -> None:
    answer = await house.http.get("/notices", params=asked)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert [problem["fields"][0]["field"] for problem in problems] == fields
    assert all(problem["remedy_en"] and problem["remedy_zh"] for problem in problems)
