"""Deposits: kept exactly, once, for three years, by the platform or the payment enterprise, with every doubt told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from clearway.contracts.base import SHANGHAI
from clearway.contracts.documents import Payment
from clearway.contracts.documents.payment import Allocation
from clearway.messages import document_from
from clearway.messages.signatures import FileKey, KeyKind, new_key, public_pem, sign_bytes
from models import payment_data
from models.documents import business_key
from models.tables import (
    PaymentEvidence,
    PaymentEvidenceOrder,
    PaymentPull,
    RawMessage,
    StoredDocument,
    TrustedKey,
)
from tests.gateway.outbox.clock import START
from tests.gateway.payment_data.bureau import BODY, EBP, HEAD, LISTS, PAY, Bureau, codes
from tests.gateway.recording import sample


def rows(bureau: Bureau, table: Any) -> list[Any]:
    with bureau.database.transaction() as session:
        return list(session.exec(select(table)))


def keep_voucher(bureau: Bureau, **changes: Any) -> None:
    """The payment voucher of the same transaction is on file."""
    [parsed] = document_from(sample("payment.json"))
    assert isinstance(parsed, Payment)
    voucher = parsed.model_copy(
        update={"pay_code": PAY, "pay_transaction_id": "PAY1", "ebp_code": EBP, "order_no": "CW1"} | changes
    )
    with bureau.database.transaction() as session:
        session.add(
            StoredDocument(
                workflow_id="declaration-list/X/CW1",
                kind="payment",
                version=1,
                business_key=business_key(voucher),
                guid="G",
                content_hash="0",
                sender=PAY,
                order_no="CW1",
                used_on=START,
                accepted_at=START,
                body=voucher.model_dump_json(),
            )
        )


def trust(bureau: Bureau, key: FileKey, party: str) -> None:
    with bureau.database.transaction() as session:
        session.add(
            TrustedKey(
                key_name=key.name,
                party_code=party,
                roles="EBP",
                algorithm="sm2",
                public_key=public_pem(key.public_key),
                fingerprint=key.name,
                valid_from=START - timedelta(days=1),
                added_at=START,
            )
        )


async def test_a_deposit_is_kept_exactly_and_the_same_again_changes_nothing(bureau: Bureau) -> None:
    first, again = await bureau.deposit(), await bureau.deposit(sender=PAY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == {
        "pay_code": PAY,
        "pay_transaction_id": "PAY1",
        "orders": ["CW1"],
        "keep_until": "2029-03-10",
        "known": False,
        "warnings": [],
    }
    assert again.json() == first.json() | {"known": True}
    [row] = rows(bureau, PaymentEvidence)
    assert (row.head, row.lists, row.raw_id) == (HEAD, LISTS, 1)
    assert [(raw.state, raw.body) for raw in bureau.raws()] == [("read", BODY.encode())] * 2


async def test_the_same_transaction_with_other_content_is_refused_and_kept(bureau: Bureau) -> None:
    await bureau.deposit()
    other = await bureau.deposit(BODY.replace("310.0", "310.00"))
    assert (other.status_code, codes(other)) == (409, ["E_DUPLICATE"])
    assert [row.head for row in rows(bureau, PaymentEvidence)] == [HEAD]
    assert [raw.state for raw in bureau.raws()] == ["read", "refused"]


async def test_everything_wrong_is_told_at_once_and_the_bytes_are_kept(bureau: Bureau) -> None:
    broken = BODY.replace('"verDept":"3"', '"verDept":"7"').replace('"recpAccount":"A-1",', "")
    answer = await bureau.deposit(broken, sender="")
    assert answer.status_code == 422
    told = {problem["fields"][0]["field"] for problem in answer.json()["problems"]}
    assert told == {"payExchangeInfoHead.verDept", "payExchangeInfoLists[0].recpAccount", "X-Clearway-Sender"}
    assert all(problem["remedy_en"] and problem["remedy_zh"] for problem in answer.json()["problems"])
    assert answer.headers["x-clearway-raw-id"] == "1"
    shown = (await bureau.http.get("/inbox/1/raw")).content
    assert shown == broken.encode()


async def test_only_the_platform_or_the_payment_enterprise_may_deposit(bureau: Bureau) -> None:
    answer = await bureau.deposit(sender="3301960A01")
    assert (answer.status_code, codes(answer)) == (422, ["E_DATA_SENDER"])
    assert rows(bureau, PaymentEvidence) == []


async def test_numbers_of_self_tests_cannot_be_deposited(bureau: Bureau) -> None:
    answer = await bureau.deposit(BODY.replace("CW1", "SELFTEST-1"))
    assert codes(answer) == ["E_ORDER_RESERVED"]


async def test_a_platform_with_a_key_on_file_must_sign(bureau: Bureau) -> None:
    key = new_key(KeyKind.SM2).named("0000000000000a1b", None)
    trust(bureau, key, EBP)
    assert codes(await bureau.deposit()) == ["E_UNSIGNED"]
    signed = {"X-Clearway-Key": "0000000000000a1b", "X-Clearway-Signature": sign_bytes(BODY.encode(), key)}
    wrong = await bureau.deposit(BODY.replace("310.0", "311.0"), **signed)
    assert codes(wrong) == ["E_SIGNATURE"]
    assert rows(bureau, PaymentEvidence) == []
    assert (await bureau.deposit(**signed)).status_code == 200
    assert bureau.raws()[-1].signed_by == EBP
    assert codes(await bureau.deposit(sender=PAY, **signed)) == ["E_SIGNER_PARTY"]


async def test_doubts_against_the_payment_voucher_are_told_at_once_and_do_not_refuse(bureau: Bureau) -> None:
    allocations = tuple(Allocation(order_no=number, amount=Decimal("155.00")) for number in ("CW1", "CW2"))
    keep_voucher(bureau, ebp_code="3301960P02", allocations=allocations, amount_paid=Decimal("310.01"))
    answer = await bureau.deposit()
    assert answer.status_code == 200
    warnings = answer.json()["warnings"]
    assert [each["code"] for each in warnings] == ["W_DATA_AMOUNT", "W_DATA_PLATFORM", "W_DATA_ORDER"]
    assert warnings[0]["fields"] == [
        {"field": "payExchangeInfoHead.totalAmount", "value": "310.0"},
        {"field": "payment.amount_paid", "value": "310.01"},
    ]
    assert warnings[2]["fields"][0]["value"] == "CW2"
    assert {each["severity"] for each in warnings} == {"warning"}


async def test_data_that_fits_its_voucher_raises_no_doubt(bureau: Bureau) -> None:
    keep_voucher(bureau, amount_paid=Decimal("310.00000"))
    assert (await bureau.deposit()).json()["warnings"] == []


@pytest.mark.parametrize(
    ("stored", "until"),
    [
        (date(2026, 3, 10), date(2029, 3, 10)),
        (date(2024, 2, 29), date(2027, 3, 1)),
        (date(2025, 2, 28), date(2028, 2, 28)),
    ],
)
def test_data_is_kept_for_three_years(stored: date, until: date) -> None:
    assert payment_data.last_day(stored) == until


async def test_data_is_deleted_after_its_last_day_with_its_bytes_and_questions(bureau: Bureau) -> None:
    bureau.clock.now = datetime(2026, 3, 10, 16, tzinfo=UTC)  # the 11th in Shanghai
    await bureau.deposit()
    await bureau.ask()
    await bureau.responder.answer()
    with bureau.database.transaction() as session:
        assert payment_data.purge(session, date(2029, 3, 11)) == 0
    assert len(rows(bureau, PaymentEvidence)) == 1
    with bureau.database.transaction() as session:
        assert payment_data.purge(session, date(2029, 3, 12)) == 1
        payment_data.purge(session, date(2029, 3, 13))
    for table in (PaymentEvidence, PaymentEvidenceOrder, PaymentPull, RawMessage):
        assert rows(bureau, table) == []


async def test_bytes_of_other_doors_are_never_deleted(bureau: Bureau) -> None:
    await bureau.http.post("/customs/receipts", content=b"<x/>")
    with bureau.database.transaction() as session:
        payment_data.purge(session, date(2040, 1, 1))
    assert len(rows(bureau, RawMessage)) == 1


async def test_the_data_deposited_last_for_an_order_is_uploaded(bureau: Bureau) -> None:
    await bureau.deposit()
    await bureau.deposit(BODY.replace("PAY1", "PAY2"))
    await bureau.ask()
    await bureau.responder.answer()
    assert bureau.customs.last.deposit.data.head.pay_transaction_id == "PAY2"
    assert bureau.row().asked_at.astimezone(SHANGHAI) == START
