"""Customs' inspections and decisions on the real server: frozen, called for, disposed of, never forgotten (B.5)."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clearway.contracts.base import legal_day
from clearway.contracts.case import CaseView, EntrustmentLetter, LicenceSupply
from clearway.contracts.customs import ControlTarget, CustomsHold, Disposition, Finding
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.rules.dispositions import effects_of
from clearway.testing import AGENT, EBC, EXPRESS, WAREHOUSE, SampleSet
from models.collection import dues
from tests.control_desk import ABNORMAL, NORMAL, PET_FOOD_TAX, PRICE, TAX, Books, ControlOffice, codes
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE, until

ENDS = {
    Disposition.BACK_TO_STOCK: State.CANCELLED,
    Disposition.RETURN_ABROAD: State.RETURNED_ABROAD,
    Disposition.DESTROY: State.DESTROYED,
    Disposition.CONFISCATE: State.DETAINED,
}
GOES_ON = [each for each in Disposition if each not in ENDS]
CALLED = [EBC, AGENT, WAREHOUSE]


@pytest.fixture
def office(desk: Desk) -> ControlOffice:
    """Customs at the desk."""
    return ControlOffice(desk)


async def _refused(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        await call
    return codes(refused.value.problems)


async def _called(office: ControlOffice, sample: SampleSet, number: int) -> CaseView:
    return await office.desk.until(sample.key, lambda view: view.notices_sent.get("K-1") == number)


# --- frozen ----------------------------------------------------------------------------------------------------------


async def test_a_list_under_inspection_is_frozen_and_its_refusals_leave_no_trace(office: ControlOffice) -> None:
    """RULEBOOK B.5, acceptance 3."""
    sample = await office.filed()
    await office.instruct(sample.key)
    await office.instruct(sample.key)
    view = await _called(office, sample, 1)
    assert (view.state, view.detail, len(view.instructions)) == (State.MATCHED, Detail.INSPECTION, 1)
    assert [recipient for recipient, _ in office.notices(sample.key, "INSPECTION")] == CALLED, "once each"
    before = await office.untouched(sample)
    assert await _refused(office.modify(office.as_pet_food(sample))) == ["E_UNDER_CONTROL"]
    assert await _refused(office.client.cancel(sample.key, actor=EBC, reason="r")) == ["E_UNDER_CONTROL"]
    assert await office.untouched(sample) == before


async def test_a_released_list_under_inspection_is_frozen_too(office: ControlOffice) -> None:
    sample = await office.released()
    await office.instruct(sample.key)
    view = await _called(office, sample, 1)
    assert (view.state, view.detail) == (State.RETURN_WINDOW, Detail.INSPECTION)
    before = await office.untouched(sample)
    assert await _refused(office.leave(sample.key)) == ["E_UNDER_CONTROL"]
    assert await _refused(office.client.cancel(sample.key, actor=EBC, reason="r")) == ["E_UNDER_CONTROL"]
    assert await _refused(office.client.request_return(sample.key, actor=EBC, reason="r")) == ["E_UNDER_CONTROL"]
    assert await office.untouched(sample) == before
    await office.found(sample.key, NORMAL)
    assert (await office.leave(sample.key)).accepted
    view = await office.client.view(sample.key)
    assert view.detail is Detail.RETURN_OPEN
    assert view.exited_at is not None
    assert await _refused(office.leave(sample.key)) == ["E_EXITED_BEFORE"]


async def test_a_hold_stops_the_goods_and_the_tax_and_says_nothing_of_why(office: ControlOffice) -> None:
    """RULEBOOK B.16."""
    sample = await office.released()
    hold = CustomsHold(hold_id="H-1", at=datetime.now(UTC))
    await office.client.hold(sample.key.workflow_id, hold)
    view = await office.desk.until(sample.key, lambda view: view.held_by_customs)
    assert "HELD_BY_CUSTOMS" in view.alarms
    assert await _refused(office.leave(sample.key)) == ["E_HELD_BY_CUSTOMS"]
    await _blocked(office, sample, "hold")
    await office.client.hold(sample.key.workflow_id, hold.model_copy(update={"lifted": True}))
    await _blocked(office, sample, "")
    assert (await office.leave(sample.key)).accepted


# --- called to the inspection ----------------------------------------------------------------------------------------


async def test_the_enterprise_and_the_site_are_called_three_times_and_time_releases_nothing(
    office: ControlOffice,
) -> None:
    """RULEBOOK B.5, D-26: at once, after 24 and 48 hours; then customs decides."""
    sample = await office.filed()
    due_by = datetime.now(UTC) + timedelta(hours=20)
    await office.instruct(sample.key, target=ControlTarget.VEHICLE, target_no="V-7", due_by=due_by)
    view = await _called(office, sample, 1)
    assert view.alarms == ()
    assert [(each.who, each.until) for each in view.awaited] == [("EBC", due_by)]
    await office.desk.forward(sample.key, timedelta(hours=23, minutes=59))
    assert (await office.client.view(sample.key)).notices_sent == {"K-1": 1}
    await office.desk.forward(sample.key, timedelta(minutes=1, seconds=30))
    view = await _called(office, sample, 2)
    assert view.alarms == ("SECOND_NOTICE",)
    await office.desk.forward(sample.key, timedelta(hours=24))
    view = await _called(office, sample, 3)
    assert view.alarms == ("THIRD_NOTICE",)
    await office.desk.forward(sample.key, timedelta(hours=24))
    view = await office.desk.until(sample.key, lambda view: "CUSTOMS_DECIDES" in view.alarms)
    assert [each.who for each in view.awaited] == ["CUS"]
    await office.desk.forward(sample.key, timedelta(days=30))
    view = await office.client.view(sample.key)
    assert (view.state, view.detail, view.alarms) == (State.MATCHED, Detail.INSPECTION, ("CUSTOMS_DECIDES",))
    told = [(recipient, json.loads(payload)) for recipient, payload in office.notices(sample.key, "INSPECTION")]
    assert [(recipient, each["notice"]) for recipient, each in told] == [(who, n) for n in (1, 2, 3) for who in CALLED]
    assert {(each["target"], each["target_no"], each["instruction_id"]) for _, each in told} == {
        ("VEHICLE", "V-7", "K-1")
    }
    assert (await office.attend(sample.key)).accepted, "better late than never"
    assert (await office.client.view(sample.key)).alarms == ()


async def test_an_inspection_that_needs_nobody_calls_once(office: ControlOffice) -> None:
    sample = await office.filed()
    await office.instruct(sample.key, presence_required=False)
    await _called(office, sample, 1)
    assert await _refused(office.attend(sample.key)) == ["E_NO_INSPECTION"]
    await office.desk.forward(sample.key, timedelta(days=5))
    view = await office.client.view(sample.key)
    assert (view.notices_sent, view.alarms) == ({"K-1": 1}, ())


async def test_the_owner_or_who_has_its_letter_attends_and_is_called_no_more(office: ControlOffice) -> None:
    """RULEBOOK B.5, acceptance 4; seed S0.10."""
    sample = await office.filed()
    await office.instruct(sample.key)
    await office.instruct(sample.key, "K-2")
    now = datetime.now(UTC)
    wrong = EntrustmentLetter(
        number="L-1", principal="9999999999", agent="8888888888", valid_from=now, valid_before=now
    )
    await _called(office, sample, 1)
    before = await office.untouched(sample)
    assert await _refused(office.attend(sample.key, actor=EXPRESS, letter=wrong)) == [
        "E_PRESENCE_OTHER_PRINCIPAL",
        "E_PRESENCE_OTHER_AGENT",
        "E_PRESENCE_LETTER_VOID",
    ]
    assert await _refused(office.attend(sample.key, actor=EXPRESS)) == ["E_PRESENCE_LETTER_MISSING"]
    assert await office.untouched(sample) == before
    assert (await office.attend(sample.key)).accepted
    days = timedelta(days=9)
    letter = EntrustmentLetter(
        number="L-2", principal=AGENT, agent=EXPRESS, valid_from=now - days, valid_before=now + days
    )
    assert (await office.attend(sample.key, "K-2", actor=EXPRESS, attendant="韩梅梅", letter=letter)).accepted
    await office.desk.forward(sample.key, timedelta(days=4))
    view = await office.client.view(sample.key)
    assert [(each.actor, each.attendant, each.letter_no) for each in view.attendances] == [
        (EBC, "L*****", ""),
        (EXPRESS, "韩**", "L-2"),
    ]
    assert view.notices_sent == {"K-1": 1, "K-2": 1}
    assert "Li Lei" not in view.model_dump_json()


# --- results ---------------------------------------------------------------------------------------------------------


async def test_d0_is_the_release_after_a_normal_inspection_not_the_acceptance(office: ControlOffice) -> None:
    """RULEBOOK B.5, acceptance 1: 500, normal, 800."""
    sample = await office.filed()
    accepted = (await office.client.view(sample.key)).receipts[-1].at
    await office.desk.receipts(sample.key, "500", at=accepted + timedelta(minutes=1))
    view = await office.found(sample.key, NORMAL)
    assert (view.state, view.detail) == (State.INSPECTED, Detail.INSPECTED_NORMAL)
    released = accepted + timedelta(days=2)
    await office.desk.receipts(sample.key, "800", at=released)
    view = await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert view.clocks is not None
    assert (view.clocks.released_at, view.clocks.release_day) == (released, legal_day(released))
    assert view.clocks.release_day > legal_day(accepted)


async def test_goods_found_abnormal_before_their_exit_are_detained_and_their_tax_waits(office: ControlOffice) -> None:
    sample = await office.released()
    view = await office.client.view(sample.key)
    assert view.clocks is not None
    clocks = view.clocks
    office.desk.bill(sample.key, "28.21")
    await office.instruct(sample.key)
    view = await office.found(sample.key, ABNORMAL)
    assert (view.state, view.detail) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)
    assert "3 pieces instead of 1" in view.reason
    await _blocked(office, sample, "control")
    await office.desk.collect(clocks.tax_window_opens + BATCH)
    assert office.desk.bank.asked == []
    assert await _refused(office.leave(sample.key)) == ["E_UNDER_CONTROL"]
    await office.dispose(sample.key, Disposition.RELEASE)
    view = await office.desk.until(sample.key, lambda view: view.state is State.RETURN_WINDOW)
    assert view.clocks == clocks, "the deadlines of the release stay"
    await _blocked(office, sample, "")
    await office.desk.collect(clocks.tax_window_opens + timedelta(days=1) + BATCH)
    view = await office.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert [amount for _, _, amount in office.desk.bank.asked] == [TAX]
    assert await office.desk.failures(sample.key) == []


async def test_an_inspection_ordered_after_the_goods_have_left_is_shown_to_operators(office: ControlOffice) -> None:
    sample = await office.released()
    await office.leave(sample.key)
    view = await office.instruct(sample.key)
    assert "CONTROL_AFTER_EXIT" in view.alarms
    assert view.detail is Detail.INSPECTION


# --- decisions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", ENDS)
@pytest.mark.parametrize("released", [False, True], ids=["before the release", "before the exit"])
async def test_a_decision_that_ends_the_list_gives_everything_back(
    office: ControlOffice, disposition: Disposition, released: bool
) -> None:
    """RULEBOOK B.5; decision 9: goods that never reached the buyer count for nothing."""
    sample = await office.released() if released else await office.filed()
    await office.found(sample.key, ABNORMAL)
    assert office.books(sample) == Books.holding("28.21" if released else "none"), "kept while detained"
    await office.dispose(sample.key, disposition)
    await asyncio.wait_for(office.desk.handle(sample.key).result(), PATIENCE)
    view = await office.client.view(sample.key)
    assert view.state is ENDS[disposition]
    assert view.detail is (Detail.CONFISCATED if disposition is Disposition.CONFISCATE else Detail.CLOSED)
    effect = effects_of(disposition)
    assert (effect.ends, effect.quota, effect.guarantee, effect.tax) == (True, "given_back", "freed", "none")
    assert office.books(sample) == Books(PRICE * 0, TAX * 0, "void" if released else "none")
    assert office.registered(sample.key) == (ENDS[disposition], True)
    assert [recipient for recipient, _ in office.notices(sample.key, "DISPOSITION")] == CALLED
    with pytest.raises(AlreadyEnded):
        await office.dispose(sample.key, Disposition.RELEASE)


@pytest.mark.parametrize("disposition", GOES_ON)
async def test_a_decision_that_ends_nothing_keeps_everything_until_the_goods_are_released(
    office: ControlOffice, disposition: Disposition
) -> None:
    sample = await office.filed()
    await office.found(sample.key, ABNORMAL)
    await office.dispose(sample.key, disposition)
    view = await office.client.view(sample.key)
    assert (view.state, len(view.dispositions)) == (State.DETAINED, 1)
    effect = effects_of(disposition)
    assert (effect.ends, effect.quota, effect.guarantee) == (False, "kept", "kept")
    assert office.books(sample) == Books.holding()
    if effect.tax == "recomputed":
        await office.modifying(sample)
        await office.desk.receipts(sample.key, "120")
        await office.desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX)
    await office.desk.receipts(sample.key, "800")
    await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    tax = PET_FOOD_TAX if effect.tax == "recomputed" else TAX
    assert office.books(sample) == Books(PRICE, tax, f"{tax}")


async def test_a_decision_before_its_result_and_the_same_again_do_it_once(office: ControlOffice) -> None:
    sample = await office.released()
    await office.instruct(sample.key)
    for _ in range(2):
        await office.dispose(sample.key, Disposition.RELEASE, "D-1", instruction_id="K-1")
    await office.found(sample.key, ABNORMAL)
    view = await office.client.view(sample.key)
    assert (view.state, view.detail, len(view.dispositions)) == (State.RETURN_WINDOW, Detail.RETURN_OPEN, 1)
    assert [passage.state for passage in view.passages].count(State.DETAINED) == 1
    assert [recipient for recipient, _ in office.notices(sample.key, "DISPOSITION")] == CALLED


async def test_a_decision_that_the_table_does_not_name_is_done_and_shown(office: ControlOffice) -> None:
    sample = await office.filed()
    await office.found(sample.key, ABNORMAL, kind=Finding.CLERICAL_ERROR)
    await office.dispose(sample.key, Disposition.SUPPLY_LICENCE)
    view = await office.desk.until(sample.key, lambda view: "UNUSUAL_DISPOSITION" in view.alarms)
    assert (view.state, view.detail) == (State.DETAINED, Detail.LICENCE_ORDERED)
    await office.dispose(sample.key, Disposition.DESTROY)
    await asyncio.wait_for(office.desk.handle(sample.key).result(), PATIENCE)
    assert (await office.client.view(sample.key)).state is State.DESTROYED


async def test_a_licence_that_does_not_come_in_time_is_shown_until_it_comes(office: ControlOffice) -> None:
    sample = await office.filed()
    licence = LicenceSupply(actor=EBC, licence_type="CITES", licence_no="C-1")
    assert await _refused(office.client.supply_licence(sample.key, licence)) == ["E_NO_LICENCE_WANTED"]
    await office.found(sample.key, ABNORMAL, kind=Finding.NO_LICENCE)
    due_by = datetime.now(UTC) + timedelta(days=3)
    for _ in range(2):
        await office.dispose(sample.key, Disposition.SUPPLY_LICENCE, "D-1", due_by=due_by)
    view = await office.client.view(sample.key)
    assert [(each.what_en, each.until) for each in view.awaited] == [("the licence that customs asked for", due_by)]
    assert (await office.desk.events(sample.key)).count("TIMER_STARTED") == 1, "asked twice, waited for once"
    await office.desk.forward_to(sample.key, due_by - timedelta(seconds=30))
    assert (await office.client.view(sample.key)).alarms == ()
    await office.desk.forward_to(sample.key, due_by + timedelta(minutes=5))
    await office.desk.until(sample.key, lambda view: "LICENCE_OVERDUE" in view.alarms)
    assert (await office.client.supply_licence(sample.key, licence)).accepted
    view = await office.client.view(sample.key)
    assert (view.alarms, view.licences) == ((), (licence,))
    later = datetime.now(UTC) + timedelta(days=20)
    await office.dispose(sample.key, Disposition.SUPPLY_LICENCE, "D-2", due_by=later)
    view = await office.client.view(sample.key)
    assert [each.until for each in view.awaited] == [later], "another one"
    await office.client.supply_licence(sample.key, licence)
    await office.desk.forward_to(sample.key, later + timedelta(days=1))
    assert (await office.client.view(sample.key)).alarms == ()


async def _blocked(office: ControlOffice, sample: SampleSet, reason: str) -> None:
    """Until the row of the tax is kept out of batches for that reason alone."""

    def kept_out() -> bool:
        with office.desk.database.transaction() as session:
            row = dues.find(session, sample.key.workflow_id)
        return row is not None and row.blocked == reason

    await until(kept_out, f"it is not kept out for {reason or 'nothing'}")
