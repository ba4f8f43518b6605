"""Every published signature verifies, and not with one byte changed (REFERENCE §7.4)."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from clearway.messages import MessageRefused
from clearway.messages.signatures import (
    Algorithm,
    Form,
    PublicKey,
    RsaPublicKey,
    Sm2PublicKey,
    TrustedKey,
    signed_text,
    verify,
    verify_text,
)
from clearway.messages.signatures.algorithms import METHODS
from clearway.messages.signatures.layout import canonical, signed_info

MESSAGES = ["rsa-sha1-wz3Mne", "rsa-sha1-5nkQYK", "sm2-b2FtM_", "sm2-_uy5wh"]
ALL = [*MESSAGES, "sm2-announcement179"]
Vectors = dict[str, dict[str, Any]]


def key_of(vector: dict[str, Any]) -> PublicKey:
    if "rsa_n_hex" in vector:
        return RsaPublicKey(rsa.RSAPublicNumbers(vector["rsa_e"], int(vector["rsa_n_hex"], 16)).public_key())
    return Sm2PublicKey((int(vector["sm2_pub_x_hex"], 16), int(vector["sm2_pub_y_hex"], 16)))


def signed_bytes(vector: dict[str, Any]) -> bytes:
    text: str = vector.get("signedInfo_c14n_utf8") or vector["signed_string_utf8"]
    return text.encode()


@pytest.mark.parametrize("name", ALL)
def test_a_published_signature_verifies(vectors: Vectors, name: str) -> None:
    vector = vectors[name]
    assert key_of(vector).verify(signed_bytes(vector), base64.b64decode(vector["signatureValue"]))


def test_no_published_signature_is_left_out(vectors: Vectors) -> None:
    assert set(vectors) == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_one_flipped_byte_of_signature_or_signed_text_and_it_does_not(vectors: Vectors, name: str) -> None:
    vector = vectors[name]
    key, data, signature = key_of(vector), signed_bytes(vector), base64.b64decode(vector["signatureValue"])
    for at in range(0, len(signature), 5):
        assert not key.verify(data, _flipped(signature, at)), at
    for at in range(0, len(data), len(data) // 40):
        assert not key.verify(_flipped(data, at), signature), at


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("name", MESSAGES)
def test_we_lay_out_signed_info_as_the_published_signers_did(vectors: Vectors, name: str) -> None:
    vector = vectors[name]
    algorithm = Algorithm.RSA_SHA1 if name.startswith("rsa") else Algorithm.SM2_SHA1
    root: dict[str | None, str] = {
        "ceb": "http://www.chinaport.gov.cn/ceb",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    }
    assert signed_info(algorithm, vector["digestValue"], root) == signed_bytes(vector)


def test_the_published_message_has_the_published_digests(vectors: Vectors, vector_message: bytes) -> None:
    vector, root = vectors["sm2-_uy5wh"], canonical(etree.fromstring(vector_message))
    assert base64.b64encode(METHODS[Algorithm.SM2_SHA1].hash(root)).decode() == vector["digestValue"]
    sm3 = vector["sm3_digest_of_same_c14n_computed_here"]
    assert base64.b64encode(METHODS[Algorithm.SM2_SM3].hash(root)).decode() == sm3


@pytest.mark.parametrize("way", ["compact", "indented"])
def test_the_published_message_verifies_whole(vectors: Vectors, vector_message: bytes, way: str) -> None:
    """Once as the standard has it, once as the publishing program sends it: SignedInfo indented after signing."""
    vector = vectors["sm2-_uy5wh"]
    trusted = TrustedKey(vector["keyName"], "44306650K2", frozenset(), key_of(vector))
    message = published(vector, vector_message, indented=way == "indented")
    verified = verify(message, lambda name: trusted if name == vector["keyName"] else None)
    assert (verified.algorithm, verified.party_code) == (Algorithm.SM2_SHA1, "44306650K2")
    assert verified.form == (Form.COMPACT_INFO_LOOSE_SPACE if way == "indented" else Form.STRICT)
    at = message.index(b"SGFGP")
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify(_flipped(message, at), lambda name: trusted)


def published(vector: dict[str, Any], message: bytes, *, indented: bool) -> bytes:
    end = b"</ceb:CEB303Message>"
    info = vector["signedInfo_c14n_utf8"]
    info = "<ds:SignedInfo>" + info[info.index(">") + 1 :]
    if indented:
        info = info.replace("><", ">\n      <")
    signature = (
        f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{info}'
        f"<ds:SignatureValue>{vector['signatureValue']}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:KeyName>{vector['keyName']}</ds:KeyName></ds:KeyInfo></ds:Signature>"
    ).encode()
    if indented:
        signature = b"  " + signature + b"\n"
    return message.removesuffix(end) + signature + end


def test_the_string_of_announcement_179_is_built_as_it_was_signed(vectors: Vectors) -> None:
    vector = vectors["sm2-announcement179"]
    sent: str = vector["payExInfoStr"]
    head = sent[sent.index('"payExchangeInfoHead":') + 22 : sent.index(',"payExchangeInfoLists":')]
    lists = sent[sent.index('"payExchangeInfoLists":') + 23 : sent.index(',"serviceTime":')]
    text = signed_text("IHWESX-WEASLEY-20230712210643-X7E4PL", head, lists, 1601282210417)
    assert text == vector["signed_string_utf8"]
    trusted = TrustedKey(vector["certNo"], "46016602EV", frozenset(), key_of(vector))
    assert verify_text(text, vector["signatureValue"], vector["certNo"], lambda name: trusted) == trusted
    with pytest.raises(MessageRefused, match="E_SIGNATURE"):
        verify_text(text.replace("5.0", "5.00"), vector["signatureValue"], vector["certNo"], lambda name: trusted)
