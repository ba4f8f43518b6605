"""Our own samples are valid, say the same in XML and JSON, and belong together."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from clearway.contracts.documents import CancelApplication, DeclarationList, Order, Payment, ReturnApplication, Waybill
from clearway.messages import customs_receipts, document_from, read, tax_bill_notices, write

Load = Callable[[str], bytes]
DOCUMENTS = ["order", "payment", "waybill", "declaration_list"]
RECEIPTS = ["order_receipt", "payment_receipt", "waybill_receipt", "list_receipt", "tax_bill", "tax_bill_status"]
AFTERWARDS = ["modified_list", "cancel_application", "cancel_receipt", "return_application", "return_receipt"]


@pytest.mark.parametrize("name", [*DOCUMENTS, *RECEIPTS, *AFTERWARDS, *(f"mismatched/{name}" for name in DOCUMENTS)])
def test_sample_is_valid_and_written_back_the_same(name: str, sample: Load, import_schema: etree.XMLSchema) -> None:
    raw = sample(f"{name}.xml")
    message = read(raw)
    assert import_schema.validate(etree.fromstring(raw)), import_schema.error_log
    compact = etree.fromstring(raw, etree.XMLParser(remove_blank_text=True))
    assert etree.fromstring(write(message.records, guid=message.guid, transfer=message.transfer)).xpath(
        "string(.)"
    ) == compact.xpath("string(.)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_xml_and_json_of_a_sample_are_the_same_document(name: str, sample: Load) -> None:
    assert document_from(sample(f"{name}.xml")) == document_from(sample(f"{name}.json"))


def test_the_happy_set_agrees_with_itself(sample: Load) -> None:
    order, payment, waybill, declared = four(sample, "")
    assert order.goods_value + order.freight + order.tax_total - order.discount == order.actual_paid
    assert order.actual_paid == payment.amount_paid == Decimal("318.21")
    assert order.tax_total == (order.goods_value + order.freight) * Decimal("0.091")
    assert order.order_no == payment.order_no == waybill.order_no == declared.order_no == "CW20260310-0001"
    assert order.waybill_no == waybill.logistics_no == declared.logistics_no
    assert (order.consignee, order.consignee_telephone) == (waybill.consignee, waybill.consignee_telephone)
    assert order.app_time <= payment.pay_time <= waybill.app_time <= declared.app_time
    assert waybill.weight == declared.gross_weight > declared.net_weight


def test_the_mismatched_set_differs_in_exactly_three_places(sample: Load) -> None:
    order, payment, waybill, declared = four(sample, "mismatched/")
    assert (order.actual_paid, payment.amount_paid) == (Decimal("318.21"), Decimal("318.20"))
    assert order.consignee_telephone != waybill.consignee_telephone
    assert (order.lines[0].qty, declared.lines[0].qty) == (Decimal(2), Decimal(3))

    mended: list[Any] = [
        order,
        payment.model_copy(update={"amount_paid": Decimal("318.21")}),
        waybill.model_copy(update={"consignee_telephone": order.consignee_telephone}),
        declared.model_copy(update={"lines": (declared.lines[0].model_copy(update={"qty": Decimal(2)}),)}),
    ]
    own_numbers = {"guid", "order_no", "pay_transaction_id", "waybill_no", "logistics_no", "cop_no"}
    for ours, happy in zip(mended, four(sample, ""), strict=True):
        assert ours.model_dump(exclude=own_numbers) == happy.model_dump(exclude=own_numbers)


def test_receipts_answer_the_documents(sample: Load) -> None:
    order, payment, waybill, declared = four(sample, "")
    (about_order, _), *_ = customs_receipts(read(sample("order_receipt.xml")))
    (about_payment, _), *_ = customs_receipts(read(sample("payment_receipt.xml")))
    (about_waybill, _), *_ = customs_receipts(read(sample("waybill_receipt.xml")))
    (about_list, _), *_, (_, released) = customs_receipts(read(sample("list_receipt.xml")))
    ((about_bill, bill),) = tax_bill_notices(read(sample("tax_bill.xml")))

    assert about_order.order_no == order.order_no
    assert about_payment.pay_transaction_id == payment.pay_transaction_id
    assert about_waybill.logistics_no == waybill.logistics_no
    assert about_list.cop_no == declared.cop_no
    assert (released.status, released.inner_code) == ("800", "2600")
    assert (about_bill.invt_no, bill.total) == (released.invt_no, order.tax_total)


def test_a_modification_is_the_whole_list_again_with_customs_numbers(sample: Load) -> None:
    (declared,) = document_from(sample("declaration_list.xml"))
    (modified,) = document_from(sample("modified_list.xml"))
    assert isinstance(declared, DeclarationList)
    assert isinstance(modified, DeclarationList)
    differing = {name for name in DeclarationList.model_fields if getattr(declared, name) != getattr(modified, name)}
    assert differing == {"guid", "app_type", "app_time", "pre_no", "invt_no", "net_weight"}
    assert (modified.app_type, modified.pre_no, modified.invt_no) == ("2", "B20260310000000001", "29912026I000000001")


def test_applications_and_their_receipts_are_about_the_declared_list(sample: Load) -> None:
    *_, declared = four(sample, "")
    (cancel,) = read(sample("cancel_application.xml")).records
    (goods_return,) = read(sample("return_application.xml")).records
    *_, (about_list, _) = customs_receipts(read(sample("list_receipt.xml")))
    (about_cancel, _), *_ = customs_receipts(read(sample("cancel_receipt.xml")))
    (about_return, _), *_ = customs_receipts(read(sample("return_receipt.xml")))
    assert isinstance(cancel, CancelApplication)
    assert isinstance(goods_return, ReturnApplication)
    same = ("order_no", "ebp_code", "ebc_code", "logistics_no", "logistics_code", "buyer_id_number", "agent_code")
    for application, receipt in ((cancel, about_cancel), (goods_return, about_return)):
        assert {name: getattr(application, name) for name in same} == {name: getattr(declared, name) for name in same}
        assert application.invt_no == about_list.invt_no == receipt.invt_no
        assert application.cop_no == receipt.cop_no != declared.cop_no
    (line,) = goods_return.lines
    assert (line.gnum, line.hs_code, line.unit) == (1, declared.lines[0].hs_code, declared.lines[0].unit)
    assert line.qty < declared.lines[0].qty


def four(sample: Load, folder: str) -> tuple[Order, Payment, Waybill, DeclarationList]:
    found = [document_from(sample(f"{folder}{name}.xml"))[0] for name in DOCUMENTS]
    order, payment, waybill, declared = found
    assert isinstance(order, Order)
    assert isinstance(payment, Payment)
    assert isinstance(waybill, Waybill)
    assert isinstance(declared, DeclarationList)
    return order, payment, waybill, declared
