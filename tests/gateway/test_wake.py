"""What wakes a case and what rides along: the table itself, then the ride with a clock that tests move."""

from collections import Counter

import pytest

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from gateway.news import News
from gateway.wake import changes_nothing, is_decisive, wakes
from tests.gateway.recording import (
    CASE,
    INVT_NO,
    START,
    House,
    bill_status,
    control,
    list_receipt,
    order_receipt,
    payment_receipt,
    waybill_receipt,
)

LIST = DocumentKind.DECLARATION_LIST
DOWN_TO_RELEASE = ("1", "2", "3", "4", "100", "120", "300", "399", "400", "500", "501", "502", "503", "599", "600")
ALL = (*DOWN_TO_RELEASE, "700", "800", "899", "-1", "-621001", "18", "999", "X")


def receipt(about: DocumentKind | ApplicationKind, status: str) -> News:
    return News(addresses=("a",), receipt=CustomsReceipt(about=about, status=status, at=START))


def test_a_list_rides_with_steps_on_its_way_and_wakes_with_everything_else() -> None:
    riding = {status for status in ALL if not wakes(receipt(LIST, status), ())}
    noted = {status for status in ALL if changes_nothing(receipt(LIST, status))}
    assert (riding, noted) == ({"1", "2", "3", "120", "399"}, {"1", "2", "3"})


@pytest.mark.parametrize("about", THREE_DOCUMENTS)
def test_a_document_wakes_with_everything_but_progress(about: DocumentKind) -> None:
    quiet = {status for status in ALL if not wakes(receipt(about, status), ())}
    assert quiet == {"1", "2", "3"} == {status for status in ALL if changes_nothing(receipt(about, status))}


@pytest.mark.parametrize("about", ApplicationKind)
def test_an_application_wakes_with_everything_but_progress(about: ApplicationKind) -> None:
    quiet = {status for status in ALL if not wakes(receipt(about, status), ())}
    assert quiet == {"1", "2", "3"} == {status for status in ALL if changes_nothing(receipt(about, status))}


@pytest.mark.parametrize("about", THREE_DOCUMENTS)
def test_an_accepted_document_rides_while_another_is_undecided(about: DocumentKind) -> None:
    others = set(THREE_DOCUMENTS) - {about}
    assert not wakes(receipt(about, "120"), others)
    assert wakes(receipt(about, "120"), {about})
    assert wakes(receipt(about, "100"), others)


@pytest.mark.parametrize(
    ("about", "status", "decisive"),
    [
        (DocumentKind.ORDER, "120", True),
        (DocumentKind.PAYMENT, "100", True),
        (DocumentKind.WAYBILL, "-504012", True),
        (DocumentKind.ORDER, "3", False),
        (DocumentKind.ORDER, "4", False),
        (LIST, "120", False),
        (ApplicationKind.GOODS_RETURN, "120", False),
        (ApplicationKind.CANCELLATION, "100", False),
    ],
)
def test_a_decisive_status(about: DocumentKind | ApplicationKind, status: str, decisive: bool) -> None:
    assert is_decisive(about, status) is decisive


async def test_the_three_documents_are_one_signal(house: House) -> None:
    house.know()
    house.file(*THREE_DOCUMENTS)
    await house.tell(order_receipt("2"), order_receipt("120", 2))
    await house.tell(waybill_receipt("120", 4))
    await house.step()
    assert house.cases.calls == []

    await house.tell(payment_receipt("2", 3), payment_receipt("120", 5))
    await house.step()
    assert house.cases.told == [(CASE, ["120", "120", "120"])]
    assert Counter(house.states()) == {"delivered": 3, "noted": 2}


async def test_documents_filed_one_after_another_are_one_signal_too(house: House) -> None:
    house.know()
    house.file(DocumentKind.ORDER)
    await house.tell(order_receipt("120"))
    await house.step()
    assert house.cases.calls == []

    house.file(DocumentKind.PAYMENT, DocumentKind.WAYBILL)
    await house.tell(payment_receipt("120"))
    await house.tell(waybill_receipt("120"))
    await house.step()
    assert [statuses for _, statuses in house.cases.told] == [["120", "120", "120"]]


async def test_a_returned_document_wakes_at_once(house: House) -> None:
    house.know()
    house.file(*THREE_DOCUMENTS)
    await house.tell(order_receipt("120"))
    await house.tell(payment_receipt("100", 2))
    await house.step()

    assert house.cases.told == [(CASE, ["120", "100"])]


async def test_a_lone_list_receipt_rides_until_the_last_second_and_not_longer(house: House) -> None:
    house.know()
    await house.tell(list_receipt("120"))
    house.clock.pass_seconds(59.999)
    await house.step()
    assert house.cases.calls == []

    house.clock.pass_seconds(0.001)
    await house.step()
    assert house.cases.told == [(CASE, ["120"])]


async def test_the_whole_way_of_a_list_is_one_signal_with_its_release(house: House) -> None:
    house.know()
    for minute, status in enumerate(("2", "120", "399")):
        await house.tell(list_receipt(status, minute, invt_no=INVT_NO))
        await house.step()
    await house.tell(bill_status("1", 3))
    await house.step()
    assert house.cases.calls == []

    await house.tell(list_receipt("800", 4))
    await house.step()
    assert house.cases.told == [(CASE, ["120", "399", "800", "bill 1"])]


async def test_a_lone_bill_waits_a_day(house: House) -> None:
    house.know()
    await house.tell(list_receipt("800", invt_no=INVT_NO))
    await house.tell(bill_status("1"))
    await house.step()
    await house.tell(bill_status("2", 9))
    house.clock.pass_seconds(86_399)
    await house.step()
    assert house.cases.told == [(CASE, ["800", "bill 1"])]

    house.clock.pass_seconds(1)
    await house.step()
    assert house.cases.told[1:] == [(CASE, ["bill 2"])]


async def test_an_unknown_status_wakes(house: House) -> None:
    house.know()
    await house.tell(list_receipt("977"))
    await house.step()

    assert house.cases.told == [(CASE, ["977"])]


async def test_a_control_instruction_takes_along_what_rides(house: House) -> None:
    house.know()
    await house.tell(list_receipt("120", 1))
    await house.http.post("/customs/control-instructions", json=control(minute=2))
    await house.step()

    assert [what for what, _, _ in house.cases.calls] == ["deliver", "instruct"]


async def test_a_receipt_that_changes_nothing_is_kept_and_told_nobody_however_long(house: House) -> None:
    house.know()
    raw_id = await house.tell(list_receipt("3", invt_no=INVT_NO))
    await house.tell(list_receipt("3", invt_no=INVT_NO))
    await house.step()
    house.clock.pass_seconds(100_000)
    await house.step()

    assert house.cases.calls == []
    (item,) = house.items()
    assert (item.state, item.workflow_id, item.repeats, item.wakes) == ("noted", CASE, 1, False)
    (entry,) = (await house.http.get("/inbox", params={"state": "noted"})).json()["entries"]
    assert (entry["raw_id"], entry["workflow_id"]) == (raw_id, CASE)
    assert f"list|invt|{INVT_NO}" in house.addresses(), "its numbers are known all the same"
