"""The guarantees' door: how they stand, and money added once."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from models.addresses import case_address
from models.collection import dues
from models.ledger.guarantee import hold, top_up
from models.tables import Address
from tests.collection_office import clocks_at, tax_of
from tests.gateway.recording import CASE, EBC, LOG, START, House
from tests.gateway.signing import enveloped

ADD = f"/guarantees/{EBC}/top-ups"


def put_up(house: House, total: str = "100.00") -> None:
    with house.database.transaction() as session:
        top_up(
            session,
            guarantor=EBC,
            amount=Decimal(total),
            transfer_id="first",
            at=START,
            form="deposit",
            valid_to=date(2026, 12, 31),
        )


def ask(house: House, amount: str, case: str = CASE, guarantor: str = EBC) -> None:
    with house.database.transaction() as session:
        hold(
            session,
            guarantor=guarantor,
            amount=Decimal(amount),
            case=case,
            hold_id=f"{case}|1",
            now=START,
            profile="SEED",
        )


def payment(**changes: Any) -> dict[str, Any]:
    return {"id": "BANK-1", "amount": "50.00", "actor": "accounting", "reason": "second deposit"} | changes


async def show(house: House, guarantor: str = EBC) -> Any:
    answer = await house.http.get(f"/guarantees/{guarantor}")
    assert answer.status_code == 200
    return answer.json()


def codes(answer: httpx.Response) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


async def test_a_guarantee_is_shown_with_its_share_and_its_queue(house: House) -> None:
    put_up(house)
    ask(house, "80.00", "A")
    ask(house, "27.30", "B")
    ask(house, "20.00", "C")

    shown = await show(house)
    amounts = {name: shown[name] for name in ("total", "occupied", "available", "share", "warning_share")}
    assert amounts == {
        "total": "100.00",
        "occupied": "80.00",
        "available": "20.00",
        "share": "0.8000",
        "warning_share": "0.80",
    }
    assert (shown["form"], shown["valid_to"], shown["warning"]) == ("deposit", "2026-12-31", True)
    assert (shown["obstacle"], shown["called_at"]) == (None, None)
    assert [(each["place"], each["workflow_id"], each["reason"]) for each in shown["waiting"]] == [
        (1, "B", "INSUFFICIENT"),
        (2, "C", "QUEUE"),
    ]
    assert (await house.http.get("/guarantees")).json() == {"guarantees": [shown]}


async def test_below_the_warning_share_nothing_is_warned_of(house: House) -> None:
    put_up(house)
    ask(house, "79.99")
    assert (await show(house))["warning"] is False


async def test_a_guarantor_for_whom_a_list_waits_is_shown_before_anything_is_on_file(house: House) -> None:
    ask(house, "27.30", guarantor=LOG)
    shown = await show(house, LOG)
    assert (shown["form"], shown["obstacle"], shown["share"]) == (None, "NONE_ON_FILE", "0.0000")
    assert [each["reason"] for each in shown["waiting"]] == ["NONE_ON_FILE"]


async def test_nobody_s_guarantee_is_not_found(house: House) -> None:
    answer = await house.http.get("/guarantees/NOBODY")
    assert (answer.status_code, codes(answer)) == (404, ["E_NO_GUARANTEE"])
    assert (await house.http.get("/guarantees")).json() == {"guarantees": []}


@pytest.mark.parametrize("guarantor", ["secured", "a%20b", "X" * 19])
async def test_a_code_that_cannot_be_is_refused(house: House, guarantor: str) -> None:
    assert (await house.http.get(f"/guarantees/{guarantor}")).status_code == 422
    assert (await house.http.post(f"/guarantees/{guarantor}/top-ups", json=payment())).status_code == 422
    assert house.raws() == []


async def test_a_top_up_serves_who_waits(house: House) -> None:
    put_up(house, "20.00")
    ask(house, "27.30")
    answer = await house.http.post(ADD, json=payment())
    assert answer.status_code == 200
    assert (answer.json()["total"], answer.json()["occupied"], answer.json()["waiting"]) == ("70.00", "27.30", [])
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["grant_guarantee"]


async def test_the_same_top_up_again_adds_nothing(house: House) -> None:
    put_up(house)
    first = await house.http.post(ADD, json=payment())
    house.restart()
    again = await house.http.post(ADD, json=payment(reason="sent again", actor="another"))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["total"] == "150.00"


async def test_the_same_id_with_another_amount_is_refused(house: House) -> None:
    put_up(house)
    await house.http.post(ADD, json=payment())
    answer = await house.http.post(ADD, json=payment(amount="50.01"))
    assert (answer.status_code, codes(answer)) == (409, ["E_TOP_UP_USED"])
    assert (await show(house))["total"] == "150.00"


async def test_the_same_id_for_another_guarantor_is_another_payment(house: House) -> None:
    put_up(house)
    first = payment(form="insurance", valid_to="2026-12-31")
    assert (await house.http.post(ADD, json=payment())).status_code == 200
    assert (await house.http.post(f"/guarantees/{LOG}/top-ups", json=first)).json()["total"] == "50.00"


async def test_the_first_guarantee_needs_its_form_and_its_last_day(house: House) -> None:
    answer = await house.http.post(ADD, json=payment(form="deposit"))
    assert (answer.status_code, codes(answer)) == (422, ["E_NO_GUARANTEE"])
    assert [field["field"] for field in answer.json()["problems"][0]["fields"]] == ["valid_to"]
    first = await house.http.post(ADD, json=payment(form="deposit", valid_to="20261231"))
    assert (first.status_code, first.json()["valid_to"]) == (200, "2026-12-31")


async def test_a_top_up_cannot_end_a_guarantee_earlier(house: House) -> None:
    put_up(house)
    answer = await house.http.post(ADD, json=payment(valid_to="2026-12-30"))
    assert (answer.status_code, codes(answer)) == (422, ["E_ENDS_EARLIER"])
    assert (await show(house))["total"] == "100.00"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"garbage", ["E_JSON"]),
        (b"[]", ["E_FIELD"]),
        (b"{}", ["E_FIELD"] * 4),
        (json.dumps(payment(amount="0.00")).encode(), ["E_FIELD"]),
        (json.dumps(payment(amount="-1.00")).encode(), ["E_FIELD"] * 1),
        (json.dumps(payment(amount="1.001")).encode(), ["E_FIELD"]),
        (json.dumps(payment(amount="1e2")).encode(), ["E_FIELD"]),
        (json.dumps(payment(amount="9999999999999.99")).encode(), ["E_FIELD"]),
        (json.dumps(payment(actor="", reason="x" * 121)).encode(), ["E_FIELD"] * 2),
        (json.dumps(payment(form="promise", valid_to="soon")).encode(), ["E_FIELD"] * 2),
    ],
)
async def test_a_wrong_top_up_is_kept_and_refused_with_everything_wrong(
    house: House, body: bytes, fields: list[str]
) -> None:
    put_up(house)
    answer = await house.http.post(ADD, content=body)
    assert (answer.status_code, codes(answer)) == (422, fields)
    (raw,) = house.raws()
    assert (raw.body, raw.door, raw.state) == (body, "top-up", "refused")
    assert (await show(house))["total"] == "100.00"


async def test_a_top_up_that_was_kept_just_before_a_crash_waits_for_its_repeat(house: House) -> None:
    put_up(house)
    house.store(json.dumps(payment()).encode(), door="top-up")
    await house.step()
    assert (await show(house))["total"] == "100.00"
    assert (await house.http.post(ADD, json=payment())).json()["total"] == "150.00"


async def test_ten_megabytes_are_not_taken(house: House) -> None:
    answer = await house.http.post(ADD, content=b"x" * 10_000_000)
    assert (answer.status_code, codes(answer)) == (413, ["E_TOO_LARGE"])
    assert house.raws() == []


def test_the_body_is_described(house: House) -> None:
    document = house.app.openapi()
    operation = document["paths"]["/guarantees/{guarantor}/top-ups"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/TopUp")
    assert set(document["components"]["schemas"]["TopUp"]["required"]) == {"id", "amount", "actor", "reason"}


CALLS = f"/guarantees/{EBC}/calls"


def released(house: House, order_no: str, total: str = "27.30", *, secured: bool = True) -> str:
    """A released list whose tax is not paid."""
    workflow_id = f"declaration-list/{EBC}/{order_no}"
    clocks = clocks_at(START)
    with house.database.transaction() as session:
        session.add(Address(key=case_address(EBC, order_no), workflow_id=workflow_id))
    if secured:
        ask(house, total, workflow_id)
    with house.database.transaction() as session:
        dues.open_due(
            session,
            workflow_id=workflow_id,
            clocks=clocks,
            tax=tax_of(Decimal(total)),
            agent=EBC,
            customs="2991",
            enterprise=EBC,
            profile="SEED",
            at=START,
        )
    return workflow_id


def call_of(*order_nos: str, **changes: Any) -> dict[str, Any]:
    lists = [{"ebc_code": EBC, "order_no": order_no} for order_no in order_nos]
    return {"id": "HG-1", "lists": lists, "at": "2026-05-06T10:00:00+08:00", "officer": "2991-7"} | changes


async def test_customs_calls_a_guarantee_once_and_the_lists_hear_of_it(house: House) -> None:
    put_up(house)
    cases = [released(house, "1"), released(house, "2")]
    answers = [await house.http.post(CALLS, json=call_of("1", "2")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["lists"] == cases
    assert (answers[1].json()["guarantee"]["total"], answers[1].json()["guarantee"]["obstacle"]) == ("45.40", "CALLED")
    await house.step()
    told = [(workflow_id, said.called) for what, workflow_id, said in house.cases.calls if what == "tell_tax"]
    assert sorted(told) == [(case, True) for case in cases]


async def test_a_call_that_cannot_be_names_every_list_and_calls_none(house: House) -> None:
    put_up(house)
    released(house, "1")
    released(house, "2", secured=False)
    answer = await house.http.post(CALLS, json=call_of("1", "2", "3"))
    assert (answer.status_code, codes(answer)) == (409, ["E_NOT_CALLABLE", "E_NOT_CALLABLE"])
    fields = [problem["fields"][0] for problem in answer.json()["problems"]]
    assert [each["value"] for each in fields] == ["2", "3"]
    assert (await show(house))["total"] == "100.00"
    assert (await house.http.post(f"/guarantees/{LOG}/calls", json=call_of("1"))).status_code == 409


@pytest.mark.parametrize("changes", [{"lists": []}, {"id": ""}, {"at": "tomorrow"}, {"officer": "a\nb"}])
async def test_a_call_with_a_wrong_field_is_refused(house: House, changes: dict[str, Any]) -> None:
    put_up(house)
    assert (await house.http.post(CALLS, json=call_of("1", **changes))).status_code == 422


async def test_a_call_in_an_envelope_is_the_same_call(house: House) -> None:
    put_up(house)
    case = released(house, "1")
    answer = await house.http.post(CALLS, content=enveloped(json.dumps(call_of("1")).encode(), ""))
    assert (answer.status_code, answer.json()["lists"]) == (200, [case])
