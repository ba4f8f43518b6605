"""The interface description of bodies and headers that are kept before anything checks them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from clearway.contracts.documents import Document
from clearway.contracts.payment_data import PaymentData
from clearway.contracts.reports import SuspicionReport
from clearway.contracts.subscriptions import Acknowledgement, SubscribeRequest, Unblock
from gateway.notices import (
    ArticlesNotice,
    ControlNotice,
    DispositionNotice,
    GuaranteeCall,
    HoldNotice,
    ReportNotice,
    ResultNotice,
    SampleNotice,
    TopUp,
)
from gateway.sender import ATTEMPT, KEY, ON_BEHALF_OF, SENDER, SIGNATURE

_TEMPLATE = "#/components/schemas/{model}"
_BODIES: dict[str, TypeAdapter[Any]] = {
    "SubmittedDocument": TypeAdapter(Document),
    "ControlNotice": TypeAdapter(ControlNotice),
    "SampleNotice": TypeAdapter(SampleNotice),
    "ResultNotice": TypeAdapter(ResultNotice),
    "DispositionNotice": TypeAdapter(DispositionNotice),
    "HoldNotice": TypeAdapter(HoldNotice),
    "ArticlesNotice": TypeAdapter(ArticlesNotice),
    "TopUp": TypeAdapter(TopUp),
    "GuaranteeCall": TypeAdapter(GuaranteeCall),
    "SuspicionReport": TypeAdapter(SuspicionReport),
    "ReportNotice": TypeAdapter(ReportNotice),
    "SubscribeRequest": TypeAdapter(SubscribeRequest),
    "Unblock": TypeAdapter(Unblock),
    "Acknowledgement": TypeAdapter(Acknowledgement),
    "PaymentData": TypeAdapter(PaymentData),
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _TEMPLATE.format(model=name)}


_CEB = {
    "application/xml": {
        "schema": {"type": "string", "description": "A CEB message in UTF-8, bare or in a DxpMsg envelope"}
    }
}

RECEIPT_BODY = {"required": True, "content": _CEB}
CONTROL_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"oneOf": [_ref("ControlNotice"), _ref("SampleNotice")]}}},
}
RESULT_BODY = {"required": True, "content": {"application/json": {"schema": _ref("ResultNotice")}}}
DISPOSITION_BODY = {"required": True, "content": {"application/json": {"schema": _ref("DispositionNotice")}}}
HOLD_BODY = {"required": True, "content": {"application/json": {"schema": _ref("HoldNotice")}}}
ARTICLES_BODY = {"required": True, "content": {"application/json": {"schema": _ref("ArticlesNotice")}}}
REPORT_BODY = {"required": True, "content": {"application/json": {"schema": _ref("SuspicionReport")}}}
REPORT_DECISION_BODY = {"required": True, "content": {"application/json": {"schema": _ref("ReportNotice")}}}
CALL_BODY = {"required": True, "content": {"application/json": {"schema": _ref("GuaranteeCall")}}}
SUBSCRIBE_BODY = {"required": True, "content": {"application/json": {"schema": _ref("SubscribeRequest")}}}
UNBLOCK_BODY = {"required": False, "content": {"application/json": {"schema": _ref("Unblock")}}}
ACKNOWLEDGE_BODY = {"required": True, "content": {"application/json": {"schema": _ref("Acknowledgement")}}}
PAYMENT_DATA_BODY = {"required": True, "content": {"application/json": {"schema": _ref("PaymentData")}}}
TOP_UP_BODY = {"required": True, "content": {"application/json": {"schema": _ref("TopUp")}}}
DOCUMENT_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    _ref("SubmittedDocument"),
                    {"type": "array", "items": _ref("SubmittedDocument"), "minItems": 1, "maxItems": 100},
                ]
            }
        },
        **_CEB,
    },
}

SIGNATURE_HEADERS = [
    {
        "name": KEY,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 64},
        "description": "Name of the key that signed the body, where the signature stands beside it",
    },
    {
        "name": SIGNATURE,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 4000},
        "description": "That signature, in base64: docs/gateway.md",
    },
]

SENDER_HEADERS = [
    {
        "name": SENDER,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 18},
        "description": "Customs or credit code of the enterprise that sends; needed unless the message is signed",
    },
    {
        "name": ON_BEHALF_OF,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 18},
        "description": "Code of the principal, in an entrusted transmission (seed S1.2)",
    },
    {
        "name": ATTEMPT,
        "in": "header",
        "required": False,
        "schema": {"type": "integer", "minimum": 1, "maximum": 99},
        "description": "Which copy of the list is meant, after a rejection; left out, the newest one there is",
    },
    *SIGNATURE_HEADERS,
]

REPORTER_HEADERS = [*SENDER_HEADERS[:1], *SIGNATURE_HEADERS]
"""A report is its reporter's own: on behalf of nobody, of no copy of a list."""


def describe_bodies(app: FastAPI) -> None:
    """Add the models of the stored-first bodies to the app's OpenAPI document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name, body in _BODIES.items():
                schema = body.json_schema(ref_template=_TEMPLATE)
                schemas.update(schema.pop("$defs", {}))
                schemas[name] = schema
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
