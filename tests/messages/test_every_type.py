"""Every type has a sample of ours; and what a model can hold is written valid and read back, in both editions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import BaseModel

from clearway.contracts.base import ONE_LINE, SHANGHAI
from clearway.messages import (
    Edition,
    Extension,
    Flow,
    Message,
    Subscriber,
    Transfer,
    read,
    validate,
    write,
    write_message,
)
from clearway.messages.fields import Kind
from clearway.messages.form import Form
from clearway.messages.forms import FORMS
from clearway.messages.slots import Slot, slots
from clearway.sample_messages import sample_messages
from tests.messages.strategies import GUID, LONGEST_TRIED, TRANSFER, texts, values, with_empty_as_absent

Schema = Callable[[Edition, Flow], etree.XMLSchema]
AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
SAMPLES = sample_messages(AT)
EACH = [(form, edition) for form in FORMS for edition in form.editions]
ROOMY = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_a_sample_of_ours_has_every_element_and_is_valid(form: Form) -> None:
    data = SAMPLES[form.message_type]
    report = validate(data)
    message = read(data)
    assert (report.valid, report.warnings, message.findings, message.unknown) == (True, (), (), ())
    assert {slot.name for slot in slots(form.model, Edition.E202205, form.flow)} <= {
        str(element.tag).rpartition("}")[2] for element in etree.fromstring(data).iter()
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_a_sample_of_ours_is_valid_by_the_official_schema(form: Form, official_schema: Schema) -> None:
    schema = official_schema(Edition.E202205, form.flow)
    assert schema.validate(etree.fromstring(SAMPLES[form.message_type])), schema.error_log


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_a_message_told_in_json_is_written_again_to_the_byte(form: Form) -> None:
    data = SAMPLES[form.message_type]
    told = Message.model_validate_json(read(data).model_dump_json())
    assert told == read(data)
    assert write_message(told) == data


@pytest.mark.parametrize(("form", "edition"), EACH, ids=lambda each: getattr(each, "message_type", each))
@given(data=st.data())
@ROOMY
def test_what_a_model_can_hold_is_written_valid_and_read_back(
    form: Form, edition: Edition, data: st.DataObject, official_schema: Schema
) -> None:
    sent = data.draw(st.lists(fitting(form, edition), min_size=1, max_size=1 if form.most_records == 1 else 2))
    parts = {} if form.by_customs else data.draw(beside())
    written = write(sent, guid=GUID, edition=edition, **parts)
    report = validate(written, edition)
    assert report.valid, report.faults
    assert official_schema(edition, form.flow).validate(etree.fromstring(written))
    message = read(written)
    assert [record.model_dump(mode="json") for record in message.records] == [
        with_empty_as_absent(record) for record in sent
    ]
    assert (message.extension, message.unknown, message.findings) == (parts.get("extension"), (), ())
    assert canonical(write_message(message, edition=edition)) == canonical(written)


def fitting(form: Form, edition: Edition) -> st.SearchStrategy[Any]:
    """Records of a form that the schema of an edition admits."""
    fields = within(form.model, form, edition)
    if form.line_model is not None:
        least, most = form.line_limits(edition)
        line = st.fixed_dictionaries(within(form.line_model, form, edition)).map(form.line_model.model_validate)
        fields["lines"] = st.lists(line, min_size=least, max_size=min(most or 3, 3)).map(tuple)
    return st.fixed_dictionaries(fields).map(form.model.model_validate)


def within(model: type[BaseModel], form: Form, edition: Edition) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for every field but the lines; an element that no schema of the edition has is left out."""
    known = {slot.field: slot for slot in slots(model, edition, form.flow)}
    return {
        name: _value(model, name, known.get(name))
        for name in model.model_fields
        if name != "lines" and (name in known or "wire" not in _extra(model, name))
    }


def _extra(model: type[BaseModel], name: str) -> dict[str, Any]:
    extra = model.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _value(model: type[BaseModel], name: str, slot: Slot | None) -> st.SearchStrategy[Any]:
    info = model.model_fields[name]
    found = values(model, name, info.annotation, list(info.metadata))
    if slot is None:
        return found
    if slot.fixed is not None:
        return st.just(slot.fixed)
    if slot.digits is not None:
        return st.integers(0, min(10**slot.digits, 2**31) - 1)
    if slot.kind is not Kind.TEXT:
        return found
    one_line = any(getattr(limit, "pattern", None) == ONE_LINE for limit in info.metadata)
    found = texts(slot.shortest, LONGEST_TRIED if slot.longest is None else slot.longest, one_line=one_line)
    return found if slot.required else st.none() | found


def beside() -> st.SearchStrategy[dict[str, Any]]:
    """What may stand beside the records of an enterprise's message."""
    subscriber = Subscriber(status="ALL", dxp_address="DXPENT2")
    extension = Extension(name="x", version="1", content='<a xmlns="urn:a">字</a>')
    noted = Transfer(cop_code="3301960A01", cop_name="示例", dxp_id="D", note="n")
    return st.fixed_dictionaries(
        {
            "transfer": st.sampled_from([TRANSFER, noted]),
            "subscribers": st.integers(0, 5).map(lambda count: [subscriber] * count),
            "extension": st.sampled_from([None, extension, Extension(name="", version="")]),
        }
    )
