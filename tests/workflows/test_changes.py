"""Modifications and cancellations on the real server: decided by customs, undone to the fen (RULEBOOK B.4)."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from clearway.contracts.base import legal_day
from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.customs import ControlInstruction, Disposition
from clearway.contracts.documents import CancelApplication, DocumentKind
from clearway.contracts.goods_return import ReturnLine
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EBC, SampleSet, corrected
from models.collection import dues
from models.tables import CaseRecord
from tests.control_desk import (
    ABNORMAL,
    NORMAL,
    NOTHING,
    PET_FOOD,
    PET_FOOD_TAX,
    PLAIN,
    PRICE,
    TAX,
    Books,
    ControlOffice,
    codes,
    lists_filed,
)
from tests.desk import BATCH, INVT_NO, LIST, PRE_NO, Desk
from tests.patience import PATIENCE, until

PAUSE = timedelta(minutes=6)
SIGNALED = "WORKFLOW_EXECUTION_SIGNALED"


@pytest.fixture
def office(desk: Desk) -> ControlOffice:
    """Customs at the desk."""
    return ControlOffice(desk)


def _outcomes(view: CaseView) -> list[tuple[str, str]]:
    return [(change.kind, change.outcome) for change in view.changes]


async def _decided(office: ControlOffice, sample: SampleSet) -> CaseView:
    """The view once nothing is open any more and the desk is clear."""
    return await office.desk.until(sample.key, lambda view: all(each.outcome != "FILED" for each in view.changes))


# --- modification ----------------------------------------------------------------------------------------------------


async def test_an_approved_modification_is_taxed_and_secured_by_its_new_code(office: ControlOffice) -> None:
    sample = await office.filed()
    await office.modifying(sample)
    filed = lists_filed(office.desk)[-1]
    assert (filed.app_type, filed.pre_no, filed.invt_no) == ("2", PRE_NO, INVT_NO)
    assert filed.lines[0].hs_code == PET_FOOD
    view = await office.client.view(sample.key)
    assert (view.state, view.detail) == (State.MATCHED, Detail.MODIFICATION_FILED)
    assert [each.what_en for each in view.awaited] == ["customs' decision on the modification"]
    assert office.books(sample) == Books(PRICE, TAX, "none"), "the larger of both is held while customs decides"
    await office.desk.receipts(sample.key, "120")
    view = await office.desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX)
    assert _outcomes(view) == [("modification", "APPROVED")]
    assert "lines[0].hs_code" in view.changes[0].changed
    assert {each.kind: each.version for each in view.documents}[LIST] == 2
    assert view.detail is Detail.ACCEPTED
    assert office.books(sample) == Books(PRICE, PET_FOOD_TAX, "none")
    await office.desk.receipts(sample.key, "399", "800")
    view = await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert office.books(sample) == Books(PRICE, PET_FOOD_TAX, "19.53")


async def test_a_refused_modification_leaves_everything_as_it_was(office: ControlOffice) -> None:
    sample = await office.filed()
    before = await office.client.view(sample.key)
    await office.modifying(sample)
    await office.desk.receipts(sample.key, "100", info="[Code:1105;Desc:wrong code]")
    view = await office.desk.until(sample.key, lambda view: "CHANGE_REFUSED" in view.alarms)
    view = await office.desk.until(sample.key, lambda view: {d.kind: d.version for d in view.documents}[LIST] == 3)
    assert _outcomes(view) == [("modification", "REFUSED")]
    assert view.changes[0].why == "100 [Code:1105;Desc:wrong code]"
    assert (view.state, view.detail, view.tax_due) == (before.state, before.detail, TAX)
    assert view.judgement == before.judgement
    assert office.books(sample) == Books.holding()
    assert (await office.modify(office.as_pet_food(sample))).accepted, "it may be asked for again"


async def test_a_release_overtakes_an_open_modification_and_taxes_the_list_as_it_was(office: ControlOffice) -> None:
    sample = await office.filed()
    candidate = office.modified(sample, line={"goods_name": "面霜"})
    assert (await office.modify(candidate)).accepted
    await office.desk.receipts(sample.key, "399", "800")
    view = await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert _outcomes(view) == [("modification", "OVERTAKEN")]
    assert "CHANGE_REFUSED" in view.alarms
    assert view.tax_due == TAX
    assert office.books(sample) == Books.holding("28.21")


async def test_what_was_modified_is_in_the_view_of_a_released_list(office: ControlOffice) -> None:
    """The goods that may come back are those of the list as it stands."""
    sample = await office.filed()
    await office.modifying(sample)
    await office.desk.receipts(sample.key, "120", "399", "800")
    view = await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert _outcomes(view) == [("modification", "APPROVED")]
    assert view.tax_due == PET_FOOD_TAX
    assert view.clocks is not None
    assert [(line.gnum, line.qty) for line in view.clocks.goods] == [(1, Decimal(1))]


async def test_a_modification_refused_here_changes_nothing_at_all(office: ControlOffice) -> None:
    """RULEBOOK B.4, acceptance 4: without the numbers; and under another one."""
    sample = await office.filed()
    before = await office.untouched(sample)
    for numbers, expected in (
        ({"pre_no": None, "invt_no": None}, ["E_CHANGE_WITHOUT_NUMBERS"] * 2),
        ({"invt_no": "29912026I999999999"}, ["E_OTHER_NUMBER"]),
    ):
        with pytest.raises(Refused) as refused:
            await office.modify(office.modified(sample, **numbers))
        assert codes(refused.value.problems) == expected
    assert await office.untouched(sample) == before


async def test_a_modification_that_fails_the_comparison_is_answered_with_every_problem(office: ControlOffice) -> None:
    """RULEBOOK B.5, acceptance 5: found three where one was ordered; an order is never corrected to fit."""
    sample = await office.filed()
    before = (office.transfers(), office.books(sample), len(office.desk.customs.filed))
    three = office.modified(sample, line={"qty": Decimal(3), "total_price": Decimal(900), "qty2": Decimal(3)})
    answer = await office.modify(three)
    assert not answer.accepted
    assert "M08" in codes(answer.problems)
    view = await office.client.view(sample.key)
    assert view.changes == ()
    assert (office.transfers(), office.books(sample), len(office.desk.customs.filed)) == before
    same = await office.modify(office.modified(sample))
    assert codes(same.problems) == ["E_NOTHING_CHANGED"]


async def test_a_released_list_and_one_under_control_are_not_modified(office: ControlOffice) -> None:
    """RULEBOOK B.5, acceptance 3."""
    sample = await office.filed()
    await office.instruct(sample.key)
    before = await office.untouched(sample)
    with pytest.raises(Refused) as refused:
        await office.modify(office.as_pet_food(sample))
    assert codes(refused.value.problems) == ["E_UNDER_CONTROL"]
    assert await office.untouched(sample) == before
    await office.desk.receipts(sample.key, "399", "800", at=datetime.now(UTC) + timedelta(seconds=1))
    await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    with pytest.raises(Refused) as refused:
        await office.modify(office.as_pet_food(sample))
    assert codes(refused.value.problems) == ["E_ALREADY_RELEASED"]


async def test_a_correction_that_customs_ordered_is_made_while_the_goods_are_detained(office: ControlOffice) -> None:
    sample = await office.filed()
    await office.found(sample.key, ABNORMAL)
    with pytest.raises(Refused):
        await office.modify(office.as_pet_food(sample))
    await office.dispose(sample.key, Disposition.MODIFY)
    await office.modifying(sample)
    await office.desk.receipts(sample.key, "120")
    view = await office.desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX)
    assert (view.state, view.detail) == (State.DETAINED, Detail.DETAINED)
    await office.desk.receipts(sample.key, "399", "800")
    await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert office.books(sample) == Books(PRICE, PET_FOOD_TAX, "19.53")


async def test_a_modification_that_customs_could_not_take_is_sent_again_under_the_same_guid(
    office: ControlOffice,
) -> None:
    sample = await office.filed()
    await office.modifying(sample)
    before = len(office.desk.customs.filed)
    await office.desk.receipts(sample.key, "4")
    await office.desk.forward(sample.key, PAUSE)
    await office.sent(before + 1)
    guids = [guid for guid, record in office.desk.customs.filed if record.kind == LIST]
    assert len(guids) == 3
    assert guids[0] != guids[1] == guids[2]
    await office.desk.receipts(sample.key, "120")
    await office.desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX)
    assert await office.desk.failures(sample.key) == []


async def test_a_modification_that_customs_door_refuses_is_refused_and_undone(office: ControlOffice) -> None:
    sample = await office.filed()
    office.desk.customs.refusing = {"declaration_list"}
    assert (await office.modify(office.as_pet_food(sample))).accepted
    view = await _decided(office, sample)
    assert _outcomes(view) == [("modification", "REFUSED")]
    assert "unreadable" in view.changes[0].why
    await office.desk.until(sample.key, lambda view: {d.kind: d.version for d in view.documents}[LIST] == 3)
    assert office.books(sample) == Books.holding()


# --- cancellation ----------------------------------------------------------------------------------------------------


async def test_before_its_filing_a_list_is_cancelled_at_once_and_frees_what_it_took(office: ControlOffice) -> None:
    sample = office.desk.sample()
    await office.desk.declare(sample)
    assert office.books(sample) == Books.holding()
    answer = await office.client.cancel(sample.key, actor=EBC, reason="the buyer changed their mind")
    assert answer.state is State.CANCELLED
    await office.desk.handle(sample.key).result()
    assert office.books(sample) == NOTHING
    assert not any(isinstance(record, CancelApplication) for _, record in office.desk.customs.filed)


async def test_a_filed_list_is_cancelled_when_customs_says_so(office: ControlOffice) -> None:
    sample = await office.filed()
    application = await office.cancelling(sample)
    assert (application.pre_no, application.invt_no) == (PRE_NO, INVT_NO)
    assert application.reason == "the buyer changed their mind"
    view = await office.client.view(sample.key)
    assert (view.state, view.detail) == (State.MATCHED, Detail.CANCELLATION_FILED)
    assert office.books(sample) == Books.holding()
    await office.answer(sample.key, application, "399")
    view = await office.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    await office.desk.handle(sample.key).result()
    assert _outcomes(view) == [("cancellation", "APPROVED")]
    assert office.books(sample) == NOTHING
    assert office.registered(sample.key) == (State.CANCELLED, True)
    with pytest.raises(AlreadyEnded):
        await office.client.cancel(sample.key, actor=EBC, reason="again")


async def test_customs_refuses_and_the_list_goes_on(office: ControlOffice) -> None:
    sample = await office.filed()
    application = await office.cancelling(sample)
    await office.answer(sample.key, application, "100", "the goods are loaded")
    view = await _decided(office, sample)
    assert _outcomes(view) == [("cancellation", "REFUSED")]
    assert (view.state, view.detail) == (State.MATCHED, Detail.ACCEPTED)
    assert view.reason == "cancellation refused: 100 the goods are loaded"
    again = await office.cancelling(sample)
    assert again.cop_no != application.cop_no
    await office.answer(sample.key, application, "399")  # of the first one, and too late
    assert (await office.client.view(sample.key)).detail is Detail.CANCELLATION_FILED
    await office.desk.receipts(sample.key, "399", "800")
    view = await office.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert view.detail is Detail.CANCELLATION_FILED
    assert office.books(sample) == Books.holding("28.21")


async def test_an_application_that_customs_could_not_take_is_sent_again_and_one_its_door_refuses_is_not(
    office: ControlOffice,
) -> None:
    sample = await office.filed()
    application = await office.cancelling(sample)
    before = len(office.desk.customs.filed)
    await office.answer(sample.key, application, "4")
    await office.desk.forward(sample.key, PAUSE)
    await office.sent(before + 1)
    guids = {guid for guid, record in office.desk.customs.filed if isinstance(record, CancelApplication)}
    assert len(guids) == 1
    await office.answer(sample.key, application, "-623001")
    view = await _decided(office, sample)
    office.desk.customs.refusing = {"cancellation"}
    assert (await office.client.cancel(sample.key, actor=EBC, reason="again")).accepted
    view = await office.desk.until(sample.key, lambda view: len(view.changes) == 2 and "FILED" not in str(view.changes))
    assert _outcomes(view) == [("cancellation", "REFUSED")] * 2
    assert view.state is State.MATCHED


async def test_a_released_list_whose_goods_have_not_left_is_cancelled_and_owes_nothing(office: ControlOffice) -> None:
    sample = await office.released()
    assert office.books(sample) == Books.holding("28.21")
    application = await office.cancelling(sample)
    view = await office.client.view(sample.key)
    assert (view.state, view.detail) == (State.RETURN_WINDOW, Detail.CANCELLATION_FILED)
    with pytest.raises(Refused) as refused:
        await office.client.request_return(sample.key, actor=EBC, reason="too small")
    assert codes(refused.value.problems) == ["E_CANCELLATION_OPEN"]
    await office.answer(sample.key, application, "399")
    await office.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    await office.desk.handle(sample.key).result()
    assert office.books(sample) == Books(Decimal(0), Decimal(0), "void")


async def test_after_the_exit_a_list_is_returned_not_cancelled(office: ControlOffice) -> None:
    """RULEBOOK B.4, acceptance 6."""
    sample = await office.released()
    await office.leave(sample.key)
    before = await office.untouched(sample)
    with pytest.raises(Refused) as refused:
        await office.client.cancel(sample.key, actor=EBC, reason="too late")
    assert codes(refused.value.problems) == ["E_ALREADY_EXITED"]
    assert "return" in refused.value.problems[0].remedy_en
    assert await office.untouched(sample) == before


async def test_a_list_is_cancelled_in_the_last_seconds_of_day_30_and_not_at_the_first_of_day_31(
    office: ControlOffice,
) -> None:
    """RULEBOOK D-11."""
    early, late = await office.released(), await office.released()
    view = await office.client.view(early.key)
    assert view.clocks is not None
    before = view.clocks.cancellation_before
    assert before is not None
    assert legal_day(before) == view.clocks.release_day + timedelta(days=31)
    await office.desk.forward_to(early.key, before - timedelta(seconds=8))
    assert (await office.client.cancel(early.key, actor=EBC, reason="in time")).accepted
    await office.desk.forward_to(late.key, before)
    with pytest.raises(Refused) as refused:
        await office.client.cancel(late.key, actor=EBC, reason="too late")
    assert codes(refused.value.problems) == ["E_CANCEL_TOO_LATE"]


async def test_a_list_with_a_return_under_way_is_not_cancelled(office: ControlOffice) -> None:
    sample = await office.released()
    part = (ReturnLine(gnum=1, qty=Decimal(1)),)
    await office.client.request_return(sample.key, actor=EBC, reason="too small", lines=part)
    with pytest.raises(Refused) as refused:
        await office.client.cancel(sample.key, actor=EBC, reason="all of it")
    assert codes(refused.value.problems) == ["E_RETURN_OPEN"]


async def test_no_batch_takes_the_tax_of_a_list_whose_cancellation_is_open(office: ControlOffice) -> None:
    sample = await office.released()
    office.desk.bill(sample.key, "28.21")
    application = await office.cancelling(sample)
    view = await office.client.view(sample.key)
    assert view.clocks is not None
    await office.desk.collect(view.clocks.tax_window_opens + BATCH)
    assert office.desk.bank.asked == []
    assert _blocked(office, sample) == "cancellation"
    await office.answer(sample.key, application, "100")
    await office.desk.until(sample.key, lambda view: view.detail is Detail.RETURN_OPEN)
    await office.desk.collect(view.clocks.tax_window_opens + timedelta(days=1) + BATCH)
    await office.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert [amount for _, _, amount in office.desk.bank.asked] == [TAX]


def _blocked(office: ControlOffice, sample: SampleSet) -> str:
    with office.desk.database.transaction() as session:
        row = dues.find(session, sample.key.workflow_id)
        return row.blocked if row else "none"


async def test_one_change_after_the_other(office: ControlOffice) -> None:
    sample = await office.filed()
    await office.modifying(sample)
    for ask in (
        office.client.cancel(sample.key, actor=EBC, reason="rather"),
        office.modify(office.modified(sample, note="a remark")),
    ):
        with pytest.raises(Refused) as refused:
            await ask
        assert codes(refused.value.problems) == ["E_CHANGE_OPEN"]
    answer = await office.desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    assert codes(answer.problems) == ["E_CHANGE_TOO_LATE"]
    view = await office.client.view(sample.key)
    assert {each.kind for each in view.documents} == set(DocumentKind)
    assert sample.declaration_list.lines[0].hs_code == PLAIN


# --- while a modification is on the desk -----------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _busy_database(office: ControlOffice, key: CaseKey) -> AsyncIterator[Callable[[], int]]:
    """As long as the block lasts, whatever wants to write waits; how many threads do."""
    ready, over = threading.Event(), threading.Event()
    waiting: set[int] = set()

    def keep() -> None:
        with office.desk.database.transaction() as session:
            session.get_one(CaseRecord, key.workflow_id, with_for_update=True)
            ready.set()
            over.wait(30)

    def note(*_: object) -> None:
        waiting.add(threading.get_ident())

    keeping = asyncio.create_task(asyncio.to_thread(keep))
    await asyncio.to_thread(ready.wait)
    event.listen(office.desk.database.engine, "checkout", note)
    try:
        yield lambda: len(waiting) + office.desk.database.in_line
    finally:
        event.remove(office.desk.database.engine, "checkout", note)
        over.set()
        await keeping


async def _heard(office: ControlOffice, key: CaseKey, signals: int) -> None:
    """Until a workflow whose local activity goes on was handed so many signals: the server does it after a while."""
    async with asyncio.timeout(20):
        while True:
            events = await office.desk.events(key)
            if events.count(SIGNALED) >= signals:
                last = len(events) - events[::-1].index(SIGNALED)
                if "WORKFLOW_TASK_STARTED" in events[last:]:
                    return
            await asyncio.sleep(0.2)


async def test_what_happens_while_a_modification_is_examined_refuses_it_or_waits_its_turn(
    office: ControlOffice,
) -> None:
    inspected, released, cancelled = [await office.filed() for _ in range(3)]
    before = {each.key: (await office.desk.events(each.key)).count(SIGNALED) for each in (inspected, released)}
    async with asyncio.TaskGroup() as asked, _busy_database(office, inspected.key) as waiting:
        answers = [
            asked.create_task(office.modify(office.as_pet_food(each))) for each in (inspected, released, cancelled)
        ]
        await until(lambda: waiting() >= len(answers), "the modifications are not examined")
        order = ControlInstruction(instruction_id="K-1", issued_at=datetime.now(UTC), issuer="2991")
        await office.client.instruct(inspected.key.workflow_id, order)
        await office.desk.receipts(released.key, "399", "800")
        rather = asked.create_task(_cancel(office, cancelled))
        for key, signals in before.items():
            await _heard(office, key, signals + 1)
        await asyncio.sleep(1)  # to hear of it takes the worker a moment
    told = [(task.result().accepted, codes(task.result().problems)) for task in answers]
    assert told == [(False, ["E_UNDER_CONTROL"]), (False, ["E_ALREADY_RELEASED"]), (True, [])]
    assert rather.result() == ["E_CHANGE_OPEN"]
    view = await office.client.wait_for(released.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert (view.tax_due, view.changes) == (TAX, ())
    assert (await office.client.view(inspected.key)).changes == ()
    assert office.books(released) == Books(PRICE * 3, TAX * 3, "28.21"), "nothing is held for what was refused"
    await office.found(inspected.key, NORMAL)
    await office.modifying(inspected)
    await office.desk.receipts(inspected.key, "120")
    await office.desk.until(inspected.key, lambda view: view.tax_due == PET_FOOD_TAX)


async def _cancel(office: ControlOffice, sample: SampleSet) -> list[str]:
    try:
        answer = await office.client.cancel(sample.key, actor=EBC, reason="rather")
    except Refused as refused:
        return codes(refused.problems)
    return codes(answer.problems)
