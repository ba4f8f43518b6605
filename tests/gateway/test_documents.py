"""The enterprises' door: find the case, hand the document in, answer with what the case says."""

import json
from typing import Any

import pytest

from clearway.contracts.case import Answer
from clearway.contracts.problems import Problem
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, NotFound, Refused, ServiceUnavailable
from models.addresses import case_address, order_no_address, waybill_address
from tests.gateway.recording import (
    CASE,
    EBC,
    EBP,
    GUID,
    LOG,
    ORDER_NO,
    PAY,
    WAYBILL_NO,
    House,
    sample,
    sample_json,
)


def problem(code: str) -> Problem:
    return Problem(code=code, message_en="no", message_zh="否", remedy_en="mend", remedy_zh="更正")


def refusing(*codes: str) -> Answer:
    problems = tuple(problem(code) for code in codes)
    return Answer(
        accepted=False, workflow_id=CASE, state=State.SUBMITTED, detail=Detail.DOCS_PENDING, problems=problems
    )


def codes(answer: Any) -> list[str]:
    return [told["code"] for told in answer.json()["problems"]]


@pytest.mark.parametrize("name", ["order.xml", "order.json"])
async def test_an_order_opens_its_case_and_gets_the_answer_of_the_case(house: House, name: str) -> None:
    answer = await house.submit(sample(name))

    assert answer.status_code == 200
    assert answer.json()["accepted"] is True
    assert answer.json()["workflow_id"] == CASE
    ((what, workflow_id, (document, sender, profile)),) = house.cases.calls
    assert (what, workflow_id, profile) == ("transmit", CASE, "SEED")
    assert (document.kind, document.order_no, sender.code, sender.on_behalf_of) == ("order", ORDER_NO, EBC, None)
    assert house.states() == ["delivered"]


@pytest.mark.parametrize("name", ["payment.xml", "payment.json"])
async def test_a_payment_finds_its_case_by_platform_and_order_number(house: House, name: str) -> None:
    house.know(addresses=[order_no_address(ORDER_NO, EBP)])
    house.know("declaration-list/OTHER/1", [order_no_address(ORDER_NO, "OTHERPLAT")])

    answer = await house.submit(sample(name), X_Clearway_Sender=PAY)

    assert answer.status_code == 200
    assert [(what, case) for what, case, _ in house.cases.calls] == [("transmit", CASE)]


@pytest.mark.parametrize("name", ["waybill.xml", "waybill.json"])
async def test_a_waybill_finds_its_case_by_order_number_alone(house: House, name: str) -> None:
    house.know(addresses=[order_no_address(ORDER_NO)])

    answer = await house.submit(sample(name), X_Clearway_Sender=LOG)

    assert answer.status_code == 200
    assert [(what, case) for what, case, _ in house.cases.calls] == [("transmit", CASE)]


async def test_a_list_is_declared(house: House) -> None:
    answer = await house.submit(sample("declaration_list.xml"))

    assert answer.status_code == 200
    ((what, case, (declaration, sender, documents, _)),) = house.cases.calls
    assert (what, case, declaration.order_no, sender.code, documents) == ("declare", CASE, ORDER_NO, EBC, ())


async def test_a_list_with_documents_of_its_order_in_one_message_is_one_call(house: House) -> None:
    body = [sample_json("waybill"), sample_json("order"), sample_json("declaration_list"), sample_json("payment")]
    answer = await house.submit(body)

    assert answer.status_code == 200
    assert answer.json()["workflow_id"] == CASE
    ((what, _, (_, _, documents, _)),) = house.cases.calls
    assert what == "declare"
    assert [one.document.kind for one in documents] == ["waybill", "order", "payment"]


async def test_an_entrusted_transmission_names_its_principal(house: House) -> None:
    await house.submit(sample("order.json"), X_Clearway_Sender="SF", X_Clearway_On_Behalf_Of=EBC)

    ((_, _, (_, sender, _)),) = house.cases.calls
    assert (sender.code, sender.on_behalf_of) == ("SF", EBC)


async def test_a_missing_sender_is_refused_with_every_other_fault_of_the_document(house: House) -> None:
    body = json.dumps(sample_json("order", goods_value="many", lines=[])).encode()
    answer = await house.http.post("/documents", content=body)

    assert answer.status_code == 422
    assert codes(answer)[0] == "E_SENDER_MISSING"
    assert len(codes(answer)) >= 3
    assert house.raws()[0].body == body
    assert house.raws()[0].state == "refused"
    assert house.cases.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Clearway_Sender": "A" * 19},
        {"X_Clearway_On_Behalf_Of": "B" * 200},
        {"X_Clearway_Attempt": "0"},
        {"X_Clearway_Attempt": "100"},
        {"X_Clearway_Attempt": "two"},
    ],
)
async def test_a_header_that_cannot_be_right_is_refused(house: House, headers: dict[str, str]) -> None:
    answer = await house.submit(sample("order.json"), **headers)

    assert answer.status_code == 422
    assert codes(answer) == ["E_HEADER"]
    assert len(house.raws()) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"{", b"[]", b"7", b"null", b'{"kind":"letter"}', b"<a/>", b"<CEB311Message>", b"[" * 100_000],
)
async def test_what_is_no_document_is_kept_and_refused_with_a_remedy(house: House, body: bytes) -> None:
    answer = await house.submit(body)

    assert answer.status_code == 422
    assert all(told["remedy_en"] and told["remedy_zh"] for told in answer.json()["problems"])
    assert [(raw.body, raw.state) for raw in house.raws()] == [(body, "refused")]


async def test_a_receipt_is_not_taken_at_the_enterprises_door_nor_an_order_at_customs(house: House) -> None:
    assert (await house.submit(sample("list_receipt.xml"))).status_code == 422
    assert (await house.http.post("/customs/receipts", content=sample("order.xml"))).status_code == 202
    await house.step()

    assert [raw.state for raw in house.raws()] == ["refused", "refused"]
    assert "E_WRONG_DOOR" in house.raws()[1].fault


async def test_every_problem_of_the_case_comes_back_at_once(house: House) -> None:
    house.cases.answer = refusing("M05", "M10", "E_AMOUNT_IDENTITY")
    answer = await house.submit(sample("order.json"))

    assert answer.status_code == 422
    assert codes(answer) == ["M05", "M10", "E_AMOUNT_IDENTITY"]
    assert house.states() == ["delivered"]
    assert "M05" in house.items()[0].fault


async def test_a_number_on_file_with_other_content_is_a_conflict(house: House) -> None:
    house.cases.answer = refusing("E_DUPLICATE")
    answer = await house.submit(sample("order.json"))

    assert answer.status_code == 409
    assert codes(answer) == ["E_DUPLICATE"]


async def test_the_same_document_again_gets_the_answer_again_and_is_one_item(house: House) -> None:
    first = await house.submit(sample("order.json"))
    second = await house.submit(sample("order.json"))

    assert first.json() == second.json()
    assert len(house.cases.calls) == 2
    assert [item.repeats for item in house.items()] == [1]
    assert len(house.raws()) == 2


async def test_a_payment_before_its_order_is_parked_and_delivered_once_the_order_is_there(house: House) -> None:
    answer = await house.submit(sample("payment.json"), X_Clearway_Sender=PAY)
    await house.step()

    assert answer.status_code == 202
    parked = answer.json()
    assert (parked["state"], parked["waits_for"]) == ("parked", order_no_address(ORDER_NO, EBP))
    assert house.states() == ["parked"]
    assert house.cases.calls == []

    house.know()
    await house.step()

    ((what, case, (document, sender, _)),) = house.cases.calls
    assert (what, case, document.kind, sender.code) == ("transmit", CASE, "payment", PAY)
    assert house.states() == ["delivered"]


async def test_a_split_payment_goes_to_the_case_of_each_of_its_orders(house: House) -> None:
    house.know("declaration-list/E/A", [order_no_address("A", EBP)])
    parts = [{"order_no": "A", "amount": "100"}, {"order_no": "B", "amount": "218.21"}]
    answer = await house.submit([sample_json("payment", order_no="A", allocations=parts)], X_Clearway_Sender=PAY)

    assert answer.status_code == 207
    accepted, parked = answer.json()["outcomes"]
    assert accepted["workflow_id"] == "declaration-list/E/A"
    assert parked["waits_for"] == order_no_address("B", EBP)

    house.know("declaration-list/E/B", [order_no_address("B", EBP)])
    await house.step()
    assert [case for _, case, _ in house.cases.calls] == ["declaration-list/E/A", "declaration-list/E/B"]


async def test_several_documents_refused_alike_are_refused_together(house: House) -> None:
    house.cases.answer = refusing("M05")
    second = sample_json("order", order_no="CW-2", guid="0F3B6A52-7C1D-4E8A-9B20-5D1C3E7A9F02")
    answer = await house.submit([sample_json("order"), second])

    assert answer.status_code == 422
    assert codes(answer) == ["M05"]
    assert len(house.cases.calls) == 2


async def test_orders_in_one_message_go_before_the_payments_that_wait_for_them(house: House) -> None:
    await house.submit([sample_json("waybill"), sample_json("payment"), sample_json("order")])

    assert house.items()[0].address == case_address(EBC, ORDER_NO)


async def test_when_temporal_is_away_the_document_is_kept_and_delivered_later(house: House) -> None:
    house.cases.failures = [ServiceUnavailable((problem("E_UNAVAILABLE"),))]
    answer = await house.submit(sample("order.json"))

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert codes(answer) == ["E_UNAVAILABLE"]
    assert house.states() == ["waiting"]

    await house.step()
    assert house.cases.calls == []
    house.clock.pass_seconds(1)
    await house.step()
    assert [(what, case) for what, case, _ in house.cases.calls] == [("transmit", CASE)]
    assert house.states() == ["delivered"]


async def test_once_a_case_is_away_the_sender_waits_for_no_other_and_all_are_delivered_later(house: House) -> None:
    orders = [sample_json("order", guid=f"{GUID[:-1]}{number}", order_no=f"CW-{number}") for number in range(3)]
    house.cases.failures = [ServiceUnavailable((problem("E_UNAVAILABLE"),))] * 2
    answer = await house.submit([*orders, sample_json("payment", order_no="CW-9")])

    assert answer.status_code == 207
    *told, last = answer.json()["outcomes"]
    assert [each["problems"][0]["code"] for each in told] == ["E_UNAVAILABLE"] * 3
    assert last["state"] == "parked"
    assert len(house.cases.failures) == 1
    assert house.cases.calls == []

    house.cases.failures = []
    house.clock.pass_seconds(house.settings.call_seconds)
    await house.step()
    assert {case for _, case, _ in house.cases.calls} == {f"declaration-list/{EBC}/CW-{number}" for number in range(3)}
    assert house.states() == ["delivered"] * 3 + ["parked"]


@pytest.mark.parametrize(
    ("error", "status"), [(AlreadyEnded, 409), (NotFound, 404), (Refused, 422), (ServiceUnavailable, 503)]
)
async def test_errors_of_the_library_have_their_status(house: House, error: type[Any], status: int) -> None:
    house.cases.failures = [error((problem("E_X"),))]
    answer = await house.submit(sample("order.json"))

    assert answer.status_code == status
    assert codes(answer) == ["E_X"]
    assert house.states() == ["waiting" if status == 503 else "undeliverable"]


async def test_a_defect_behind_the_door_is_no_traceback_and_loses_nothing(house: House) -> None:
    house.cases.failures = [RuntimeError("张三 11010519491231002X")]
    answer = await house.submit(sample("order.json"))

    assert answer.status_code == 503
    assert "张三" not in answer.text
    assert house.states() == ["waiting"]
    assert house.items()[0].fault == "RuntimeError"


async def test_a_later_copy_of_a_rejected_list_is_meant_by_its_attempt(house: House) -> None:
    house.know()
    await house.submit(sample("declaration_list.json"), X_Clearway_Attempt="2")
    house.know(f"{CASE}~2")
    await house.submit(sample("declaration_list.json"))
    await house.submit(sample("payment.json"), X_Clearway_Sender=PAY)
    await house.submit(sample("order.json"), X_Clearway_Attempt="1")

    assert [case for _, case, _ in house.cases.calls] == [f"{CASE}~2", f"{CASE}~2", f"{CASE}~2", CASE]


async def test_the_same_document_follows_its_list_to_the_next_attempt(house: House) -> None:
    house.know()
    await house.submit(sample("order.json"))
    house.know(f"{CASE}~2")
    await house.submit(sample("order.json"))

    assert [case for _, case, _ in house.cases.calls] == [CASE, f"{CASE}~2"]
    assert house.items()[0].workflow_id == f"{CASE}~2"


async def test_a_waybill_whose_order_number_two_lists_share_waits_until_one_names_it(house: House) -> None:
    house.know("declaration-list/E1/X", [order_no_address("X")])
    house.know("declaration-list/E2/X", [order_no_address("X")])
    answer = await house.submit([sample_json("waybill", order_no="X")], X_Clearway_Sender=LOG)
    await house.step()

    assert answer.status_code == 202
    assert codes(answer) == ["E_ORDER_AMBIGUOUS"]
    assert house.cases.calls == []

    house.know("declaration-list/E2/X", [waybill_address(LOG, WAYBILL_NO)])
    await house.step()
    assert [case for _, case, _ in house.cases.calls] == ["declaration-list/E2/X"]


async def test_the_dispatcher_leaves_a_document_to_the_door_while_the_door_has_it(house: House) -> None:
    async def meanwhile() -> None:
        house.cases.before_call = None
        await house.step()

    house.cases.before_call = meanwhile
    await house.submit(sample("order.json"))

    assert len(house.cases.calls) == 1
