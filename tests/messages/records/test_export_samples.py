"""Our own export samples are valid in every edition, are written back the same, and tell one parcel's story."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from clearway.messages import read, write
from clearway.messages.export_forms import EXPORT_FORMS
from clearway.messages.forms import Edition, Flow, Form
from clearway.messages.records.export_arrival import ExportArrival
from clearway.messages.records.export_departure import ExportDeparture
from clearway.messages.records.export_list import ExportList, ExportListReceipt
from clearway.messages.records.export_master_waybill import ExportMasterWaybill
from clearway.messages.records.export_money import MoneyReceipt
from clearway.messages.records.export_order import ExportOrder
from clearway.messages.records.export_return import ExportReturnApplication
from clearway.messages.records.export_tally import ExportReturnTally
from clearway.messages.records.export_waybill import ExportWaybill
from clearway.messages.records.summary import SummaryApplication, SummaryReceipt, SummaryResult

Load = Callable[[str], bytes]
Schema = Callable[[Edition, Flow], etree.XMLSchema]
FORMS = [pytest.param(form, id=form.message_type) for form in EXPORT_FORMS]
EACH = [
    pytest.param(form, edition, id=f"{form.message_type}-{edition}")
    for form in EXPORT_FORMS
    for edition in form.editions
]


@pytest.fixture(scope="session")
def export(sample: Load) -> Callable[[Form], bytes]:
    return lambda form: sample(f"export/{form.pointer}.xml")


@pytest.mark.parametrize("form", FORMS)
def test_sample_is_valid_and_read_into_its_model(
    form: Form, export: Callable[[Form], bytes], official_schema: Schema
) -> None:
    message = read(export(form))
    assert {type(record) for record in message.records} == {form.model}
    assert message.unknown == ()
    schema = official_schema(Edition.E202205, form.flow)
    assert schema.validate(etree.fromstring(export(form))), schema.error_log


def as_of(edition: Edition, record: Any) -> Any:
    """The record as the edition knows it: that of 2018 has no gseqno."""
    if edition is Edition.E2018 and isinstance(record, SummaryResult):
        lines = tuple(line.model_copy(update={"form_gnum": None}) for line in record.lines)
        return record.model_copy(update={"lines": lines})
    return record


@pytest.mark.parametrize(("form", "edition"), EACH)
def test_sample_is_written_valid_for_every_edition(
    form: Form, edition: Edition, export: Callable[[Form], bytes], official_schema: Schema
) -> None:
    message = read(export(form))
    records = [as_of(edition, record) for record in message.records]
    written = write(records, guid=message.guid, transfer=message.transfer, edition=edition)
    schema = official_schema(edition, form.flow)
    assert schema.validate(etree.fromstring(written)), schema.error_log


@pytest.mark.parametrize("form", FORMS)
def test_sample_is_written_back_the_same(
    form: Form, export: Callable[[Form], bytes], data_of: Callable[[bytes], Any]
) -> None:
    message = read(export(form))
    written = write(message.records, guid=message.guid, transfer=message.transfer)
    assert data_of(written) == data_of(export(form))
    assert read(written).records == message.records


@pytest.fixture
def story(export: Callable[[Form], bytes]) -> Callable[[type], Any]:
    """The last record of a sample, by its model."""
    forms = {form.model: form for form in EXPORT_FORMS}
    return lambda model: read(export(forms[model])).records[-1]


def test_order_money_waybill_and_list_belong_together(story: Callable[[type], Any]) -> None:
    order, money, waybill, declared = (story(model) for model in (ExportOrder, MoneyReceipt, ExportWaybill, ExportList))
    assert order.order_no == money.order_no == declared.order_no
    assert order.goods_value == sum(line.total_price for line in order.lines)
    assert order.goods_value + order.freight == money.charge
    assert declared.logistics_no == waybill.logistics_no
    assert [(line.gnum, line.item_no, line.qty) for line in declared.lines] == [
        (line.gnum, line.item_no, line.qty) for line in order.lines
    ]


def test_the_parcel_travels_under_one_bill(story: Callable[[type], Any]) -> None:
    declared, answer, master, arrival, departure = (
        story(model) for model in (ExportList, ExportListReceipt, ExportMasterWaybill, ExportArrival, ExportDeparture)
    )
    assert master.bill_no == arrival.bill_no == departure.bill_no
    assert {line.logistics_no for each in (master, arrival, departure) for line in each.lines} == {
        declared.logistics_no
    }
    assert (answer.return_status, answer.invt_no) == ("899", master.lines[0].invt_no)
    assert answer.cop_no == declared.cop_no


def test_what_comes_back_and_what_is_summarised_is_that_list(story: Callable[[type], Any]) -> None:
    closed, goods_return, tally = (
        story(model) for model in (ExportListReceipt, ExportReturnApplication, ExportReturnTally)
    )
    assert goods_return.invt_no == tally.invt_no == closed.invt_no
    assert goods_return.logistics_no == tally.logistics_no
    application, answer, result = (story(model) for model in (SummaryApplication, SummaryReceipt, SummaryResult))
    assert (answer.cop_no, answer.summary_no) == (application.cop_no, result.summary_no)
    assert {line.invt_no for line in application.lines} == {line.invt_no for line in result.lines}
    assert closed.invt_no in {line.invt_no for line in result.lines}
