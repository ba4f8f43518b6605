"""A signature is believed only in its one place and shape, over everything else, by the key that is on file."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.messages import MessageRefused, UnsignedPlaceholder
from clearway.messages.parsing import root_of
from clearway.messages.signatures import (
    FileKey,
    Form,
    KeyKind,
    Trust,
    TrustedKey,
    XmlSigner,
    is_signed,
    make_certificate,
    new_key,
    public_pem,
    sign_message,
    verify,
)
from clearway.messages.signatures.layout import canonical

MESSAGE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" '
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" guid="g" version="1.0"><ceb:Order>'
    b'<ceb:orderNo kind="x">SN1</ceb:orderNo></ceb:Order></ceb:CEB311Message>'
)
END = b"</ceb:CEB311Message>"


@pytest.fixture(scope="module")
def signed(keys: dict[KeyKind, FileKey]) -> bytes:
    return sign_message(MESSAGE, XmlSigner(keys[KeyKind.SM2]))


def refusal(message: bytes, trust: Trust) -> str:
    with pytest.raises(MessageRefused) as refused:
        verify(message, trust)
    [problem] = refused.value.problems
    assert problem.message_zh
    assert problem.remedy_en
    return problem.code


def test_a_message_without_signature_is_told_from_a_wrong_one(signed: bytes, trust: Trust) -> None:
    placeholder = MESSAGE.replace(END, UnsignedPlaceholder().sign(MESSAGE) + END)
    assert refusal(MESSAGE, trust) == "E_UNSIGNED"
    assert refusal(placeholder, trust) == "E_UNSIGNED"
    assert [is_signed(each) for each in (MESSAGE, placeholder, signed)] == [False, False, True]


def test_the_key_that_verified_is_told(signed: bytes, trust: Trust, keys: dict[KeyKind, FileKey]) -> None:
    assert verify(signed, trust).public_key == public_pem(keys[KeyKind.SM2].public_key).strip()


def test_a_key_nobody_put_on_file_proves_nothing(signed: bytes) -> None:
    assert refusal(signed, lambda name: None) == "E_KEY_UNKNOWN"


def test_the_certificate_in_a_message_proves_nothing(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    """An attacker's own key under the name of a trusted one, with a certificate that says so."""
    name, now, later = keys[KeyKind.SM2].name, datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    key = new_key(KeyKind.SM2)
    certificate = make_certificate(key, subject="x", serial=int(name, 16), valid_from=now, valid_to=later)
    for carried in (certificate, keys[KeyKind.SM2].certificate, None, b"no certificate"):
        assert refusal(sign_message(MESSAGE, XmlSigner(key.named(name, carried))), trust) == "E_SIGNATURE"


def test_a_right_signature_with_a_strange_certificate_is_refused(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    key = keys[KeyKind.SM2]
    for carried in (keys[KeyKind.RSA].certificate, b"no certificate"):
        assert refusal(sign_message(MESSAGE, XmlSigner(key.named(key.name, carried))), trust) == "E_SIGNATURE"
    assert verify(sign_message(MESSAGE, XmlSigner(key.named(key.name, None))), trust).form == Form.STRICT


def test_a_trusted_key_of_another_kind_is_no_match(signed: bytes, keys: dict[KeyKind, FileKey]) -> None:
    other = TrustedKey(keys[KeyKind.SM2].name, "4601630004", frozenset(), keys[KeyKind.RSA].public_key)
    assert refusal(signed, lambda name: other) == "E_SIGNATURE"


def _element(signed: bytes) -> bytes:
    return signed[signed.index(b"<ds:Signature ") : signed.index(END)]


ATTACKS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "changed content": lambda signed, _: signed.replace(b"SN1", b"SN2"),
    "content added": lambda signed, _: signed.replace(b"<ceb:Order>", b"<ceb:Order><ceb:note>n</ceb:note>"),
    "an order more": lambda signed, _: signed.replace(b"<ceb:Order>", b"<ceb:Order/><ceb:Order>"),
    "two signatures": lambda signed, element: signed.replace(END, element + END),
    "signature not last": lambda signed, element: signed.replace(END, b"<ceb:BaseTransfer/>" + END),
    "text behind it": lambda signed, element: signed.replace(END, b"evil" + END),
    "signature deeper": lambda signed, element: signed.replace(element, b"").replace(
        b"</ceb:Order>", element + b"</ceb:Order>"
    ),
    "signed message wrapped": lambda signed, element: (
        b'<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb">'
        + signed[signed.index(b"?>") + 3 :].replace(element, b"")
        + element
        + END
    ),
    "a second SignedInfo": lambda signed, element: signed.replace(
        b"<ceb:Order>",
        element[element.index(b"<ds:SignedInfo") : element.index(b"<ds:SignatureValue")].replace(
            b"<ds:SignedInfo", b'<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        )
        + b"<ceb:Order>",
    ),
    "reference to a part": lambda signed, _: signed.replace(b'URI=""', b'URI="#x"'),
    "no reference": lambda signed, _: signed.replace(b' URI=""', b""),
    "another transform": lambda signed, _: signed.replace(
        b"</ds:Transforms>", b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>'
    ),
    "no transform": lambda signed, _: signed.replace(
        b'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>', b""
    ),
    "exclusive canonicalisation": lambda signed, _: signed.replace(
        b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", b"http://www.w3.org/2001/10/xml-exc-c14n#"
    ),
    "an unknown method": lambda signed, _: signed.replace(b"xmldsig#sm2-sm3", b"xmldsig#none"),
    "a digest of another method": lambda signed, _: signed.replace(
        b"http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", b"http://www.w3.org/2000/09/xmldsig#sha1"
    ),
    "an object in the signature": lambda signed, _: signed.replace(
        b"</ds:Signature>", b"<ds:Object><x/></ds:Object></ds:Signature>"
    ),
    "an element in the digest": lambda signed, _: signed.replace(b"<ds:DigestValue>", b"<ds:DigestValue><x/>"),
    "an attribute on SignedInfo": lambda signed, _: signed.replace(b"<ds:SignedInfo>", b'<ds:SignedInfo Id="a">'),
    "no key name": lambda signed, _: signed.replace(b"<ds:KeyName>03000000000cde6f</ds:KeyName>", b""),
    "no value": lambda signed, element: signed.replace(
        element[element.index(b"<ds:SignatureValue>") + 19 : element.index(b"</ds:SignatureValue>")], b""
    ),
    "value not base64": lambda signed, _: signed.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>-"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_message_made_to_deceive_is_refused(attack: str, signed: bytes, trust: Trust) -> None:
    deceiving = ATTACKS[attack](signed, _element(signed))
    assert deceiving != signed
    assert refusal(deceiving, trust) == "E_SIGNATURE"


def test_base64_with_unused_bits_set_is_refused(signed: bytes, trust: Trust) -> None:
    """Such a value decodes to the same bytes, so a careless verifier lets a changed message pass."""
    end = signed.index(b"==</ds:SignatureValue>")
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = alphabet[alphabet.index(signed[end - 1 : end]) | 1 : (alphabet.index(signed[end - 1 : end]) | 1) + 1]
    assert refusal(signed[: end - 1] + twin + signed[end:], trust) == "E_SIGNATURE"


@pytest.mark.parametrize(
    ("space", "form"),
    [
        (lambda signed, element: signed.replace(element, b"\n  " + element + b"\n"), Form.LOOSE_SPACE),
        (lambda signed, element: signed.replace(element, element + b"\r\n"), Form.LOOSE_SPACE),
        (
            lambda signed, element: signed.replace(
                element[: element.index(b"<ds:SignatureValue>")],
                element[: element.index(b"<ds:SignatureValue>")].replace(b"><", b">\n <"),
            ),
            Form.COMPACT_INFO,
        ),
        (
            lambda signed, element: signed.replace(element, b"\n" + element.replace(b"><", b">\n<") + b"\n"),
            Form.COMPACT_INFO_LOOSE_SPACE,
        ),
    ],
    ids=["space around", "space behind", "SignedInfo indented", "both"],
)
@pytest.mark.parametrize("kind", KeyKind)
def test_the_forms_that_real_programs_send_are_taken_and_told(
    space: Callable[[bytes, bytes], bytes], form: Form, kind: KeyKind, keys: dict[KeyKind, FileKey], trust: Trust
) -> None:
    signed = sign_message(MESSAGE, XmlSigner(keys[kind]))
    sent = space(signed, _element(signed))
    assert verify(sent, trust).form == form
    assert refusal(sent.replace(b"SN1", b"SN2"), trust) == "E_SIGNATURE"


def test_space_elsewhere_is_not_forgiven(signed: bytes, trust: Trust) -> None:
    assert refusal(signed.replace(b"<ceb:Order>", b"\n<ceb:Order>"), trust) == "E_SIGNATURE"


def test_lines_in_the_signature_value_are_forgiven(signed: bytes, trust: Trust) -> None:
    start = signed.index(b"<ds:SignatureValue>") + 40
    assert verify(signed[:start] + b"\r\n" + signed[start:], trust).form == Form.STRICT


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 0.999999), to=st.integers(0, 255), kind=st.sampled_from(KeyKind))
def test_one_changed_byte_is_refused_or_changes_nothing(
    where: float, to: int, kind: KeyKind, keys: dict[KeyKind, FileKey], trust: Trust
) -> None:
    """What passes has the same canonical form, such as a tab for the space in a tag."""
    key = keys[kind]
    signed = sign_message(MESSAGE, XmlSigner(key.named(key.name, None)))
    at = int(where * len(signed))
    changed = signed[:at] + bytes([to]) + signed[at + 1 :]
    try:
        verify(changed, trust)
    except MessageRefused:
        assert changed != signed
    else:
        assert canonical(root_of(changed)) == canonical(root_of(signed))


def test_a_namespace_without_canonical_form_is_refused(signed: bytes, trust: Trust) -> None:
    assert refusal(signed.replace(b"<ceb:Order>", b'<ceb:Order xmlns:r="relative">'), trust) == "E_CANONICAL_FORM"


def test_a_certificate_with_any_byte_of_its_key_changed_is_refused(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    key = keys[KeyKind.SM2]
    assert key.certificate is not None
    point = key.public_key.der()[-65:]
    start = key.certificate.index(point)
    for at in range(start, start + 65):
        changed = key.certificate[:at] + bytes([key.certificate[at] ^ 1]) + key.certificate[at + 1 :]
        signed = XmlSigner(key.named(key.name, None)).sign(MESSAGE)
        carrying = signed.replace(
            b"</ds:KeyName>",
            b"</ds:KeyName><ds:X509Data><ds:X509Certificate>"
            + base64.b64encode(changed)
            + b"</ds:X509Certificate></ds:X509Data>",
        )
        assert refusal(MESSAGE.replace(END, carrying + END), trust) == "E_SIGNATURE"


def test_a_certificate_larger_than_any_is_refused(keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    """It would be kept in memory, and an attacker could send many."""
    key, start, end = keys[KeyKind.SM2], datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    large = make_certificate(key, subject="4601630004", serial=1 << 140_000, valid_from=start, valid_to=end)
    assert refusal(sign_message(MESSAGE, XmlSigner(key.named(key.name, large))), trust) == "E_SIGNATURE"


def test_the_limit_on_size_is_the_callers(signed: bytes, trust: Trust) -> None:
    with pytest.raises(MessageRefused, match="E_TOO_LARGE"):
        verify(signed, trust, max_bytes=len(signed) - 1)
    assert verify(signed, trust, max_bytes=len(signed)).form == Form.STRICT
