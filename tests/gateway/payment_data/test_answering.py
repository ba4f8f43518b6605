"""Customs' questions: answered at once, the data within two minutes, late rather than never, everything kept."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from clearway.contracts.parties import Role
from clearway.messages import MessageRefused
from clearway.messages.payment_data import UNSIGNED
from clearway.messages.signatures import TrustedKey
from models.database import Database
from models.tables import CaseRecord
from tests.gateway.outbox.clock import START
from tests.gateway.payment_data.bureau import (
    BODY,
    EBP,
    HEAD,
    KEY,
    LISTS,
    NO,
    ORDER_NO,
    PAY,
    SESSION,
    YES,
    Bureau,
    Customs,
)


def know_list(bureau: Bureau) -> None:
    """A list with the order's number is known, of our platform."""
    with bureau.database.transaction() as session:
        session.add(
            CaseRecord(
                workflow_id=f"declaration-list/X/{ORDER_NO}",
                ebc_code="X",
                order_no=ORDER_NO,
                ebp_code=EBP,
                state="matched",
                opened_at=START,
                changed_at=START,
            )
        )


async def test_a_question_is_answered_at_once_and_the_data_follows_signed(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    assert await bureau.ask() == {"code": "10000", "message": "", "serviceTime": int(START.timestamp() * 1000)}
    bureau.later(seconds=3)
    assert await bureau.responder.answer() == 1
    upload = customs.last
    assert (upload.session_id, upload.deposit.head, upload.deposit.lists) == (SESSION, HEAD, LISTS)
    assert upload.service_time == str(int(START.timestamp() * 1000) + 3000)
    key = TrustedKey(KEY.name, EBP, frozenset({Role.EBP}), KEY.public_key)
    assert upload.verify({KEY.name: key}.get) is key
    pull = await bureau.pull()
    assert (pull["state"], pull["seconds_left"], pull["late"]) == ("answered", 117, False)
    assert json.loads(pull["answer"])["message"] == "上传成功"
    shown = await bureau.http.get("/payment-data/upload", params={"session_id": SESSION})
    assert shown.text == customs.uploads[0] == bureau.row().upload


async def test_the_question_is_kept_as_it_came(bureau: Bureau) -> None:
    await bureau.ask()
    [raw] = bureau.raws()
    assert (raw.door, raw.state, raw.id) == ("payment-data-open", "read", bureau.row().raw_id)
    assert raw.body.startswith(b"openReq=%7B%22orderNo%22")


async def test_a_question_may_come_as_a_form_in_parts(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    question = json.dumps({"orderNo": ORDER_NO, "sessionID": SESSION, "serviceTime": 1})
    part = f'--x\r\nContent-Disposition: form-data; name="openReq"\r\n\r\n{question}\r\n--x--\r\n'
    assert (await bureau.ask_with(part, "multipart/form-data; boundary=x"))["code"] == "10000"
    await bureau.responder.answer()
    assert customs.last.session_id == SESSION


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "JSON"),
        ("openReq=", "JSON"),
        ("other=1", "JSON"),
        ("openReq=null", "JSON"),
        (urlencode({"openReq": '{"orderNo":"","serviceTime":"soon"}'}), "orderNo"),
        ("&".join(f"a{number}=1" for number in range(200)), "JSON"),
        (b"\xff\xfe", "JSON"),
    ],
)
async def test_what_is_no_question_is_told_so_and_kept(bureau: Bureau, body: str | bytes, told: str) -> None:
    answer = await bureau.ask_with(body)
    assert answer["code"] == "20001"
    assert told in answer["message"]
    assert [raw.state for raw in bureau.raws()] == ["refused"]
    refused = (await bureau.http.get("/inbox", params={"state": "refused"})).json()["entries"]
    assert refused[0]["problems"]


async def test_a_question_in_broken_parts_is_told_so(bureau: Bureau) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=é"):
        assert (await bureau.ask_with(b"--x\r\n\r\n--x--", content_type))["code"] == "20001"


async def test_the_same_session_again_is_answered_again_and_uploaded_once(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    first = await bureau.ask()
    assert await bureau.ask() == first
    await bureau.responder.answer()
    assert (await bureau.ask())["code"] == "10000"
    bureau.later(minutes=10)
    await bureau.responder.answer()
    assert len(customs.uploads) == 1
    assert len(bureau.raws()) == 4


async def test_a_session_that_changes_its_order_is_told_so(bureau: Bureau) -> None:
    await bureau.ask()
    answer = await bureau.ask("CW2")
    assert answer["code"] == "20001"
    assert "sessionID" in answer["message"]
    assert (await bureau.pull())["order_no"] == ORDER_NO


async def test_customs_that_cannot_be_reached_is_tried_until_it_has_the_data(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    await bureau.ask()
    customs.answers = [(503, ""), (200, "<html>"), (429, "")]
    waited = 0
    while not await bureau.responder.answer():
        bureau.later(seconds=1)
        waited += 1
    assert (len(customs.uploads), waited) == (4, 2 + 4 + 8)
    assert (await bureau.pull())["seconds_left"] == 120 - waited


async def test_an_answer_that_comes_late_is_late_and_comes(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    await bureau.ask()
    customs.answers = [(503, "")] * 100
    for _ in range(130):
        await bureau.responder.answer()
        bureau.later(seconds=1)
    standing = await bureau.standing()
    assert (standing["open"], standing["late"], standing["least_seconds_left"]) == (1, 1, -10)
    assert (await bureau.pull())["late"] is True
    customs.answers = []
    bureau.later(seconds=30)
    assert await bureau.responder.answer() == 1
    pull = await bureau.pull()
    assert (pull["state"], pull["late"], pull["seconds_left"]) == ("answered", True, -40)
    standing = await bureau.standing()
    assert (standing["open"], standing["late"], standing["answered_late"]) == (0, 0, 1)
    assert bureau.notices() == [(EBP, "PAYMENT_DATA_LATE")]


@pytest.mark.parametrize(
    ("after", "late"), [(timedelta(seconds=120), False), (timedelta(seconds=120, milliseconds=1), True)]
)
async def test_two_minutes_are_two_minutes(bureau: Bureau, after: timedelta, late: bool) -> None:
    await bureau.deposit()
    await bureau.ask()
    bureau.clock.now += after
    await bureau.responder.answer()
    assert (await bureau.pull())["late"] is late
    assert (await bureau.standing())["answered_late"] == int(late)


async def test_what_customs_refuses_is_told_and_uploaded_again_when_it_asks_again(
    bureau: Bureau, customs: Customs
) -> None:
    await bureau.deposit()
    await bureau.ask()
    customs.answers = [NO, YES]
    assert await bureau.responder.answer() == 0
    pull = await bureau.pull()
    assert (pull["state"], pull["fault"]) == ("refused", "20000 验签失败")
    assert bureau.notices() == [(EBP, "PAYMENT_DATA_REFUSED")]
    bureau.later(minutes=5)
    assert await bureau.responder.answer() == 0
    await bureau.ask()
    assert await bureau.responder.answer() == 1
    assert len(customs.uploads) == 2


async def test_a_door_of_customs_that_says_no_is_a_refusal(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    await bureau.ask()
    customs.answers = [(404, "")]
    await bureau.responder.answer()
    assert (await bureau.pull())["state"] == "refused"


async def test_without_data_the_platform_is_told_and_what_comes_later_is_uploaded(
    bureau: Bureau, customs: Customs
) -> None:
    know_list(bureau)
    assert (await bureau.ask())["code"] == "10000"
    for _ in range(10):
        await bureau.responder.answer()
        bureau.later(seconds=5)
    assert (await bureau.pull())["state"] == "no_evidence"
    assert bureau.notices() == [(EBP, "PAYMENT_DATA_MISSING")]
    assert (await bureau.standing())["no_evidence"] == 1
    await bureau.deposit()
    assert await bureau.responder.answer() == 1
    assert customs.last.session_id == SESSION


async def test_a_gateway_that_died_while_it_uploaded_uploads_again(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    await bureau.ask()
    taken = bureau.responder._take()
    assert taken == [SESSION]
    bureau.restart()
    assert await bureau.responder.answer() == 0
    bureau.later(seconds=30)
    assert await bureau.responder.answer() == 1
    assert (await bureau.pull())["late"] is False


async def test_without_a_key_the_upload_is_unsigned_and_says_so(database: Database, customs: Customs) -> None:
    bureau = Bureau(database, customs, signed=False)
    await bureau.deposit()
    await bureau.ask()
    await bureau.responder.answer()
    assert (customs.last.cert_no, customs.last.sign_value) == UNSIGNED
    with pytest.raises(MessageRefused):
        customs.last.verify(lambda _: None)


async def test_nothing_personal_is_logged(bureau: Bureau, customs: Customs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await bureau.deposit()
    await bureau.deposit(sender="")
    await bureau.ask()
    customs.answers = [(500, ""), NO]
    await bureau.responder.answer()
    bureau.later(seconds=30)
    await bureau.responder.answer()
    assert "refused" in caplog.text
    assert "张三" not in caplog.text


async def test_questions_about_orders_that_nobody_has_keep_no_other_waiting(bureau: Bureau, customs: Customs) -> None:
    for number in range(40):
        await bureau.ask(f"NOBODYS-{number}", f"J-{number}")
    for _ in range(5):
        await bureau.responder.answer()
    bureau.later(seconds=20)
    await bureau.deposit()
    await bureau.ask()
    assert await bureau.responder.answer() == 1
    assert customs.last.session_id == SESSION


async def test_what_is_late_already_lets_pass_what_can_be_in_time(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    for number in range(9):
        await bureau.ask(session_id=f"L-{number}")
    bureau.later(minutes=3)
    await bureau.ask()
    await bureau.responder.answer()
    assert (await bureau.pull())["state"] == "answered"


async def test_data_that_another_deposits_for_an_order_is_not_uploaded(bureau: Bureau, customs: Customs) -> None:
    await bureau.deposit()
    theirs = BODY.replace(EBP, "STRANGER").replace("PAY1", "PAY2")
    assert (await bureau.deposit(theirs, "STRANGER")).status_code == 200
    await bureau.ask()
    await bureau.responder.answer()
    assert customs.last.deposit.data.head.ebp_code == EBP


async def test_where_the_list_is_known_only_data_of_its_platform_counts(bureau: Bureau, customs: Customs) -> None:
    know_list(bureau)
    await bureau.deposit(BODY.replace(EBP, "STRANGER").replace(PAY, "STRANGER2"), "STRANGER")
    await bureau.ask()
    await bureau.responder.answer()
    assert (await bureau.pull())["state"] == "no_evidence"
    await bureau.deposit()
    assert await bureau.responder.answer() == 1
    # Who names the platform and himself as payment enterprise does not take the platform's place.
    await bureau.deposit(BODY.replace(PAY, "STRANGER").replace("PAY1", "PAY2"), "STRANGER")
    await bureau.ask(session_id="S-2")
    await bureau.responder.answer()
    assert (customs.last.session_id, customs.last.deposit.data.head.pay_code) == ("S-2", PAY)


@pytest.mark.parametrize(
    "part",
    [
        "Content-Disposition: form-data; name=" + "(" * 2000,
        "Content-Disposition: form-data" + "".join(f"; name*{number}=a" for number in range(100_000)),
        "".join(f"Content-Type:multipart/mixed;boundary=x{n}\r\n\r\n--x{n}\r\n" for n in range(700)),
    ],
    ids=["brackets", "parameters", "nested"],
)
async def test_a_form_that_is_hard_to_take_apart_is_no_question(bureau: Bureau, part: str) -> None:
    body = f"--x\r\n{part}\r\n\r\nhello\r\n--x--\r\n"
    assert (await bureau.ask_with(body, "multipart/form-data; boundary=x"))["code"] == "20001"
