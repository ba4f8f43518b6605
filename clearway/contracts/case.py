"""Starting, steering and reading one Declaration List: the inputs and answers of its workflow."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Contract, Instant
from clearway.contracts.customs import ControlInstruction, CustomsReceipt, InspectionResult, TaxBillNotice
from clearway.contracts.documents import DeclarationList, Document, DocumentKind
from clearway.contracts.facts import DocumentOnFile, Filing, Judgement, LegalClocks, TaxPayment
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.contracts.states import Detail, State

ID_PREFIX = "declaration-list/"


class CaseKey(Contract):
    """Business key of a list; `attempt` counts corrected copies after a rejection, from 1."""

    ebc_code: str = Field(min_length=1, max_length=18, pattern=ONE_LINE)
    order_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    attempt: int = Field(1, ge=1, le=99)

    @property
    def workflow_id(self) -> str:
        """The workflow id: `declaration-list/{ebcCode}/{orderNo}`, with `~2` and so on for corrected copies.

        An order number's own `~` is written `%7E` (and `%` as `%25`), so no two keys share an id.
        """
        suffix = f"~{self.attempt}" if self.attempt > 1 else ""
        order_no = self.order_no.replace("%", "%25").replace("~", "%7E")
        return f"{ID_PREFIX}{self.ebc_code}/{order_no}{suffix}"

    @classmethod
    def of(cls, workflow_id: str) -> Self:
        """The key in a workflow id; raises ValueError for an id of something else."""
        if not workflow_id.startswith(ID_PREFIX):
            raise ValueError(f"{workflow_id!r} is not the id of a Declaration List")
        ebc_code, _, rest = workflow_id.removeprefix(ID_PREFIX).partition("/")
        order_no, _, attempt = rest.partition("~")
        order_no = order_no.replace("%7E", "~").replace("%25", "%")
        return cls(ebc_code=ebc_code, order_no=order_no, attempt=int(attempt or 1))


class StartCase(Contract):
    """Input of the workflow."""

    key: CaseKey
    profile: str = Field("SEED", description="Rule profile: SEED or LAW_2026 (RULEBOOK D-02)")


class Transmission(Contract):
    """One document handed in by one party."""

    document: Document
    sender: Sender


class DeclareList(Contract):
    """The list handed in, alone or together with documents that its sender holds."""

    declaration_list: DeclarationList
    sender: Sender
    documents: tuple[Transmission, ...] = ()


class Answer(Contract):
    """Answer to a document, a list or a request: taken or refused, where the case stands, and every problem at once."""

    accepted: bool
    workflow_id: str
    state: State
    detail: Detail
    missing: tuple[DocumentKind, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class ReturnRequest(Contract):
    """Application to return the whole list (RULEBOOK B.8; CEB625 later)."""

    actor: str = Field(min_length=1, max_length=60, description="Who applies: enterprise code or operator id")
    reason: str = Field(min_length=1, max_length=200)


class ReturnArrival(Contract):
    """The returned goods are back at the original zone, centre or site (D-21)."""

    actor: str = Field(min_length=1, max_length=60, description="Site or warehouse that confirms")
    arrived_at: Instant = Field(description="Gate or site entry instant")
    original_goods: bool = Field(description="The original-goods check passed (seed S2.2)")


class CancelRequest(Contract):
    """Request to cancel a list that is not filed with customs yet (RULEBOOK B.4)."""

    actor: str = Field(min_length=1, max_length=60)
    reason: str = Field(min_length=1, max_length=200)


class Awaited(Contract):
    """What the case waits for, from whom, until when."""

    who: str
    what_en: str
    what_zh: str
    until: datetime | None = None


class Passage(Contract):
    """The case entered a state."""

    state: State
    at: datetime
    why: str = ""


class ReturnCase(Contract):
    """The whole-list return, from application to confirmation."""

    applied_at: datetime
    reason: str
    actor: str
    arrived_at: datetime | None = None
    outcome: str = Field("APPLIED", description="APPLIED, CONFIRMED, EXPIRED or NOT_ORIGINAL")


class CaseView(Contract):
    """The whole case as anyone may read it; no personal data in clear."""

    key: CaseKey
    profile: str
    state: State
    detail: Detail
    awaited: tuple[Awaited, ...] = ()
    documents: tuple[DocumentOnFile, ...] = ()
    judgement: Judgement | None = None
    problems: tuple[Problem, ...] = Field((), description="Everything that must be mended now")
    filings: tuple[Filing, ...] = ()
    receipts: tuple[CustomsReceipt, ...] = ()
    duplicate_receipts: int = 0
    instructions: tuple[ControlInstruction, ...] = ()
    inspection_results: tuple[InspectionResult, ...] = ()
    bills: tuple[TaxBillNotice, ...] = ()
    clocks: LegalClocks | None = None
    goods_return: ReturnCase | None = None
    payment: TaxPayment | None = None
    tax_due: Decimal | None = Field(None, description="CNY due by our figure; None until judged")
    reason: str = Field("", description="Why the case is where it is")
    alarms: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
