"""Customs' own samples are read, and what we write from them is valid against customs' own schema."""

from collections.abc import Callable

import pytest
from lxml import etree

from clearway.messages import customs_receipts, message_type_of, read, write

Load = Callable[[str], bytes]


@pytest.mark.parametrize(
    ("kind", "records"), [("CEB311", 6), ("CEB411", 10), ("CEB511", 6), ("CEB621", 10), ("CEB623", 10), ("CEB625", 10)]
)
def test_document_sample_is_read_and_written_back_valid(
    kind: str, records: int, official_sample: Load, import_schema: etree.XMLSchema
) -> None:
    message = read(official_sample(kind))
    written = write(message.records, guid=message.guid, transfer=message.transfer)

    assert (message.message_type, len(message.records), message.unknown) == (kind, records, ())
    assert import_schema.validate(etree.fromstring(written)), import_schema.error_log
    assert read(written).records == message.records
    assert read(written).transfer == message.transfer


@pytest.mark.parametrize("kind", ["CEB312", "CEB412", "CEB512", "CEB622", "CEB624", "CEB626"])
def test_receipt_sample_is_read_with_its_repeated_records(
    kind: str, official_sample: Load, import_schema: etree.XMLSchema
) -> None:
    message = read(official_sample(kind))
    written = write(message.records, guid=message.guid)

    assert (message.message_type, len(message.records), message.transfer) == (kind, 10, None)
    assert len(customs_receipts(message)) == 10
    assert import_schema.validate(etree.fromstring(written)), import_schema.error_log


def test_samples_of_messages_we_do_not_speak_still_tell_their_type(official_sample: Load) -> None:
    assert message_type_of(official_sample("CEB711")) == "CEB711"
