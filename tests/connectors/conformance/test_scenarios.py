"""What arrives for each magic word, in which order and at which legal time."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import ListReceipt, PaymentReceipt, TaxBill
from clearway.messages import customs_receipts
from tests.connectors.conformance.conftest import World
from tests.connectors.conformance.servers import INSTRUCTIONS, RECEIPTS, RESULTS
from tests.simulator.papers import AT, new_guid, new_papers

TAKEN = ["2", "3", "120"]
CLEARED = ["399", "800", "816"]
ABNORMAL = [*TAKEN, "500", "instruction", "ABNORMAL"]

EXPECTED: dict[str, list[str]] = {
    "0001": TAKEN + CLEARED,
    "RELEASE": TAKEN + CLEARED,
    "REVIEW": [*TAKEN, "300", *CLEARED],
    "INSPECTOK": [*TAKEN, "500", "instruction", "NORMAL", *CLEARED],
    "INSPECTBAD": [*TAKEN, "500", "instruction", "ABNORMAL", "599"],
    "ABNORMALABROAD": [*TAKEN, "500", "instruction", "ABNORMAL", "700"],
    "INSPECTABSENT": [*TAKEN, "500", "instruction"],
    "DISPMODIFY": [*ABNORMAL, "599", "MODIFY"],
    "DISPEXTRA": [*ABNORMAL, "599", "REMOVE_EXTRA", *CLEARED],
    "DISPLICENCE": [*ABNORMAL, "599", "SUPPLY_LICENCE"],
    "DISPRELEASE": [*ABNORMAL, "503", "RELEASE", *CLEARED],
    "DISPSTOCK": [*ABNORMAL, "599", "BACK_TO_STOCK"],
    "DISPABROAD": [*ABNORMAL, "599", "RETURN_ABROAD", "700"],
    "DISPDESTROY": [*ABNORMAL, "599", "DESTROY"],
    "DISPCONFISCATE": [*ABNORMAL, "503", "CONFISCATE"],
    "DISPHANDOVER": [*ABNORMAL, "502", "HAND_OVER"],
    "MODIFY": TAKEN,
    "MODIFYNO": TAKEN,
    "CANCELWAIT": TAKEN,
    "CANCELNO": TAKEN,
    "CANCELRACE": TAKEN,
    "REJECT": ["2", "3", "100"],
    "REJECTLIMIT": ["2", "3", "100"],
    "REJECTCODE": ["2", "-621001"],
    "REJECTBARE": ["-621001"],
    "SILENT": [],
    "TWICE": [told for told in TAKEN + CLEARED for _ in range(2)],
    "LATE": ["2", "800", "399", "120", "3", "816"],
    "DELAYED": sorted(TAKEN + CLEARED),
    "OVERTAKEN": sorted(TAKEN + CLEARED),
    "LOST": [],
    "MALFORMED": [told for status in TAKEN + CLEARED for told in ("half", status)],
    "SLOW": TAKEN + CLEARED,
    "CUT": TAKEN + CLEARED,
    "CONTRADICT": [*(told for status in (*TAKEN, "399", "800") for told in (status, "2")), "816", "100", "2"],
    "DOORDOWN": TAKEN + CLEARED,
    "DOORCUT": TAKEN + CLEARED,
    "DOORSLOW": TAKEN + CLEARED,
    "UNKNOWN": [*TAKEN, "777", *CLEARED],
    "DOCREJECT": ["2", "3", "100"],
    "ARRIVAL": [*TAKEN, "400", *CLEARED],
    "SUSPEND": [*TAKEN, "600", *CLEARED],
    "TRANSIT4": ["2", "4"],
    "DETAIN501": [*TAKEN, "501"],
    "ABROAD": [*TAKEN, "700"],
    "CLOSED": [*TAKEN, *CLEARED, "899"],
    "BILLDIFF": TAKEN + CLEARED,
    "BILLVOID": [*TAKEN, *CLEARED, "void", "816"],
    "NOBILL": [*TAKEN, "399", "800"],
    "BANKDOWN": TAKEN + CLEARED,
    "BANKPART": TAKEN + CLEARED,
    "BANKREFUSE": TAKEN + CLEARED,
    "IDDOWN": TAKEN + CLEARED,
    "IDBAD": TAKEN + CLEARED,
}

IN_ANY_ORDER = {"DELAYED", "OVERTAKEN"}


@pytest.mark.parametrize("word", EXPECTED)
def test_answers_arrive_in_the_order_of_the_scenario(world: World, word: str) -> None:
    said = world.file_case(new_papers(f"C-1-{word}"))
    assert (sorted(said) if word in IN_ANY_ORDER else said) == EXPECTED[word]


def test_every_word_of_the_table_is_expected_here(world: World) -> None:
    listed = [row["word"] for row in world.http.get(f"{world.url}/scenarios").json()]
    assert sorted(listed) == sorted(set(EXPECTED) - {"0001"})


def test_each_document_is_declared_sent_and_stored(world: World) -> None:
    world.file(*new_papers("C-2").three)
    world.settle()
    told = [post.told for post in world.gateway.posts]
    for kind in ("312", "412", "512"):
        assert [one for one in told if one.startswith(kind)] == [f"{kind}:2", f"{kind}:3", f"{kind}:120"]


def list_receipts(world: World) -> dict[str, ListReceipt]:
    records = [post.message.records[0] for post in world.gateway.posts if post.path == RECEIPTS]
    return {record.return_status: record for record in records if isinstance(record, ListReceipt)}


def bill(world: World) -> TaxBill:
    record = world.gateway.wait_for("816").message.records[0]
    assert isinstance(record, TaxBill)
    return record


@pytest.mark.parametrize("word", ["RELEASE", "LATE"])
def test_customs_lives_on_the_time_of_the_list_whatever_the_order_of_arrival(world: World, word: str) -> None:
    world.file_case(new_papers(f"C-3-{word}"))
    after = {status: receipt.return_time - AT for status, receipt in list_receipts(world).items()}
    seconds = {"2": 5, "3": 10, "120": 30, "399": 60, "800": 90}
    assert after == {status: timedelta(seconds=second) for status, second in seconds.items()}
    assert bill(world).return_time - AT == timedelta(seconds=120)


def test_numbers_come_with_the_storing_and_stay(world: World) -> None:
    papers = new_papers("C-4")
    world.file_case(papers)
    receipts = list_receipts(world)
    assert {receipt.pre_no for receipt in receipts.values()} == {receipts["800"].pre_no}
    assert {receipt.cop_no for receipt in receipts.values()} == {papers.declaration.cop_no}
    assert [receipts[status].invt_no for status in ("2", "3")] == [None, None]
    assert receipts["120"].invt_no == receipts["800"].invt_no == bill(world).invt_no


def test_the_bill_is_the_tax_withheld_as_vat_over_the_lines(world: World) -> None:
    world.file_case(new_papers("C-5", tax_total="50.23"))
    taxed = bill(world)
    assert taxed.status == "1"
    assert taxed.tax_no == f"{taxed.invt_no}_0"
    assert (taxed.value_added_tax, taxed.customs_tax, taxed.consumption_tax) == (
        Decimal("50.23"),
        Decimal(0),
        Decimal(0),
    )
    assert [line.value_added_tax for line in taxed.lines] == [Decimal("18.21"), Decimal("32.02")]
    assert [line.tax_price for line in taxed.lines] == [Decimal("203.35"), Decimal("357.65")]


def test_the_bill_of_billdiff_is_half_a_yuan_higher(world: World) -> None:
    world.file_case(new_papers("C-6-BILLDIFF", tax_total="50.23"))
    assert bill(world).value_added_tax == Decimal("50.73")


def test_twice_is_the_same_to_the_byte(world: World) -> None:
    world.file_case(new_papers("C-7-TWICE"))
    contents = [post.content for post in world.gateway.posts]
    assert contents[::2] == contents[1::2]


def test_the_limit_is_told_with_its_inner_code(world: World) -> None:
    papers = new_papers("C-8-REJECTLIMIT")
    world.file_case(papers)
    assert list_receipts(world)["100"].return_info.startswith("[Code:1313;Desc:")
    world.gateway.forget()
    assert world.file_list(papers.declaration.model_copy(update={"guid": new_guid()})) == ["2", "3", "100"]


def test_a_bare_error_names_the_order_in_its_text_only(world: World) -> None:
    papers = new_papers("C-9-REJECTBARE")
    world.file_case(papers)
    receipt = list_receipts(world)["-621001"]
    assert (receipt.cop_no, receipt.pre_no, receipt.invt_no) == (None, None, None)
    ((keys, told),) = customs_receipts(world.gateway.wait_for("-621001").message)
    assert (keys.order_no, told.status) == (papers.order.order_no, "-621001")


@pytest.mark.parametrize("word", ["REJECT", "REJECTCODE", "REJECTBARE"])
def test_a_corrected_copy_of_a_returned_list_is_released(world: World, word: str) -> None:
    papers = new_papers(f"C-10-{word}")
    world.file_case(papers)
    world.gateway.forget()
    assert world.file_list(papers.declaration) == []
    corrected = papers.declaration.model_copy(update={"guid": new_guid(), "note": "corrected"})
    assert world.file_list(corrected) == TAKEN + CLEARED


def test_after_a_failed_sending_the_same_guid_is_filed_again_and_released(world: World) -> None:
    papers = new_papers("C-11-TRANSIT4")
    world.file_case(papers)
    world.gateway.forget()
    assert world.file_list(papers.declaration) == ["3", "120", *CLEARED]
    world.gateway.forget()
    assert world.file_list(papers.declaration) == []


def test_a_returned_voucher_is_stored_once_corrected(world: World) -> None:
    papers = new_papers("C-12-DOCREJECT")
    world.file(*papers.three)
    returned = world.gateway.wait_for("412:100").message.records[0]
    assert isinstance(returned, PaymentReceipt)
    assert returned.pay_transaction_id == papers.payment.pay_transaction_id
    corrected = papers.payment.model_copy(update={"guid": new_guid(), "app_type": "2", "note": "corrected"})
    world.file(corrected)
    world.gateway.wait_for("412:120")
    assert world.file_list(papers.declaration)[-6:] == TAKEN + CLEARED


def test_an_inspection_is_ordered_and_reported_for_the_list_it_concerns(world: World) -> None:
    papers = new_papers("C-13-INSPECTBAD")
    world.file_case(papers)
    (ordered,) = [post.json for post in world.gateway.posts if post.path == INSTRUCTIONS]
    (reported,) = [post.json for post in world.gateway.posts if post.path == RESULTS]
    for notice in (ordered, reported):
        assert (notice["ebc_code"], notice["order_no"]) == (papers.order.ebc_code, papers.order.order_no)
    instruction = ControlInstruction.model_validate(ordered["instruction"])
    result = InspectionResult.model_validate(reported["result"])
    assert instruction.instruction_id == result.instruction_id
    assert instruction.issued_at - AT == timedelta(seconds=45)
    assert result.recorded_at - AT == timedelta(hours=1)
    assert result.outcome is InspectionOutcome.ABNORMAL


def give_result(world: World, order_no: str, outcome: str, recorded_at: datetime | None = None) -> int:
    body = {"outcome": outcome} | ({"recorded_at": recorded_at.isoformat()} if recorded_at else {})
    return world.http.post(f"{world.url}/customs/inspections/{order_no}/result", json=body).status_code


@pytest.mark.parametrize(("outcome", "rest"), [("NORMAL", ["NORMAL", *CLEARED]), ("ABNORMAL", ["ABNORMAL", "599"])])
def test_an_officer_decides_an_inspection_by_hand(world_by_hand: World, outcome: str, rest: list[str]) -> None:
    world = world_by_hand
    papers = new_papers(f"C-14-{outcome}-INSPECTOK")
    world.file_three(papers)
    world.file(papers.declaration)
    world.gateway.wait_for("instruction")
    assert give_result(world, papers.order.order_no, outcome) == 202
    world.settle()
    assert world.gateway.said() == [*TAKEN, "500", "instruction", *rest]
    assert give_result(world, papers.order.order_no, outcome) == 409


def test_after_a_long_inspection_everything_else_is_later_too(world_by_hand: World) -> None:
    world = world_by_hand
    papers = new_papers("C-15-INSPECTOK")
    world.file_three(papers)
    world.file(papers.declaration)
    world.gateway.wait_for("instruction")
    recorded_at = datetime(2031, 3, 20, 9, 0, tzinfo=SHANGHAI)
    assert give_result(world, papers.order.order_no, "NORMAL", recorded_at) == 202
    world.settle()
    assert list_receipts(world)["800"].return_time - recorded_at == timedelta(seconds=90)


def test_a_result_for_an_unknown_list_is_refused(world_by_hand: World) -> None:
    assert give_result(world_by_hand, "C-16-nobody", "NORMAL") == 404
