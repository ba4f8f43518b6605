"""What the models take is what customs' schemas admit in one edition or another, but for the reviewed differences here.

The schemas are read by themselves, without our tables of elements: a mistake there cannot hide here.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, get_args

import pytest
from annotated_types import MaxLen, MinLen
from lxml import etree
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from clearway.contracts.base import official
from clearway.messages.fields import wire_fields
from clearway.messages.forms import FORMS, Edition, Flow, Form

XS = "{http://www.w3.org/2001/XMLSchema}"
Xsd = Callable[[Edition, Flow], etree._Element]
DRAWN_FROM = {str: "string", Decimal: "decimal", int: "int", datetime: "string", date: "string"}


class Facts(NamedTuple):
    """What is said of one element: by the schemas of all its editions together, or by a field of ours."""

    type: str
    shortest: int
    longest: int | None
    digits: int | None
    required: bool


SENT_BY_CUSTOMS_WITHOUT = {
    "CEB508": "operatorCode logisticsCode preNo copNo billNo msgSeqNo",
    "CEB510": "logisticsCode copNo preNo msgSeqNo",
    "CEB604": "agentCode copNo preNo invtNo ebcCode ebpCode orderNo statisticsFlag",
    "CEB606": "agentCode copNo preNo invtNo",
    "CEB608": "agentCode logisticsCode copNo preNo billNo msgSeqNo",
    "CEB214": "agentCode coElNo invtNo",
    "CEB216": "operatorCode logisticsCode logisticsNo coElNo",
    "CEB622": "copNo preNo",
    "CEB624": "copNo preNo",
    "CEB626": "copNo preNo",
    "CEB702": "agentCode ebcCode copNo preNo msgSeqNo",
    "CEB792": "gseqno",
}
"""Required by the schema; read without. A real 622 about a failed check has neither copNo nor preNo, and fails its own
schema; the answers to lists and applications of export are laid out alike, and their specification leaves some of these
keys open (REFERENCE §4, §6.1). The official 792 of 2022-05 lacks the gseqno of its own schema (REFERENCE §11)."""

RESTRICTED_TO = {
    ("CEB311", "orderType"): "I",
    ("CEB311", "currency"): "142",
    ("CEB311", "buyerIdType"): "1",
    ("CEB411", "currency"): "142",
    ("CEB411", "payerIdType"): "1",
    ("CEB511", "currency"): "142",
    ("CEB511", "packNo"): 1,
    ("CEB513", "logisticsStatus"): "S",
    ("CEB621", "ieFlag"): "I",
    ("CEB621", "currency"): "142",
    ("CEB621", "buyerIdType"): "1",
    ("CEB621", "packNo"): 1,
    ("CEB623", "buyerIdType"): "1",
    ("CEB625", "buyerIdType"): "1",
    ("CEB711", "ieFlag"): "I",
}
"""Required by the schema; ours has a default, the one value that imports admit (REFERENCE §5.1, §12)."""

NOT_IN_THE_SCHEMA = {
    "CEB816": "orderNo logisticsNo",
}
"""Read and kept, though no schema has it: real bills carry both (REFERENCE §11)."""

LONGER = {
    ("CEB900", "returnTime"): (0, 50),
}
"""Read with another length than the schema's: the specification gives the time of a format check 50 signs (§11)."""

FOLDED = {
    "Logistics": "goodsInfo",
    "ArrivalHead": "trafMode domesticTrafNo",
    "DepartureHead": "trafMode",
    "InventoryHead": "trafMode POD wrapType",
    "InventoryList": "gmodel barCode",
    "InvtCancel": "reason",
    "WayBillHead": "trafMode trafName voyageNo",
}
"""Here the export schema of 2022-05 folds white space before it counts; our strict check counts what was sent, so that
it asks for less white space, never for more."""

FILLED_IN = {
    (Edition.E2018, "OrderHead"): {"appStatus": "2", "freight": "0"},
    (Edition.E2018, "Receipts"): {"appStatus": "2"},
    (Edition.E2018, "Logistics"): {"appStatus": "2"},
    (Edition.E2018, "ArrivalHead"): {"appStatus": "1"},
    (Edition.E2018, "SummaryApplyHead"): {"appStatus": "2"},
    (Edition.E202205, "OrderHead"): {"appStatus": "1", "freight": "0"},
    (Edition.E202205, "Receipts"): {"appStatus": "1"},
    (Edition.E202205, "Logistics"): {"appStatus": "2"},
    (Edition.E202205, "ArrivalHead"): {"appStatus": "1"},
    (Edition.E202205, "SummaryApplyHead"): {"appStatus": "2"},
}
"""An empty element stands for this default of the export schemas. We ask for the value: the editions do not agree
whether an order without one is a draft or a declaration."""

TIMES = {14: "yyyyMMddHHmmss", 17: "yyyyMMddHHmmssSSS", 8: "yyyyMMdd"}
"""Texts of the schemas that are real times and days with us: a thirteenth month is refused."""


def schemas_facts(xsd: Xsd, form: Form, name: str) -> dict[str, Facts]:
    """The elements with a value inside one, by name, as the schemas of all the form's editions admit them together."""
    merged: dict[str, Facts] = {}
    absent = set[str]()
    for edition in reversed(form.editions):  # the newest tells the order
        told = dict(_told(xsd(edition, form.flow), name))
        absent |= merged.keys() ^ told.keys() if merged else set()
        for element, facts in told.items():
            merged[element] = _widest(merged[element], facts) if element in merged else facts
    return {each: facts._replace(required=facts.required and each not in absent) for each, facts in merged.items()}


def _told(root: etree._Element, name: str) -> Iterator[tuple[str, Facts]]:
    (described,) = (each for each in root.findall(f"{XS}element") if each.get("name") == name)
    for element in described.iter(f"{XS}element"):
        own = element.get("name")
        if element is described or own is None:
            continue
        facets = {
            str(facet.tag).removeprefix(XS): str(facet.get("value"))
            for facet in element.iterfind(f"{XS}simpleType/{XS}restriction/*")
        }
        base = next((str(each.get("base")) for each in element.iter(f"{XS}restriction")), str(element.get("type")))
        longest = facets.get("length") or facets.get("maxLength")
        digits = facets.get("totalDigits")
        yield (
            str(own),
            Facts(
                base.removeprefix("xs:"),
                int(facets.get("length") or facets.get("minLength") or 0),
                int(longest) if longest else None,
                int(digits) if digits else None,
                element.get("minOccurs") != "0",
            ),
        )


def _widest(one: Facts, other: Facts) -> Facts:
    assert (one.type, one.digits) == (other.type, other.digits)
    longest = None if None in (one.longest, other.longest) else max(one.longest or 0, other.longest or 0)
    return Facts(one.type, min(one.shortest, other.shortest), longest, one.digits, one.required and other.required)


def our_facts(model: type[BaseModel], field: str, schema: Facts) -> Facts:
    """What the field itself admits; a time admits exactly its digits."""
    info = model.model_fields[field]
    parts = [info.annotation, *_inside(info.annotation), *info.metadata]
    kind = next(each for each in parts if isinstance(each, type) and each in DRAWN_FROM)
    if kind in (datetime, date):
        assert (kind is date) == (schema.shortest == 8)
        assert schema.shortest == schema.longest
        assert schema.longest in TIMES
        return schema._replace(required=info.is_required())
    of_amount = [each.max_digits for each in parts if getattr(each, "max_digits", None)]
    return Facts(
        DRAWN_FROM[kind],
        next((each.min_length for each in parts if isinstance(each, MinLen)), 0),
        next((each.max_length for each in parts if isinstance(each, MaxLen)), None),
        of_amount[0] if of_amount else official(model, field).digits,
        info.is_required(),
    )


def _inside(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _inside(part)
        if isinstance(part, FieldInfo):
            yield from part.metadata


def pieces(form: Form) -> Iterator[tuple[type[BaseModel], str]]:
    yield form.model, form.head or form.record
    if form.line_model and form.lines:
        yield form.line_model, form.lines


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_a_model_takes_what_the_schemas_admit_but_for_what_was_reviewed(form: Form, official_xsd: Xsd) -> None:
    message_type = form.message_type
    without = set(SENT_BY_CUSTOMS_WITHOUT.get(message_type, "").split())
    beyond = set(NOT_IN_THE_SCHEMA.get(message_type, "").split())
    defaults = {name: value for (of, name), value in RESTRICTED_TO.items() if of == message_type}
    longer = {name: limits for (of, name), limits in LONGER.items() if of == message_type}
    seen = set[str]()
    for model, element in pieces(form):
        schema = schemas_facts(official_xsd, form, element)
        names = wire_fields(model)
        assert [name for name in names if name not in beyond] == list(schema)
        seen |= names.keys()
        for name, demanded in schema.items():
            expected = demanded
            if name in without:
                assert demanded.required or name == "gseqno"
                expected = expected._replace(required=False)
            if name in defaults:
                assert (demanded.required, model.model_fields[names[name]].default) == (True, defaults[name])
                expected = expected._replace(required=False)
            if name in longer:
                expected = expected._replace(shortest=longer[name][0], longest=longer[name][1])
            assert our_facts(model, names[name], demanded) == expected, name
    assert without | beyond | defaults.keys() | longer.keys() <= seen


@pytest.mark.parametrize("edition", list(Edition))
def test_what_the_export_schemas_fold_and_fill_in_was_reviewed(edition: Edition, official_xsd: Xsd) -> None:
    folded, filled_in = dict[str, str](), dict[tuple[Edition, str], dict[str, str]]()
    for described in official_xsd(edition, Flow.EXPORT).findall(f"{XS}element"):
        inside = [each for each in described.iter(f"{XS}element") if each.get("name") and each is not described]
        name = str(described.get("name"))
        if found := [str(each.get("name")) for each in inside if next(each.iter(f"{XS}whiteSpace"), None) is not None]:
            folded[name] = " ".join(found)
        if defaults := {str(each.get("name")): str(each.get("default")) for each in inside if each.get("default")}:
            filled_in[edition, name] = defaults
    assert folded == (FOLDED if edition is Edition.E202205 else {})
    assert filled_in == {key: value for key, value in FILLED_IN.items() if key[0] is edition}


def test_every_reviewed_difference_is_about_a_message_that_exists() -> None:
    told = {*SENT_BY_CUSTOMS_WITHOUT, *NOT_IN_THE_SCHEMA, *(of for of, _ in RESTRICTED_TO), *(of for of, _ in LONGER)}
    assert told <= {form.message_type for form in FORMS}
