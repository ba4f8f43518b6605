"""Texts and bodies signed beside them: by a key on file, over this very content, and for nothing else."""

import pytest

from clearway.messages import MessageRefused
from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    Trust,
    sign_bytes,
    sign_text,
    signed_text,
    verify_bytes,
    verify_text,
)

BODY = b'{"disposition":"release"}'


def test_the_string_of_announcement_179_keeps_its_values_as_they_are() -> None:
    told = signed_text("S-1", '{"totalAmount":5.0,"z":1,"a":2}', '[{"orderNo":"1"}]', "1601282210417")
    assert told == (
        '"sessionID":"S-1"||"payExchangeInfoHead":"{"totalAmount":5.0,"z":1,"a":2}"'
        '||"payExchangeInfoLists":"[{"orderNo":"1"}]"||"serviceTime":"1601282210417"'
    )


@pytest.mark.parametrize("kind", KeyKind)
def test_a_text_is_signed_and_verified(kind: KeyKind, keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    signature = sign_text("支付原始数据", keys[kind])
    assert verify_text("支付原始数据", signature, keys[kind].name, trust).party_code == "4601630004"


@pytest.mark.parametrize("kind", KeyKind)
def test_a_body_is_signed_and_verified(kind: KeyKind, keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    signature = sign_bytes(BODY, keys[kind])
    assert verify_bytes(BODY, signature, keys[kind].name, trust).key_name == keys[kind].name
    for at in range(len(BODY)):
        with pytest.raises(MessageRefused, match="E_SIGNATURE"):
            verify_bytes(BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :], signature, keys[kind].name, trust)


@pytest.mark.parametrize(
    ("signature", "name", "code"),
    [
        ("", "03000000000cde6f", "E_UNSIGNED"),
        ("AAAA", "", "E_UNSIGNED"),
        ("AAAA", "0badf00d", "E_KEY_UNKNOWN"),
        ("AAAA", "03000000000cde6f", "E_SIGNATURE"),
        ("签名", "03000000000cde6f", "E_SIGNATURE"),
        ("AAA", "03000000000cde6f", "E_SIGNATURE"),
        ("A" * 86 + "B=", "03000000000cde6f", "E_SIGNATURE"),
    ],
)
def test_what_is_no_signature_is_told(signature: str, name: str, code: str, trust: Trust) -> None:
    with pytest.raises(MessageRefused) as refused:
        verify_bytes(BODY, signature, name, trust)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_another_keys_signature_is_refused(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify_bytes(BODY, sign_bytes(BODY, keys[KeyKind.SM2]), keys[KeyKind.RSA].name, trust)


def test_a_signature_of_a_text_is_none_of_a_body(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    key = keys[KeyKind.SM2]
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify_bytes(BODY, sign_text(BODY.decode(), key), key.name, trust)
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify_text(BODY.decode(), sign_bytes(BODY, key), key.name, trust)


def test_a_strange_key_name_is_shown_tamed(trust: Trust) -> None:
    with pytest.raises(MessageRefused) as refused:
        verify_bytes(BODY, "AAAA", "x\n<script>" + "y" * 100, trust)
    told = refused.value.problems[0].message_en
    assert "\n" not in told
    assert "<" not in told
    assert len(told) < 200
