"""Customs' control over a case, said to it in every order: inspections, decisions, licences, holds, the exit."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.states import Detail, State
from clearway.rules.dispositions import effects_of
from clearway.rules.sampling import draw, prove
from models.narrative import awaited, markdown, view_of
from tests.case_driver import LIST, Driver, filed, matched, released

NORMAL, ABNORMAL = InspectionOutcome.NORMAL, InspectionOutcome.ABNORMAL
STAYS = [each for each in Disposition if not effects_of(each).ends]
ENDS = [each for each in Disposition if effects_of(each).ends]
ORDERED = {
    Disposition.MODIFY: Detail.MODIFICATION_ORDERED,
    Disposition.REMOVE_EXTRA: Detail.REMOVAL_ORDERED,
    Disposition.SUPPLY_LICENCE: Detail.LICENCE_ORDERED,
    Disposition.RELEASE: Detail.RELEASE_ORDERED,
    Disposition.HAND_OVER: Detail.HANDED_OVER,
}
END_STATES = {
    Disposition.BACK_TO_STOCK: (State.CANCELLED, Detail.CLOSED),
    Disposition.RETURN_ABROAD: (State.RETURNED_ABROAD, Detail.CLOSED),
    Disposition.DESTROY: (State.DESTROYED, Detail.CLOSED),
    Disposition.CONFISCATE: (State.DETAINED, Detail.CONFISCATED),
}


def _stands(driver: Driver) -> tuple[State, Detail]:
    return driver.case.state, driver.case.detail


def _awaited(driver: Driver) -> list[tuple[str, str]]:
    return [(each.who, each.what_en) for each in awaited(driver.case)]


# --- dispositions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", STAYS)
def test_a_decision_that_ends_nothing_keeps_the_goods_until_customs_releases_them(disposition: Disposition) -> None:
    driver = filed()
    driver.result("K-1", ABNORMAL)
    driver.dispose(disposition)
    assert _stands(driver) == (State.DETAINED, ORDERED[disposition])
    assert driver.case.frozen
    driver.wait(1)
    driver.receipt(LIST, "800")
    assert driver.case.state is State.RELEASED


@pytest.mark.parametrize("disposition", ENDS)
@pytest.mark.parametrize("at", ["before the filing", "before the release", "before the exit"])
def test_a_decision_that_ends_a_list_ends_it_wherever_it_stands(disposition: Disposition, at: str) -> None:
    driver = {"before the filing": matched, "before the release": filed, "before the exit": released}[at]()
    driver.dispose(disposition)  # its result is still on the way
    driver.result("K-1", ABNORMAL)
    assert _stands(driver) == END_STATES[disposition]
    assert driver.case.over


@pytest.mark.parametrize(
    ("disposition", "stands"),
    [
        (Disposition.RELEASE, (State.RETURN_WINDOW, Detail.RETURN_OPEN)),
        (Disposition.REMOVE_EXTRA, (State.RETURN_WINDOW, Detail.RETURN_OPEN)),
        (Disposition.SUPPLY_LICENCE, (State.DETAINED, Detail.LICENCE_ORDERED)),
        (Disposition.HAND_OVER, (State.DETAINED, Detail.HANDED_OVER)),
        (Disposition.MODIFY, (State.DETAINED, Detail.MODIFICATION_ORDERED)),
    ],
)
def test_goods_detained_after_their_release_go_on_by_the_same_deadlines(
    disposition: Disposition, stands: tuple[State, Detail]
) -> None:
    driver = released()
    before = driver.case.clocks
    driver.instruct("K-1")
    driver.result("K-1", ABNORMAL)
    assert _stands(driver) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)
    assert driver.case.blocks == {"control"}
    driver.dispose(disposition)
    assert _stands(driver) == stands
    assert driver.case.clocks == before
    assert driver.case.blocks == (frozenset() if stands[0] is State.RETURN_WINDOW else {"control"})


@pytest.mark.parametrize("named", ["K-1", ""])
def test_a_result_that_comes_after_the_decision_about_it_detains_nothing_again(named: str) -> None:
    driver = released()
    driver.instruct("K-1")
    driver.dispose(Disposition.RELEASE, instruction=named)
    assert driver.case.detail is Detail.INSPECTION
    driver.result("K-1", ABNORMAL)
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.RETURN_OPEN)


def test_a_decision_about_one_inspection_says_nothing_of_another() -> None:
    driver = released()
    driver.instruct("K-1")
    driver.instruct("K-2")
    driver.dispose(Disposition.RELEASE, instruction="K-1")
    driver.result("K-2", ABNORMAL)
    assert _stands(driver) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)


def test_the_same_decision_again_changes_nothing() -> None:
    driver = filed()
    driver.dispose(Disposition.MODIFY, "D-1")
    driver.dispose(Disposition.HAND_OVER, "D-2")
    driver.dispose(Disposition.MODIFY, "D-1")
    assert driver.case.detail is Detail.HANDED_OVER
    assert [each.decision_id for each in driver.case.dispositions] == ["D-1", "D-2"]


@pytest.mark.parametrize("status", ["120", "300", "399", "500", "599"])
def test_receipts_around_a_decision_do_not_take_it_back(status: str) -> None:
    driver = filed()
    driver.dispose(Disposition.MODIFY)
    driver.receipt(LIST, status, seconds=30)
    assert _stands(driver) == (State.DETAINED, Detail.MODIFICATION_ORDERED)
    driver.modify()
    assert driver.case.open_change is not None


def test_what_is_not_declared_cannot_be_disposed_of_and_an_operator_sees_that_customs_tried() -> None:
    driver = Driver()
    driver.dispose(Disposition.DESTROY)
    assert driver.case.state is State.SUBMITTED
    assert "UNUSUAL_DISPOSITION" in driver.case.alarms


def test_a_list_released_under_0_2_goes_on_as_it_began() -> None:
    driver = filed()
    driver.collected = False
    driver.receipt(LIST, "800")
    driver.open_window()
    driver.dispose(Disposition.DESTROY)
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.RETURN_OPEN)
    assert "UNUSUAL_DISPOSITION" in driver.case.alarms


# --- in the moment of the release ------------------------------------------------------------------------------------


def test_an_inspection_ordered_while_the_deadlines_are_computed_shows_when_the_window_opens() -> None:
    driver = filed()
    driver.receipt(LIST, "800")
    driver.wait(1)
    driver.instruct("K-1")
    driver.open_window()
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.INSPECTION)


def test_goods_found_abnormal_while_the_deadlines_are_computed_are_detained_when_the_window_opens() -> None:
    driver = filed()
    driver.receipt(LIST, "800")
    driver.result("K-1", ABNORMAL)
    driver.open_window()
    assert _stands(driver) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)
    assert driver.case.clocks is not None


def test_goods_let_go_while_the_deadlines_are_computed_are_in_the_window() -> None:
    driver = filed()
    driver.receipt(LIST, "800")
    driver.dispose(Disposition.RELEASE)
    assert _stands(driver) == (State.DETAINED, Detail.RELEASE_ORDERED)
    driver.open_window()
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.RETURN_OPEN)


def test_goods_found_abnormal_before_their_list_matched_are_not_detained_after_its_release() -> None:
    driver = Driver()
    driver.result("K-1", ABNORMAL)
    assert "ABNORMAL_AFTER_RELEASE" in driver.case.alarms
    for _ in range(4):
        driver._bring_on()
        driver.wait(1)
    driver.receipt(LIST, "800", seconds=30)
    driver.open_window()
    assert _stands(driver) == (State.RETURN_WINDOW, Detail.RETURN_OPEN)


# --- presence and notices --------------------------------------------------------------------------------------------


def test_only_an_inspection_that_is_still_to_be_made_calls_anybody() -> None:
    driver = filed()
    driver.result("K-1", NORMAL)
    driver.instruct("K-1")
    assert not driver.case.stands(driver.case.instructions[0]), "its result overtook it"
    driver.instruct("K-2")
    assert driver.case.stands(driver.case.instructions[1])
    driver.wait(1)
    driver.receipt(LIST, "800")
    assert not driver.case.stands(driver.case.instructions[1]), "a release ends what was ordered before it"


def test_presence_takes_back_the_calls_and_time_alone_never_releases() -> None:
    driver = filed()
    driver.instruct("K-1")
    for number in (1, 2, 3):
        driver.case.note_notice("K-1", number)
    assert driver.case.alarms == ["THIRD_NOTICE"]
    assert _awaited(driver) == [("EBC", "somebody to attend the inspection")]
    driver.case.leave_to_customs()
    assert driver.case.alarms == ["CUSTOMS_DECIDES"]
    assert _awaited(driver) == [("CUS", "the inspection result")]
    driver.wait(24 * 365)
    assert _stands(driver) == (State.MATCHED, Detail.INSPECTION)
    driver.attend("K-1")
    assert driver.case.alarms == []
    assert [(each.attendant, each.letter_no) for each in view_of(driver.case).attendances] == [("L*", "")]


# --- licences --------------------------------------------------------------------------------------------------------


def test_a_licence_is_wanted_until_it_is_handed_in_and_again_when_customs_asks_again() -> None:
    driver = filed()
    driver.dispose(Disposition.SUPPLY_LICENCE, "D-1")
    assert driver.case.licence_due_by == driver.now + timedelta(days=3)
    assert _awaited(driver) == [("EBC", "the licence that customs asked for")]
    driver.supply()
    driver.supply()
    assert driver.case.licence_due_by is None
    assert _awaited(driver) == [("CUS", "customs' decision about the goods")]
    driver.wait(1)
    driver.dispose(Disposition.SUPPLY_LICENCE, "D-2")
    assert driver.case.licence_due_by == driver.now + timedelta(days=3)
    driver.case.miss_licence()
    assert driver.case.alarms == ["LICENCE_OVERDUE"]
    driver.supply()
    assert driver.case.alarms == []
    assert "licence handed in: CITES C-1" in markdown(driver.case)


# --- exit and holds --------------------------------------------------------------------------------------------------


def test_an_inspection_ordered_after_the_goods_have_left_is_shown_to_operators() -> None:
    driver = released()
    driver.leave()
    driver.instruct("K-1")
    assert driver.case.alarms == ["CONTROL_AFTER_EXIT"]
    assert driver.case.detail is Detail.INSPECTION


def test_a_hold_lifted_before_it_was_heard_of_never_holds() -> None:
    driver = released()
    driver.hold("H-1", lifted=True)
    driver.hold("H-1", lifted=False)
    assert not view_of(driver.case).held_by_customs
    driver.hold("H-2", lifted=False)
    assert driver.case.blocks == {"hold"}
    assert driver.case.alarms == ["HELD_BY_CUSTOMS"]
    assert _awaited(driver) == [("CUS", "customs to let the list go")]
    driver.hold("H-2", lifted=True)
    assert not driver.case.blocks
    assert driver.case.alarms == []


def test_a_tenth_of_a_release_list_is_inspected_and_the_vehicle_leaves_without_what_was_abnormal() -> None:
    """RULEBOOK B.5, acceptance 2: 120 parcels, 12 to the sorting line, 1 detained, 119 leave."""
    parcels = {f"CW-{number}": released() for number in range(120)}
    chosen = draw(sorted(parcels), Decimal("0.1"), "2991-2026-03-10-V-7")
    assert len(chosen) == 12
    assert all(prove(drawn, order, sorted(parcels)) for order, drawn in chosen)
    for order, drawn in chosen:
        driver = parcels[order]
        driver.instruct("K-1", drawn)
        assert (driver.case.detail, driver.case.frozen) == (Detail.INSPECTION, True)
        driver.leave()
        assert driver.case.exited_at is None
    for place, (order, _) in enumerate(chosen):
        parcels[order].result("K-1", ABNORMAL if place == 7 else NORMAL)
    for driver in parcels.values():
        driver.leave()
    stays = [order for order, driver in parcels.items() if driver.case.exited_at is None]
    assert stays == [chosen[7][0]]
    assert _stands(parcels[stays[0]]) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)
    assert "drawn as 8 of 12/120" in markdown(parcels[stays[0]].case)
