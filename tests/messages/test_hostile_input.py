"""Hostile and broken input meets one clear refusal: no traceback, no expansion, no word of the message."""

from collections.abc import Callable

import pytest

from clearway.messages import MessageRefused, document_from, message_type_of, read

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
