"""Hostile and broken input meets one clear refusal: no traceback, no expansion, no word of the message."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clearway.messages import MessageRefused, document_from, explain, message_type_of, read, validate

Load = Callable[[str], bytes]

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE CEB311Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><CEB311Message>&d;</CEB311Message>"""
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><CEB311Message>&e;</CEB311Message>'

CLOSING = b"</LogisticsReturn></CEB512Message>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E_EMPTY"),
        (b" \n\t", "E_EMPTY"),
        (b"\xef\xbb\xbf", "E_EMPTY"),
        (b"hello", "E_NOT_XML"),
        (b"<CEB311Message>", "E_NOT_XML"),
        (b"<CEB311Message><Order></CEB311Message>", "E_NOT_XML"),
        (b"<CEB311Message>\x00</CEB311Message>", "E_NOT_XML"),
        (b"<CEB311Message>&name;</CEB311Message>", "E_NOT_XML"),
        (b"<a>" * 100_000, "E_NOT_XML"),
        (b"<CEB311Message/><CEB311Message/>", "E_NOT_XML"),
        ("<CEB311Message/>".encode("utf-16"), "E_ENCODING"),
        ("<CEB311Message>张三</CEB311Message>".encode("gb18030"), "E_ENCODING"),
        ('<?xml version="1.0" encoding="GBK"?><CEB311Message>联通</CEB311Message>'.encode("gbk"), "E_ENCODING"),
        (LAUGHS, "E_DOCTYPE"),
        (OUTSIDE, "E_DOCTYPE"),
        (b"<!-- a --><?b c?>\n<!DOCTYPE x><CEB311Message/>", "E_DOCTYPE"),
        (b"<html/>", "E_NOT_CEB"),
        (b"<ceb311message/>", "E_NOT_CEB"),
        (b"<CEB999Message/>", "E_UNKNOWN_MESSAGE"),
        (b"<CEB311Message %s/>" % b" ".join(b'a%d="1"' % number for number in range(33)), "E_TOO_MANY_NAMES"),
        (b"<CEB311Message %s/>" % b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(33)), "E_TOO_MANY_NAMES"),
        (
            b"".join(b'<CEB311Message xmlns:a%d="u">' % number for number in range(33)) + b"</CEB311Message>" * 33,
            "E_TOO_MANY_NAMES",
        ),
    ],
)
def test_what_is_no_message_is_refused_with_one_code(data: bytes, code: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        read(data)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert problem.message_en
    assert problem.message_zh
    assert problem.remedy_en
    assert problem.remedy_zh


def test_a_namespace_told_again_by_each_of_many_records_is_no_crowd() -> None:
    records = b'<OrderReturn xmlns="http://www.chinaport.gov.cn/ceb" a="1" b="2"/>' * 100
    with pytest.raises(MessageRefused) as refused:
        read(b"<CEB312Message>" + records + b"</CEB312Message>")
    assert {problem.code for problem in refused.value.problems} == {"E_FIELD"}


def test_a_message_over_the_limit_is_refused_and_one_at_the_limit_is_read(sample: Load) -> None:
    data = sample("order.xml")
    assert read(data, max_bytes=len(data)).message_type == "CEB311"
    with pytest.raises(MessageRefused, match="E_TOO_LARGE"):
        read(data, max_bytes=len(data) - 1)


def test_a_syntax_error_names_line_and_column_but_quotes_nothing(sample: Load) -> None:
    broken = sample("order.xml").replace("张三</ceb:buyerName>".encode(), "&张三;</ceb:buyerName>".encode())
    line = broken[: broken.index(b"&")].count(b"\n") + 1
    with pytest.raises(MessageRefused) as refused:
        read(broken)
    assert f"line {line}, column" in refused.value.problems[0].message_en
    assert "张三" not in str(refused.value)


def test_a_declared_encoding_does_not_matter_while_every_byte_is_ascii() -> None:
    with pytest.raises(MessageRefused, match="E_NO_RECORD"):
        read(b"<?xml version='1.0' encoding='GBK'?><CEB312Message/>")


@pytest.mark.timeout(30)  # tried in every way, this prolog would outlast the universe
def test_a_long_prolog_is_read_once() -> None:
    with pytest.raises(MessageRefused, match="E_NOT_CEB"):
        message_type_of(b"<!-- -->" * 200_000 + b"<")


def test_strangers_are_listed_once_each_and_only_so_many(sample: Load) -> None:
    strangers = b"<x>1</x>" * 10 + b"".join(b"<y%d/>" % number for number in range(1000))
    data = sample("order_receipt.xml").replace(b"</OrderReturn>", strangers + b"</OrderReturn>")
    unknown = read(data).unknown
    assert "OrderReturn/x" in unknown
    assert len(unknown) == len(set(unknown)) == 100


@pytest.mark.timeout(30)  # described in full, these would take minutes and gigabytes
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<CEB311Message><Order>" + b"<OrderList/>" * 380_000 + b"</Order></CEB311Message>", "E_FIELD"),
        (b"<CEB621Message>" + b"<Inventory/>" * 300_000 + b"</CEB621Message>", "E_MORE_FAULTS"),
        (b"<CEB816Message>" + b"<Tax/>" * 500_000 + b"</CEB816Message>", "E_MORE_FAULTS"),
        (b"<CEB512Message><LogisticsReturn>" + b"<guid>1</guid><guid>2</guid>" * 150_000, "E_NOT_XML"),
        (b"<CEB512Message><LogisticsReturn>" + b"<guid>1</guid><guid>2</guid>" * 150_000 + CLOSING, "E_FIELD"),
        (b"<CEB312Message>" + b"<BaseSubscribe/>" * 200_000 + b"</CEB312Message>", "E_FIELD"),
    ],
    ids=["lines", "records", "bills", "cut off", "one field", "subscribers"],
)
def test_a_flood_of_faults_is_not_described_to_the_end(data: bytes, told: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        read(data)
    assert len(refused.value.problems) <= 1001
    assert refused.value.problems[-1].code == told


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "data",
    [
        b'{"kind":"order","lines":[' + b"{}," * 1_000_000 + b"{}]}",
        b'{"kind":"payment","allocations":[' + b"5," * 1_000_000 + b"5]}",
        b"[" + b"{}," * 1_000_000 + b"{}]",
    ],
    ids=["lines", "allocations", "documents"],
)
def test_a_flood_of_json_is_not_described_to_the_end(data: bytes) -> None:
    with pytest.raises(MessageRefused) as refused:
        document_from(data)
    assert len(refused.value.problems) <= 1001


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- <CEB999Message> --><ceb:CEB621Message xmlns:ceb='x'>", "CEB621"),
        (b"<CEB900Message>", "CEB900"),
        (b"<CEB622Message/>", "CEB622"),
    ],
)
def test_the_type_is_told_from_the_first_tag_alone(data: bytes, kind: str) -> None:
    assert message_type_of(data) == kind


ROOT = b'<CEB311Message guid="4CDE1CFD-EDED-46B1-946C-B8022E42FC94" version="1.0">'
END = b"</CEB311Message>"
DSIG = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'


def inside(data: bytes) -> bytes:
    """Bytes inside the only head of an order."""
    return ROOT + b"<Order><OrderHead>" + data + b"</OrderHead></Order>" + END


FLOODS: dict[str, bytes] = {
    "elements": ROOT + b"<a/>" * 1_000_000 + END,
    "elements in a head": inside(b"<x/>" * 1_000_000),
    "misspelt elements": inside(b"<actualPaid/>" * 300_000),
    "attributes": b"<CEB311Message " + b" ".join(b'a%x=""' % number for number in range(400_000)) + b"/>",
    "namespaces": b"<CEB311Message " + b" ".join(b'xmlns:a%x="u"' % number for number in range(250_000)) + b"/>",
    "one attribute": b'<CEB311Message guid="' + b"x" * 5_000_000 + b'"/>',
    "one text": inside(b"<note>" + b"x" * 5_000_000 + b"</note>"),
    "one number": inside(b"<freight>" + b"9" * 5_000_000 + b"</freight>"),
    "references": inside(b"<note>" + b"&lt;" * 1_200_000 + b"</note>"),
    "nested as deep as may be": ROOT + b"<a>" * 200 + b"</a>" * 200 + END,
    "instructions": b"<?a b?>" * 700_000 + b"<CEB311Message/>",
    "signatures": ROOT + b"<Signature/>" * 300_000 + END,
    "keys of a signature": ROOT
    + DSIG
    + b"<ds:KeyInfo>"
    + b"<ds:KeyName/>" * 300_000
    + b"</ds:KeyInfo></ds:Signature>"
    + END,
    "an extension": ROOT + b"<ExtendMessage><Message>" + b"<a/>" * 1_000_000 + b"</Message></ExtendMessage>" + END,
    "lines of an unlimited list": b"<CEB711Message><Delivery>"
    + b"<DeliveryList/>" * 330_000
    + b"</Delivery></CEB711Message>",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_refused_and_reported_within_bounds(name: str) -> None:
    data = FLOODS[name]
    with pytest.raises(MessageRefused) as refused:
        read(data)
    assert 1 <= len(refused.value.problems) <= 1001
    assert max(len(problem.model_dump_json()) for problem in refused.value.problems) < 4_000
    report = validate(data)
    assert not report.valid
    assert 1 <= len(report.faults) <= 1000
    assert max(len(fault.model_dump_json()) for fault in report.faults) < 4_000


@pytest.mark.timeout(60)
def test_a_flood_that_is_read_tolerantly_is_told_within_bounds() -> None:
    told = explain(read(FLOODS["one text"], tolerant=True))
    assert len(told.model_dump_json()) < 100_000


@pytest.mark.parametrize("take", [read, validate, message_type_of, document_from])
def test_a_hundred_megabytes_are_not_even_looked_at(take: Callable[[bytes], object]) -> None:
    data = ROOT + b"<a/>" * 25_000_000
    try:
        report = take(data)
    except MessageRefused as refused:
        assert [problem.code for problem in refused.problems] == ["E_TOO_LARGE"]  # noqa: PT017  validate reports it
    else:
        assert take is message_type_of or not getattr(report, "valid", True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "gb18030", "gbk"])
def test_another_encoding_is_one_refusal(encoding: str, sample: Load) -> None:
    data = sample("waybill.xml").decode().encode(encoding)
    with pytest.raises(MessageRefused) as refused:
        read(data)
    (problem,) = refused.value.problems
    assert problem.code in ("E_ENCODING", "E_NOT_XML")
    assert [fault.code for fault in validate(data).faults] == [problem.code]


HUNGRY = """
import resource, sys
from clearway.messages import MessageRefused, read, validate
from tests.messages.test_hostile_input import FLOODS
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resource.setrlimit(resource.RLIMIT_AS, (2_500_000_000, 2_500_000_000))
for name in ("elements", "lines of an unlimited list", "attributes"):
    try:
        read(FLOODS[name])
    except MessageRefused:
        pass
    validate(FLOODS[name])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used) // 1024)
"""


@pytest.mark.timeout(120)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells memory in kilobytes and limits it")
def test_floods_take_no_more_than_half_a_gigabyte() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HUNGRY], cwd=Path(__file__).parents[2], capture_output=True, check=False, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert int(ended.stdout) < 500
