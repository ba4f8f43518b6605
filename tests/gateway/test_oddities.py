"""News that contradicts other news, or says it otherwise, is delivered and seen; the case decides what holds."""

from datetime import timedelta
from typing import Any

import pytest

from clearway.contracts.documents import DocumentKind
from models.tables import FilingRecord
from tests.gateway.recording import (
    CASE,
    INVT_NO,
    PRE_NO,
    START,
    House,
    bill_status,
    control,
    finding,
    list_receipt,
    order_receipt,
)


def remarks(house: House) -> list[str]:
    return [item.remark.partition(":")[0] for item in house.items()]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (list_receipt("800"), list_receipt("100", 2)),
        (list_receipt("100", 2), list_receipt("800")),
        (list_receipt("-621029"), list_receipt("800", 2)),
        (order_receipt("120"), order_receipt("100", 2)),
        (order_receipt("-301008", 2), order_receipt("120")),
    ],
    ids=["refused after release", "release after refusal", "error and release", "refused later", "stored earlier"],
)
async def test_opposite_answers_about_one_document_are_delivered_and_seen(
    house: House, first: Any, second: Any
) -> None:
    house.know()
    house.file(*DocumentKind)
    for receipt in (first, second):
        await house.tell(receipt)
        await house.step()
        house.clock.pass_seconds(100)
    await house.step()

    assert sorted(status for _, told in house.cases.told for status in told) == sorted(
        [first.return_status, second.return_status]
    )
    assert remarks(house) == ["", "E_CONTRADICTORY"]
    figures = (await house.http.get("/inbox/figures")).json()
    assert figures["contradictory"] == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (list_receipt("120"), list_receipt("100", 2)),
        (list_receipt("120"), list_receipt("800", 2)),
        (list_receipt("500", 5), list_receipt("800", 2)),
        (order_receipt("-301010"), order_receipt("120", 2)),
        (order_receipt("120"), list_receipt("100", 2)),
        (bill_status("1"), bill_status("2", 2)),
    ],
    ids=["accepted, then refused", "released", "late inspection", "there already", "other document", "bill"],
)
async def test_what_goes_together_is_not_odd(house: House, first: Any, second: Any) -> None:
    house.know()
    house.know(addresses=[f"list|invt|{INVT_NO}"])
    house.file(*DocumentKind)
    await house.tell(first)
    await house.tell(second)
    await house.step()

    assert remarks(house) == ["", ""]


async def test_a_corrected_document_may_be_answered_otherwise_than_the_first(house: House) -> None:
    house.know()
    house.file(DocumentKind.ORDER)
    await house.tell(order_receipt("100"))
    await house.step()
    with house.database.transaction() as session:
        session.add(
            FilingRecord(
                workflow_id=CASE,
                kind=DocumentKind.ORDER,
                version=2,
                message_guid="2",
                filed_at=START + timedelta(minutes=2),
            )
        )
    await house.tell(order_receipt("120", 3))
    await house.step()

    assert remarks(house) == ["", ""]


async def test_the_same_number_status_and_time_with_another_number_of_customs_does_not_vanish(house: House) -> None:
    house.know()
    receipt = list_receipt("120", pre_no=PRE_NO)
    other = list_receipt("120", pre_no=PRE_NO, invt_no=INVT_NO)
    for each in (receipt, other, receipt, other):
        await house.tell(each)
        await house.step()

    assert [(item.remark.partition(":")[0], item.repeats) for item in house.items()] == [
        ("", 1),
        ("E_OTHER_CONTENT", 1),
    ]
    assert f"list|invt|{INVT_NO}" in house.addresses()
    house.clock.pass_seconds(100)
    await house.step()
    assert house.cases.told == [(CASE, ["120", "120"])]


async def test_the_same_receipt_with_other_words_is_seen_as_such(house: House) -> None:
    house.know()
    await house.tell(list_receipt("100"))
    await house.tell(list_receipt("100", return_info="别的原因"))
    await house.step()

    assert remarks(house) == ["", "E_OTHER_CONTENT"]


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("control-instructions", control(), control(minute=9)),
        ("inspection-results", finding(), finding(minute=9)),
        (
            "inspection-results",
            finding(),
            finding() | {"result": finding()["result"] | {"outcome": "ABNORMAL"}},
        ),
    ],
    ids=["instruction", "time of the result", "outcome"],
)
async def test_an_instruction_or_result_given_twice_with_other_content_is_seen(
    house: House, path: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    house.know()
    for body in (first, first, second):
        await house.http.post(f"/customs/{path}", json=body)
        await house.step()

    assert remarks(house) == ["", "E_OTHER_CONTENT"]
    assert [item.repeats for item in house.items()] == [1, 0]


async def test_a_remark_outlives_the_delivery_and_shows_in_the_inbox(house: House) -> None:
    house.know()
    await house.tell(list_receipt("800"))
    await house.tell(list_receipt("100", 2))
    await house.step()

    shown = (await house.http.get("/inbox")).json()["entries"]
    assert [(entry["state"], entry["remark"]) for entry in shown] == [
        ("delivered", "E_CONTRADICTORY: 100 against 800 of item 1"),
        ("delivered", ""),
    ]
