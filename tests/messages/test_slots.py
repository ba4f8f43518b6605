"""Every element of every form is what the official schemas say: name, order, length, digits, requirement, counts."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from lxml import etree
from pydantic import BaseModel

from clearway.messages.fields import Kind
from clearway.messages.forms import FORMS, MOST_SUBSCRIBERS, Edition, Flow, Form
from clearway.messages.message import Extension, Subscriber, Transfer
from clearway.messages.slots import Slot, slots

XS = "{http://www.w3.org/2001/XMLSchema}"
EACH = [(form, edition) for form in FORMS for edition in form.editions]


class Demand(NamedTuple):
    """What a schema says of one element."""

    name: str
    type: str
    shortest: int
    longest: int | None
    required: bool
    digits: int | None
    fixed: str | None


class Official:
    """One official schema, read as text."""

    def __init__(self, root: etree._Element) -> None:
        self.elements = {str(each.get("name")): each for each in root.findall(f"{XS}element")}

    def children(self, name: str, inside: str = "") -> list[tuple[str, int, int | None]]:
        """The elements inside one, with their least and most occurrences; the one may be described `inside` another."""
        if name in self.elements:
            element = self.elements[name]
        else:
            (element,) = (each for each in self.elements[inside].iter(f"{XS}element") if each.get("name") == name)
        found = element.findall(f"{XS}complexType/{XS}sequence/{XS}element")
        return [
            (
                str(each.get("name") or each.get("ref")).partition(":")[2] or str(each.get("name")),
                int(each.get("minOccurs", "1")),
                None if (most := each.get("maxOccurs", "1")) == "unbounded" else int(most),
            )
            for each in found
        ]

    def demands(self, name: str) -> list[Demand]:
        """What it says of the elements with a value inside one."""
        found = self.elements[name].findall(f"{XS}complexType/{XS}sequence/{XS}element")
        return [_demand(each) for each in found if each.get("name") and each.get("type") != "ceb:XMLElement"]


def _demand(element: etree._Element) -> Demand:
    restriction = element.find(f"{XS}simpleType/{XS}restriction")
    facets = {} if restriction is None else {str(each.tag).removeprefix(XS): each.get("value") for each in restriction}
    kind = str(element.get("type") if restriction is None else restriction.get("base")).removeprefix("xs:")
    length = facets.get("length")
    longest = length or facets.get("maxLength")
    if kind == "decimal":
        assert (facets["totalDigits"], facets["fractionDigits"]) == ("19", "5")
    digits = facets.get("totalDigits") if kind == "int" else None
    return Demand(
        str(element.get("name")),
        kind,
        int(length or facets.get("minLength") or 0),
        int(longest) if longest else None,
        element.get("minOccurs", "1") == "1",
        int(digits) if digits else None,
        element.get("fixed"),
    )


def ours(slot: Slot) -> Demand:
    kind = {Kind.AMOUNT: "decimal", Kind.WHOLE: "int"}.get(slot.kind, "string")
    return Demand(slot.name, kind, slot.shortest, slot.longest, slot.required, slot.digits, slot.fixed)


def demands(model: type[BaseModel], edition: Edition, flow: Flow) -> list[Demand]:
    return [ours(slot) for slot in slots(model, edition, flow)]


@pytest.fixture(scope="session")
def told(official_xsd: Callable[[Edition, Flow], etree._Element]) -> Callable[[Edition, Flow], Official]:
    return lambda edition, flow: Official(official_xsd(edition, flow))


@pytest.mark.parametrize(("form", "edition"), EACH, ids=lambda each: getattr(each, "message_type", each))
def test_a_record_has_the_schemas_elements(
    form: Form, edition: Edition, told: Callable[[Edition, Flow], Official]
) -> None:
    schema = told(edition, form.flow)
    assert demands(form.model, edition, form.flow) == schema.demands(form.head or form.record)
    if form.line_model and form.lines:
        assert demands(form.line_model, edition, form.flow) == schema.demands(form.lines)
    if form.head:
        parts: list[tuple[str, int, int | None]] = [(form.head, 1, 1)]
        if form.lines:
            parts.append((form.lines, *form.line_limits(edition)))
        assert schema.children(form.record, form.root) == parts


@pytest.mark.parametrize(("form", "edition"), EACH, ids=lambda each: getattr(each, "message_type", each))
def test_a_message_has_the_schemas_parts(
    form: Form, edition: Edition, told: Callable[[Edition, Flow], Official]
) -> None:
    schema = told(edition, form.flow)
    parts: list[tuple[str, int, int | None]] = [(form.record, 1, form.most_records)]
    if not form.by_customs:
        signature = ("Signature", int(form.signature_in_schema), 1)
        extension = ("ExtendMessage", 0, 1)
        last = [extension, signature] if form.flow is Flow.IMPORT else [signature, extension]
        parts += [("BaseTransfer", 1, 1), ("BaseSubscribe", 0, MOST_SUBSCRIBERS), *last]
    assert schema.children(form.root) == parts


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("flow", list(Flow))
def test_transfer_subscriber_and_extension_have_the_schemas_elements(
    edition: Edition, flow: Flow, told: Callable[[Edition, Flow], Official]
) -> None:
    schema = told(edition, flow)
    for model, name in ((Transfer, "BaseTransfer"), (Subscriber, "BaseSubscribe"), (Extension, "ExtendMessage")):
        assert demands(model, edition, flow) == schema.demands(name)


def test_every_message_of_the_official_schemas_has_a_form(told: Callable[[Edition, Flow], Official]) -> None:
    for edition in Edition:
        for flow in Flow:
            names = {name for name in told(edition, flow).elements if name.endswith("Message") and name[3].isdigit()}
            assert names == {form.root for form in FORMS if form.flow is flow and edition in form.editions}
