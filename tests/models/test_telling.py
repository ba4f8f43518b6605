"""What enterprises are told of their lists: each receipt, bill and end once, to whom it concerns, nothing personal."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from clearway.contracts.customs import CustomsReceipt, TaxBillNotice
from clearway.contracts.documents import ApplicationKind, DocumentKind
from models.database import Database
from models.notices import tell_all
from models.tables import CaseRecord, Notice, StoredDocument
from models.telling import parties_of, receipt_events, tell_bill, tell_ends

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
EBC, EBP, PAY = "3301960A01", "3301960P01", "3301960Y01"
CASE = f"declaration-list/{EBC}/CW1"


def receipt(status: str = "800", about: Any = DocumentKind.DECLARATION_LIST, **more: Any) -> CustomsReceipt:
    return CustomsReceipt(about=about, status=status, at=NOW, **more)


def open_case(session: Session) -> CaseRecord:
    record = CaseRecord(
        workflow_id=CASE, ebc_code=EBC, order_no="CW1", ebp_code=EBP, state="taxed", opened_at=NOW, changed_at=NOW
    )
    session.add(record)
    session.add(
        StoredDocument(
            workflow_id=CASE,
            kind="payment",
            version=1,
            business_key="payment|x|y",
            guid="G",
            content_hash="0",
            sender=PAY,
            order_no="CW1",
            used_on=NOW,
            accepted_at=NOW,
            body="{}",
        )
    )
    session.flush()
    return record


def tell_receipt(session: Session, workflow_id: str, said: CustomsReceipt, at: datetime) -> None:
    tell_all(session, receipt_events(parties_of(session, [workflow_id]), workflow_id, said), at)


def told(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    rows = session.exec(select(Notice).order_by(col(Notice.number)))
    return [(row.recipient, row.kind, json.loads(row.payload)) for row in rows]


def test_a_receipt_is_told_to_the_enterprise_and_its_platform_with_its_meaning(store: Database) -> None:
    with store.transaction() as session:
        open_case(session)
        for _ in range(2):
            tell_receipt(session, CASE, receipt(invt_no="I-1"), NOW)
        events = told(session)
    assert [(to, kind) for to, kind, _ in events] == [(EBC, "RECEIPT"), (EBP, "RECEIPT")]
    details = events[0][2]
    assert (details["about"], details["status"], details["invt_no"]) == ("declaration_list", "800", "I-1")
    assert "放行" in details["meaning_zh"]
    assert "releas" in details["meaning_en"].lower()


def test_who_handed_the_document_in_hears_of_its_receipt(store: Database) -> None:
    with store.transaction() as session:
        open_case(session)
        tell_receipt(session, CASE, receipt("120", DocumentKind.PAYMENT), NOW)
        tell_receipt(session, CASE, receipt("120", DocumentKind.ORDER), NOW)
        assert [to for to, _, _ in told(session)] == [EBC, EBP, PAY, EBC, EBP]


def test_a_refusal_tells_why_and_what_to_do_but_not_customs_own_words(store: Database) -> None:
    said = "[Code:1313;Desc:订购人张三购买超过年度限额 11010519491231002X]"
    with store.transaction() as session:
        open_case(session)
        tell_receipt(session, CASE, receipt("100", info=said), NOW)
        rows = session.exec(select(Notice)).all()
        _, _, details = told(session)[0]
    assert details["codes"] == ["1313"]
    assert details["remedy_en"]
    assert details["remedy_zh"]
    assert not any("张三" in row.payload + row.dedupe_key or "11010519" in row.payload for row in rows)


def test_an_unknown_status_is_told_as_it_is(store: Database) -> None:
    with store.transaction() as session:
        tell_receipt(session, CASE, receipt("777"), NOW)
        assert [(to, details["status"]) for to, _, details in told(session)] == [(EBC, "777")]


def test_a_receipt_of_a_return_is_told_to_the_enterprise_of_its_list(store: Database) -> None:
    about = ApplicationKind.GOODS_RETURN
    with store.transaction() as session:
        open_case(session)
        tell_receipt(session, f"goods-return/{EBC}/CW1/1", receipt("800", about, cop_no="R1"), NOW)
        tell_receipt(session, "suspicion-report/abc", receipt("800"), NOW)
        assert [(to, details["cop_no"]) for to, _, details in told(session)] == [(EBC, "R1"), (EBP, "R1")]


def test_a_bill_and_each_new_status_of_it_is_told(store: Database) -> None:
    bill = TaxBillNotice(bill_no="T1", invt_no="I-1", status="1", total=Decimal("33.39"), at=NOW)
    summed = TaxBillNotice(bill_no="T1", invt_no="I-1", status="2", payment_order_no="D1", at=NOW + timedelta(days=1))
    with store.transaction() as session:
        open_case(session)
        for each in (bill, summed, bill):
            tell_bill(session, CASE, each, NOW)
        events = [details for to, _, details in told(session) if to == EBC]
    assert [(each["status"], each.get("total"), each["meaning_zh"]) for each in events] == [
        ("1", "33.39", "电子税单已生成"),
        ("2", None, "电子税单已汇总"),
    ]


def test_an_end_is_told_once_and_another_end_again(store: Database) -> None:
    with store.transaction() as session:
        record = open_case(session)
        tell_ends(session, [record], NOW)
        tell_ends(session, [record], NOW + timedelta(days=1))
        record.state = "returned_abroad"
        tell_ends(session, [record], NOW)
        events = [(to, details["state"]) for to, _, details in told(session)]
    assert events == [(EBC, "taxed"), (EBP, "taxed"), (EBC, "returned_abroad"), (EBP, "returned_abroad")]
