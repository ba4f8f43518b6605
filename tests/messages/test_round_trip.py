"""Whatever a document can hold comes back from JSON as it went out; whatever else arrives is refused clearly."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.messages import MessageRefused, document_from, read
from clearway.messages.forms import FORM_BY_MODEL
from tests.messages.strategies import records, with_empty_as_absent


@pytest.mark.parametrize("model", [Order, Payment, Waybill, DeclarationList])
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_document_comes_back_from_json(model: type[BaseModel], data: st.DataObject) -> None:
    sent = data.draw(records(model))
    (document,) = document_from(sent.model_dump_json().encode(), "application/json")
    assert document.model_dump(mode="json") == with_empty_as_absent(sent)
    assert type(document) in FORM_BY_MODEL


@given(
    name=st.sampled_from(
        [
            "order.xml",
            "declaration_list.xml",
            "list_receipt.xml",
            "return_application.xml",
            "return_receipt.xml",
            "tax_bill.xml",
            "payment.json",
        ]
    ),
    at=st.floats(0, 1),
    gone=st.integers(0, 40),
    put=st.binary(max_size=20)
    | st.sampled_from([b"<", b"</", b"&x;", b"]]>", b"<!--", b"<![CDATA[", b'"', b"\x00", b"{", b"1e999"]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_message_is_read_or_refused_and_nothing_else(
    name: str, at: float, gone: int, put: bytes, sample: Callable[[str], bytes]
) -> None:
    whole = sample(name)
    cut = int(at * len(whole))
    damaged = whole[:cut] + put + whole[cut + gone :]
    with contextlib.suppress(MessageRefused):
        document_from(damaged)
    with contextlib.suppress(MessageRefused):
        read(damaged)
