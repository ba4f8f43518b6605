"""Whatever an envelope or a response can hold comes back from the wire as it went out; garbage never crashes."""

import contextlib
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from clearway.messages import MessageRefused
from clearway.messages.envelope import (
    BizKey,
    DxpResponse,
    Envelope,
    Header,
    NodeMessage,
    NodeResponse,
    ReceiverResult,
    is_envelope,
    read_node_message,
    read_response,
    unwrap,
    wrap,
    write_node_message,
    write_response,
)

M = TypeVar("M", bound=BaseModel)

SIGNS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
LINES = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\r\n", exclude_characters="\ufffe\uffff")
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001 - UTC is added
    lambda moment: moment.replace(microsecond=0)
)
CONTENTS = st.binary(min_size=1, max_size=200).filter(lambda data: b"Dxp" not in data)


def texts(longest: int, signs: st.SearchStrategy[str] = SIGNS) -> st.SearchStrategy[str]:
    """Trimmed texts that are not empty."""
    return st.text(signs, min_size=1, max_size=min(longest, 12)).map(str.strip).filter(bool)


def maybe(longest: int) -> st.SearchStrategy[str | None]:
    return st.none() | texts(longest)


def models(model: type[M], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[M]:
    return st.fixed_dictionaries(fields).map(model.model_validate)


HEADER = {
    "cop_msg_id": texts(255),
    "sender_id": texts(16),
    "receiver_ids": st.lists(texts(16), min_size=1, max_size=5).map(tuple),
    "created_at": MOMENTS,
    "message_type": st.sampled_from(["", "INV101", "汉字"]),
}
ENVELOPES = models(
    Envelope,
    **HEADER,
    data=CONTENTS,
    file_name=maybe(255),
    ic_card=maybe(13),
    biz_keys=st.lists(models(BizKey, name=maybe(32), value=texts(64, LINES)), max_size=5).map(tuple),
    text_encoding=maybe(50),
    rec_map_id=maybe(255),
)
NODE_MESSAGES = models(
    NodeMessage,
    msg_id=texts(32),
    sub_msg_id=maybe(1),
    sent_at=MOMENTS,
    end_node=texts(8),
    start_node=texts(8),
    envelope=ENVELOPES,
)
RESULTS = models(
    ReceiverResult,
    receiver_id=texts(16),
    code=texts(9),
    info=st.none() | texts(300, LINES),
    note=st.none() | texts(500, LINES),
)
RESPONSES = models(
    DxpResponse,
    receiver_id=texts(16),
    access_node_id=maybe(8),
    responses=st.lists(
        models(
            NodeResponse,
            node_id=maybe(8),
            code=texts(9),
            info=st.none() | texts(300, LINES),
            results=st.lists(RESULTS, max_size=3).map(tuple),
            notice_day=st.dates(),
            note=st.none() | texts(500, LINES),
            original=models(Header, **HEADER),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)


@given(ENVELOPES)
def test_every_envelope_comes_back(envelope: Envelope) -> None:
    assert unwrap(wrap(envelope)) == envelope
    assert is_envelope(wrap(envelope))


@given(NODE_MESSAGES)
@settings(max_examples=50)
def test_every_message_between_nodes_comes_back(message: NodeMessage) -> None:
    assert read_node_message(write_node_message(message)) == message


@given(RESPONSES)
@settings(max_examples=50)
def test_every_response_comes_back(response: DxpResponse) -> None:
    assert read_response(write_response(response)) == response


@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from('<>/="& DxpMsgDataTransInfo1A\x00é'), max_size=80).map(lambda text: text.encode())
)
@example(b"<DxpMsg><Data/></DxpMsg>")
@settings(max_examples=400)
def test_garbage_is_refused_and_nothing_else(data: bytes) -> None:
    for read in (unwrap, read_node_message, read_response):
        with contextlib.suppress(MessageRefused):
            read(data)


@given(ENVELOPES, st.data())
@settings(max_examples=200)
def test_an_envelope_broken_anywhere_is_read_or_refused(envelope: Envelope, data: st.DataObject) -> None:
    written = bytearray(wrap(envelope))
    start = data.draw(st.integers(0, len(written) - 1))
    written[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=10))
    with contextlib.suppress(MessageRefused):
        unwrap(bytes(written))
