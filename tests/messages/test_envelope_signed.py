"""A signature of the transport, by a real key: it holds over the envelope, and the message's own holds inside."""

from collections.abc import Callable
from datetime import datetime

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.messages import MessageRefused, Transfer, read, write
from clearway.messages.envelope import (
    IMPORT_RECEIVER,
    BizKey,
    DxpResponse,
    Envelope,
    NodeMessage,
    read_node_message,
    unwrap,
    wrap,
    write_node_message,
    write_response,
)
from clearway.messages.signatures import FileKey, Form, KeyKind, TrustedKey, XmlSigner, new_key, verify

Load = Callable[[str], bytes]

AT = datetime(2026, 3, 10, 10, 30, 15, tzinfo=SHANGHAI)
GUID = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"


@pytest.fixture(scope="module", params=list(KeyKind))
def key(request: pytest.FixtureRequest) -> FileKey:
    return new_key(request.param)


@pytest.fixture
def trusted(key: FileKey) -> Callable[[str], TrustedKey | None]:
    return lambda name: TrustedKey(name, "3301960A01", frozenset(), key.public_key)


@pytest.fixture
def envelope(key: FileKey, sample: Load) -> Envelope:
    """An envelope around a signed list."""
    transfer = Transfer(cop_code="3301960A01", cop_name="申报企业", dxp_id="DXPENT0000530815")
    return Envelope(
        cop_msg_id=GUID,
        sender_id="DXPENT0000530815",
        receiver_ids=(IMPORT_RECEIVER,),
        created_at=AT,
        message_type="CEB621",
        data=write(read(sample("declaration_list.xml")).records, guid=GUID, transfer=transfer, signer=XmlSigner(key)),
        biz_keys=(BizKey(name="SignFlag", value="1 & <2>"),),
    )


def test_both_signatures_hold_and_one_byte_more_breaks_the_outer_one(
    envelope: Envelope, key: FileKey, trusted: Callable[[str], TrustedKey | None]
) -> None:
    written = wrap(envelope, XmlSigner(key))

    assert verify(written, trusted).form is Form.STRICT
    assert verify(unwrap(written).data, trusted).form is Form.STRICT
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify(written.replace(b"2026-03-10T10:30:15", b"2026-03-10T10:30:16"), trusted)
    with pytest.raises(MessageRefused, match="E_UNSIGNED"):
        verify(wrap(envelope), trusted)


def test_messages_between_nodes_and_responses_are_signed_in_the_same_way(
    envelope: Envelope, key: FileKey, trusted: Callable[[str], TrustedKey | None]
) -> None:
    message = NodeMessage(msg_id="1", sent_at=AT, end_node="2", start_node="1", envelope=envelope)
    written = write_node_message(message, XmlSigner(key))
    original = envelope.model_dump(include={"cop_msg_id", "sender_id", "receiver_ids", "created_at", "message_type"})
    response = DxpResponse.model_validate(
        {
            "receiver_id": "DXPENT0000530815",
            "responses": [{"code": "1001", "notice_day": "2026-03-10", "original": original}],
        }
    )

    assert verify(written, trusted).form is Form.STRICT
    assert verify(write_response(response, XmlSigner(key)), trusted).form is Form.STRICT
    assert read_node_message(written) == message
    assert verify(unwrap(written).data, trusted).form is Form.STRICT
