"""A corrected copy is drafted of a list that failed, from what is on file; declared, it takes the list's place."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.base import legal_day
from clearway.contracts.case import CaseKey
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import DocumentKind
from clearway.contracts.drafts import DraftCopy
from clearway.contracts.states import State
from clearway.errors import NotFound, Refused
from clearway.testing import SampleSet, corrected
from gateway.news import News
from models.inbox import ItemState, store
from models.tables import InboxItem
from tests.desk import LIST, Desk
from tests.patience import PATIENCE

WHY = "[Code:1301;Desc:商品编码有误]"


def _keep(desk: Desk, key: CaseKey, *receipts: CustomsReceipt) -> None:
    """What the gateway's inbox keeps of customs' receipts."""
    with desk.database.transaction() as session:
        for receipt in receipts:
            now = datetime.now(UTC)
            news = News(addresses=("list|cop|X",), receipt=receipt)
            item = InboxItem(
                raw_id=store(session, door="customs", body=b"<x/>", received_at=now),
                kind=news.kind,
                address="list|cop|X",
                dedupe_key=news.dedupe_key,
                workflow_id=key.workflow_id,
                state=ItemState.DELIVERED,
                wakes=True,
                payload=news.model_dump_json(),
                arrived_at=now,
                deliver_by=now,
            )
            session.add(item)


async def _rejected(desk: Desk, sample: SampleSet) -> None:
    """Customs took the list and then returned it."""
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    at = datetime.now(UTC)
    taken = CustomsReceipt(about=LIST, status="120", at=at - timedelta(seconds=1))
    returned = CustomsReceipt(about=LIST, status="100", at=at, info=WHY)
    _keep(desk, sample.key, returned, taken)  # in any order
    await desk.receipts(sample.key, "120", "100", at=at, info=WHY)
    await desk.client.wait_for(sample.key, State.REJECTED, timeout=PATIENCE)
    await desk.handle(sample.key).result()


async def test_a_copy_of_a_rejected_list_says_why_and_is_declared_as_the_next_attempt(desk: Desk) -> None:
    sample = desk.sample()
    await _rejected(desk, sample)
    copy = await desk.client.draft_corrected_copy(sample.key)
    assert (copy.attempt, copy.corrects) == (2, sample.key.workflow_id)
    [why] = copy.problems
    assert why.code == "E_LIST_REFUSED"
    assert [(each.field, each.value) for each in why.fields] == [
        ("declaration_list.returnStatus", "100"),
        ("declaration_list.returnInfo", WHY),
    ]
    drafted, old = copy.declaration_list, sample.declaration_list
    assert (drafted.app_type, drafted.pre_no, drafted.invt_no, drafted.cop_no) == ("1", None, None, None)
    assert drafted.guid != old.guid
    assert drafted.declared_on == legal_day(drafted.app_time)
    assert drafted.lines == old.lines
    assert [each.document for each in copy.documents] == [sample.order, sample.payment, sample.waybill]
    assert [each.sender for each in copy.documents] == [each.sender for each in sample.transmissions]
    [line] = drafted.lines
    mended = drafted.model_copy(update={"lines": (line.model_copy(update={"specification": "保湿面霜|瓶装"}),)})
    answer = await desk.client.declare(mended, sender=copy.sender, documents=copy.documents, attempt=copy.attempt)
    assert (answer.accepted, answer.state, answer.problems) == (True, State.MATCHED, ())
    assert answer.workflow_id == f"{sample.key.workflow_id}~2"
    with pytest.raises(Refused, match="E_COPY_EXISTS"):
        await desk.client.draft_corrected_copy(sample.key)
    with pytest.raises(Refused, match="E_NOT_CORRECTABLE"):
        await desk.client.draft_corrected_copy(sample.key.model_copy(update={"attempt": 2}))


async def test_a_copy_of_a_list_that_did_not_match_names_what_did_not(desk: Desk) -> None:
    sample = desk.sample().changed(DocumentKind.PAYMENT, amount_paid=Decimal("1.00"))
    answer = await desk.declare(sample)
    assert answer.state is State.MATCH_FAILED
    with pytest.raises(Refused, match="E_NOT_CORRECTABLE"):
        await desk.client.draft_corrected_copy(sample.key)  # it may still be mended
    later = corrected(sample.payment, amount_paid=Decimal("2.00"))
    await desk.transmit(sample, later)
    await desk.client.cancel(sample.key, actor=sample.key.ebc_code, reason="buyer changed his mind")
    await desk.handle(sample.key).result()
    copy = await desk.client.draft_corrected_copy(sample.key)
    assert {each.code for each in copy.problems} == {"M05"}
    payment = next(each.document for each in copy.documents if each.document.kind == "payment")
    assert payment == later.model_copy(update={"app_type": "1"})  # the newest version, new to the copy's case


async def test_a_copy_has_only_what_was_handed_in(desk: Desk) -> None:
    sample, orderless = desk.sample(), desk.sample()
    await desk.transmit(sample, sample.declaration_list)
    await desk.transmit(sample, sample.waybill)
    await desk.transmit(orderless, orderless.order)
    for each in (sample, orderless):
        await desk.client.cancel(each.key, actor=each.key.ebc_code, reason="never mind")
        await desk.handle(each.key).result()
    copy = await desk.client.draft_corrected_copy(sample.key)
    assert [each.document.kind for each in copy.documents] == ["waybill"]
    assert copy.problems == ()
    with pytest.raises(Refused, match="E_NOTHING_TO_COPY"):
        await desk.client.draft_corrected_copy(orderless.key)


async def test_there_is_no_copy_of_an_unknown_list(desk: Desk) -> None:
    with pytest.raises(NotFound, match="E_NOT_FOUND"):
        await desk.client.draft_corrected_copy(CaseKey(ebc_code="3301960A01", order_no="UNHEARD-OF"))


async def test_drafting_costs_one_local_activity_and_shows_nobody(desk: Desk) -> None:
    sample = desk.sample()
    await _rejected(desk, sample)
    first = await desk.client.draft_corrected_copy(sample.key)
    again = await desk.client.draft_corrected_copy(sample.key)
    assert again.declaration_list.guid == first.declaration_list.guid  # the same copy, however often it is drafted
    where = DraftCopy(key=sample.key).workflow_id
    assert where == f"corrected-copy/{sample.key.ebc_code}/{sample.key.order_no}"
    handle = desk.client.temporal.get_workflow_handle(where)
    told = await handle.describe()
    readable = json.dumps([where, await told.static_summary(), str(told.search_attributes)], ensure_ascii=False)
    assert sample.order.buyer_name not in readable
    assert first.declaration_list.buyer_id_number not in readable
    assert told.history_length <= 6
