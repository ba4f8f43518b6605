"""What we write is compact, in the schema's order and honest about signatures, or it is refused as a whole."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import etree

from clearway.contracts.documents import DeclarationList, ListReceipt, Order, Waybill
from clearway.messages import MessageRefused, Subscriber, Transfer, UnsignedPlaceholder, read, write

Load = Callable[[str], bytes]
GUID = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
TRANSFER = Transfer(cop_code="3301960A01", cop_name="示例", dxp_mode="DXP", dxp_id="DXPENT1")


def record(sample: Load, name: str) -> Any:
    return read(sample(f"{name}.xml")).records[0]


def codes(*args: Any, **named: Any) -> list[str]:
    with pytest.raises(MessageRefused) as refused:
        write(*args, **named)
    return [problem.code for problem in refused.value.problems]


def test_a_document_carries_the_prefix_and_no_indentation(sample: Load) -> None:
    written = write([record(sample, "order")], guid=GUID, transfer=TRANSFER)
    declaration, body = written.split(b"\n")
    assert declaration == b'<?xml version="1.0" encoding="UTF-8"?>'
    assert body.startswith(b'<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="4CDE1CFD')
    assert not re.search(rb">\s+<", body)
    assert "张三".encode() in body


def test_a_receipt_is_written_in_the_default_namespace(sample: Load) -> None:
    written = write([record(sample, "list_receipt")], guid=GUID)
    assert b'standalone="yes"' in written
    assert b'<CEB622Message xmlns="http://www.chinaport.gov.cn/ceb"' in written
    assert b"BaseTransfer" not in written


def test_times_and_numbers_stand_as_the_specification_writes_them(sample: Load) -> None:
    order: Order = record(sample, "order").model_copy(
        update={"app_time": datetime(2026, 3, 10, 1, 2, 3, 999999, tzinfo=UTC)}
    )
    receipt: ListReceipt = record(sample, "list_receipt").model_copy(
        update={"return_time": datetime(2026, 3, 10, 16, 0, 0, 7999, tzinfo=UTC)}
    )
    declared: DeclarationList = record(sample, "declaration_list").model_copy(update={"declared_on": date(2026, 3, 1)})
    assert b"<ceb:appTime>20260310090203</ceb:appTime>" in write([order], guid=GUID, transfer=TRANSFER)
    assert b"<ceb:goodsValue>300.00</ceb:goodsValue>" in write([order], guid=GUID, transfer=TRANSFER)
    assert b"<returnTime>20260311000000007</returnTime>" in write([receipt], guid=GUID)
    assert b"<ceb:declTime>20260301</ceb:declTime>" in write([declared], guid=GUID, transfer=TRANSFER)


def test_children_of_the_root_stand_in_the_schemas_order(sample: Load, import_schema: etree.XMLSchema) -> None:
    subscriber = Subscriber(status="ALL", dxp_mode="DXP", dxp_address="DXPENT2")
    written = write(
        [record(sample, "declaration_list")] * 2, guid=GUID, transfer=TRANSFER, subscribers=[subscriber] * 5
    )
    root = etree.fromstring(written)
    names = [str(child.tag).rpartition("}")[2] for child in root]
    assert names == ["Inventory"] * 2 + ["BaseTransfer"] + ["BaseSubscribe"] * 5 + ["Signature"]
    assert import_schema.validate(root), import_schema.error_log
    assert read(written).subscribers == (subscriber,) * 5


@pytest.mark.parametrize("name", ["declaration_list", "modified_list", "cancel_application", "return_application"])
def test_what_must_be_signed_gets_a_placeholder_and_it_says_unsigned(name: str, sample: Load) -> None:
    assert b"Signature" not in write([record(sample, "order")], guid=GUID, transfer=TRANSFER)
    written = write([record(sample, name)], guid=GUID, transfer=TRANSFER)
    assert written.count(b"urn:clearway:unsigned") == 2
    assert b"<ds:KeyName>UNSIGNED</ds:KeyName>" in written


def test_a_modification_carries_both_of_customs_numbers_in_their_place(
    sample: Load, import_schema: etree.XMLSchema
) -> None:
    modified = record(sample, "declaration_list").model_copy(
        update={"app_type": "2", "pre_no": "B20260310000000001", "invt_no": "29912026I000000001"}
    )
    written = write([modified], guid=GUID, transfer=TRANSFER)
    assert import_schema.validate(etree.fromstring(written)), import_schema.error_log
    assert read(written).records == (modified,)


@pytest.mark.parametrize(("name", "root"), [("cancel_receipt", b"CEB624"), ("return_receipt", b"CEB626")])
def test_in_receipts_of_applications_the_broker_stands_before_the_platform(
    name: str, root: bytes, sample: Load
) -> None:
    written = write([record(sample, name)], guid=GUID)
    assert b"<" + root + b'Message xmlns="http://www.chinaport.gov.cn/ceb"' in written
    assert written.index(b"<customsCode>") < written.index(b"<agentCode>") < written.index(b"<ebpCode>")
    assert b"Signature" not in written


def test_an_application_is_flat_and_a_return_has_head_and_lines(sample: Load) -> None:
    cancel = write([record(sample, "cancel_application")], guid=GUID, transfer=TRANSFER)
    assert b"<ceb:InvtCancel><ceb:guid>" in cancel
    returned = record(sample, "return_application")
    written = write([returned.model_copy(update={"lines": returned.lines * 2})], guid=GUID, transfer=TRANSFER)
    assert b"<ceb:InvtRefund><ceb:InvtRefundHead><ceb:guid>" in written
    assert written.count(b"<ceb:InvtRefundList><ceb:gnum>") == 2


def test_a_signer_sees_the_bytes_that_are_sent_without_its_signature(sample: Load) -> None:
    class Recorder:
        def sign(self, unsigned: bytes) -> bytes:
            self.seen = unsigned
            return UnsignedPlaceholder().sign(unsigned)

    signer = Recorder()
    written = write([record(sample, "order")], guid=GUID, transfer=TRANSFER, signer=signer)
    assert written.replace(UnsignedPlaceholder().sign(b""), b"") == signer.seen
    assert written.endswith(b"</ds:Signature></ceb:CEB311Message>")


def test_a_note_may_reach_a_thousand_characters_with_what_travels_in_it(sample: Load) -> None:
    waybill: Waybill = record(sample, "waybill")
    block = len("[[departureCountry=142]]")
    full = waybill.model_copy(update={"note": "字" * (1000 - block)})
    assert read(write([full], guid=GUID, transfer=TRANSFER)).records == (full,)
    over = waybill.model_copy(update={"note": "字" * (1001 - block)})
    with pytest.raises(MessageRefused) as refused:
        write([over], guid=GUID, transfer=TRANSFER)
    (problem,) = refused.value.problems
    assert problem.fields[0].field == "waybill.note"
    assert "字" not in (problem.fields[0].value or "")


def test_characters_that_xml_cannot_carry_are_named_with_their_field(sample: Load) -> None:
    order: Order = record(sample, "order")
    line = order.lines[0].model_copy(update={"item_name": "a\x00b"})
    bad = order.model_copy(update={"lines": (line,), "waybill_no": "\x1b", "buyer_name": "\ud800"})
    with pytest.raises(MessageRefused) as refused:
        write([bad], guid=GUID, transfer=TRANSFER)
    assert {problem.fields[0].field for problem in refused.value.problems} == {
        "order.lines[0].item_name",
        "order.waybill_no",
        "order.buyer_name",
    }


def test_a_message_that_cannot_be_is_refused_with_everything_at_once(sample: Load) -> None:
    order, waybill, receipt = (record(sample, name) for name in ("order", "waybill", "order_receipt"))
    assert codes([], guid=GUID, transfer=TRANSFER) == ["E_NO_RECORD"]
    assert codes([order] * 101, guid=GUID, transfer=TRANSFER) == ["E_TOO_MANY_RECORDS"]
    assert codes([order, waybill], guid="short") == ["E_MIXED_RECORDS", "E_FIELD", "E_NO_TRANSFER"]
    assert codes([receipt], guid=GUID, transfer=TRANSFER) == ["E_TRANSFER_OUT_OF_PLACE"]
    subscribers = [Subscriber(status="ALL", dxp_mode="DXP", dxp_address="X")] * 6
    assert codes([order], guid=GUID, transfer=TRANSFER, subscribers=subscribers) == ["E_TOO_MANY_SUBSCRIBERS"]
