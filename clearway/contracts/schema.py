"""The contract as JSON Schema, generated from the models.

Regenerate the published file: `python -m clearway.contracts.schema > docs/contract/clearway.schema.json`.
"""

import json
import sys
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from clearway.contracts import names
from clearway.contracts.articles import (
    ArticlesAnswer,
    ArticlesList,
    ArticlesView,
    ChooseDisposition,
    CustomsArticlesDecision,
    StartArticles,
    SubmitApproval,
    SubmitArticles,
)
from clearway.contracts.case import (
    Answer,
    CancelRequest,
    CaseEnd,
    CaseView,
    DeclareList,
    GoodsExit,
    LicenceSupply,
    ModifyRequest,
    PresenceConfirmation,
    ReturnArrival,
    ReturnRequest,
    StartCase,
    Transmission,
)
from clearway.contracts.collection import CollectionView, CollectNow, DueAlarm, RunNow, StartCollection, TaxNews
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsNews,
    DispositionOrder,
    InspectionResult,
)
from clearway.contracts.documents import DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.drafts import DraftCopy
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.goods_return import (
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnRecord,
    ReturnShipment,
    ReturnView,
    StartReturn,
    WithdrawReturn,
)
from clearway.contracts.problems import Problem
from clearway.contracts.reports import (
    ReportAnswer,
    ReportDecision,
    ReportView,
    StartReport,
    SubmitReport,
    SuspicionReport,
)

Mode = Literal["validation", "serialization"]

DOCUMENTS: tuple[type[BaseModel], ...] = (Order, Payment, Waybill, DeclarationList)
UPDATES: dict[str, type[BaseModel]] = {
    names.DECLARE: DeclareList,
    names.TRANSMIT_DOCUMENT: Transmission,
    names.REQUEST_RETURN: ReturnRequest,
    names.CONFIRM_RETURN_ARRIVAL: ReturnArrival,
    names.CANCEL: CancelRequest,
    names.MODIFY: ModifyRequest,
    names.CONFIRM_PRESENCE: PresenceConfirmation,
    names.SUPPLY_LICENCE: LicenceSupply,
    names.CONFIRM_EXIT: GoodsExit,
}
SIGNALS: dict[str, type[BaseModel]] = {
    names.CUSTOMS_NEWS: CustomsNews,
    names.CONTROL_INSTRUCTION: ControlInstruction,
    names.INSPECTION_RESULT: InspectionResult,
    names.DISPOSITION: DispositionOrder,
    names.CUSTOMS_HOLD: CustomsHold,
    names.GUARANTEE_GRANTED: GuaranteeGranted,
    names.TAX_NEWS: TaxNews,
    names.DUE_ALARM: DueAlarm,
}
ARTICLES_UPDATES: dict[str, type[BaseModel]] = {
    names.SUBMIT_ARTICLES: SubmitArticles,
    names.SUBMIT_APPROVAL: SubmitApproval,
    names.CHOOSE_DISPOSITION: ChooseDisposition,
}
ARTICLES_SIGNALS: dict[str, type[BaseModel]] = {names.ARTICLES_DECISION: CustomsArticlesDecision}
RETURN_UPDATES: dict[str, type[BaseModel]] = {
    names.NOTE_RETURN_SHIPMENT: ReturnShipment,
    names.CONFIRM_RETURN_ARRIVAL: ArrivedGoods,
    names.CHECK_RETURNED_GOODS: GoodsCheck,
    names.WITHDRAW_RETURN: WithdrawReturn,
    names.ADMIT_LATE_RETURN: AdmitLateReturn,
}
RETURN_SIGNALS: dict[str, type[BaseModel]] = {names.CUSTOMS_NEWS: CustomsNews}
COLLECTION_UPDATES: dict[str, type[BaseModel]] = {names.RUN_NOW: RunNow}
COLLECTION_SIGNALS: dict[str, type[BaseModel]] = {names.COLLECT: CollectNow}
REPORT_UPDATES: dict[str, type[BaseModel]] = {names.SUBMIT_REPORT: SubmitReport}
REPORT_SIGNALS: dict[str, type[BaseModel]] = {names.REPORT_DECISION: ReportDecision}
INPUTS: tuple[type[BaseModel], ...] = (
    StartCase,
    *UPDATES.values(),
    *SIGNALS.values(),
    *DOCUMENTS,
    StartArticles,
    *ARTICLES_UPDATES.values(),
    *ARTICLES_SIGNALS.values(),
    ArticlesList,
    StartReturn,
    *RETURN_UPDATES.values(),
    StartReport,
    *REPORT_UPDATES.values(),
    *REPORT_SIGNALS.values(),
    SuspicionReport,
    StartCollection,
    *COLLECTION_UPDATES.values(),
    *COLLECTION_SIGNALS.values(),
    DraftCopy,
)
ANSWERS: tuple[type[BaseModel], ...] = (
    Answer,
    CaseView,
    CaseEnd,
    ArticlesAnswer,
    ArticlesView,
    ReturnView,
    ReturnRecord,
    ReportAnswer,
    ReportView,
    CollectionView,
    Problem,
)

PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


class _Schema(GenerateJsonSchema):
    """Decimals are strings: a JSON number may lose digits on the way. Numbers are read too, but not promised."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A plain decimal number in a string, with the largest number of decimals where there is one."""
        told: JsonSchemaValue = {"type": "string", "pattern": PLAIN_NUMBER}
        places = schema.get("decimal_places")
        if places is not None and schema.get("ge") == 0:
            told["pattern"] = rf"^[0-9]+(\.[0-9]{{1,{places}}})?$"
        return told


def contract() -> dict[str, Any]:
    """The whole contract: names under `workflow`, every input and answer by its name under `$defs`.

    Inputs are described as they may be sent, answers as they come back. Fields bear our names; `wire` tells customs'
    name of a field, by which it is read as well.
    """
    wanted: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in INPUTS]
    wanted += [(model, "serialization") for model in ANSWERS]
    refs, schemas = models_json_schema(wanted, by_alias=False, schema_generator=_Schema)
    definitions: dict[str, Any] = schemas["$defs"]
    for model in DOCUMENTS:
        _demand_kind(definitions[_name(refs[model, "validation"])])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Clearway: the contract of one Declaration List, and of an individual's List of Items",
        "description": "How to read this: docs/contract/README.md.",
        "workflow": {
            "type": names.DECLARATION_LIST,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "declaration-list/{ebc_code}/{order_no}, then ~{attempt} from the second attempt on, "
            "then ~s{shard} where there are shards",
            "input": refs[StartCase, "validation"],
            "result": refs[CaseEnd, "serialization"],
            "updates": {
                name: {"input": refs[model, "validation"], "result": refs[Answer, "serialization"]}
                for name, model in UPDATES.items()
            },
            "signals": {name: {"input": refs[model, "validation"]} for name, model in SIGNALS.items()},
            "queries": {names.VIEW: {"result": refs[CaseView, "serialization"]}},
            "refusal": refs[Problem, "serialization"],
            "documents": {kind: refs[model, "validation"] for kind, model in zip(DocumentKind, DOCUMENTS, strict=True)},
            "searchAttributes": {
                each.name: {"type": each.kind, "meaning": each.meaning} for each in names.SEARCH_ATTRIBUTES
            },
        },
        "articlesWorkflow": {
            "type": names.ARTICLES_LIST,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "articles-list/{declarant_code}/{list_no}",
            "input": refs[StartArticles, "validation"],
            "result": refs[ArticlesView, "serialization"],
            "updates": {
                name: {"input": refs[model, "validation"], "result": refs[ArticlesAnswer, "serialization"]}
                for name, model in ARTICLES_UPDATES.items()
            },
            "signals": {name: {"input": refs[model, "validation"]} for name, model in ARTICLES_SIGNALS.items()},
            "queries": {names.VIEW: {"result": refs[ArticlesView, "serialization"]}},
            "refusal": refs[Problem, "serialization"],
        },
        "returnWorkflow": {
            "type": names.GOODS_RETURN,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "goods-return/{ebc_code}/{order_no}, ~{attempt} as in the list's id, then /{number}",
            "input": refs[StartReturn, "validation"],
            "result": refs[ReturnRecord, "serialization"],
            "updates": {
                name: {"input": refs[model, "validation"], "result": refs[ReturnView, "serialization"]}
                for name, model in RETURN_UPDATES.items()
            },
            "signals": {name: {"input": refs[model, "validation"]} for name, model in RETURN_SIGNALS.items()},
            "queries": {names.VIEW: {"result": refs[ReturnView, "serialization"]}},
            "refusal": refs[Problem, "serialization"],
        },
        "reportWorkflow": {
            "type": names.SUSPICION_REPORT,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "suspicion-report/{report_no}: the first 24 hex digits of SHA-256 over `reporter|report_id`",
            "input": refs[StartReport, "validation"],
            "result": refs[ReportView, "serialization"],
            "updates": {
                name: {"input": refs[model, "validation"], "result": refs[ReportAnswer, "serialization"]}
                for name, model in REPORT_UPDATES.items()
            },
            "signals": {name: {"input": refs[model, "validation"]} for name, model in REPORT_SIGNALS.items()},
            "queries": {names.VIEW: {"result": refs[ReportView, "serialization"]}},
            "refusal": refs[Problem, "serialization"],
        },
        "collectionWorkflow": {
            "type": names.TAX_COLLECTION,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "tax-collection/{agent}/{customs}",
            "input": refs[StartCollection, "validation"],
            "updates": {
                name: {"input": refs[model, "validation"], "result": refs[CollectionView, "serialization"]}
                for name, model in COLLECTION_UPDATES.items()
            },
            "signals": {name: {"input": refs[model, "validation"]} for name, model in COLLECTION_SIGNALS.items()},
            "queries": {names.VIEW: {"result": refs[CollectionView, "serialization"]}},
            "refusal": refs[Problem, "serialization"],
        },
        "copyWorkflow": {
            "type": names.CORRECTED_COPY,
            "taskQueue": names.TASK_QUEUE,
            "workflowId": "corrected-copy/{ebc_code}/{order_no}, ~{attempt} as in the list's id",
            "input": refs[DraftCopy, "validation"],
            "result": "{drafted: {attempt, corrects, declaration_list, sender, documents, problems}, refused}",
        },
        "$defs": definitions,
    }


def text() -> str:
    """The contract as the published file holds it."""
    return json.dumps(contract(), ensure_ascii=False, indent=2, sort_keys=False) + "\n"


def _name(ref: JsonSchemaValue) -> str:
    return str(ref["$ref"]).rpartition("/")[2]


def _demand_kind(document: dict[str, Any]) -> None:
    """JSON says by `kind` which document it is; only Python may leave it out."""
    document["required"] = ["kind", *document["required"]]
    document["properties"]["kind"].pop("default", None)


if __name__ == "__main__":
    sys.stdout.write(text())
