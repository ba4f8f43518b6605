"""docs/messages.md is what the models say today, tells every message and element, and its commands exist."""

import re

import pytest

from clearway.messages.codes import TABLES as CODE_TABLES
from clearway.messages.fields import wire_fields
from clearway.messages.forms import FORMS, Form
from deploy.generated import BLOCK
from docs.message_tables import TABLES
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
BLOCKS = {found["name"]: found for found in BLOCK.finditer(PAGE)}
SECTIONS = dict(re.findall(r"^### (CEB\d{3})\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| (\d+) \| `(\w+)` \| `(\w+)` \| ([^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_the_messages_is_what_the_models_say_today(table: str) -> None:
    found = BLOCKS[table]
    assert found["command"] == f"docs.message_tables {table}"
    today = found["begin"] + TABLES[table]() + found["end"]
    assert found[0] == today, f"docs/messages.md: {table} is stale; write it anew: make docs"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_every_element_of_a_message_is_told_in_its_order(form: Form) -> None:
    told = [(name, field) for _, name, field, _ in ROW.findall(SECTIONS[form.message_type])]
    lines = wire_fields(form.line_model) if form.line_model else {}
    assert told == [*wire_fields(form.model).items(), *lines.items()]
    assert form.title_zh in SECTIONS[form.message_type]


def test_every_message_is_in_the_catalogue_and_its_link_leads_to_it() -> None:
    links = re.findall(r"\| \[(CEB\d{3})\]\(#(ceb\d{3})\) \|", BLOCKS["catalogue"][0])
    assert [name for name, _ in links] == list(SECTIONS) == [form.message_type for form in FORMS]
    assert all(anchor == name.lower() for name, anchor in links)


def test_an_edition_that_differs_is_told() -> None:
    waybill = {name: told for _, name, _, told in ROW.findall(SECTIONS["CEB505"])}
    result = {name: told for _, name, _, told in ROW.findall(SECTIONS["CEB792"])}
    assert waybill["logisticsNo"] == "text 0–32; 2018: text 1–80"
    assert result["gseqno"] == "whole number, 5 digits; since 202205"
    assert result["opDate"] == "time, 17 digits"


def test_every_code_table_that_an_element_names_exists() -> None:
    named = {name for block in BLOCKS.values() for name in re.findall(r"\| `(\w+)` \|\n", block[0])}
    assert named & set(CODE_TABLES)
    assert named - set(CODE_TABLES) - {form.model.__name__ for form in FORMS} == set()
