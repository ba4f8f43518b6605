"""An explanation says who tells whom what; every element has its name in Chinese; persons stay masked."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.messages import Explanation, explain, read
from clearway.messages.chinese import CHINESE
from clearway.messages.fields import wire_fields
from clearway.messages.form import Form
from clearway.messages.forms import FORMS
from clearway.messages.masking import PERSONAL
from clearway.messages.message import Extension, Subscriber, Transfer
from clearway.sample_messages import sample_message

AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
Load = Callable[[str], bytes]


def values(told: Explanation) -> dict[str, str]:
    return {f"{part.path}/{field.element}": field.value for part in told.parts for field in part.fields}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.message_type)
def test_every_element_is_told_with_both_names(form: Form) -> None:
    told = explain(read(sample_message(form, AT)))
    fields = [field for part in told.parts for field in part.fields]
    expected = set(wire_fields(form.model)) | (set(wire_fields(form.line_model)) if form.line_model else set())
    beyond = {"orderNo", "logisticsNo"} if form.message_type == "CEB816" else set()
    assert expected - beyond <= {field.element for field in fields}
    assert all(field.meaning and field.name_zh != field.element for field in fields)
    assert (told.title_en, told.title_zh, told.records) == (form.title_en, form.title_zh, 1)


def test_every_element_of_every_model_has_a_chinese_name() -> None:
    models = [model for form in FORMS for model in (form.model, form.line_model) if model]
    named = {name for model in (*models, Transfer, Subscriber, Extension) for name in wire_fields(model)}
    assert named == set(CHINESE)


def test_a_code_is_told_by_the_table_of_its_element_and_parent() -> None:
    order, bill = (
        {field.element: field for part in explain(read(sample_message(form, AT))).parts for field in part.fields}
        for form in FORMS
        if form.message_type in ("CEB311", "CEB816")
    )
    assert order["currency"].code_zh == "人民币"
    assert order["country"].code_zh == "美国"
    assert bill["status"].code_en == "created"
    assert order["buyerName"].code_zh is None


def test_persons_are_masked_unless_they_may_be_shown(sample: Load) -> None:
    message = read(sample("order.xml"))
    masked, plain = values(explain(message)), values(explain(message, show_personal=True))
    differing = {path.rpartition("/")[2] for path in plain if masked[path] != plain[path]}
    personal = {name for name, field in wire_fields(type(message.records[0])).items() if field in PERSONAL}
    assert differing == personal & {path.rpartition("/")[2] for path in plain}
    assert {"buyerName", "buyerIdNumber", "consigneeAddress"} <= differing


def test_customs_text_is_told_without_long_numbers(sample: Load) -> None:
    data = sample("list_receipt.xml").replace(
        b"[Code:1800;Desc:", b"[Code:1800;Desc:11010519491231002X 13800000000 29912026I000000001 "
    )
    told = values(explain(read(data)))
    text = next(text for path, text in told.items() if path.endswith("returnInfo") and "1800" in text)
    assert "1****** 1****** 29912026I000000001" in text


def test_a_record_that_cannot_be_read_is_explained_as_it_came(sample: Load) -> None:
    data = sample("order.xml").replace(b"<ceb:qty>2</ceb:qty>", b"<ceb:qty>two</ceb:qty>")
    told = explain(read(data, tolerant=True))
    assert values(told)["Order[1]/OrderList[1]/qty"] == "two"
    assert "张三" not in told.model_dump_json()
    assert [finding.code for finding in told.findings] == ["E_FIELD"]


def test_the_day_of_the_tables_may_be_chosen(sample: Load) -> None:
    told = explain(read(sample("order.xml")), on=date(1900, 1, 1))
    assert all(field.code_zh is None for part in told.parts for field in part.fields)
