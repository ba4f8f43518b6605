"""Receipts and bills become one shape each, with the keys that find their case."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.messages import Correlation, customs_receipts, inner_code, read, tax_bill_notices

Load = Callable[[str], bytes]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[Code:2600;Desc:放行]", "2600"),
        ("[Code:1313;Desc:超过个人年度购买额度 totalPrice：26,114.44 > limitPrice: 26,000;]", "1313"),
        ("退单 [code：13035；Desc：支付企业不一致]", "13035"),
        ("[Code:1800;Desc:a][Code:2600;Desc:b]", "1800"),
        ("新增申报成功[4CDE1CFD-EDED-46B1-946C-B8022E42FC94]", None),
        ("Code:1800", None),
        ("", None),
    ],
)
def test_inner_code_is_found_in_the_text(text: str, code: str | None) -> None:
    assert inner_code(text) == code


@pytest.mark.parametrize(
    ("name", "about", "keys"),
    [
        (
            "order_receipt",
            DocumentKind.ORDER,
            Correlation(ebp_code="3301960P01", ebc_code="3301960A01", order_no="CW20260310-0001"),
        ),
        (
            "payment_receipt",
            DocumentKind.PAYMENT,
            Correlation(pay_code="3301960Y01", pay_transaction_id="PAY20260310000001"),
        ),
        (
            "waybill_receipt",
            DocumentKind.WAYBILL,
            Correlation(logistics_code="3301960L01", logistics_no="SF1234567890123"),
        ),
    ],
)
def test_a_documents_receipts_carry_its_natural_keys(
    name: str, about: DocumentKind, keys: Correlation, sample: Load
) -> None:
    (first, taken), (second, stored) = customs_receipts(read(sample(f"{name}.xml")))
    assert first == second == keys
    assert taken.about == stored.about == about
    assert (taken.status, taken.inner_code) == ("2", None)
    assert (stored.status, stored.inner_code) == ("120", "1800")


def test_a_lists_receipts_carry_its_numbers_and_when_customs_acted(sample: Load) -> None:
    *_, (keys, released) = customs_receipts(read(sample("list_receipt.xml")))
    assert (keys.cop_no, keys.pre_no, keys.invt_no, keys.order_no) == (
        "CW202603100001",
        "B20260310000000001",
        "29912026I000000001",
        None,
    )
    assert (released.pre_no, released.invt_no) == (keys.pre_no, keys.invt_no)
    assert released.at == datetime(2026, 3, 10, 10, 30, 15, 123000, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "订单[电商企业编码：3301960A01,订单编号：CW20260310-0001]报文校验失败:参数不符",
        "清单新增申报成功[电商企业编码：3301960A01订单编号：CW20260310-0001]",
        "订单编号: CW20260310-0001，退单",
    ],
)
def test_an_error_receipt_names_its_order_in_the_text(text: str, sample: Load) -> None:
    data = sample("list_receipt.xml").decode().replace("[Code:1800;Desc:逻辑校验通过]", text).encode()
    assert customs_receipts(read(data))[1][0].order_no == "CW20260310-0001"


@pytest.mark.parametrize(
    ("name", "about", "cop_no", "pre_no"),
    [
        ("cancel_receipt", ApplicationKind.CANCELLATION, "CW202603100001C1", "B20260310000000001"),
        ("return_receipt", ApplicationKind.GOODS_RETURN, "CW202603100001R1", "T20260320000000001"),
    ],
)
def test_an_applications_receipts_carry_its_own_number(
    name: str, about: ApplicationKind, cop_no: str, pre_no: str, sample: Load
) -> None:
    receipts = customs_receipts(read(sample(f"{name}.xml")))
    assert {receipt.about for _, receipt in receipts} == {about}
    assert {(keys.cop_no, receipt.cop_no) for keys, receipt in receipts} == {(cop_no, cop_no)}
    assert {(receipt.pre_no, receipt.invt_no) for _, receipt in receipts} == {(pre_no, "29912026I000000001")}
    assert [receipt.status for _, receipt in receipts][:2] == ["2", "120"]
    assert receipts[1][1].inner_code == "1800"


def test_the_same_answer_to_two_applications_is_two_receipts(sample: Load) -> None:
    first, second = (
        customs_receipts(read(sample("return_receipt.xml").replace(b"0001R1<", number)))[0][1]
        for number in (b"0001R1<", b"0001R2<")
    )
    assert (first.status, first.at, first.info) == (second.status, second.at, second.info)
    assert first.key != second.key


def test_an_application_refused_before_it_was_read_names_its_order_in_the_text(sample: Load) -> None:
    text = sample("return_receipt.xml").decode()
    bare = re.sub(r"\s*<(copNo|preNo|invtNo)>.*", "", text).replace(
        "[Code:1800;Desc:逻辑校验通过]", "退货申请[订单编号：CW20260310-0001]报文校验失败"
    )
    _, (keys, receipt) = customs_receipts(read(bare.encode()))
    assert (keys.cop_no, keys.pre_no, keys.invt_no, receipt.cop_no) == (None, None, None, None)
    assert (keys.ebc_code, keys.order_no) == ("3301960A01", "CW20260310-0001")


def test_repeated_receipts_are_kept_and_share_one_key(sample: Load) -> None:
    text = sample("order_receipt.xml").decode()
    start, end = text.index("<OrderReturn>"), text.rindex("</CEB312Message>")
    repeated = customs_receipts(read((text[:end] + text[start:end] + text[end:]).encode()))
    assert len(repeated) == 4
    assert len({receipt.key for _, receipt in repeated}) == 2


def test_a_bill_is_totalled_and_its_status_message_is_not(sample: Load) -> None:
    ((keys, bill),) = tax_bill_notices(read(sample("tax_bill.xml")))
    ((later_keys, later),) = tax_bill_notices(read(sample("tax_bill_status.xml")))
    assert (bill.total, bill.status, bill.payment_order_no) == (Decimal("28.21"), "1", None)
    assert (later.total, later.status, later.payment_order_no) == (None, "2", "299120261000000001")
    assert keys.tax_no == later_keys.tax_no == bill.bill_no == "29912026I000000001_0"
    assert keys.invt_no == bill.invt_no


def test_other_messages_hold_neither(sample: Load) -> None:
    order = read(sample("order.xml"))
    assert customs_receipts(order) == ()
    assert tax_bill_notices(order) == ()
    assert tax_bill_notices(read(sample("list_receipt.xml"))) == ()
