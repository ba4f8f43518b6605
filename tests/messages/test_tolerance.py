"""What people and customs send in practice is read, and what is odd or wrong about it is told (REFERENCE §6.1, §11)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.problems import Severity
from clearway.messages import Edition, FaultyRecord, MessageRefused, read, validate, write, write_message
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.oddities import MISSPELT
from clearway.sample_messages import sample_message, sample_record

Load = Callable[[str], bytes]
AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)


def sample_of(kind: str) -> bytes:
    return sample_message(FORM_BY_TYPE[kind], AT)


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in read(data).findings]


@pytest.mark.parametrize(
    ("kind", "given", "right"),
    [
        ("CEB311", "actualPaid", "acturalPaid"),
        ("CEB311", "consigneeDitrict", "consigneeDistrict"),
        ("CEB511", "consingee", "consignee"),
        ("CEB605", "agengName", "agentName"),
        ("CEB701", "declagAgentCode", "declAgentCode"),
        ("CEB625", "InvtRefound", "InvtRefund"),
        ("CEB625", "InvtRefoundHead", "InvtRefundHead"),
        ("CEB625", "InvtRefoundList", "InvtRefundList"),
        ("CEB626", "InvtRefoundReturn", "InvtRefundReturn"),
        ("CEB816", "logisticNo", "logisticsNo"),
    ],
)
def test_a_name_as_the_specifications_text_spells_it_is_read_and_told(kind: str, given: str, right: str) -> None:
    data = sample_of(kind)
    if kind == "CEB816":
        data = data.replace(b"</customsCode>", b"</customsCode><logisticsNo>SF1</logisticsNo>")
    wrong = data.replace(f"{right}>".encode(), f"{given}>".encode())
    assert wrong != data
    assert read(wrong).records == read(data).records
    assert set(codes(wrong)) == {"W_MISSPELT"}
    assert f"`{given}` is read as `{right}`" in read(wrong).findings[0].message_en
    assert not validate(wrong).valid


def test_every_known_misspelling_is_tried_above() -> None:
    assert len(MISSPELT) == 10


def test_two_transmitters_and_a_root_without_message_are_read_and_told() -> None:
    data = sample_of("CEB303")
    start, end = data.index(b"<ceb:BaseTransfer>"), data.index(b"</ceb:CEB303Message>")
    twice = data[:end] + data[start:end] + data[end:]
    assert codes(twice) == ["W_REPEATED"]
    assert read(twice).transfer == read(data).transfer
    bare = sample_of("CEB214").replace(b"CEB214Message", b"CEB214")
    assert codes(bare) == ["W_ROOT"]
    assert write_message(read(bare)) == sample_of("CEB214")


@pytest.mark.parametrize(
    ("name", "gone", "missing"),
    [
        ("order", "buyerTelephone", "order.buyer_telephone"),
        ("order", "gmodel", "order.lines[0].specification"),
        ("waybill", "orderNo", "waybill.order_no"),
    ],
)
def test_a_document_of_2016_is_read_as_far_as_it_goes(name: str, gone: str, missing: str, sample: Load) -> None:
    text = sample(f"{name}.xml").decode()
    start = text.index(f"<ceb:{gone}>")
    end = text.index(f"</ceb:{gone}>") + len(f"</ceb:{gone}>")
    data = (text[:start] + text[end:]).encode()
    with pytest.raises(MessageRefused) as refused:
        read(data)
    assert [problem.fields[0].field for problem in refused.value.problems] == [missing]
    message = read(data, tolerant=True)
    (record,) = message.records
    assert isinstance(record, FaultyRecord)
    assert record.fields["guid"] == read(sample(f"{name}.xml")).records[0].guid  # type: ignore[attr-defined]
    assert [finding.severity for finding in message.findings] == [Severity.HARD]
    assert message.transfer is not None


def test_one_faulty_record_does_not_hide_the_others(sample: Load) -> None:
    data = sample("list_receipt.xml").replace(b"<returnStatus>120</returnStatus>", b"")
    message = read(data, tolerant=True)
    assert [type(record).__name__ for record in message.records] == ["ListReceipt", "FaultyRecord", "ListReceipt"]
    with pytest.raises(MessageRefused, match="E_NOT_A_RECORD"):
        write_message(message)


def test_what_is_no_message_is_refused_however_tolerant() -> None:
    for data in (b"", b"<a/>", b"<CEB311Message/>", b"<CEB311Message>"):
        with pytest.raises(MessageRefused):
            read(data, tolerant=True)


def test_a_format_check_may_tell_its_time_in_any_words_and_order() -> None:
    record = sample_record(FORM_BY_TYPE["CEB900"], AT)
    data = sample_of("CEB900")
    time = f"<returnTime>{record.return_time}</returnTime>".encode()
    moved = data.replace(time, b"").replace(
        b"<returnInfo>", b"<returnTime>2026-03-10T09:00:00.000+08:00</returnTime><returnInfo>"
    )
    (check,) = read(moved).records
    assert check.return_time == "2026-03-10T09:00:00.000+08:00"  # type: ignore[attr-defined]
    assert {fault.code for fault in validate(moved).faults} == {"E_ORDER", "E_LENGTH"}


def test_an_original_message_inside_a_format_check_is_kept_to_the_letter(sample: Load) -> None:
    original = sample("order.xml").decode().strip()
    record = sample_record(FORM_BY_TYPE["CEB900"], AT).model_copy(update={"ori_biz_message": original})
    written = write([record], guid=record.guid)
    assert read(written).records == (record,)
    inside = written.replace(b"&lt;", b"<").replace(b"&gt;", b">")
    assert original.encode() in inside
    start, end = written.index(b"<oriBizMessage>") + 15, written.index(b"</oriBizMessage>")
    cdata = written[:start] + b"<![CDATA[" + original.encode() + b"]]>" + written[end:]
    assert read(cdata).records == (record,)


def test_an_arrival_takes_one_record_and_any_number_of_lines() -> None:
    delivery: Any = sample_record(FORM_BY_TYPE["CEB711"], AT)
    many = delivery.model_copy(update={"lines": delivery.lines * 5000})
    transfer = read(sample_of("CEB711")).transfer
    written = write([many], guid=many.guid, transfer=transfer)
    assert read(written).records == (many,)
    assert validate(written).valid
    with pytest.raises(MessageRefused, match="E_TOO_MANY_RECORDS"):
        write([delivery, delivery], guid=many.guid, transfer=transfer)
    record = written[written.index(b"<ceb:Delivery>") : written.index(b"<ceb:BaseTransfer>")]
    with pytest.raises(MessageRefused, match="E_TOO_MANY_RECORDS"):
        read(written.replace(record, record * 2))


def test_a_message_that_only_one_edition_has_is_refused_in_the_other() -> None:
    message = read(sample_of("CEB213"))
    assert message.edition is Edition.E202205
    with pytest.raises(MessageRefused, match="E_NOT_IN_EDITION"):
        write_message(message, edition=Edition.E2018)
    assert [fault.code for fault in validate(sample_of("CEB213"), Edition.E2018).faults][:1] == ["E_NOT_IN_EDITION"]


def test_a_field_that_only_a_later_edition_has_is_refused_in_the_earlier() -> None:
    message = read(sample_of("CEB792"))
    assert message.edition is Edition.E202205
    with pytest.raises(MessageRefused) as refused:
        write_message(message, edition=Edition.E2018)
    assert {problem.fields[1].field.rpartition("/")[2] for problem in refused.value.problems} == {"gseqno"}


def test_a_length_that_only_the_earlier_edition_has_tells_the_edition() -> None:
    message = read(sample_of("CEB505"))
    record: Any = message.records[0]
    longer = message.model_copy(update={"records": (record.model_copy(update={"logistics_no": "L" * 80}),)})
    with pytest.raises(MessageRefused) as refused:
        write_message(longer)
    (problem,) = refused.value.problems
    assert "longer than 32" in problem.message_en
    assert "0 to 32 characters" in problem.remedy_en
    written = write_message(longer, edition=Edition.E2018)
    assert read(written).edition is Edition.E2018
    assert write_message(read(written)) == written
