"""Receipts about applications: a return's go to that return, a cancellation's to its list, none is guessed."""

from typing import Any

import pytest

from clearway.contracts.documents import ApplicationKind, DocumentKind
from models.addresses import case_address, list_address
from models.tables import FilingRecord
from tests.gateway.recording import (
    CANCEL_NO,
    CASE,
    COP_NO,
    EBC,
    GUID,
    INVT_NO,
    ORDER_NO,
    RETURN,
    RETURN_NO,
    START,
    House,
    bill_status,
    cancel_receipt,
    list_receipt,
    return_receipt,
    sample,
)

PRE_OF_RETURN = "T20260320000000001"
SECOND = RETURN.removesuffix("1") + "2"


def apply(house: House, workflow_id: str, cop_no: str, *numbers: str) -> None:
    """An application of this workflow was filed under our own number of it."""
    house.know(workflow_id, [list_address("cop", cop_no), *(list_address("invt", number) for number in numbers)])


async def test_a_return_hears_its_receipts_and_its_list_does_not(house: House) -> None:
    house.know()
    apply(house, RETURN, RETURN_NO)
    await house.tell(return_receipt("120", invt_no=INVT_NO))
    await house.step()

    ((what, workflow_id, news),) = house.cases.calls
    assert (what, workflow_id) == ("deliver", RETURN)
    (receipt,) = news.receipts
    assert (receipt.about, receipt.status, receipt.cop_no) == (ApplicationKind.GOODS_RETURN, "120", RETURN_NO)
    assert house.states() == ["delivered"]


async def test_a_list_hears_of_its_cancellation(house: House) -> None:
    house.know()
    apply(house, CASE, CANCEL_NO)
    await house.tell(cancel_receipt("399"))
    await house.step()

    ((_, workflow_id, news),) = house.cases.calls
    assert (workflow_id, news.receipts[0].about) == (CASE, ApplicationKind.CANCELLATION)


async def test_two_returns_of_one_list_hear_each_its_own_answer(house: House) -> None:
    apply(house, RETURN, RETURN_NO, INVT_NO)
    apply(house, SECOND, "R2", INVT_NO)
    await house.tell(return_receipt("100", invt_no=INVT_NO), return_receipt("100", cop_no="R2", invt_no=INVT_NO))
    await house.step()

    assert sorted(house.cases.told) == [(RETURN, ["100"]), (SECOND, ["100"])]


async def test_the_sample_messages_reach_return_and_list(house: House) -> None:
    apply(house, RETURN, RETURN_NO)
    apply(house, CASE, CANCEL_NO)
    for name in ("return_receipt.xml", "cancel_receipt.xml"):
        await house.http.post("/customs/receipts", content=sample(name))
    await house.step()

    assert sorted(house.cases.told) == [(CASE, ["120", "399"]), (RETURN, ["120"])]
    assert {raw.message_type for raw in house.raws()} == {"CEB624", "CEB626"}


async def test_our_own_number_alone_finds_an_application(house: House) -> None:
    house.know(addresses=[list_address("invt", INVT_NO), case_address(EBC, ORDER_NO)])
    house.know(RETURN, [list_address("invt", INVT_NO)])
    told: dict[str, Any] = {"cop_no": "OF NOBODY", "invt_no": INVT_NO, "return_info": f"订单编号：{ORDER_NO}"}
    await house.tell(return_receipt("120", **told))
    await house.tell(cancel_receipt("120", **told))
    await house.step()

    assert house.states() == ["parked", "parked"]
    apply(house, RETURN, "OF NOBODY")
    await house.step()
    assert house.cases.told == [(RETURN, ["120"])]


async def test_a_receipt_without_our_number_finds_the_return_by_the_numbers_customs_gave_it(house: House) -> None:
    apply(house, RETURN, RETURN_NO)
    apply(house, SECOND, "R2")
    await house.tell(return_receipt("2", pre_no=PRE_OF_RETURN))
    await house.tell(return_receipt("100", 2, cop_no=None, pre_no=PRE_OF_RETURN, invt_no=INVT_NO))
    await house.step()

    assert house.cases.told == [(RETURN, ["100"])]


async def test_a_receipt_without_our_number_finds_the_only_return_of_a_list_and_of_several_none(house: House) -> None:
    house.know(addresses=[list_address("invt", INVT_NO)])
    apply(house, RETURN, RETURN_NO, INVT_NO)
    await house.tell(return_receipt("100", cop_no=None, invt_no=INVT_NO))
    await house.step()
    assert house.cases.told == [(RETURN, ["100"])]

    apply(house, SECOND, "R2", INVT_NO)
    await house.tell(return_receipt("120", 2, cop_no=None, invt_no=INVT_NO))
    await house.step()
    assert [(item.state, item.fault) for item in house.items()][1:] == [("parked", "E_ORDER_AMBIGUOUS")]


async def test_an_unreadable_cancellation_is_found_by_the_order_in_its_text(house: House) -> None:
    house.know()
    await house.tell(cancel_receipt("-623001", cop_no=None, return_info=f"订单编号：{ORDER_NO} 报文校验失败"))
    await house.step()

    assert house.cases.told == [(CASE, ["-623001"])]


async def test_a_number_that_two_enterprises_gave_is_told_apart_by_customs_numbers(house: House) -> None:
    apply(house, RETURN, RETURN_NO, INVT_NO)
    apply(house, "goods-return/E2/X/1", RETURN_NO)
    await house.tell(return_receipt("120", invt_no=INVT_NO))
    await house.step()

    assert house.cases.told == [(RETURN, ["120"])]


async def test_a_return_does_not_hear_what_customs_says_of_its_list(house: House) -> None:
    house.know()
    apply(house, RETURN, RETURN_NO)
    await house.tell(return_receipt("120", pre_no="B20260310000000001", invt_no=INVT_NO))
    await house.tell(list_receipt("899", 2, invt_no=INVT_NO))
    await house.tell(list_receipt("800", 3, cop_no=None, ebc_code=None, invt_no=INVT_NO))
    await house.tell(bill_status("2", 4))
    await house.step()

    assert sorted(house.cases.told) == [(CASE, ["899", "800", "bill 2"]), (RETURN, ["120"])]


async def test_an_answer_told_again_changes_nothing(house: House) -> None:
    apply(house, RETURN, RETURN_NO)
    for _ in range(3):
        await house.tell(return_receipt("120"))
        await house.step()

    assert house.cases.told == [(RETURN, ["120"])]
    assert [item.repeats for item in house.items()] == [2]


@pytest.mark.parametrize("receipt", [cancel_receipt, return_receipt])
async def test_progress_is_noted_and_told_nobody(house: House, receipt: object) -> None:
    about_return = receipt is return_receipt
    workflow_id = RETURN if about_return else CASE
    make = return_receipt if about_return else cancel_receipt
    apply(house, workflow_id, RETURN_NO if about_return else CANCEL_NO)
    for minute, status in enumerate(("1", "2", "3")):
        await house.tell(make(status, minute))
    await house.step()
    assert house.cases.calls == []

    await house.tell(make("120", 5))
    await house.step()
    assert house.cases.told == [(workflow_id, ["120"])]
    assert house.states() == ["noted", "noted", "noted", "delivered"]


async def test_an_answer_to_an_application_decides_no_document(house: House) -> None:
    house.know()
    apply(house, CASE, CANCEL_NO)
    house.file(*DocumentKind)
    with house.database.transaction() as session:
        session.add(FilingRecord(workflow_id=CASE, kind="cancellation", version=1, message_guid=GUID, filed_at=START))
    await house.tell(cancel_receipt("100"))
    await house.step()

    assert set(house.filings().values()) == {None}
    assert house.cases.told == [(CASE, ["100"])]
    assert list_address("cop", COP_NO) in house.addresses()
