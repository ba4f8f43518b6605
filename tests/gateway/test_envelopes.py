"""Messages in envelopes, answers about messages of ours as a whole, and messages that no case waits for."""

from datetime import timedelta

import pytest

from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.messages import write
from clearway.messages.envelope import DxpResponse, Header, NodeResponse, write_response
from clearway.messages.records.format_check import FormatCheck
from clearway.messages.records.storage import DeliveryReceipt
from clearway.messages.records.waybill_status import WaybillStatusReceipt
from models.tables import FilingRecord, SentMessage
from tests.gateway.recording import CASE, EBC, GUID, LOG, RETURN, START, WAYBILL_NO, House, list_receipt, sample
from tests.gateway.signing import enveloped

OTHER_GUID = "8B1D4C01-5E9F-4A6C-9DA8-3F9E1A5C7B99"


def sent(house: House, message_type: str, workflow_id: str = CASE, cop_msg_id: str = GUID) -> None:
    """A message of ours that is with customs."""
    with house.database.transaction() as session:
        session.add(
            SentMessage(
                cop_msg_id=cop_msg_id,
                workflow_id=workflow_id,
                message_type=message_type,
                body=b"",
                sha256="",
                state="sent",
                signed_at=START,
            )
        )


def note_on_the_sent(house: House) -> str:
    with house.database.transaction() as session:
        return session.get_one(SentMessage, GUID).fault


async def from_customs(house: House, body: bytes) -> None:
    assert (await house.http.post("/customs/receipts", content=body)).status_code == 202
    await house.step()


def format_check(status: str = "-1", original: str = GUID, message_type: str = "CEB311Message") -> bytes:
    record = FormatCheck(
        guid=GUID,
        return_status=status,
        return_info="报文格式校验失败",
        return_time="20260310100500000",
        ori_cop_msg_id=original,
        ori_message_type=message_type,
        ori_biz_message="张三",
    )
    return write([record], guid=GUID)


async def test_a_receipt_in_an_envelope_is_the_receipt_and_keeps_its_number(house: House) -> None:
    house.know()
    await from_customs(house, enveloped(write([list_receipt("800")], guid=GUID), "CEB622", cop_msg_id="CUSTOMS-1"))
    await from_customs(house, write([list_receipt("800")], guid=GUID))

    assert house.cases.told == [(CASE, ["800"])]
    assert [item.repeats for item in house.items()] == [1]
    assert [(raw.message_type, raw.cop_msg_id) for raw in house.raws()] == [("CEB622", "CUSTOMS-1"), ("CEB622", "")]


async def test_a_document_in_an_envelope_is_handed_in(house: House) -> None:
    answer = await house.submit(enveloped(sample("order.xml"), "CEB311"), Content_Type="text/plain")

    assert answer.status_code == 200
    assert house.raws()[0].cop_msg_id == GUID


async def test_a_broken_envelope_is_refused_with_every_fault(house: House) -> None:
    body = enveloped(sample("order.xml"), "CEB311").replace(b"DXPEDCCEB0000002", b"D" * 17)
    answer = await house.submit(body.replace(b"<Data>", b"<Data>!"))

    assert answer.status_code == 422
    assert len(answer.json()["problems"]) >= 2


@pytest.mark.parametrize("kind", [*DocumentKind, ApplicationKind.CANCELLATION])
async def test_a_message_that_customs_could_not_read_is_a_refusal_of_what_was_in_it(house: House, kind: str) -> None:
    house.file(kind)  # type: ignore[arg-type]  # an application is filed alike
    await from_customs(house, format_check(message_type="Unknown"))

    ((what, case, news),) = house.cases.calls
    (receipt,) = news.receipts
    assert (what, case, receipt.about, receipt.status) == ("deliver", CASE, kind, "-1")
    assert (receipt.info, receipt.at) == ("报文格式校验失败", START + timedelta(minutes=5))
    assert [(item.kind, item.state) for item in house.items()] == [("receipt", "delivered")]


async def test_a_return_hears_itself_that_its_application_could_not_be_read(house: House) -> None:
    sent(house, "CEB625", RETURN)
    await from_customs(house, format_check())

    ((_, case, news),) = house.cases.calls
    assert (case, news.receipts[0].about) == (RETURN, ApplicationKind.GOODS_RETURN)
    assert note_on_the_sent(house) == "CEB900 -1: 报文格式校验失败"


async def test_a_format_refusal_of_an_unknown_message_is_parked_until_the_message_is_known(house: House) -> None:
    await from_customs(house, format_check())
    await from_customs(house, format_check())
    assert [(item.state, item.repeats) for item in house.items()] == [("parked", 1)]

    house.file(DocumentKind.ORDER)
    await house.step(2)
    assert [(case, statuses) for case, statuses in house.cases.told] == [(CASE, ["-1"])]


async def test_a_format_refusal_of_what_was_corrected_since_is_noted_and_refuses_no_correction(house: House) -> None:
    house.file(DocumentKind.ORDER)
    with house.database.transaction() as session:
        session.add(
            FilingRecord(workflow_id=CASE, kind="order", version=2, message_guid=GUID.replace("8", "9"), filed_at=START)
        )
    for _ in range(2):
        await from_customs(house, format_check())

    assert [(item.state, item.workflow_id, item.repeats) for item in house.items()] == [("noted", CASE, 1)]
    assert house.cases.calls == []
    await from_customs(house, format_check(original=GUID.replace("8", "9")))
    assert house.cases.told == [(CASE, ["-1"])]


async def test_a_format_check_that_refuses_nothing_is_noted(house: House) -> None:
    house.file(DocumentKind.ORDER)
    await from_customs(house, format_check("1"))

    assert house.states() == ["noted"]
    assert house.cases.calls == []


async def test_messages_of_customs_that_no_list_waits_for_are_read_kept_and_shown(house: House) -> None:
    status = WaybillStatusReceipt(
        guid=GUID,
        logistics_code=LOG,
        logistics_no=WAYBILL_NO,
        logistics_status="S",
        return_status="120",
        return_time=START,
        return_info="签收",
    )
    stored = DeliveryReceipt(guid=GUID, cop_no="D1", return_status="2", return_time=START, return_info="入库")
    for record in (status, stored, status):
        await from_customs(house, write([record], guid=GUID))
    await from_customs(house, b'<CEB999Message xmlns="http://www.chinaport.gov.cn/ceb"><New/></CEB999Message>')

    assert [raw.state for raw in house.raws()] == ["read"] * 4
    assert [(item.state, item.address, item.repeats) for item in house.items()] == [
        ("noted", f"other|CEB514|{WAYBILL_NO}", 1),
        ("noted", "other|CEB712|D1", 0),
        ("noted", "other|CEB999|", 0),
    ]
    shown = (await house.http.get("/inbox", params={"state": "noted", "door": "customs"})).json()["entries"]
    assert [entry["message_type"] for entry in shown] == ["CEB999", "CEB712", "CEB514"]


@pytest.mark.parametrize("message_type", ["CEB513", "CEB711", "CEB303", "CEB603"])
async def test_enterprises_messages_that_no_process_takes_yet_are_refused_in_so_many_words(
    house: House, message_type: str
) -> None:
    answer = await house.submit(f"<{message_type}Message><Anything/></{message_type}Message>".encode())

    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["code"] == "E_NOT_TAKEN_YET"
    assert message_type in problem["message_en"]


def response(code: str, original: str = GUID) -> bytes:
    head = Header(
        cop_msg_id=original,
        sender_id="DXPENT0000000001",
        receiver_ids=("DXPEDCCEB0000002",),
        created_at=START,
        message_type="CEB311",
    )
    answer = NodeResponse(node_id="DXP1", code=code, info="接收方不存在", notice_day=START.date(), original=head)
    return write_response(DxpResponse(receiver_id="DXPENT0000000001", responses=(answer,)))


async def test_what_the_exchange_says_of_our_message_stands_with_the_message(house: House) -> None:
    sent(house, "CEB311")
    await from_customs(house, response("0000"))
    assert note_on_the_sent(house) == ""
    await from_customs(house, response("2001"))

    assert note_on_the_sent(house) == "DXP 2001: 接收方不存在"
    assert [(item.state, item.workflow_id) for item in house.items()] == [("noted", CASE), ("noted", CASE)]
    assert house.cases.calls == []


async def test_what_the_exchange_says_of_an_unknown_message_is_parked(house: House) -> None:
    await from_customs(house, response("2001", OTHER_GUID))
    assert house.states() == ["parked"]

    sent(house, "CEB311", cop_msg_id=OTHER_GUID)
    await house.step()
    assert house.states() == ["noted"]


async def test_an_enterprises_document_at_customs_door_is_refused_and_named(house: House) -> None:
    await from_customs(house, enveloped(sample("order.xml"), "CEB311"))

    assert [raw.state for raw in house.raws()] == ["refused"]
    assert "E_WRONG_DOOR" in house.raws()[0].fault
    assert EBC not in house.raws()[0].fault
