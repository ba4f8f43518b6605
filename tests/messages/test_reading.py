"""Reading is tolerant of form and exact about content: every fault at once, each in both spellings."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from clearway.contracts.documents import Order, ReturnApplication, TaxBill
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused, read, write_message

Load = Callable[[str], bytes]


def problems_of(data: bytes) -> dict[str, Problem]:
    """Faults by the pointer of their first field."""
    with pytest.raises(MessageRefused) as refused:
        read(data)
    return {problem.fields[0].field: problem for problem in refused.value.problems}


def change(data: bytes, *changes: tuple[str, str]) -> bytes:
    text = data.decode()
    for old, new in changes:
        assert old in text, f"{old} is not in the sample"
        text = text.replace(old, new, 1)
    return text.encode()


def test_every_fault_is_told_at_once_in_both_spellings(sample: Load) -> None:
    data = change(
        sample("order.xml"),
        ("<ceb:orderNo>CW20260310-0001</ceb:orderNo>", ""),
        ("<ceb:acturalPaid>318.21</ceb:acturalPaid>", "<ceb:acturalPaid>318,21</ceb:acturalPaid>"),
        ("<ceb:freight>10.00</ceb:freight>", "<ceb:freight>-10</ceb:freight>"),
        ("<ceb:appTime>20260310090000</ceb:appTime>", "<ceb:appTime>202603100900</ceb:appTime>"),
        ("<ceb:country>133</ceb:country>", "<ceb:country>KR</ceb:country>"),
        ("<ceb:qty>2</ceb:qty>", "<ceb:qty>1e2</ceb:qty>"),
    )
    found = problems_of(data)
    wire = {pointer: problem.fields[1].field for pointer, problem in found.items()}
    assert wire == {
        "order.order_no": "Order[1]/OrderHead/orderNo",
        "order.actual_paid": "Order[1]/OrderHead/acturalPaid",
        "order.freight": "Order[1]/OrderHead/freight",
        "order.app_time": "Order[1]/OrderHead/appTime",
        "order.lines[0].country": "Order[1]/OrderList[1]/country",
        "order.lines[0].qty": "Order[1]/OrderList[1]/qty",
    }
    assert {problem.code for problem in found.values()} == {"E_FIELD"}
    assert {problem.owner for problem in found.values()} == {Role.EBC}
    assert found["order.actual_paid"].fields[0].value == "318,21"
    assert "acturalPaid" in found["order.actual_paid"].message_zh


def test_every_fault_of_a_return_application_is_told_at_once(sample: Load) -> None:
    data = change(
        sample("return_application.xml"),
        ("<ceb:invtNo>29912026I000000001</ceb:invtNo>", ""),
        ("<ceb:reason>七日无理由退货</ceb:reason>", "<ceb:reason/>"),
        ("<ceb:buyerIdNumber>11010519491231002X", "<ceb:buyerIdNumber>" + "1" * 61),
        ("<ceb:qty>1</ceb:qty>", "<ceb:qty>one</ceb:qty>"),
        ("<ceb:gcode>3304990029</ceb:gcode>", "<ceb:gcode>33049900</ceb:gcode>"),
    )
    found = problems_of(data)
    assert {pointer: problem.fields[1].field for pointer, problem in found.items()} == {
        "return_application.invt_no": "InvtRefund[1]/InvtRefundHead/invtNo",
        "return_application.reason": "InvtRefund[1]/InvtRefundHead/reason",
        "return_application.buyer_id_number": "InvtRefund[1]/InvtRefundHead/buyerIdNumber",
        "return_application.lines[0].qty": "InvtRefund[1]/InvtRefundList[1]/qty",
        "return_application.lines[0].hs_code": "InvtRefund[1]/InvtRefundList[1]/gcode",
    }
    assert {problem.owner for problem in found.values()} == {Role.AGENT}
    assert found["return_application.buyer_id_number"].fields[0].value == "1******"


def test_a_cancel_application_has_its_fields_directly(sample: Load) -> None:
    data = change(sample("cancel_application.xml"), ("<ceb:customsCode>2991<", "<ceb:customsCode>29<"))
    assert [problem.fields[1].field for problem in problems_of(data).values()] == ["InvtCancel[1]/customsCode"]


def test_an_application_without_our_number_is_read_and_a_return_without_goods_is_not(sample: Load) -> None:
    bare = change(
        sample("return_application.xml"),
        ("<ceb:copNo>CW202603100001R1</ceb:copNo>", "<ceb:copNo/>"),
        ("<ceb:preNo>B20260310000000001</ceb:preNo>", ""),
    )
    (application,) = read(bare).records
    assert isinstance(application, ReturnApplication)
    assert (application.cop_no, application.pre_no) == (None, None)
    text = bare.decode()
    start, end = text.index("<ceb:InvtRefundList>"), text.index("</ceb:InvtRefund>")
    assert list(problems_of((text[:start] + text[end:]).encode())) == ["return_application.lines"]


def test_a_fault_names_its_line(sample: Load) -> None:
    data = change(sample("order.xml"), ("<ceb:qty>2</ceb:qty>", "<ceb:qty>two</ceb:qty>"))
    line = data[: data.index(b"two")].count(b"\n") + 1
    assert f"(line {line})" in problems_of(data)["order.lines[0].qty"].message_en


def test_faults_of_one_record_among_many_say_which(sample: Load) -> None:
    data = sample("list_receipt.xml").replace(b"<returnStatus>120</returnStatus>", b"")
    assert list(problems_of(data)) == ["list_receipt[1].return_status"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("buyerIdNumber", "11010519491231002X"), ("buyerName", "张三"), ("consigneeAddress", "浙江省杭州市滨江区示例路")],
)
def test_a_personal_value_is_masked(field: str, value: str, sample: Load) -> None:
    data = change(sample("order.xml"), (f"<ceb:{field}>{value}", f"<ceb:{field}>{value}" + "九" * 300))
    ((pointer, problem),) = problems_of(data).items()
    told = problem.model_dump_json()
    assert problem.fields[0].value == value[0] + "******"
    assert pointer.startswith("order.")
    assert value not in told
    assert "九" not in told


def test_a_required_field_with_a_default_is_still_missed_on_the_wire(sample: Load) -> None:
    data = sample("order.xml").replace(b"<ceb:currency>142</ceb:currency>", b"")
    assert list(problems_of(data)) == ["order.currency", "order.lines[0].currency"]


def test_an_empty_optional_element_is_absent_and_an_empty_required_one_a_fault(sample: Load) -> None:
    emptied = change(sample("order.xml"), ("<ceb:payCode>3301960Y01<", "<ceb:payCode> <"))
    (order,) = read(emptied).records
    assert isinstance(order, Order)
    assert order.pay_code is None
    found = problems_of(
        change(emptied, ("<ceb:orderNo>CW20260310-0001<", "<ceb:orderNo/><ceb:x><")).replace(
            b"<ceb:x></ceb:orderNo>", b""
        )
    )
    assert found["order.order_no"].message_en.startswith("`orderNo` (order.order_no) is empty")


def test_a_field_given_twice_counts_only_when_the_values_differ(sample: Load) -> None:
    once = "<ceb:goodsValue>300.00</ceb:goodsValue>"
    assert read(change(sample("order.xml"), (once, once * 2))).message_type == "CEB311"
    found = problems_of(change(sample("order.xml"), (once, once + once.replace("300", "301"))))
    assert "twice" in found["order.goods_value"].message_en


def test_elements_inside_a_field_are_a_fault(sample: Load) -> None:
    found = problems_of(change(sample("order.xml"), (">张三<", "><ceb:a>张三</ceb:a><")))
    assert list(found) == ["order.buyer_name"]


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://www.chinaport.gov.cn/ceb"', ' xmlns="urn:other"'])
def test_prefix_and_namespace_do_not_matter(namespace: str, sample: Load) -> None:
    bare = sample("order.xml").decode().replace("ceb:", "").replace(' xmlns:ceb="http://www.chinaport.gov.cn/ceb"', "")
    renamed = bare.replace("<CEB311Message", f"<CEB311Message{namespace}", 1).encode()
    assert b"ceb:" not in renamed
    message = read(renamed)
    odd = {finding.code for finding in message.findings}
    assert odd == (set() if "chinaport" in namespace else {"W_NAMESPACE"})
    assert message.model_copy(update={"findings": ()}) == read(sample("order.xml"))


def test_mark_comments_cdata_and_space_do_not_matter(sample: Load) -> None:
    dressed = change(
        sample("order.xml"),
        (">张三<", ">\n <!-- who --><![CDATA[张]]>三<?x y?>\n<"),
        ("<ceb:Order>", "text<ceb:Order>"),
    )
    assert read(b"\xef\xbb\xbf" + dressed) == read(sample("order.xml"))


def test_a_bill_with_order_and_waybill_number_is_read(sample: Load) -> None:
    data = change(
        sample("tax_bill.xml"),
        ("</customsCode>", "</customsCode>说明<orderNo>CW20260310-0001</orderNo><logisticsNo>SF1</logisticsNo>"),
    )
    message = read(data)
    (bill,) = message.records
    assert isinstance(bill, TaxBill)
    assert bill.value_added_tax == Decimal("28.21")
    assert (bill.order_no, bill.logistics_no) == ("CW20260310-0001", "SF1")
    assert message.unknown == ()
    assert read(write_message(message)).records == message.records


def test_an_error_receipt_without_numbers_is_read(sample: Load) -> None:
    data = change(
        sample("list_receipt.xml"), ("<copNo>CW202603100001</copNo>", ""), ("<preNo>B20260310000000001</preNo>", "")
    )
    assert len(read(data).records) == 3


def test_a_receipt_without_message_id_is_read_and_a_document_is_not(sample: Load) -> None:
    receipt = change(sample("tax_bill_status.xml"), (' guid="', ' old="'))
    assert read(receipt).guid == ""
    assert list(problems_of(change(sample("order.xml"), (' guid="', ' old="')))) == ["message.guid"]


def test_documents_without_transfer_are_read_and_a_faulty_transfer_is_not(sample: Load) -> None:
    text = sample("order.xml").decode()
    start, end = text.index("<ceb:BaseTransfer>"), text.index("</ceb:CEB311Message>")
    assert read((text[:start] + text[end:]).encode()).transfer is None
    found = problems_of(change(sample("order.xml"), ("<ceb:dxpMode>DXP</ceb:dxpMode>", "<ceb:dxpMode>X</ceb:dxpMode>")))
    assert found["transfer.dxp_mode"].fields[1].field == "BaseTransfer/dxpMode"


def test_an_order_without_head_misses_every_field_of_it(sample: Load) -> None:
    text = sample("order.xml").decode()
    start, end = text.index("<ceb:OrderHead>"), text.index("<ceb:OrderList>")
    found = problems_of((text[:start] + text[end:]).encode())
    assert "order.guid" in found
    assert "order.lines" not in found


def test_more_than_a_hundred_documents_are_refused(sample: Load) -> None:
    text = sample("waybill.xml").decode()
    start, end = text.index("<ceb:Logistics>"), text.index("<ceb:BaseTransfer>")
    record = text[start:end]
    assert len(read((text[:start] + record * 100 + text[end:]).encode()).records) == 100
    with pytest.raises(MessageRefused, match="E_TOO_MANY_RECORDS"):
        read((text[:start] + record * 101 + text[end:]).encode())


def test_more_than_ninety_nine_lines_are_one_fault(sample: Load) -> None:
    text = sample("order.xml").decode()
    start, end = text.index("<ceb:OrderList>"), text.index("</ceb:Order>")
    line = text[start:end]
    (order,) = read((text[:start] + line * 99 + text[end:]).encode()).records
    assert isinstance(order, Order)
    assert len(order.lines) == 99
    found = problems_of((text[:start] + line * 99 + line.replace("133", "") + text[end:]).encode())
    assert {pointer: problem.fields[1].field for pointer, problem in found.items()} == {
        "order.lines": "Order[1]/OrderList"
    }
