"""Our strict check gives the official schema's verdict, and says where and why; it needs no official file itself."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from lxml import etree

from clearway.contracts.base import SHANGHAI
from clearway.messages import Edition, Flow, read, validate
from clearway.messages.form import Form
from clearway.messages.forms import FORMS
from clearway.sample_messages import sample_message
from tests.messages.mutations import mutations, small

Load = Callable[[str], bytes]
Schema = Callable[[Edition, Flow], etree.XMLSchema]
Sample = Callable[[Form, Edition], bytes]

PARSER = etree.XMLParser(remove_comments=True, remove_pis=True)
EACH = [(form, edition) for form in FORMS for edition in form.editions]
AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
WITHOUT_SAMPLE = {"CEB816", "CEB818", "CEB900"}
"""Types of which there is no official sample; one of ours stands in."""
SHARE = float(os.environ.get("CLEARWAY_MUTATIONS", "0.02"))
"""The share of all mutations that is tried; 1 takes a quarter of an hour."""
BASE64 = {"DigestValue", "SignatureValue", "X509Certificate"}
"""The official validator ignores signs in them that are not base64; ours calls them a fault."""
DEFAULTED = {"appStatus", "freight"}
"""Empty, they stand for the default that an export schema gives them; ours calls that a fault."""

SPACED = ("' '", "' 7 '", "'a\\nb'")
COLLAPSED = {
    *("POD", "barCode", "domesticTrafNo", "gmodel", "goodsInfo", "reason", "trafMode", "trafName", "voyageNo"),
    "wrapType",
}
"""Of some of these an export schema does not count the spaces around a value; ours counts them everywhere."""


def explained(name: str, element: etree._Element) -> bool:
    """Whether ours differs here on purpose."""
    local = str(etree.QName(element).localname)
    empty = local in DEFAULTED and name.startswith("''")
    return local in BASE64 or empty or (local in COLLAPSED and name.startswith(SPACED))


def tried(root: etree._Element, seed: str) -> Iterator[tuple[str, etree._Element]]:
    chosen = random.Random(seed)
    elements = list(root.iter())
    for name, changed in mutations(root):
        structural = name[0].isalpha() and not name.startswith("length")
        wanted = chosen.random() < (min(1.0, SHARE * 5) if structural else SHARE)
        if wanted and not explained(name, elements[int(name.rsplit(" ", 1)[1])]):
            yield name, changed


@pytest.mark.parametrize(("form", "edition"), EACH, ids=lambda each: getattr(each, "message_type", each))
def test_the_verdict_on_samples_and_their_mutations_is_the_official_one(
    form: Form, edition: Edition, official_file: Sample, official_schema: Schema
) -> None:
    schema = official_schema(edition, form.flow)
    whole = sample_message(form, AT) if form.message_type in WITHOUT_SAMPLE else official_file(form, edition)
    assert validate(whole, edition).valid == schema.validate(etree.fromstring(whole, PARSER))
    root = small(etree.fromstring(whole, PARSER))
    differing = []
    for name, changed in tried(root, f"{form.message_type} {edition}"):
        data = etree.tostring(changed)
        ours = validate(data, edition)
        if ours.valid != schema.validate(etree.fromstring(data, PARSER)):
            differing.append((name, ours.faults[:1]))
    assert differing == []


def faults(data: bytes, edition: Edition = Edition.E202205) -> dict[str, str]:
    return {fault.fields[0].field: fault.code for fault in validate(data, edition).faults}


def change(data: bytes, *changes: tuple[str, str]) -> bytes:
    text = data.decode()
    for old, new in changes:
        assert old in text, f"{old} is not in the sample"
        text = text.replace(old, new, 1)
    return text.encode()


def test_every_fault_is_told_at_once_with_path_line_found_and_allowed(sample: Load) -> None:
    data = change(
        sample("declaration_list.xml"),
        ("<ceb:orderNo>CW20260310-0001</ceb:orderNo>", ""),
        ("<ceb:gcode>3304990029</ceb:gcode>", "<ceb:gcode>33049900</ceb:gcode>"),
        ("<ceb:portCode>2991</ceb:portCode>", "<ceb:portCode/>"),
        ("<ceb:grossWeight>", "<ceb:strange>x</ceb:strange><ceb:grossWeight>"),
        ("<ceb:netWeight>", "<ceb:netWeight>1e"),
        ("<ceb:agentName>", "<ceb:agentName kind='x'>"),
        (" guid=", " old="),
    )
    assert faults(data) == {
        "@old": "E_ATTRIBUTE",
        "@guid": "E_MISSING",
        "Inventory[1]/InventoryHead/orderNo": "E_MISSING",
        "Inventory[1]/InventoryHead/portCode": "E_EMPTY",
        "Inventory[1]/InventoryHead/strange": "E_UNKNOWN_ELEMENT",
        "Inventory[1]/InventoryHead/netWeight": "E_NUMBER",
        "Inventory[1]/InventoryHead/agentName/@kind": "E_ATTRIBUTE",
        "Inventory[1]/InventoryList[1]/gcode": "E_LENGTH",
    }
    (short,) = (fault for fault in validate(data).faults if fault.code == "E_LENGTH")
    line = data[: data.index(b"33049900")].count(b"\n") + 1
    assert f"(line {line})" in short.message_en
    assert short.fields[0].value == "33049900"
    assert "exactly 10 characters" in short.remedy_en
    assert "10 个字符" in short.remedy_zh


def test_order_repetition_namespace_and_text_are_told_apart(sample: Load) -> None:
    order = sample("order.xml")
    first, second = "<ceb:appType>1</ceb:appType>", "<ceb:appTime>20260310090000</ceb:appTime>"
    text = order.decode()
    swapped = text.replace(first, "@").replace(second, first).replace("@", second)
    assert faults(swapped.encode()) == {"Order[1]/OrderHead/appType": "E_ORDER"}
    assert faults(change(order, (first, first * 2))) == {"Order[1]/OrderHead/appType[2]": "E_TOO_MANY"}
    assert faults(change(order, ("<ceb:OrderHead>", "<ceb:OrderHead>words"))) == {"Order[1]/OrderHead": "E_TEXT"}
    other = change(order, ("<ceb:appType>1</ceb:appType>", '<appType xmlns="urn:other">1</appType>'))
    assert faults(other) == {"Order[1]/OrderHead/appType": "E_NAMESPACE"}


def test_a_personal_value_is_masked(sample: Load) -> None:
    data = change(sample("order.xml"), ("<ceb:buyerName>张三", "<ceb:buyerName>张三" + "丰" * 60))
    (fault,) = validate(data).faults
    assert fault.fields[0].value == "张******"
    assert "丰" not in fault.model_dump_json()


def test_what_only_the_specifications_text_asks_for_is_a_warning(sample: Load) -> None:
    data = change(
        sample("order.xml"),
        ("<ceb:appTime>20260310090000</ceb:appTime>", "<ceb:appTime>20261310090000</ceb:appTime>"),
        ("<ceb:freight>10.00</ceb:freight>", "<ceb:freight>-10.00</ceb:freight>"),
    )
    report = validate(data)
    assert report.valid
    assert {warning.path: warning.code for warning in report.warnings} == {
        "Order[1]/OrderHead/appTime": "W_TIME",
        "Order[1]/OrderHead/freight": "W_NEGATIVE",
    }


def test_an_edition_has_its_own_lengths(sample: Load) -> None:
    longer = change(sample("declaration_list.xml"), ("<ceb:itemNo>SKU-CREAM-50<", f"<ceb:itemNo>{'S' * 30}<"))
    assert validate(longer, Edition.E2018).valid
    assert faults(longer) == {"Inventory[1]/InventoryList[1]/itemNo": "E_LENGTH"}
    assert read(longer).edition is Edition.E2018


def test_a_declaration_without_signature_is_a_fault_and_an_order_without_is_none(sample: Load) -> None:
    text = sample("declaration_list.xml").decode()
    start, end = text.index("<ds:Signature"), text.index("</ceb:CEB621Message>")
    assert faults((text[:start] + text[end:]).encode()) == {"Signature": "E_MISSING"}
    assert b"Signature" not in sample("order.xml")
    assert validate(sample("order.xml")).valid


def test_more_records_than_a_hundred_are_each_a_fault(sample: Load) -> None:
    text = sample("waybill.xml").decode()
    start, end = text.index("<ceb:Logistics>"), text.index("<ceb:BaseTransfer>")
    record = text[start:end]
    assert faults((text[:start] + record * 101 + text[end:]).encode()) == {"Logistics[101]": "E_TOO_MANY"}


@pytest.mark.parametrize("data", [b"", b"hello", b"<html/>", b"<CEB311Message>\x00</CEB311Message>"])
def test_what_is_no_message_is_reported_and_not_raised(data: bytes) -> None:
    report = validate(data)
    assert (report.valid, report.message_type, len(report.faults)) == (False, None, 1)


@pytest.mark.timeout(30)
def test_a_million_faults_are_neither_described_nor_counted_to_the_end() -> None:
    report = validate(b"<CEB816Message>" + b"<Tax/>" * 500_000 + b"</CEB816Message>")
    assert len(report.faults) == 1000
    assert report.undescribed > 10_000
