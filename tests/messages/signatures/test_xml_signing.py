"""What is signed is what is sent: the layout of customs' templates, and no other byte changed."""

import base64
import re
from collections.abc import Callable

import pytest
from lxml import etree

from clearway.messages import MessageRefused, UnsignedPlaceholder, read, write
from clearway.messages.signatures import Algorithm, FileKey, Form, KeyKind, Trust, XmlSigner, sign_message, verify

MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" guid="g" version="1.0"><ceb:Order>'
    "<ceb:orderName>护肤品 &amp; 其他</ceb:orderName><ceb:note/></ceb:Order></ceb:CEB311Message>"
).encode()
ALGORITHMS = {KeyKind.SM2: Algorithm.SM2_SM3, KeyKind.RSA: Algorithm.RSA_SHA1}
TEMPLATES = {KeyKind.SM2: "SM2_Signature_tpl.xml", KeyKind.RSA: "Signature_tpl.xml"}


@pytest.mark.parametrize("kind", KeyKind)
def test_a_signed_message_verifies_strictly(kind: KeyKind, keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    verified = verify(sign_message(MESSAGE, XmlSigner(keys[kind])), trust)
    assert (verified.form, verified.algorithm) == (Form.STRICT, ALGORITHMS[kind])
    assert (verified.key_name, verified.party_code, verified.roles) == (keys[kind].name, "4601630004", ("EBC",))


@pytest.mark.parametrize("kind", KeyKind)
def test_only_the_signature_is_added(kind: KeyKind, keys: dict[KeyKind, FileKey]) -> None:
    signed = sign_message(MESSAGE, XmlSigner(keys[kind]))
    start, end = signed.index(b"<ds:Signature "), signed.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert signed[:start] + signed[end:] == MESSAGE
    assert etree.fromstring(signed)[-1].tag == "{http://www.w3.org/2000/09/xmldsig#}Signature"


@pytest.mark.parametrize("kind", KeyKind)
def test_the_layout_is_that_of_customs_template(
    kind: KeyKind, keys: dict[KeyKind, FileKey], template: Callable[[str], str]
) -> None:
    key = keys[kind]
    values = {"DigestValue": ".+?", "SignatureValue": ".+?", "KeyName": key.name, "X509Certificate": ".+?"}
    pattern = re.escape(template(TEMPLATES[kind]))
    for name, value in values.items():
        before, _, behind = re.split(rf"(?<=<ds:{name}>)(.*?)(?=</ds:{name}>)", pattern)
        pattern = before + value + behind
    assert re.fullmatch(pattern, XmlSigner(key).sign(MESSAGE).decode())


@pytest.mark.parametrize("kind", KeyKind)
def test_the_certificate_and_the_lengths_are_those_of_the_algorithm(
    kind: KeyKind, keys: dict[KeyKind, FileKey]
) -> None:
    element = etree.fromstring(XmlSigner(keys[kind]).sign(MESSAGE))
    found = {
        name: base64.b64decode(element.findtext(f".//{{*}}{name}") or "")
        for name in ("DigestValue", "SignatureValue", "X509Certificate")
    }
    assert len(found["DigestValue"]) == {KeyKind.SM2: 32, KeyKind.RSA: 20}[kind]
    assert len(found["SignatureValue"]) == {KeyKind.SM2: 64, KeyKind.RSA: 256}[kind]
    assert found["X509Certificate"] == keys[kind].certificate


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b'<c:R xmlns:c="urn:c"><c:a b="1"   a="2"></c:a>\r\n<c:b/>\r\n</c:R>', id="line ends, attributes"),
        pytest.param(b'<R xmlns="urn:c"><a/></R>', id="default namespace"),
        pytest.param(b"<R><a><![CDATA[<&>]]></a><!-- a comment --></R>", id="no namespace, comment, CDATA"),
        pytest.param(b'\xef\xbb\xbf<?xml version="1.0"?><R><a/></R >\n', id="mark before, space behind"),
        pytest.param(b'<R xml:lang="zh" xmlns:z="urn:z" xmlns:a="urn:a"><a/></R>', id="language, many namespaces"),
    ],
)
def test_any_xml_that_is_signed_verifies_strictly(message: bytes, keys: dict[KeyKind, FileKey], trust: Trust) -> None:
    assert verify(sign_message(message, XmlSigner(keys[KeyKind.SM2])), trust).form == Form.STRICT


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"<R/>", "E_NO_PLACE"),
        (b"<R><a/></R><!-- </R> -->", "E_NO_PLACE"),
        (b"<R><a/></R", "E_NOT_XML"),
        (b"<R>" + UnsignedPlaceholder().sign(b"") + b"</R>", "E_SIGNED"),
        (b'<R xmlns="relative"><a/></R>', "E_CANONICAL_FORM"),
        (b"<!DOCTYPE R><R><a/></R>", "E_DOCTYPE"),
    ],
)
def test_what_has_no_place_for_a_signature_is_refused(message: bytes, code: str, keys: dict[KeyKind, FileKey]) -> None:
    with pytest.raises(MessageRefused) as refused:
        sign_message(message, XmlSigner(keys[KeyKind.SM2]))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert refused.value.problems[0].remedy_en


@pytest.mark.parametrize("kind", KeyKind)
def test_a_list_we_write_and_sign_fits_the_official_schema(
    kind: KeyKind,
    keys: dict[KeyKind, FileKey],
    trust: Trust,
    sample: Callable[[str], bytes],
    import_schema: etree.XMLSchema,
) -> None:
    found = read(sample("declaration_list.xml"))
    written = write(found.records, guid=found.guid, transfer=found.transfer, signer=XmlSigner(keys[kind]))
    import_schema.assertValid(etree.fromstring(written))
    assert verify(written, trust).form == Form.STRICT
