"""Reading: each piece of news once, with its case, and nothing that stops the rest."""

import json

import pytest

from clearway.contracts.documents import DocumentKind
from clearway.messages import write
from models.addresses import case_address, list_address, payment_address
from models.tables import BillRecord
from tests.gateway.recording import (
    CASE,
    COP_NO,
    EBC,
    GUID,
    INVT_NO,
    ORDER_NO,
    PAY,
    PAY_ID,
    PRE_NO,
    House,
    bill_status,
    control,
    finding,
    list_receipt,
    order_receipt,
    payment_receipt,
    sample,
    waybill_receipt,
)

BROKEN = [b"", b"<", b"\xff\xff", b"<CEB622Message/>", b"<CEB900Message/>", b"{}", sample("order.xml")]


async def test_a_malformed_message_is_refused_and_blocks_nobody(house: House) -> None:
    house.know()
    for body in BROKEN:
        await house.http.post("/customs/receipts", content=body)
    await house.http.post("/customs/control-instructions", content=b'{"ebc_code": 7}')
    await house.tell(list_receipt("800"))
    await house.step()

    assert [raw.state for raw in house.raws()] == ["refused"] * (len(BROKEN) + 1) + ["read"]
    for raw in house.raws()[:-1]:
        assert all(problem["remedy_en"] for problem in json.loads(raw.fault))
    assert house.cases.told == [(CASE, ["800"])]


@pytest.mark.parametrize("most", [20_000, 1_000_000])
async def test_a_flood_of_faults_is_told_in_short(house: House, most: int) -> None:
    body = ('{"lists": [' + ",".join("0" * most) + "]}").encode()
    await house.http.post("/customs/control-instructions", content=body)
    await house.step()

    (raw,) = house.raws()
    assert raw.state == "refused"
    assert 1 <= len(json.loads(raw.fault)) <= 1001


async def test_a_control_instruction_with_several_faults_names_them_all(house: House) -> None:
    body = {"ebc_code": "", "instruction": {"method": "SNIFF", "issued_at": "yesterday"}}
    await house.http.post("/customs/control-instructions", json=body)
    await house.step()

    problems = json.loads(house.raws()[0].fault)
    assert {problem["fields"][0]["field"] for problem in problems} == {
        "ebc_code",
        "order_no",
        "instruction.instruction_id",
        "instruction.method",
        "instruction.issued_at",
        "instruction.issuer",
    }


@pytest.mark.parametrize("hostile", ["\\u0000", "\\ud800", "1" * 5000, "[" * 100_000])
async def test_what_no_database_can_keep_is_the_senders_fault_and_not_ours(house: House, hostile: str) -> None:
    body = json.dumps(control()).replace(ORDER_NO, hostile)
    await house.http.post("/customs/control-instructions", content=body)
    await house.http.post("/customs/control-instructions", content="[" * 100_000)
    await house.step()

    assert [raw.state for raw in house.raws()] == ["refused", "refused"]


async def test_several_records_in_one_message_are_several_items(house: House) -> None:
    house.know()
    await house.http.post("/customs/receipts", content=sample("list_receipt.xml"))
    await house.step()

    assert [item.kind for item in house.items()] == ["receipt"] * len(house.items())
    ((case, statuses),) = house.cases.told
    assert case == CASE
    assert statuses[0] == "120"
    assert "800" in statuses
    assert sorted(house.states()) == ["delivered"] * len(statuses) + ["noted"]


async def test_a_record_repeated_within_a_message_and_across_messages_is_one_item(house: House) -> None:
    house.know()
    await house.tell(list_receipt("120"), list_receipt("120"), list_receipt("120"))
    await house.tell(list_receipt("120"))
    await house.step()

    assert [item.repeats for item in house.items()] == [3]


@pytest.mark.parametrize(
    "other",
    [list_receipt("399"), list_receipt("120", 2), list_receipt("120", return_info="别的"), order_receipt("120")],
)
async def test_another_status_time_text_or_document_is_other_news(house: House, other: object) -> None:
    house.know()
    await house.tell(list_receipt("120"))
    await house.tell(other)  # type: ignore[arg-type]
    await house.step()

    assert [item.repeats for item in house.items()] == [0, 0]


@pytest.mark.parametrize(
    "receipt",
    [
        order_receipt("100"),
        payment_receipt("100"),
        waybill_receipt("100"),
        list_receipt("100"),
        list_receipt("-621001", cop_no=None, return_info=f"订单[电商企业编码：{EBC},订单编号：{ORDER_NO}]报文校验失败"),
    ],
    ids=["order", "payment", "waybill", "list", "order number in the text"],
)
async def test_every_receipt_finds_its_case_by_its_own_keys(house: House, receipt: object) -> None:
    house.know()
    await house.tell(receipt)  # type: ignore[arg-type]
    await house.step()

    assert [case for case, _ in house.cases.told] == [CASE]


async def test_numbers_that_customs_gave_the_list_find_it_later(house: House) -> None:
    house.know()
    await house.tell(list_receipt("120", pre_no=PRE_NO, invt_no=INVT_NO))
    await house.tell(list_receipt("300", 2, cop_no=None, ebc_code=None, pre_no=PRE_NO))
    await house.tell(list_receipt("800", 3, cop_no=None, ebc_code=None, invt_no=INVT_NO))
    await house.step()

    assert {list_address("pre", PRE_NO), list_address("invt", INVT_NO)} <= house.addresses()
    assert house.cases.told == [(CASE, ["120", "300", "800"])]


async def test_a_receipt_for_nobody_is_parked_and_delivered_when_its_case_appears(house: House) -> None:
    await house.tell(list_receipt("800"))
    await house.step(3)
    assert house.states() == ["parked"]
    assert house.cases.calls == []

    house.know()
    await house.step()
    assert house.cases.told == [(CASE, ["800"])]
    assert house.states() == ["delivered"]


async def test_a_parked_receipt_is_found_by_any_of_its_keys(house: House) -> None:
    await house.tell(list_receipt("100", return_info=f"[电商企业编码：{EBC},订单编号：{ORDER_NO}]"))
    await house.step()

    house.know(addresses=[case_address(EBC, ORDER_NO)])
    await house.step()
    assert house.cases.told == [(CASE, ["100"])]


async def test_a_receipt_without_any_key_is_parked_and_shown(house: House) -> None:
    await house.tell(list_receipt("-621001", cop_no=None, ebc_code=None, return_info="失败"))
    await house.step()

    assert house.states() == ["parked"]


async def test_a_repeat_of_a_parked_receipt_brings_it_to_its_case(house: House) -> None:
    await house.tell(list_receipt("800"))
    await house.step()
    house.know()
    await house.tell(list_receipt("800"))
    await house.step()

    assert house.cases.told == [(CASE, ["800"])]
    assert [item.repeats for item in house.items()] == [1]


async def test_the_receipt_of_a_split_payment_reaches_every_case_once(house: House) -> None:
    shared = [payment_address(PAY, PAY_ID)]
    house.know("declaration-list/E/A", shared)
    house.know("declaration-list/E/B", shared)
    await house.tell(payment_receipt("100"))
    await house.tell(payment_receipt("100"))
    await house.step()
    assert sorted(house.cases.told) == [("declaration-list/E/A", ["100"]), ("declaration-list/E/B", ["100"])]

    house.know("declaration-list/E/C", shared)
    await house.tell(payment_receipt("100"))
    await house.step()
    assert [case for case, _ in house.cases.told[2:]] == ["declaration-list/E/C"]


async def test_an_old_attempt_does_not_hear_what_is_about_the_newest(house: House) -> None:
    for workflow_id in (f"{CASE}~2", f"{CASE}~10", CASE):
        house.know(workflow_id)
    await house.tell(list_receipt("800"))
    await house.step()

    assert house.cases.told == [(f"{CASE}~10", ["800"])]


async def test_a_late_repeat_of_an_old_rejection_does_not_reach_the_corrected_copy(house: House) -> None:
    house.know()
    await house.tell(list_receipt("100"))
    await house.step()
    house.know(f"{CASE}~2")
    await house.tell(list_receipt("100"))
    await house.step()

    assert house.cases.told == [(CASE, ["100"])]


async def test_a_corrected_copy_hears_again_what_customs_said_of_its_documents(house: House) -> None:
    house.know()
    house.file(DocumentKind.ORDER)
    await house.tell(order_receipt("120"))
    await house.step()
    house.know(f"{CASE}~2")
    house.file(DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, workflow_id=f"{CASE}~2")
    for _ in range(2):
        await house.tell(order_receipt("120"))
        await house.step()

    assert [(item.workflow_id, item.state) for item in house.items()] == [(CASE, "waiting"), (f"{CASE}~2", "waiting")]


async def test_two_lists_under_one_number_are_not_guessed_between(house: House) -> None:
    house.know("declaration-list/E1/X", [list_address("cop", COP_NO)])
    house.know("declaration-list/E2/X", [list_address("cop", COP_NO)])
    await house.tell(list_receipt("800"))
    await house.step()

    assert house.cases.calls == []
    assert [(item.state, item.fault) for item in house.items()] == [("parked", "E_ORDER_AMBIGUOUS")]


async def test_other_processes_known_under_a_key_are_no_lists(house: House) -> None:
    house.know("goods-return/1", [list_address("cop", COP_NO)])
    await house.tell(list_receipt("800"))
    await house.step()

    assert house.states() == ["parked"]


async def test_a_bill_and_its_new_status_are_one_record_in_whatever_order_they_come(house: House) -> None:
    await house.tell(bill_status("2", 600))
    await house.http.post("/customs/receipts", content=sample("tax_bill.xml"))
    await house.step()

    with house.database.transaction() as session:
        bill = session.get_one(BillRecord, f"{INVT_NO}_0")
    assert (bill.status, str(bill.total), bill.payment_order_no) == ("2", "28.21", "DUTY-1")
    assert bill.workflow_id is None

    house.know(addresses=[list_address("invt", INVT_NO)])
    await house.step()
    with house.database.transaction() as session:
        assert session.get_one(BillRecord, f"{INVT_NO}_0").workflow_id == CASE


async def test_a_decisive_receipt_is_noted_at_the_filing(house: House) -> None:
    house.know()
    house.file(*DocumentKind)
    await house.tell(order_receipt("3"), order_receipt("120", 2))
    await house.tell(payment_receipt("2"))
    await house.tell(waybill_receipt("-504012"))
    await house.tell(list_receipt("120"))
    await house.step()

    assert house.filings() == {"order": "120", "payment": None, "waybill": "-504012", "declaration_list": None}


async def test_control_and_result_reach_their_list_as_signals_of_their_own(house: House) -> None:
    house.know()
    await house.http.post("/customs/control-instructions", json=control())
    await house.http.post("/customs/inspection-results", json=finding())
    await house.http.post("/customs/control-instructions", json=control())
    await house.step()

    assert [(what, case) for what, case, _ in house.cases.calls] == [("instruct", CASE), ("record_inspection", CASE)]
    assert [item.repeats for item in house.items()] == [1, 0]


async def test_a_control_instruction_for_an_unknown_list_waits_for_it(house: House) -> None:
    await house.http.post("/customs/control-instructions", json=control())
    await house.step()
    assert house.states() == ["parked"]

    house.know()
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["instruct"]


async def test_a_new_process_reads_what_the_dead_one_only_kept_once(house: House) -> None:
    house.know()
    house.store(write([list_receipt("800")], guid=GUID))
    house.store(sample("order.json"), door="enterprise", sender=EBC)
    house.restart()
    await house.step()
    house.restart()
    house.clock.pass_seconds(house.settings.call_seconds)
    await house.step(3)

    assert [(what, case) for what, case, _ in house.cases.calls] == [("deliver", CASE), ("transmit", CASE)]
    assert house.states() == ["delivered", "delivered"]


async def test_a_defect_in_reading_one_message_is_shown_and_stops_no_other(house: House) -> None:
    house.know()
    house.store(b"{}", door="a door of an older release")
    await house.tell(list_receipt("800"))
    await house.step()

    assert "E_UNREADABLE" in house.raws()[0].fault
    assert house.cases.told == [(CASE, ["800"])]


async def test_news_that_cannot_be_routed_is_shown_and_stops_no_other(house: House) -> None:
    impossible = f"declaration-list/{'E' * 19}/1"
    house.know(impossible, [list_address("cop", "BAD1"), list_address("pre", PRE_NO)])
    await house.tell(list_receipt("800", cop_no="BAD1"))
    await house.tell(list_receipt("800", cop_no="BAD2"))
    house.know()
    await house.tell(list_receipt("800"))
    await house.step()
    house.know(impossible, [list_address("cop", "BAD2")])
    await house.tell(list_receipt("899", 2))
    await house.step()

    assert [raw.state for raw in house.raws()] == ["faulty", "read", "read", "read"]
    assert "E_UNREADABLE" in house.raws()[0].fault
    stuck = house.items()[0]
    assert (stuck.state, stuck.fault) == ("parked", "ValidationError")
    assert house.cases.told == [(CASE, ["800"]), (CASE, ["899"])]
