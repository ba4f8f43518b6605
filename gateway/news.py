"""News: one thing that one message says to one case, in one shape whichever door it came in by."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import Field, ValidationError, model_validator

from clearway.contracts.articles import ARTICLES_PREFIX, CustomsArticlesDecision
from clearway.contracts.base import Contract, Instant
from clearway.contracts.collection import CollectNow, DueAlarm, TaxNews
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsReceipt,
    DispositionOrder,
    InspectionResult,
    TaxBillNotice,
)
from clearway.contracts.documents import ApplicationKind, DeclarationList, Document, DocumentKind, Order
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.keys import ID_PREFIX, RETURN_PREFIX, CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.contracts.reports import REPORT_PREFIX, ReportDecision, SubmitReport


class Kind(StrEnum):
    """What a piece of news is; the values stand in the table `inbox_item`."""

    RECEIPT = "receipt"
    BILL = "bill"
    CONTROL = "control"
    RESULT = "result"
    DOCUMENT = "document"
    GRANT = "grant"
    ARTICLES = "articles"
    DISPOSITION = "disposition"
    HOLD = "hold"
    TAX = "tax"
    DUE_ALARM = "due_alarm"
    COLLECT = "collect"
    REPORT = "report"
    REPORT_DECISION = "report-decision"
    FORMAT_CHECK = "format-check"
    TRANSPORT = "transport"
    OTHER = "other"


NOT_FOR_CASES = (Kind.TRANSPORT, Kind.OTHER)
"""News that is kept and shown, and that no case waits for."""


TAKEN = ("0000", "0")
"""Codes with which a node of the exchange says that all is well; no published table has them."""


class FormatRefusal(Contract):
    """Customs could not read a message of ours (CEB900); which document was in it, our own register tells."""

    cop_msg_id: str = Field(description="CopMsgId of our message")
    message_type: str = Field("", description="Its type as customs says it, or Unknown")
    status: str
    at: Instant
    info: str = ""


class TransportAnswer(Contract):
    """What a node of the exchange says about a message of ours (DxpRep)."""

    cop_msg_id: str
    node: str = ""
    code: str
    info: str = ""
    at: Instant


class OtherNews(Contract):
    """One record of a message of customs that no case waits for, as far as it can be told without its content."""

    message_type: str
    number: str = Field("", description="What it is about, by its first business number")
    status: str = ""
    at: Instant
    info: str = ""


class Submission(Contract):
    """Documents of one case that one sender hands in at once: one document, or a list with others of its order."""

    sender: Sender
    documents: tuple[Document, ...] = Field(min_length=1)
    attempt: int | None = Field(None, description="Which copy of the list is meant; None for the newest")

    @property
    def declaration_list(self) -> DeclarationList | None:
        """The list, if it is among the documents."""
        return next((document for document in self.documents if isinstance(document, DeclarationList)), None)

    def aim(self, known: Iterable[str]) -> tuple[str, ...]:
        """The workflow ids meant, given those known for its order; an order or a list may open a case of its own."""
        keys = [CaseKey.of(workflow_id) for workflow_id in known]
        if not keys:
            openers = [document for document in self.documents if isinstance(document, Order | DeclarationList)]
            keys = [CaseKey(ebc_code=opener.ebc_code, order_no=opener.order_no, attempt=1) for opener in openers[:1]]
        if self.attempt is not None:
            keys = [key.model_copy(update={"attempt": self.attempt}) for key in keys]
        return tuple(key.workflow_id for key in keys)


class News(Contract):
    """Exactly one of its parts, with the keys under which its case may be known, the best one first."""

    addresses: tuple[str, ...] = Field(min_length=1)
    hints: tuple[str, ...] = Field((), description="Keys that tell which case is meant when an address has several")
    receipt: CustomsReceipt | None = None
    bill: TaxBillNotice | None = None
    control: ControlInstruction | None = None
    result: InspectionResult | None = None
    submission: Submission | None = None
    grant: GuaranteeGranted | None = None
    articles: CustomsArticlesDecision | None = None
    disposition: DispositionOrder | None = None
    hold: CustomsHold | None = None
    tax: TaxNews | None = None
    due_alarm: DueAlarm | None = None
    collect: CollectNow | None = None
    report: SubmitReport | None = Field(None, repr=False)
    report_decision: ReportDecision | None = None
    format_check: FormatRefusal | None = None
    transport: TransportAnswer | None = None
    other: OtherNews | None = None

    @model_validator(mode="after")
    def _check_one(self) -> "News":
        if sum(getattr(self, name) is not None for name in _KINDS) != 1:
            raise ValueError(f"news is exactly one of {', '.join(_KINDS)}")
        return self

    @property
    def kind(self) -> Kind:
        """What it is."""
        return next(kind for name, kind in _KINDS.items() if getattr(self, name) is not None)

    @property
    def is_shared(self) -> bool:
        """Whether several lists may be meant at once: only the receipt of a split payment is about all of them."""
        return self.receipt is not None and self.receipt.about is DocumentKind.PAYMENT

    @property
    def hearer(self) -> str:
        """How the id of the workflow begins that hears it, for numbers of a list are also known of its returns."""
        if self.articles:
            return ARTICLES_PREFIX
        if self.report or self.report_decision:
            return REPORT_PREFIX
        if self.receipt and self.receipt.about is ApplicationKind.GOODS_RETURN:
            return RETURN_PREFIX
        return ID_PREFIX

    @property
    def is_awaited(self) -> bool:
        """Whether its sender waits for the answer at the door, which therefore delivers it itself."""
        return self.submission is not None or self.report is not None

    @property
    def at(self) -> datetime:
        """When it happened, as its sender says; a document when it was submitted."""
        if self.report:
            return self.report.report.at
        if self.submission:
            return max(document.app_time for document in self.submission.documents)
        if self.control:
            return self.control.issued_at
        if self.result:
            return self.result.recorded_at
        told = (self.receipt, self.bill, self.grant, self.articles, self.disposition, self.hold, self.report_decision)
        ours = (self.tax, self.due_alarm, self.collect)
        others = (self.format_check, self.transport, self.other)
        return next(part.at for part in (*told, *ours, *others) if part is not None)

    @property
    def dedupe_key(self) -> str:
        """The same for the same news: best address, status, time and text; for the rest, the whole content."""
        if self.receipt:
            said = (self.receipt.key,)
        elif self.bill:
            said = (self.bill.model_dump_json(),)
        else:
            said = (self.model_dump_json(exclude=self._unknown_to_earlier_releases),)
        return hashlib.sha256("\n".join((self.kind, self.addresses[0], *said)).encode()).hexdigest()

    @property
    def content_key(self) -> str:
        """The same for the same content, whatever it was found by: tells apart what shares a `dedupe_key`."""
        left_out: dict[str, bool | set[str]] = {"addresses": True, "hints": True, "receipt": {"inbox_id"}}
        return hashlib.sha256(self.model_dump_json(exclude=left_out, exclude_none=True).encode()).hexdigest()

    @property
    def identity(self) -> tuple[str, ...]:
        """The same for what should be said once: its number, status and time; empty where nothing is promised."""
        if self.receipt:
            receipt = self.receipt
            return (receipt.about, receipt.status, receipt.at.isoformat(), receipt.cop_no or "")
        if self.bill:
            return (self.bill.bill_no, self.bill.status, self.bill.at.isoformat())
        if self.control:
            return (self.control.instruction_id,)
        if self.result:
            return (self.result.instruction_id,)
        if self.hold:
            return (self.hold.hold_id, str(self.hold.lifted))
        decisions = (self.disposition, self.articles, self.report_decision)
        return next(((decision.decision_id,) for decision in decisions if decision), ())

    @property
    def _unknown_to_earlier_releases(self) -> dict[str, bool | set[str]]:
        """What the key leaves out: how the case is found, and what is empty and came after the first release.

        So news that an earlier release kept is known when it is repeated.
        """
        out: dict[str, bool | set[str]] = {"addresses": True, "hints": True}
        out |= {name: True for name in _KINDS if name not in _KINDS_OF_0_1 and getattr(self, name) is None}
        for name, later in _LATER_FIELDS.items():
            part = getattr(self, name)
            if part is not None:
                fields = type(part).model_fields
                out[name] = {field for field in later if getattr(part, field) == fields[field].default}
        return out


@dataclass(frozen=True)
class Contents:
    """What one message says: either news or problems, never both."""

    message_type: str = ""
    news: tuple[News, ...] = ()
    problems: tuple[Problem, ...] = ()
    faulty: bool = False
    """The problem is ours: reading failed where it should not."""


_KINDS = {
    "receipt": Kind.RECEIPT,
    "bill": Kind.BILL,
    "control": Kind.CONTROL,
    "result": Kind.RESULT,
    "submission": Kind.DOCUMENT,
    "grant": Kind.GRANT,
    "articles": Kind.ARTICLES,
    "disposition": Kind.DISPOSITION,
    "hold": Kind.HOLD,
    "tax": Kind.TAX,
    "due_alarm": Kind.DUE_ALARM,
    "collect": Kind.COLLECT,
    "report": Kind.REPORT,
    "report_decision": Kind.REPORT_DECISION,
    "format_check": Kind.FORMAT_CHECK,
    "transport": Kind.TRANSPORT,
    "other": Kind.OTHER,
}
"""The parts of news, one of which it has, and what it is then."""

_KINDS_OF_0_1 = ("receipt", "bill", "control", "result", "submission")
_LATER_FIELDS = {"control": ("target", "target_no", "draw"), "result": ("kind",)}
"""Fields that came to parts of news after 0.1, with 0.3."""


def news_from(payload: str) -> News:
    """News as it was kept; raises ValueError without its values, which may be personal."""
    try:
        return News.model_validate_json(payload)
    except ValidationError as error:
        raise ValueError(f"the kept news has {error.error_count()} faults") from None
