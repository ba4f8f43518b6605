"""Customs' own samples, both editions: valid ones come back equal as data, invalid ones are read and reported."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import pytest
from lxml import etree

from clearway.messages import Edition, Flow, customs_receipts, read, validate, write_message
from clearway.messages.fields import Kind
from clearway.messages.form import Form
from clearway.messages.forms import FORM_BY_TYPE, FORMS
from clearway.messages.parsing import local_name
from clearway.messages.slots import slots
from clearway.messages.validation import Fault

Load = Callable[[str], bytes]
Sample = Callable[[Form, Edition], bytes]
Schema = Callable[[Edition, Flow], etree.XMLSchema]
PARSER = etree.XMLParser(remove_comments=True, remove_pis=True)
EACH = [
    (form, edition)
    for form in FORMS
    for edition in form.editions
    if form.message_type not in ("CEB816", "CEB818", "CEB900")  # customs published no sample of them
]

INVALID = {
    ("CEB214", Edition.E202205): {"E_ROOT", "E_UNKNOWN_ELEMENT"},
    ("CEB792", Edition.E202205): {"E_MISSING"},
} | {
    (kind, Edition.E202205): {"E_TOO_MANY"}
    for kind in ("CEB303", "CEB403", "CEB505", "CEB507", "CEB509", "CEB603", "CEB605", "CEB607")
}
"""The samples that break their own schema, and how."""


def told(root: etree._Element, form: Form) -> list[tuple[str, str]]:
    """What a message says: every element with a value, with its path; amounts and numbers as such."""
    numbers = {
        slot.name
        for model in (form.model, form.line_model)
        if model
        for slot in slots(model, Edition.E202205, form.flow)
        if slot.kind in (Kind.AMOUNT, Kind.WHOLE)
    }
    found = []
    for element in root.iter():
        text = (element.text or "").strip()
        path = [local_name(each) for each in (*reversed(list(element.iterancestors())), element)]
        if text and not len(element) and "Signature" not in path:
            found.append(("/".join(path[1:]), _number(text) if path[-1] in numbers else text))
    return found


def _number(text: str) -> str:
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


@pytest.mark.parametrize(("form", "edition"), EACH, ids=lambda each: getattr(each, "message_type", each))
def test_a_sample_comes_back_as_it_was_and_valid(
    form: Form, edition: Edition, official_file: Sample, official_schema: Schema
) -> None:
    data = official_file(form, edition)
    root = etree.fromstring(data, PARSER)
    schema = official_schema(edition, form.flow)
    message = read(data)
    written = write_message(message, edition=edition)
    if (form.message_type, edition) in INVALID:
        assert not schema.validate(root)
        return
    assert schema.validate(root), schema.error_log
    assert validate(data, edition).valid
    assert (message.message_type, message.unknown, message.findings) == (form.message_type, (), ())
    assert message.edition in (edition, None)
    assert schema.validate(etree.fromstring(written)), schema.error_log
    assert validate(written, edition).valid
    assert told(etree.fromstring(written), form) == told(root, form)
    assert read(written).model_dump() == message.model_dump()


@pytest.mark.parametrize(("kind", "edition"), INVALID, ids=str)
def test_a_sample_that_breaks_its_own_schema_is_read_and_reported(
    kind: str, edition: Edition, official_file: Sample, official_schema: Schema
) -> None:
    form = FORM_BY_TYPE[kind]
    data = official_file(form, edition)
    report = validate(data, edition)
    assert {fault.code for fault in report.faults} == INVALID[kind, edition]
    assert all(isinstance(fault, Fault) and fault.line for fault in report.faults)
    message = read(data)
    assert len(message.records) == 10
    written = etree.fromstring(write_message(message, edition=edition))
    if kind == "CEB792":  # what is missing cannot be made up
        assert {fault.path.rpartition("/")[2] for fault in report.faults if isinstance(fault, Fault)} == {"gseqno"}
    else:
        assert official_schema(edition, form.flow).validate(written)
        assert message.findings
    if kind == "CEB214":
        assert message.unknown == ("RefundReturn/appSenderId",)
        assert {finding.code for finding in message.findings} == {"W_ROOT"}


@pytest.mark.parametrize("kind", ["CEB312", "CEB412", "CEB512", "CEB622", "CEB624", "CEB626"])
def test_a_receipt_sample_is_told_with_its_repeated_records(kind: str, official_sample: Load) -> None:
    message = read(official_sample(kind))
    assert (len(message.records), len(customs_receipts(message)), message.transfer) == (10, 10, None)
