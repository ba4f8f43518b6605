"""The exchange's envelope: what goes in comes out byte for byte, and customs' own schema accepts what is written."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from lxml import etree

from clearway.contracts.base import SHANGHAI
from clearway.messages import MessageRefused, UnsignedPlaceholder
from clearway.messages.envelope import (
    EXPORT_RECEIVER,
    IMPORT_RECEIVER,
    BizKey,
    DxpCode,
    DxpResponse,
    Envelope,
    Header,
    NodeMessage,
    NodeResponse,
    ReceiverResult,
    is_envelope,
    is_response,
    read_node_message,
    read_response,
    unwrap,
    wrap,
    write_node_message,
    write_response,
)
from tests.messages.conftest import OFFICIAL

Load = Callable[[str], bytes]

AT = datetime(2026, 3, 10, 10, 30, 15, tzinfo=SHANGHAI)
HEADER = Header(
    cop_msg_id="4CDE1CFD-EDED-46B1-946C-B8022E42FC94",
    sender_id="DXPENT0000530815",
    receiver_ids=(IMPORT_RECEIVER, EXPORT_RECEIVER),
    created_at=AT,
    message_type="CEB311",
)
RESPONSE = DxpResponse(
    receiver_id="DXPENT0000530815",
    access_node_id="50000001",
    responses=(
        NodeResponse(
            node_id="50000001",
            code="1001",
            info="签名无效",
            results=(
                ReceiverResult(receiver_id=IMPORT_RECEIVER, code="2001", info="接收方不存在", note="核对"),
                ReceiverResult(receiver_id=EXPORT_RECEIVER, code="0"),
            ),
            notice_day=date(2026, 3, 10),
            note="a remark",
            original=HEADER,
        ),
        NodeResponse(code="4711", notice_day=date(2026, 3, 11), original=HEADER),
    ),
)


@pytest.fixture(scope="session")
def exchange_schema() -> etree.XMLSchema:
    """The official schema of the exchange; that of 2022-05 is the same, but names a file that lies beside this one."""
    path = OFFICIAL / "xsd" / "2018" / "传输节点报文.xsd"
    if not path.exists():
        pytest.skip("the official schema of the exchange (传输节点报文.xsd) is not beside the repository")
    schema = etree.parse(str(path), etree.XMLParser(no_network=True))
    for include in schema.getroot().iter("{http://www.w3.org/2001/XMLSchema}include"):
        # libxml2 takes no Chinese in a location unless it is written as a URI.
        include.set("schemaLocation", (path.parent / str(include.get("schemaLocation"))).as_uri())
    return etree.XMLSchema(schema)


@pytest.fixture
def full(sample: Load) -> Envelope:
    """An envelope with everything in it."""
    return Envelope(
        **dict(HEADER),
        data=sample("order.xml"),
        file_name="CEB311_1.xml",
        ic_card="8930000012345",
        biz_keys=(BizKey(name="SignFlag", value="1"), BizKey(value="Z001")),
        text_encoding="UTF-8",
        rec_map_id="M1",
    )


@pytest.fixture
def plain(sample: Load) -> Envelope:
    """An envelope with what it must have."""
    return Envelope(**dict(HEADER), data=sample("order.xml"))


def node_message(envelope: Envelope) -> NodeMessage:
    return NodeMessage(
        msg_id="50000001202603101030150000000001",
        sub_msg_id="1",
        sent_at=AT,
        end_node="50000002",
        start_node="50000001",
        envelope=envelope,
    )


@pytest.mark.parametrize("signer", [None, UnsignedPlaceholder()], ids=["unsigned", "signed"])
@pytest.mark.parametrize("which", ["full", "plain"])
def test_an_envelope_is_valid_by_customs_schema_and_opens_again(
    which: str, signer: UnsignedPlaceholder | None, request: pytest.FixtureRequest, exchange_schema: etree.XMLSchema
) -> None:
    envelope: Envelope = request.getfixturevalue(which)
    written = wrap(envelope, signer)

    assert exchange_schema.validate(etree.fromstring(written)), exchange_schema.error_log
    assert unwrap(written) == envelope


@pytest.mark.parametrize("which", ["full", "plain"])
def test_a_message_between_nodes_is_valid_and_gives_its_envelope_back(
    which: str, request: pytest.FixtureRequest, exchange_schema: etree.XMLSchema
) -> None:
    message = node_message(request.getfixturevalue(which))
    written = write_node_message(message, UnsignedPlaceholder())

    assert exchange_schema.validate(etree.fromstring(written)), exchange_schema.error_log
    assert read_node_message(written) == message
    assert unwrap(written) == message.envelope


def test_a_response_is_valid_and_comes_back(exchange_schema: etree.XMLSchema) -> None:
    written = write_response(RESPONSE, UnsignedPlaceholder())

    assert exchange_schema.validate(etree.fromstring(written)), exchange_schema.error_log
    assert read_response(written) == RESPONSE


def test_a_response_tells_published_codes_and_keeps_others_as_they_came() -> None:
    published, own = read_response(write_response(RESPONSE)).responses

    assert published.known_code is DxpCode.SIGNATURE_INVALID
    assert not DxpCode.SIGNATURE_INVALID.worth_repeating
    assert DxpCode.TIME_OUT.worth_repeating
    assert (own.known_code, own.code) == (None, "4711")


def test_every_published_code_of_the_official_table_is_known() -> None:
    path = OFFICIAL / "codes" / "error_codes_dxp.csv"
    if not path.exists():
        pytest.skip("the table of the exchange's codes is not beside the repository")
    rows = path.read_text("utf-8-sig").splitlines()[1:]
    codes = {row.partition(",")[0] for row in rows if "-" not in row.partition(",")[0]}

    assert codes == {code.value for code in DxpCode}


def test_the_templates_of_a_tested_client_are_read(sample: Load) -> None:
    path = OFFICIAL / "dxp_and_signature_templates" / "DxpMsg_Nexp_tpl.xml"
    if not path.exists():
        pytest.skip("the template DxpMsg_Nexp_tpl.xml is not beside the repository")
    data = sample("order.xml")
    values = {
        "CopMsgId": "1",
        "SenderId": "DXPENT1",
        "ReceiverId": IMPORT_RECEIVER,
        "CreatTime": "2026-03-10T10:30:15",
        "MsgType": "CEB311Message",
        "Data": base64.encodebytes(data).decode(),
        "FileName": "a.xml",
        "IcCard": "8930",
        "SignFlag": "1",
    }
    text = path.read_text()
    for name, value in values.items():
        text = text.replace("${Data:" + name + "}", value)
    envelope = unwrap(text.encode())

    assert (envelope.data, envelope.created_at, envelope.message_type) == (data, AT, "CEB311")
    assert envelope.biz_keys == (BizKey(name="SignFlag", value="1"),)


def test_customs_spellings_stand_on_the_wire_and_nowhere_else(plain: Envelope) -> None:
    written = wrap(plain)

    assert b"<CreatTime>2026-03-10T10:30:15</CreatTime>" in written
    assert b"<MsgType>CEB311Message</MsgType>" in written
    assert b"<RecevierId>" in write_response(RESPONSE)
    assert not {"creat_time", "recevier_id"} & {*Envelope.model_fields, *DxpResponse.model_fields}


def test_either_spelling_of_a_ceb_type_is_the_same_and_others_travel_as_they_are(plain: Envelope) -> None:
    assert plain.model_validate(dict(plain) | {"message_type": "CEB311Message"}) == plain
    for name in ("INV101", "T" * 30):
        other = plain.model_copy(update={"message_type": name, "data": b"<Package/>"})
        assert unwrap(wrap(other)) == other


def test_times_are_china_standard_time_and_cut_to_the_second(plain: Envelope) -> None:
    moment = datetime(2026, 3, 10, 2, 30, 15, 999_999, tzinfo=UTC)
    written = wrap(plain.model_copy(update={"created_at": moment}))

    assert b"<CreatTime>2026-03-10T10:30:15</CreatTime>" in written
    assert unwrap(written.replace(b"10:30:15</", b"02:30:15.5Z</")).created_at == moment.replace(microsecond=500_000)


@pytest.mark.parametrize(
    "written", ["2026-03-10", "2026-03-10+08:00", "2026-03-10Z", "2026-03-10T10:30:15", "20260310"]
)
def test_a_notice_is_read_with_its_day_however_it_is_written(written: str) -> None:
    data = write_response(RESPONSE).replace(b"<NoticeTime>2026-03-10<", f"<NoticeTime>{written}<".encode())
    assert read_response(data).responses[0].notice_day == date(2026, 3, 10)


def test_an_envelope_is_read_whatever_its_prefix_and_with_strangers_in_it(plain: Envelope) -> None:
    written = wrap(plain).replace(b"<", b"<d:").replace(b"<d:/", b"</d:").replace(b"<d:?", b"<?")
    written = written.replace(b"xmlns=", b"xmlns:d=").replace(b"<d:Data>", b"<d:Seal>1</d:Seal><d:Data>\r\n ")
    assert unwrap(b"\xef\xbb\xbf" + written) == plain


def test_what_kind_of_message_it_is_is_told_from_the_first_tag(plain: Envelope, sample: Load) -> None:
    assert is_envelope(wrap(plain))
    assert is_envelope(write_node_message(node_message(plain)))
    assert is_response(write_response(RESPONSE))
    others = (sample("order.xml"), write_response(RESPONSE), b"", b"\xff\xfe", b"<DxpMsgX>", b"DxpMsg", b"{}")
    assert not any(is_envelope(data) for data in others)


def test_a_signature_changes_no_byte_of_what_it_signs(plain: Envelope) -> None:
    seen: list[bytes] = []

    class Recording:
        def sign(self, unsigned: bytes) -> bytes:
            seen.append(unsigned)
            return b"<Signature/>"

    assert wrap(plain, Recording()).replace(b"<Signature/>", b"") == seen[0] == wrap(plain)


def test_an_envelope_survives_json_and_shows_no_content(plain: Envelope) -> None:
    envelope = plain.model_copy(update={"data": bytes(range(256)), "message_type": "X"})
    assert Envelope.model_validate_json(envelope.model_dump_json()) == envelope
    assert "张三" not in repr(plain)


def refused(data: bytes) -> list[str]:
    with pytest.raises(MessageRefused) as refusal:
        unwrap(data)
    assert all(p.message_en and p.message_zh and p.remedy_en and p.remedy_zh for p in refusal.value.problems)
    return [problem.code for problem in refusal.value.problems]


def test_an_empty_envelope_is_told_everything_it_lacks() -> None:
    with pytest.raises(MessageRefused) as refusal:
        unwrap(b"<DxpMsg/>")
    assert [problem.fields[1].field for problem in refusal.value.problems] == [
        "DxpMsg/TransInfo/CopMsgId",
        "DxpMsg/TransInfo/SenderId",
        "DxpMsg/TransInfo/ReceiverIds/ReceiverId",
        "DxpMsg/TransInfo/CreatTime",
        "DxpMsg/TransInfo/MsgType",
        "DxpMsg/Data",
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (b'ver="1.0"', b'ver="2.0"', "E_VERSION", "DxpMsg/@ver"),
        (b"<SenderId>", b"<SenderId>TOO-LONG-BY-FAR-", "E_FIELD", "envelope.sender_id"),
        (b"<SenderId>DXPENT0000530815", b"<SenderId> ", "E_FIELD", "envelope.sender_id"),
        (b"<SenderId>", b"<SenderId><x/>", "E_FIELD", "envelope.sender_id"),
        (b"<SenderId>", b"<SenderId>A</SenderId><SenderId>", "E_FIELD", "envelope.sender_id"),
        (b"<ReceiverId>", b"<ReceiverId>A</ReceiverId>" * 4 + b"<ReceiverId>", "E_FIELD", "envelope.receiver_ids"),
        (b"<ReceiverId>", b"<ReceiverId/><ReceiverId>", "E_FIELD", "DxpMsg/TransInfo/ReceiverIds/ReceiverId[1]"),
        (b"2026-03-10T10:30:15", b"2026-13-10T10:30:15", "E_FIELD", "envelope.created_at"),
        (b"<Data>", b"<Data>*", "E_FIELD", "envelope.data"),
        (b"<Data>", b"<Data>A", "E_FIELD", "envelope.data"),
        (b"<MsgType>CEB311", b"<MsgType>CEB621", "E_MESSAGE_TYPE", "envelope.message_type"),
        (b"<MsgType>CEB311Message", b"<MsgType>INV101", "E_MESSAGE_TYPE", "envelope.message_type"),
    ],
)
def test_each_fault_is_named_with_its_place(old: bytes, new: bytes, code: str, field: str, plain: Envelope) -> None:
    with pytest.raises(MessageRefused) as refusal:
        unwrap(wrap(plain).replace(old, new))
    assert code in {problem.code for problem in refusal.value.problems}
    assert field in {value.field for problem in refusal.value.problems for value in problem.fields}


def test_an_empty_type_is_permitted_and_an_absent_one_is_not(plain: Envelope) -> None:
    written = wrap(plain)
    assert unwrap(written.replace(b"CEB311Message</", b"</")).message_type == ""
    assert refused(written.replace(b"<MsgType>CEB311Message</MsgType>", b"")) == ["E_FIELD"]


@pytest.mark.parametrize("inner", ["envelope", "node", "response"])
def test_an_envelope_in_an_envelope_is_refused_both_ways(inner: str, plain: Envelope) -> None:
    inside = {
        "envelope": wrap(plain),
        "node": write_node_message(node_message(plain)),
        "response": write_response(RESPONSE),
    }[inner]
    nested = plain.model_copy(update={"data": inside})
    with pytest.raises(MessageRefused, match="E_NESTED"):
        wrap(nested)
    with pytest.raises(MessageRefused, match="E_NESTED"):
        write_node_message(node_message(nested))
    old, new = base64.b64encode(plain.data), base64.b64encode(inside)
    assert refused(wrap(plain).replace(old, new)) == ["E_NESTED"]


def test_content_up_to_the_limit_is_carried_and_a_byte_more_is_refused_both_ways(plain: Envelope) -> None:
    largest = plain.model_copy(update={"data": bytes(5 * 1024 * 1024), "message_type": "X"})
    written = wrap(largest)
    assert unwrap(written).data == largest.data
    with pytest.raises(MessageRefused, match="E_TOO_LARGE"):
        wrap(largest.model_copy(update={"data": largest.data + b"\0"}))
    end = base64.b64encode(largest.data)[-4:]
    assert refused(written.replace(end + b"</Data>", end.replace(b"=", b"A") + b"</Data>")) == ["E_TOO_LARGE"]
    assert refused(written + b" " * (3 * 1024 * 1024)) == ["E_TOO_LARGE"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E_EMPTY"),
        (b"<DxpMsg>", "E_NOT_XML"),
        (b"<DxpMsg>\x00</DxpMsg>", "E_NOT_XML"),
        (b"<DxpMsg>" + b"<a>" * 100_000, "E_NOT_XML"),
        (b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><DxpMsg>&e;</DxpMsg>', "E_DOCTYPE"),
        ("<DxpMsg>张</DxpMsg>".encode("gb18030"), "E_ENCODING"),
        (b"<DxpRep/>", "E_NOT_DXP"),
        (b"<html/>", "E_NOT_DXP"),
    ],
)
def test_hostile_input_is_refused_once(data: bytes, code: str) -> None:
    assert refused(data) == [code]


@pytest.mark.timeout(30)  # described in full, these would take minutes
@pytest.mark.parametrize(
    "data",
    [
        b"<DxpRep>" + b"<Response/>" * 500_000 + b"</DxpRep>",
        b"<DxpRep><Response><Results>" + b"<Result/>" * 500_000 + b"</Results></Response></DxpRep>",
        b"<DxpRep><Response>" + b"<ResponseCode>1</ResponseCode><ResponseCode>2</ResponseCode>" * 80_000,
        b"<DxpRep>" + b"<AdNodeId>1</AdNodeId><AdNodeId>2</AdNodeId>" * 100_000 + b"</DxpRep>",
        b"<DxpRep>" + b"<AdNodeId><x/></AdNodeId>" * 190_000 + b"</DxpRep>",
    ],
    ids=["responses", "results", "cut off", "one field", "elements"],
)
def test_a_flood_of_faults_is_not_described_to_the_end(data: bytes) -> None:
    with pytest.raises(MessageRefused) as refusal:
        read_response(data)
    assert len(refusal.value.problems) <= 1001


@pytest.mark.timeout(30)
def test_a_flood_of_receivers_is_one_fault(plain: Envelope) -> None:
    crowd = wrap(plain).replace(b"<ReceiverId>", b"<ReceiverId>A</ReceiverId>" * 200_000 + b"<ReceiverId>", 1)
    assert refused(crowd) == ["E_FIELD"]


def test_characters_that_xml_cannot_carry_are_refused_before_writing() -> None:
    faulty = RESPONSE.responses[0].model_copy(update={"info": "a\x00b", "note": "\ufffe"})
    with pytest.raises(MessageRefused) as refusal:
        write_response(RESPONSE.model_copy(update={"responses": (faulty,)}))
    assert [problem.fields[0].field for problem in refusal.value.problems] == [
        "dxp_response.responses[0].info",
        "dxp_response.responses[0].note",
    ]


def test_no_time_zone_is_lost_on_the_way(plain: Envelope) -> None:
    read_back = unwrap(wrap(plain)).created_at
    assert read_back == AT
    assert read_back.utcoffset() == timedelta(hours=8)
