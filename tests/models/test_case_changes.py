"""Modifications and cancellations of a case: what customs says of them, in any order, and what then stands."""

from collections.abc import Callable

import pytest

from clearway.contracts.customs import CustomsNews, CustomsReceipt, Disposition, InspectionOutcome
from clearway.contracts.documents import ApplicationKind
from clearway.contracts.states import Detail, State
from models.narrative import awaited
from tests.case_driver import LIST, Driver, filed, released


def _stands(driver: Driver) -> tuple[State, Detail]:
    return driver.case.state, driver.case.detail


def _outcomes(driver: Driver) -> list[tuple[str, str]]:
    return [(change.kind, change.outcome) for change in driver.case.changes]


def _modifying() -> Driver:
    driver = filed()
    driver.modify()
    driver.file_change()
    assert _stands(driver) == (State.MATCHED, Detail.MODIFICATION_FILED)
    driver.wait(1)
    return driver


def _cancelling(driver: Driver) -> Driver:
    driver.cancel()
    driver.file_change()
    assert driver.case.detail is Detail.CANCELLATION_FILED
    return driver


def _answered(driver: Driver, cop_no: str, status: str) -> None:
    receipt = CustomsReceipt(about=ApplicationKind.CANCELLATION, status=status, at=driver.now, cop_no=cop_no)
    driver.case.take_news(CustomsNews(receipts=(receipt,)), driver.now)


def test_an_approved_modification_stands_once_it_is_settled() -> None:
    driver = _modifying()
    driver.receipt(LIST, "120")
    assert _outcomes(driver) == [("modification", "APPROVED")]
    driver.settle_change()
    assert _stands(driver) == (State.MATCHED, Detail.ACCEPTED)
    assert driver.case.judgement is not None
    assert driver.case.judgement.snapshot == "change 1 APPROVED"
    assert {each.kind: each.version for each in driver.case.documents}[LIST] == 2


@pytest.mark.parametrize("status", ["100", "-621011"])
def test_a_refused_modification_ends_no_list(status: str) -> None:
    driver = _modifying()
    driver.receipt(LIST, status)
    assert _outcomes(driver) == [("modification", "REFUSED")]
    assert _stands(driver) == (State.MATCHED, Detail.ACCEPTED)
    assert driver.case.alarms == ["CHANGE_REFUSED"]
    driver.settle_change()
    driver.modify()
    assert driver.case.alarms == [], "the next one is another matter"


def test_what_customs_said_of_the_list_before_the_modification_is_not_about_it() -> None:
    driver = _modifying()
    driver.receipt(LIST, "100", seconds=-7200)
    assert driver.case.state is State.REJECTED
    assert _outcomes(driver) == [("modification", "OVERTAKEN")]


def test_the_way_of_the_list_goes_on_behind_an_open_modification() -> None:
    driver = _modifying()
    driver.receipt(LIST, "300")
    assert _stands(driver) == (State.MATCHED, Detail.MODIFICATION_FILED)
    driver.wait(1)
    driver.receipt(LIST, "100")
    assert _stands(driver) == (State.MATCHED, Detail.UNDER_REVIEW)


def test_a_release_overtakes_an_open_modification() -> None:
    driver = _modifying()
    driver.receipt(LIST, "800")
    assert _outcomes(driver) == [("modification", "OVERTAKEN")]
    driver.open_window()
    assert driver.case.clocks is None, "first the ledger holds what was released"
    driver.settle_change()
    driver.open_window()
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.RETURN_OPEN)
    assert driver.case.alarms == ["CHANGE_REFUSED"]


def test_approval_and_release_in_one_delivery_release_the_modified_list() -> None:
    driver = _modifying()
    receipts = tuple(
        CustomsReceipt(about=LIST, status=status, at=driver.now, pre_no="p", invt_no="i") for status in ("800", "120")
    )
    driver.case.take_news(CustomsNews(receipts=receipts), driver.now)
    assert _outcomes(driver) == [("modification", "APPROVED")]
    assert driver.case.state is State.RELEASED


def test_a_list_that_ends_takes_its_open_change_with_it() -> None:
    driver = _modifying()
    driver.receipt(LIST, "700")
    assert _outcomes(driver) == [("modification", "OVERTAKEN")]
    assert driver.case.reason == "700", "an end is told by its own reason"
    driver = _modifying()
    driver.dispose(Disposition.CONFISCATE)
    assert _outcomes(driver) == [("modification", "OVERTAKEN")]


@pytest.mark.parametrize("status", ["4", "-621013"])
def test_what_customs_could_not_take_is_filed_again(status: str) -> None:
    driver = _modifying()
    driver.receipt(LIST, status)
    assert driver.case.change_to_file
    assert driver.case.change_resent
    assert LIST not in driver.case.to_resend, "it is the change that goes again, not the list"


def test_a_correction_that_customs_ordered_and_approved_leaves_the_next_word_to_customs() -> None:
    driver = filed()
    driver.result("K-1", InspectionOutcome.ABNORMAL)
    driver.dispose(Disposition.MODIFY)
    driver.modify()
    assert _stands(driver) == (State.DETAINED, Detail.MODIFICATION_FILED)
    assert [each.what_en for each in awaited(driver.case)] == ["customs' decision on the modification"]
    driver.wait(1)
    driver.receipt(LIST, "120")
    assert _stands(driver) == (State.DETAINED, Detail.DETAINED)
    assert [each.what_en for each in awaited(driver.case)] == ["customs' decision about the goods"]
    driver.settle_change()
    driver.modify()
    assert len(driver.case.changes) == 1, "it was ordered once"


def test_a_correction_that_customs_ordered_and_refused_is_still_wanted() -> None:
    driver = filed()
    driver.dispose(Disposition.MODIFY)
    driver.modify()
    driver.wait(1)
    driver.receipt(LIST, "100")
    assert _stands(driver) == (State.DETAINED, Detail.MODIFICATION_ORDERED)


@pytest.mark.parametrize("start", [filed, released])
def test_an_approved_cancellation_ends_the_list_before_and_after_its_release(start: Callable[[], Driver]) -> None:
    driver = _cancelling(start())
    driver.answer_cancellation("399")
    assert _stands(driver) == (State.CANCELLED, Detail.CLOSED)
    assert driver.case.reason == "cancelled by operator-7: r"


@pytest.mark.parametrize(
    ("status", "outcome", "alarms"),
    [
        ("100", "REFUSED", ["CHANGE_REFUSED"]),
        ("-623001", "REFUSED", ["CHANGE_REFUSED"]),
        ("3", "FILED", []),
        ("-623009", "FILED", []),
        ("777", "FILED", ["UNKNOWN_RECEIPT"]),
    ],
)
def test_what_customs_answers_to_an_application(status: str, outcome: str, alarms: list[str]) -> None:
    driver = _cancelling(filed())
    driver.answer_cancellation(status)
    assert (_outcomes(driver), driver.case.alarms) == ([("cancellation", outcome)], alarms)
    assert driver.case.state is State.MATCHED


def test_an_application_that_customs_could_not_take_is_filed_again() -> None:
    driver = _cancelling(filed())
    driver.answer_cancellation("4")
    assert (driver.case.change_to_file, driver.case.change_resent) == (True, True)


def test_a_late_answer_to_an_earlier_application_decides_nothing() -> None:
    driver = _cancelling(filed())
    driver.case.note_filed_change(1, "CX-1")
    _answered(driver, "CX-1", "100")
    _cancelling(driver)
    driver.case.note_filed_change(2, "CX-2")
    _answered(driver, "CX-1", "399")
    assert _stands(driver) == (State.MATCHED, Detail.CANCELLATION_FILED)
    _answered(driver, "CX-2", "399")
    assert _stands(driver) == (State.CANCELLED, Detail.CLOSED)


def test_a_late_answer_decides_nothing_either_while_the_next_application_is_being_filed() -> None:
    driver = _cancelling(filed())
    _answered(driver, "CX-1", "100")  # before our own filing was recorded
    _cancelling(driver)
    _answered(driver, "CX-1", "399")
    assert _stands(driver) == (State.MATCHED, Detail.CANCELLATION_FILED)
    _answered(driver, "CX-2", "399")
    assert _stands(driver) == (State.CANCELLED, Detail.CLOSED)


def test_a_release_leaves_an_open_cancellation_open_and_no_batch_takes_its_tax() -> None:
    driver = _cancelling(filed())
    driver.receipt(LIST, "800")
    driver.open_window()
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.CANCELLATION_FILED)
    assert driver.case.blocks == {"cancellation"}
    driver.answer_cancellation("100")
    assert (_stands(driver), driver.case.blocks) == ((State.RETURN_WINDOW, Detail.RETURN_OPEN), frozenset())


def test_an_inspection_behind_an_open_cancellation_leaves_it_shown_when_it_is_over() -> None:
    driver = _cancelling(released())
    driver.instruct("K-1")
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.INSPECTION)
    driver.result("K-1", InspectionOutcome.NORMAL)
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.CANCELLATION_FILED)


def test_a_receipt_of_a_return_that_came_to_the_list_is_shown_as_lost() -> None:
    driver = released()
    receipt = CustomsReceipt(about=ApplicationKind.GOODS_RETURN, status="120", at=driver.now, cop_no="TH-1")
    driver.case.take_news(CustomsNews(receipts=(receipt,)), driver.now)
    assert driver.case.alarms == ["UNKNOWN_RECEIPT"]
