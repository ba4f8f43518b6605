"""Customs' own export samples are read whole, and written back as the same data, valid by customs' own schema."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from clearway.messages import read, write
from clearway.messages.export_forms import EXPORT_FORMS
from clearway.messages.forms import Edition, Flow, Form

Load = Callable[[Edition, str], bytes]
Schema = Callable[[Edition, Flow], etree.XMLSchema]

TWO_TRANSFERS = {"CEB303", "CEB403", "CEB505", "CEB507", "CEB509", "CEB603", "CEB605", "CEB607"}
"""Samples of 2022-05 that name their transmitter twice; invalid by their own schema (REFERENCE §11)."""

NO_SEQUENCE_NUMBER = (Edition.E202205, "CEB792")
"""The sample lacks gseqno, which its own schema demands (REFERENCE §11)."""

WRONG_ROOT = (Edition.E202205, "CEB214")
"""The sample's root is `CEB214`, and its records hold a stranger, appSenderId (REFERENCE §11)."""

EACH = [
    pytest.param(edition, form, id=f"{form.message_type}-{edition}")
    for form in EXPORT_FORMS
    for edition in form.editions
]


@pytest.mark.parametrize(("edition", "form"), EACH)
def test_sample_is_read_into_its_model_and_what_is_odd_is_told(
    edition: Edition, form: Form, official_export_sample: Load
) -> None:
    message = read(official_export_sample(edition, form.message_type))
    twice = edition is Edition.E202205 and form.message_type in TWO_TRANSFERS
    wrong = (edition, form.message_type) == WRONG_ROOT
    assert message.message_type == form.message_type
    assert [type(record) for record in message.records] == [form.model] * 10
    assert (message.transfer is None) == form.by_customs
    assert message.unknown == (("RefundReturn/appSenderId",) if wrong else ())
    assert [finding.code for finding in message.findings] == ["W_REPEATED"] * twice + ["W_ROOT"] * wrong


@pytest.mark.parametrize(("edition", "form"), EACH)
def test_sample_is_written_back_as_the_same_data(
    edition: Edition, form: Form, official_export_sample: Load, data_of: Callable[[bytes], Any], official_schema: Schema
) -> None:
    raw = official_export_sample(edition, form.message_type)
    message = read(raw)
    written = write(message.records, guid=message.guid, transfer=message.transfer, edition=edition)
    assert data_of(written) == mended(data_of(raw), form)
    if (edition, form.message_type) != NO_SEQUENCE_NUMBER:
        schema = official_schema(edition, form.flow)
        assert schema.validate(etree.fromstring(written)), schema.error_log


def mended(data: Any, form: Form) -> Any:
    """The sample's data with its right root, one transmitter, and without the stranger in its records."""
    _, text, inside = data
    records = [
        (name, told, tuple(each for each in fields if each[0] != "appSenderId"))
        for name, told, fields in inside
        if name == form.record
    ]
    return form.root, text, (*records, *[each for each in inside if each[0] == "BaseTransfer"][:1])
