"""Documents arrive as CEB messages or as JSON in either spelling, and faults are told in the same way."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from clearway.contracts.documents import Order, Payment
from clearway.messages import MessageRefused, document_from
from clearway.messages.fields import nested_model, spelling

Load = Callable[[str], bytes]


def body_of(sample: Load, name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(f"{name}.json"))
    return body


def refusal(body: object, content_type: str | None = None) -> dict[str, str]:
    """Pointer → code of everything that is refused."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(MessageRefused) as refused:
        document_from(data, content_type)
    return {(problem.fields[0].field if problem.fields else ""): problem.code for problem in refused.value.problems}


def respelled(model: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {
        spelling(model, name): [respelled(nested_model(model, name), entry) for entry in value]
        if isinstance(value, list)
        else value
        for name, value in body.items()
    }


@pytest.mark.parametrize(("name", "model"), [("order", Order), ("payment", Payment)])
def test_wire_spelling_and_ours_read_the_same(name: str, model: Any, sample: Load) -> None:
    body = body_of(sample, name)
    customs = respelled(model, body)
    assert customs.keys() != body.keys()
    assert document_from(json.dumps(customs).encode()) == document_from(sample(f"{name}.json"))


def test_a_list_of_several_kinds_is_read_in_order(sample: Load) -> None:
    data = b"[" + sample("payment.json") + b"," + sample("order.json") + b"]"
    assert [document.kind for document in document_from(data)] == ["payment", "order"]


def test_numbers_are_read_exactly(sample: Load) -> None:
    data = sample("payment.json").replace(b'"318.21"', b"99999999999999.99999")
    (document,) = document_from(data)
    assert isinstance(document, Payment)
    assert document.amount_paid == Decimal("99999999999999.99999")


def test_a_number_that_is_none_is_not_told_as_given_twice(sample: Load) -> None:
    data = sample("payment.json").replace(b'"318.21"', b"NaN")
    with pytest.raises(MessageRefused) as refused:
        document_from(data)
    assert [problem.message_en for problem in refused.value.problems] == [
        "`amountPaid` (payment.amount_paid) is not a plain decimal number"
    ]


@pytest.mark.parametrize("name", ["order", "payment", "waybill", "declaration_list"])
@pytest.mark.parametrize("sign", ["\n", "\t", "\x7f", "\x85"])
def test_a_control_character_in_an_order_number_is_refused_in_either_form(name: str, sign: str, sample: Load) -> None:
    number = f"CW{sign}1"
    body = body_of(sample, name) | {"order_no": number}
    assert refusal(body) == {f"{name}.order_no": "E_FIELD"}
    message = sample(f"{name}.xml").replace(b">CW20260310-0001<", f">{number}<".encode())
    assert refusal(message) == {f"{name}.order_no": "E_FIELD"}


@pytest.mark.parametrize("number", ["1e400", "NaN", "Infinity", "9" * 5000, "true", '"1e2"', '"1,000"', "[1]", "-1"])
def test_what_is_no_amount_is_refused_at_its_field(number: str, sample: Load) -> None:
    data = sample("payment.json").replace(b'"318.21"', number.encode())
    assert refusal(data) == {"payment.amount_paid": "E_FIELD"}


@pytest.mark.parametrize("moment", ["20260310103000", '"202603101030"', '"tomorrow"', '"9999-12-31T23:59:59Z"', "true"])
def test_what_is_no_instant_is_refused_at_its_field(moment: str, sample: Load) -> None:
    data = sample("payment.json").replace(b'"2026-03-10T09:05:00+08:00"', moment.encode())
    assert refusal(data) == {"payment.pay_time": "E_FIELD"}


def test_faults_of_all_documents_are_told_at_once(sample: Load) -> None:
    order, payment = body_of(sample, "order"), body_of(sample, "payment")
    del order["order_no"]
    order["lines"].append({"gnum": "x"} | {k: v for k, v in order["lines"][0].items() if k != "gnum"})
    order["buyer_name"] = "a\x00b"
    payment["allocations"] = [{"orderNo": "", "amount": 1}]
    assert (
        refusal([order, payment, {"kind": "invoice"}, 5])
        == {
            "order[0].buyer_name": "E_FIELD",
            "order[0].order_no": "E_FIELD",
            "order[0].lines[1].gnum": "E_FIELD",
            "payment[1].allocations[0].order_no": "E_FIELD",
            "[2].kind": "E_UNKNOWN_KIND",
            "[3].kind": "E_UNKNOWN_KIND",
        }
        | refusal([order | {"order_no": "1"}, payment]).__class__()
    )


def test_characters_that_the_wire_cannot_carry_are_refused_at_the_door(sample: Load) -> None:
    order = body_of(sample, "order")
    order["lines"][0]["item_name"] = "a\x00b"
    assert refusal(order) == {"order.lines[0].item_name": "E_FIELD"}


def test_a_note_that_could_never_be_sent_is_refused_at_the_door(sample: Load) -> None:
    assert refusal(body_of(sample, "order") | {"note": "字" * 990}) == {"order.note": "E_FIELD"}


def test_two_spellings_with_different_values_are_refused(sample: Load) -> None:
    body = body_of(sample, "order")
    assert document_from(json.dumps(body | {"orderNo": body["order_no"]}).encode())
    assert refusal(body | {"orderNo": "another"}) == {"order.order_no": "E_FIELD"}
    assert refusal(sample("order.json").replace(b'"kind"', b'"freight": "1", "kind"')) == {"order.freight": "E_FIELD"}


@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_optional_value_is_absent(nothing: str | None, sample: Load) -> None:
    body = body_of(sample, "order") | {"note": nothing, "waybill_no": nothing}
    (document,) = document_from(json.dumps(body).encode())
    assert isinstance(document, Order)
    assert (document.note, document.waybill_no) == (None, None)


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b"", None, "E_EMPTY"),
        (b"{", None, "E_NOT_JSON"),
        (b"[" * 100_000, None, "E_NOT_JSON"),
        (b"\xff", "application/json", "E_ENCODING"),
        (b"<CEB311Message/>", "application/json", "E_NOT_JSON"),
        (b"{}", "application/xml; charset=utf-8", "E_NOT_XML"),
        (b"{}", "application/octet-stream", "E_UNKNOWN_KIND"),
        (b"<a/>", "text/plain", "E_NOT_CEB"),
        (b"[]", None, "E_NO_RECORD"),
        (b"null", None, "E_UNKNOWN_KIND"),
    ],
)
def test_a_body_that_is_no_document_is_refused(data: bytes, content_type: str | None, code: str) -> None:
    assert list(refusal(data, content_type).values()) == [code]


def test_customs_own_messages_are_no_documents(sample: Load) -> None:
    assert list(refusal(sample("list_receipt.xml")).values()) == ["E_NOT_A_DOCUMENT"]


@pytest.mark.parametrize("name", ["cancel_application.xml", "return_application.xml"])
def test_an_application_is_no_document_and_the_remedy_says_where_to_apply(name: str, sample: Load) -> None:
    with pytest.raises(MessageRefused) as refused:
        document_from(sample(name))
    (problem,) = refused.value.problems
    assert problem.code == "E_NOT_A_DOCUMENT"
    assert problem.remedy_en.startswith("Ask the case")


def test_a_body_over_the_limit_is_refused(sample: Load) -> None:
    with pytest.raises(MessageRefused, match="E_TOO_LARGE"):
        document_from(sample("order.json"), max_bytes=100)


def test_more_than_ninety_nine_lines_are_one_fault(sample: Load) -> None:
    body = body_of(sample, "order")
    assert document_from(json.dumps(body | {"lines": body["lines"] * 99}).encode())
    assert refusal(body | {"lines": body["lines"] * 100}) == {"order.lines": "E_FIELD"}
