"""What happens to lists after their release, through the real doors: nothing is handed on by the tests."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import Client

from clearway.contracts.case import GoodsExit
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.goods_return import ArrivedGoods, GoodsCheck, ReturnState
from clearway.contracts.keys import ReturnKey
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportState
from clearway.contracts.states import State
from clearway.errors import Refused
from clearway.testing import EBC, WAREHOUSE, corrected
from models.database import Database
from tests.journeys.town import Town, a_town
from tests.patience import PATIENCE
from tests.reports_desk import register, report
from tests.returns_desk import lines

NOTHING = Decimal(0)


@pytest.fixture
async def town(temporal: Client, database: Database) -> AsyncIterator[Town]:
    async with a_town(temporal, database) as made:
        yield made


async def test_a_part_comes_back_and_the_agents_collection_pays_for_the_rest(town: Town) -> None:
    sample = town.sample()
    await town.released(sample)
    answer = await town.client.request_return(sample.key, actor=EBC, reason="wrong size", lines=lines(_1="1"))
    assert answer.goods_return is not None
    key = ReturnKey.of(answer.goods_return)
    accepted = await town.client.wait_for_return(key, ReturnState.ACCEPTED, timeout=PATIENCE)
    assert accepted.receipts[0].about is ApplicationKind.GOODS_RETURN
    now = datetime.now(UTC)
    await town.client.confirm_arrival(key, ArrivedGoods(actor=WAREHOUSE, arrived_at=now))
    check = GoodsCheck(actor=WAREHOUSE, checked_at=now, original=True, evidence="photograph 7")
    await town.client.check_returned_goods(key, check)
    view = await town.desk.until(sample.key, lambda view: view.returns[0].state is ReturnState.CONFIRMED)
    assert view.clocks is not None
    await town.pay_day(view.clocks.tax_window_opens + timedelta(hours=3))
    ended = await town.ended(sample.key)
    assert (ended.state, ended.payment and ended.payment.amount) == (State.TAXED, Decimal("31.85"))
    assert (town.due(sample.key).state, town.secured()) == ("settled", NOTHING)
    await town.leave_no_trace(sample.key)


async def test_a_released_list_is_cancelled_by_customs_consent_and_owes_nothing(town: Town) -> None:
    sample = town.sample()
    await town.released(sample)
    assert (await town.client.cancel(sample.key, actor=EBC, reason="the buyer withdrew")).accepted
    ended = await town.ended(sample.key)
    assert (ended.state, ended.changes[0].outcome) == (State.CANCELLED, "APPROVED")
    assert (town.due(sample.key).state, town.secured()) == ("void", NOTHING)
    await town.leave_no_trace(sample.key)


async def test_a_refused_cancellation_leaves_the_list_to_be_taxed(town: Town) -> None:
    sample = town.sample()
    view = await town.released(sample)
    assert (await town.client.cancel(sample.key, actor=EBC, reason="the buyer withdrew-REFUSE")).accepted
    await town.desk.until(sample.key, lambda view: view.changes and view.changes[0].outcome == "REFUSED")
    assert view.clocks is not None
    await town.pay_day(view.clocks.tax_window_opens + timedelta(hours=3))
    assert (await town.ended(sample.key)).state is State.TAXED
    assert (town.due(sample.key).state, town.due(sample.key).paid) == ("settled", Decimal("45.50"))
    await town.leave_no_trace(sample.key)


async def test_a_modified_list_is_released_as_it_reads_now(town: Town) -> None:
    sample = town.sample("MODIFY")
    await town.declare(sample)
    view = await town.desk.until(sample.key, lambda view: any(each.invt_no for each in view.receipts))
    numbers = next(each for each in view.receipts if each.invt_no)
    listed = sample.declaration_list
    assert listed.gross_weight
    changed = corrected(
        listed,
        pre_no=numbers.pre_no,
        invt_no=numbers.invt_no,
        gross_weight=listed.gross_weight + Decimal("0.10"),
        cop_no=next((each.cop_no for each in view.receipts if each.cop_no), None),
    )
    answer = await town.client.modify(changed, sender=Sender(code=listed.agent_code), reason="weighed again")
    assert answer.accepted, answer.problems
    view = await town.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert (view.changes[0].outcome, view.changes[0].changed) == ("APPROVED", ("gross_weight",))
    [declared] = [each for each in view.documents if each.kind is DocumentKind.DECLARATION_LIST]
    assert declared.version == 2
    await town.leave_no_trace(sample.key)


async def test_goods_that_customs_destroys_give_back_what_they_took(town: Town) -> None:
    sample = town.sample("DISPDESTROY")
    await town.declare(sample)
    ended = await town.ended(sample.key)
    assert (ended.state, town.secured()) == (State.DESTROYED, NOTHING)
    await town.leave_no_trace(sample.key)


async def test_a_sample_of_an_exit_release_list_holds_the_drawn_lists_until_they_are_found_normal(town: Town) -> None:
    samples = [town.sample() for _ in range(3)]
    for sample in samples:
        await town.released(sample)
    number = f"ER-{uuid.uuid4().hex[:8]}"
    named = [{"ebc_code": each.key.ebc_code, "order_no": each.key.order_no} for each in samples]
    instruction = {
        "instruction_id": number,
        "target": "EXIT_RELEASE_LIST",
        "target_no": number,
        "method": "MANUAL_SAMPLE",
        "sample_ratio": "0.34",
        "issued_at": datetime.now(UTC).isoformat(),
        "issuer": "2991",
    }
    await town.customs_says("/customs/control-instructions", instruction=instruction, lists=named)
    await town.when(lambda: bool(town.named_in("control")))
    held = [sample for sample in samples if sample.key.workflow_id in town.named_in("control")]
    for sample in samples:
        left = GoodsExit(actor=WAREHOUSE, exited_at=datetime.now(UTC), pass_no=number)
        if sample in held:
            await town.desk.until(sample.key, lambda view: bool(view.instructions))
            with pytest.raises(Refused) as refused:
                await town.client.confirm_exit(sample.key, left)
            assert refused.value.problems[0].code == "E_UNDER_CONTROL"
            result = {
                "instruction_id": number,
                "outcome": "NORMAL",
                "recorded_at": datetime.now(UTC).isoformat(),
                "officer": "2991-7",
            }
            await town.customs_says(
                "/customs/inspection-results",
                ebc_code=sample.key.ebc_code,
                order_no=sample.key.order_no,
                result=result,
            )
            await town.desk.until(sample.key, lambda view: bool(view.inspection_results))
            left = left.model_copy(update={"exited_at": datetime.now(UTC)})
        assert (await town.client.confirm_exit(sample.key, left)).accepted
    assert 1 <= len(held) < len(samples)
    await town.leave_no_trace(*(sample.key for sample in samples))


async def test_a_report_keeps_a_released_list_out_of_the_batch_until_customs_lets_it_go(town: Town) -> None:
    register(town.database)
    sample = town.sample()
    view = await town.released(sample)
    told = report(sample.key)
    headers = {"X-Clearway-Sender": told.reporter}
    answer = await town.gateway.post("/reports", content=told.model_dump_json(), headers=headers)
    assert answer.status_code == 200, answer.text
    await town.desk.until(sample.key, lambda view: view.held_by_customs)
    await town.when(lambda: town.due(sample.key).blocked == "hold")
    decision = {"decision_id": "D-1", "decision": "LIFTED", "officer": "7", "at": datetime.now(UTC).isoformat()}
    await town.customs_says("/customs/report-decisions", report_no=told.key.report_no, decision=decision)
    await town.desk.until(sample.key, lambda view: not view.held_by_customs)
    await town.when(lambda: not town.due(sample.key).blocked)
    assert (await town.client.view_report(told.key)).state is ReportState.LIFTED
    assert view.clocks is not None
    await town.pay_day(view.clocks.tax_window_opens + timedelta(hours=3))
    assert (await town.ended(sample.key)).state is State.TAXED
    await town.leave_no_trace(sample.key)
