"""News: one thing that one message says to one case, in one shape whichever door it came in by."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field, ValidationError, model_validator

from clearway.contracts.articles import CustomsArticlesDecision
from clearway.contracts.base import Contract
from clearway.contracts.case import CaseKey
from clearway.contracts.customs import ControlInstruction, CustomsReceipt, InspectionResult, TaxBillNotice
from clearway.contracts.documents import DeclarationList, Document, DocumentKind, Order
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.parties import Sender


class Kind(StrEnum):
    """What a piece of news is; the values stand in the table `inbox_item`."""

    RECEIPT = "receipt"
    BILL = "bill"
    CONTROL = "control"
    RESULT = "result"
    DOCUMENT = "document"
    GRANT = "grant"
    ARTICLES = "articles"


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
    """Exactly one of the seven, with the keys under which its case may be known, the best one first."""

    addresses: tuple[str, ...] = Field(min_length=1)
    hints: tuple[str, ...] = Field((), description="Keys that tell which case is meant when an address has several")
    receipt: CustomsReceipt | None = None
    bill: TaxBillNotice | None = None
    control: ControlInstruction | None = None
    result: InspectionResult | None = None
    submission: Submission | None = None
    grant: GuaranteeGranted | None = None
    articles: CustomsArticlesDecision | None = None

    @model_validator(mode="after")
    def _check_one(self) -> "News":
        parts = (self.receipt, self.bill, self.control, self.result, self.submission, self.grant, self.articles)
        if sum(part is not None for part in parts) != 1:
            raise ValueError("news is exactly one receipt, bill, control, result, submission, grant or decision")
        return self

    @property
    def kind(self) -> Kind:
        """Which of the seven it is."""
        if self.receipt:
            return Kind.RECEIPT
        if self.bill:
            return Kind.BILL
        if self.control:
            return Kind.CONTROL
        if self.grant:
            return Kind.GRANT
        if self.articles:
            return Kind.ARTICLES
        return Kind.RESULT if self.result else Kind.DOCUMENT

    @property
    def is_shared(self) -> bool:
        """Whether several lists may be meant at once: only the receipt of a split payment is about all of them."""
        return self.receipt is not None and self.receipt.about is DocumentKind.PAYMENT

    @property
    def at(self) -> datetime:
        """When it happened, as its sender says; a document when it was submitted."""
        if self.receipt:
            return self.receipt.at
        if self.bill:
            return self.bill.at
        if self.control:
            return self.control.issued_at
        if self.result:
            return self.result.recorded_at
        if self.grant:
            return self.grant.at
        if self.articles:
            return self.articles.at
        if self.submission:
            return max(document.app_time for document in self.submission.documents)
        raise ValueError("news without content")

    @property
    def _unknown_to_earlier_releases(self) -> set[str]:
        """Parts that came with 0.2: where they are empty, news kept by 0.1 must still be known when it is repeated."""
        return {name for name in ("grant", "articles") if getattr(self, name) is None}

    @property
    def dedupe_key(self) -> str:
        """The same for the same news: best address, status, time and text; for the rest, the whole content."""
        if self.receipt:
            said = (self.receipt.key,)
        elif self.bill:
            said = (self.bill.model_dump_json(),)
        else:
            said = (self.model_dump_json(exclude={"addresses", "hints", *self._unknown_to_earlier_releases}),)
        return hashlib.sha256("\n".join((self.kind, self.addresses[0], *said)).encode()).hexdigest()


def news_from(payload: str) -> News:
    """News as it was kept; raises ValueError without its values, which may be personal."""
    try:
        return News.model_validate_json(payload)
    except ValidationError as error:
        raise ValueError(f"the kept news has {error.error_count()} faults") from None
