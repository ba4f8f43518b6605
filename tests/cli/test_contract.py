"""The published contract: current, complete, and true of what really goes over the wire."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from temporalio.client import Client

from clearway.contracts import names
from clearway.contracts.articles import (
    ArticlesDecision,
    ChooseDisposition,
    CustomsArticlesDecision,
    Disposition,
    StartArticles,
    SubmitApproval,
    SubmitArticles,
)
from clearway.contracts.case import CancelRequest, DeclareList, ReturnArrival, ReturnRequest, StartCase
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsNews,
    CustomsReceipt,
    InspectionOutcome,
    InspectionResult,
    TaxBillNotice,
)
from clearway.contracts.documents import DocumentKind
from clearway.contracts.goods_return import (
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnLine,
    ReturnShipment,
    WithdrawReturn,
)
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportDecision, ReportOutcome, StartReport, SubmitReport
from clearway.contracts.schema import contract, text
from clearway.contracts.states import State
from clearway.testing import sample_set
from tests.articles_desk import ArticlesCounter, approval, key_of, medicine, parcel
from tests.desk import Desk
from tests.reports_desk import ReportCounter, register, report
from tests.returns_desk import ReturnsCounter, lines

PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"
SCHEMA: dict[str, Any] = json.loads((PUBLISHED / "clearway.schema.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
SAMPLE = sample_set("SCHEMA-1", at=NOW)
PARCEL = parcel(medicine(), at=NOW, list_no="SCHEMA-1")
REPORT = report(SAMPLE.key, at=NOW)


FORMATS = jsonschema.FormatChecker()


def is_instant(value: object) -> bool:
    """Whether a value is ISO 8601 with an offset; the checker itself would need another package for this."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS.checks("date-time", raises=ValueError)(is_instant)


def faults(name: str, payload: Any) -> list[str]:
    """What the published schema finds wrong with a payload."""
    schema = {"$schema": SCHEMA["$schema"], "$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    validator = jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(payload)]


def sent(model: Any) -> Any:
    """A value as the client puts it on the wire."""
    return json.loads(model.model_dump_json())


def test_published_schema_is_current() -> None:
    assert (PUBLISHED / "clearway.schema.json").read_text(encoding="utf-8") == text(), (
        "stale; run: python -m clearway.contracts.schema > docs/contract/clearway.schema.json"
    )


def test_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_published_name_is_in_schema_and_readme() -> None:
    readme = (PUBLISHED / "README.md").read_text(encoding="utf-8")
    workflows = [each for name, each in SCHEMA.items() if name.lower().endswith("workflow")]
    told = {name for each in workflows for kind in ("updates", "signals", "queries") for name in each.get(kind, ())}
    others = {names.TASK_QUEUE, *(each["type"] for each in workflows)}
    constants = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    assert told == constants - others
    for name in (*told, *others):
        assert f"`{name}`" in readme


INPUTS = {
    "StartCase": StartCase(key=SAMPLE.key),
    "DeclareList": DeclareList(
        declaration_list=SAMPLE.declaration_list, sender=Sender(code="3301960G01"), documents=SAMPLE.transmissions
    ),
    "Transmission": SAMPLE.transmissions[1],
    "ReturnRequest": ReturnRequest(actor="3301960A01", reason="test"),
    "ReturnArrival": ReturnArrival(actor="3301960W01", arrived_at=NOW, original_goods=True),
    "CancelRequest": CancelRequest(actor="3301960A01", reason="test"),
    "CustomsNews": CustomsNews(
        receipts=(CustomsReceipt(about=DocumentKind.ORDER, status="120", at=NOW),),
        bills=(TaxBillNotice(bill_no="B", invt_no="I", status="1", total=Decimal("28.21"), at=NOW),),
    ),
    "ControlInstruction": ControlInstruction(
        instruction_id="C-1", issued_at=NOW, issuer="2991", sample_ratio=Decimal("0.5")
    ),
    "InspectionResult": InspectionResult(
        instruction_id="C-1", outcome=InspectionOutcome.NORMAL, recorded_at=NOW, officer="2991"
    ),
    "Order": SAMPLE.order,
    "Payment": SAMPLE.payment,
    "Waybill": SAMPLE.waybill,
    "DeclarationList": SAMPLE.declaration_list,
    "StartArticles": StartArticles(key=key_of(PARCEL)),
    "SubmitArticles": SubmitArticles(articles=PARCEL, sender=Sender(code="3301960L01")),
    "SubmitApproval": SubmitApproval(approval=approval(PARCEL), sender=Sender(code="3301960L01")),
    "ChooseDisposition": ChooseDisposition(disposition=Disposition.TO_GOODS, actor="IND", reason="test"),
    "CustomsArticlesDecision": CustomsArticlesDecision(
        decision_id="D-1", decision=ArticlesDecision.REVIEWED, at=NOW, officer="2991"
    ),
    "ReturnShipment": ReturnShipment(actor="IND", carrier="SF"),
    "ArrivedGoods-Input": ArrivedGoods(
        actor="3301960W01", arrived_at=NOW, lines=(ReturnLine(gnum=1, qty=Decimal("1.5")),)
    ),
    "GoodsCheck-Input": GoodsCheck(actor="3301960W01", checked_at=NOW, original=True),
    "WithdrawReturn": WithdrawReturn(actor="3301960A01", reason="test"),
    "AdmitLateReturn": AdmitLateReturn(actor="operator-7", reason="test", evidence="notice 17"),
    "StartReport": StartReport(report_no=REPORT.key.report_no),
    "SubmitReport": SubmitReport(report=REPORT, sender=Sender(code=REPORT.reporter)),
    "SuspicionReport": REPORT,
    "ReportDecision": ReportDecision(decision_id="D-1", decision=ReportOutcome.LIFTED, at=NOW, officer="2991"),
}


@pytest.mark.parametrize("name", list(INPUTS))
def test_real_input_is_valid(name: str) -> None:
    assert faults(name, sent(INPUTS[name])) == []


def test_inputs_need_only_what_has_no_default() -> None:
    assert faults("StartCase", {"key": {"ebc_code": "3301960A01", "order_no": "1"}}) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Order", {"actual_paid": 318.21}),
        ("Order", {"actual_paid": "318,21"}),
        ("Order", {"actual_paid": "-1"}),
        ("Order", {"guid": "short"}),
        ("Order", {"lines": []}),
        ("Order", {"kind": "payment"}),
        ("Payment", {"pay_time": "yesterday"}),
        ("InspectionResult", {"outcome": "FINE"}),
    ],
)
def test_wrong_input_is_not_valid(name: str, change: dict[str, Any]) -> None:
    assert faults(name, sent(INPUTS[name]) | change)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_document_without_kind_is_not_valid(kind: DocumentKind) -> None:
    document = sent(getattr(SAMPLE, kind))
    del document["kind"]
    assert faults("Transmission", {"document": document, "sender": {"code": "3301960A01"}})


async def test_real_answers_and_views_are_valid(desk: Desk, temporal: Client) -> None:
    sample = desk.sample()
    request = sent(DeclareList(declaration_list=sample.declaration_list, sender=Sender(code="3301960G01")))
    answer = await desk.client.declare(sample.declaration_list, sender=Sender(code="3301960G01"))
    assert answer.missing
    assert faults("DeclareList", request) == []
    assert faults("Answer", sent(answer)) == []
    wrong = sample.changed(DocumentKind.PAYMENT, amount_paid=Decimal("1.00"))
    assert faults("Answer", sent(await desk.declare(wrong))) == []
    raw = temporal.get_workflow_handle(sample.key.workflow_id)
    assert faults("CaseView", await raw.query(names.VIEW)) == []
    released = desk.sample()
    assert faults("Answer", sent(await desk.declare(released))) == []
    await desk.release(released.key)
    asked: dict[str, Any] = await temporal.get_workflow_handle(released.key.workflow_id).execute_update(
        names.REQUEST_RETURN, {"actor": "3301960A01", "reason": "test"}
    )
    assert faults("Answer", asked) == []
    view: dict[str, Any] = await temporal.get_workflow_handle(released.key.workflow_id).query(names.VIEW)
    assert view["state"] == State.RETURN_WINDOW
    assert view["clocks"]
    assert view["receipts"]
    assert view["returns"]
    assert faults("CaseView", view) == []


async def test_real_views_of_returns_are_valid(desk: Desk) -> None:
    counter = ReturnsCounter(desk)
    key = await counter.apply(await counter.released(), *lines(_1="1"))
    await counter.receipt(key, "120")
    await counter.arrive(key)
    raw: dict[str, Any] = await counter.handle(key).query(names.VIEW)
    assert faults("ReturnView", raw) == []
    assert faults("ReturnView", sent(await counter.check(key))) == []
    assert faults("ReturnRecord", sent(await counter.ended(key))) == []


async def test_real_answers_and_views_of_articles_are_valid(desk: Desk, temporal: Client) -> None:
    articles = parcel(medicine())
    answer = await ArticlesCounter(desk).submit(articles)
    assert answer.problems
    assert faults("ArticlesAnswer", sent(answer)) == []
    view: dict[str, Any] = await temporal.get_workflow_handle(key_of(articles).workflow_id).query(names.VIEW)
    assert view["judgement"]["tax"]
    assert faults("ArticlesView", view) == []


async def test_real_answers_and_views_of_reports_are_valid(desk: Desk, temporal: Client) -> None:
    register(desk.database)
    counter, told = ReportCounter(desk), report(SAMPLE.key)
    assert faults("ReportAnswer", sent(await counter.submit(told, sender="3301960A01"))) == []
    assert faults("ReportAnswer", sent(await counter.submit(told))) == []
    await counter.until(told.key, lambda view: len(view.lists) == 1)
    view: dict[str, Any] = await temporal.get_workflow_handle(told.key.workflow_id).query(names.VIEW)
    assert view["acknowledgement"]
    assert faults("ReportView", view) == []


def test_answers_are_described_as_they_come_and_inputs_as_they_may_be_sent() -> None:
    assert contract()["workflow"]["result"] == {"$ref": "#/$defs/CaseEnd"}
    assert contract()["workflow"]["queries"]["view"]["result"] == {"$ref": "#/$defs/CaseView"}
    order = SCHEMA["$defs"]["Order"]["properties"]
    assert order["actual_paid"]["wire"] == "acturalPaid"
    assert order["actual_paid"]["type"] == "string"
    assert "acturalPaid" not in order
