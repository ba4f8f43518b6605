"""A hundred thousand damaged messages of every type: each is read, validated and told, or refused, and nothing else.

Set CLEARWAY_FUZZ to the number of inputs for a longer hunt, and CLEARWAY_FUZZ_SEED to repeat one.
"""

import contextlib
import os
import random
from datetime import datetime

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.messages import (
    MessageRefused,
    document_from,
    explain,
    message_from_json,
    message_type_of,
    read,
    validate,
    write_message,
)
from clearway.messages.forms import FORMS
from clearway.sample_messages import sample_message

INPUTS = int(os.environ.get("CLEARWAY_FUZZ", "100000"))
SEED = os.environ.get("CLEARWAY_FUZZ_SEED", "clearway")
AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
SAMPLES = {form.message_type: sample_message(form, AT) for form in FORMS}
PIECES = [
    *(b"<", b">", b"</", b"/>", b"&", b"&lt;", b"&#0;", b"&#x10FFFF;", b"&#xD800;", b"&e;", b"]]>", b"<![CDATA["),
    *(b"<!--", b"-->", b"<?x", b"?>", b"<!DOCTYPE a>", b"<!ENTITY a 'b'>", b'"', b"'", b"=", b":", b"ceb:", b" "),
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"\r\n", b"\t", b"\xe2\x80\xae"),
    *(b"-1", b"1e999999999", b"NaN", b"9" * 400, b"0" * 50, b"." * 9, b"20260230", b"99999999999999999"),
    *(b"\xe5\xad\x97" * 40, b"00000000000000", b"<a/>" * 30, b"<a>" * 300, b"<ceb:note>", b"</ceb:note>"),
    *(b"[[waybillNo=", b"]]", b"{", b"}", b"[", b"null", b"InvtRefound", b"actualPaid", b"<ceb:lines/>", b'guid="'),
    *(b"CEB214", b"Message", b"<ds:Signature>", b"xmlns=''", b'xmlns:xsi="x" xsi:nil="true"'),
]


def damaged(chosen: random.Random, whole: bytes, other: bytes) -> bytes:
    """A message with one to four of its places changed."""
    data = bytearray(whole)
    for _ in range(chosen.choice((1, 1, 1, 2, 4))):
        at = chosen.randrange(len(data) + 1)
        match chosen.randrange(8):
            case 0:
                data[at : at + 1] = bytes([chosen.randrange(256)])
            case 1:
                del data[at : at + chosen.randrange(1, 60)]
            case 2:
                data[at:at] = chosen.choice(PIECES)
            case 3:
                data[at : at + chosen.randrange(20)] = chosen.choice(PIECES)
            case 4:
                start = chosen.randrange(len(other))
                data[at:at] = other[start : start + chosen.randrange(400)]
            case 5:
                end = at + chosen.randrange(200)
                data[at:at] = data[at:end]
            case 6:
                _change_a_value(chosen, data, at)
            case 7:
                _move_an_element(chosen, data, at)
        if not data:
            break
    return bytes(data)


def _change_a_value(chosen: random.Random, data: bytearray, at: int) -> None:
    """The next text between tags becomes something else, so that the message stays well-formed."""
    start = data.find(b">", at) + 1
    end = data.find(b"<", start)
    if 0 < start < end:
        value = chosen.choice(PIECES)
        data[start:end] = value if b"<" not in value and b"&" not in value else b"x" * chosen.randrange(1200)


def _move_an_element(chosen: random.Random, data: bytearray, at: int) -> None:
    """The next element without elements goes elsewhere, twice or away."""
    end = data.find(b"</", at)
    start = data.rfind(b"<", 0, max(end, 0))
    close = data.find(b">", end) + 1
    if 0 <= start < end < close:
        element = bytes(data[start:close])
        if chosen.random() < 0.7:
            del data[start:close]
        place = data.find(b"<ceb:", chosen.randrange(len(data) + 1)) if chosen.random() < 0.8 else -1
        if place >= 0:
            data[place:place] = element


def take(data: bytes, number: int) -> bool:
    """Do with an input whatever is done with messages; tell whether it was read."""
    validate(data)
    try:
        message_type_of(data)
        message = read(data)
    except MessageRefused:
        message = None
    if number % 4 == 0:
        try:
            explain(read(data, tolerant=True))
        except MessageRefused:
            assert message is None
    if number % 4 == 1:
        with contextlib.suppress(MessageRefused):
            document_from(data)
    if message is not None and number % 4 == 2:
        with contextlib.suppress(MessageRefused):
            write_message(message)
    return message is not None


def of_shard(shard: int, shards: int) -> int:
    """How many inputs one shard takes."""
    return INPUTS // shards + (shard < INPUTS % shards)


SHARDS = 10


@pytest.mark.timeout(max(300, INPUTS // 200))
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_damaged_message_is_more_than_refused(shard: int) -> None:
    chosen = random.Random(f"{SEED} {shard}")
    whole = list(SAMPLES.values())
    taken = 0
    for number in range(of_shard(shard, SHARDS)):
        sample = whole[number % len(whole)]
        data = damaged(chosen, sample, chosen.choice(whole))
        try:
            taken += take(data, number)
        except Exception as crash:  # noqa: BLE001  whatever it is, its input is told
            pytest.fail(f"{type(crash).__name__} at input {number} of shard {shard}, seed {SEED}: {data!r}")
    assert of_shard(shard, SHARDS) * 0.02 < taken < of_shard(shard, SHARDS) * 0.98


def test_the_inputs_are_a_hundred_thousand_of_every_type() -> None:
    assert sum(of_shard(shard, SHARDS) for shard in range(SHARDS)) == INPUTS
    assert INPUTS >= 100_000 or "CLEARWAY_FUZZ" in os.environ
    assert len(SAMPLES) == len(FORMS) > 40


@pytest.mark.parametrize("shard", range(2))
def test_no_damaged_json_of_a_message_is_more_than_refused(shard: int) -> None:
    chosen = random.Random(f"{SEED} json {shard}")
    whole = [read(data).model_dump_json().encode() for data in SAMPLES.values()]
    for number in range(of_shard(shard, 20)):
        data = damaged(chosen, whole[number % len(whole)], chosen.choice(whole))
        try:
            with contextlib.suppress(MessageRefused):
                message_from_json(data)
        except Exception as crash:  # noqa: BLE001  whatever it is, its input is told
            pytest.fail(f"{type(crash).__name__} at input {number} of shard {shard}, seed {SEED}: {data!r}")
