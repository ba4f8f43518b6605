"""Starting, steering and reading one Declaration List: the inputs and answers of its workflow."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsReceipt,
    DispositionOrder,
    InspectionResult,
    TaxBillNotice,
)
from clearway.contracts.documents import DeclarationList, Document, DocumentKind
from clearway.contracts.facts import DocumentOnFile, Filing, Judgement, LegalClocks, TaxPayment
from clearway.contracts.goods_return import ReturnLine, ReturnRecord
from clearway.contracts.keys import ID_PREFIX as ID_PREFIX
from clearway.contracts.keys import CaseKey as CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.contracts.reasons import Rejection
from clearway.contracts.states import Detail, State

COURSE = 1
"""The course of steps that lists take which are opened today; a list keeps that of its first day."""


class StartCase(Contract):
    """Input of the workflow."""

    key: CaseKey
    profile: str = Field("SEED", description="Rule profile: SEED or LAW_2026 (RULEBOOK D-02)")
    course: int = Field(0, ge=0, description="The course of steps it takes: 1 today, 0 where the opener names none")


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
    goods_return: str | None = Field(None, description="Workflow id of the return that was opened, if one was")


class ReturnRequest(Contract):
    """Application to return goods of a released list, all or part of it (RULEBOOK B.8)."""

    actor: str = Field(min_length=1, max_length=60, description="Who applies: enterprise code or operator id")
    reason: str = Field(min_length=1, max_length=200)
    lines: tuple[ReturnLine, ...] = Field((), description="What goes back; empty means everything that is left")
    request_id: str = Field("", max_length=60, description="The caller's own number; the same again is answered alike")


class ReturnArrival(Contract):
    """The returned goods are back (D-21). Only for lists released under 0.2; later ones have returns of their own."""

    actor: str = Field(min_length=1, max_length=60, description="Site or warehouse that confirms")
    arrived_at: Instant = Field(description="Gate or site entry instant")
    original_goods: bool = Field(description="The original-goods check passed (seed S2.2)")


class CancelRequest(Contract):
    """Request to cancel a list; one that is filed needs customs' consent (RULEBOOK B.4, CEB623)."""

    actor: str = Field(min_length=1, max_length=60)
    reason: str = Field(min_length=1, max_length=200)


class ModifyRequest(Contract):
    """Request to modify a filed list (RULEBOOK B.4, CEB621 with appType 2): the whole list as it shall read."""

    declaration_list: DeclarationList
    sender: Sender
    reason: str = Field(min_length=1, max_length=200)


class EntrustmentLetter(Contract):
    """The letter by which an owner lets somebody else attend an inspection (RULEBOOK B.5, seed S0.10)."""

    number: str = Field(min_length=1, max_length=60)
    principal: str = Field(min_length=1, max_length=18, description="Code of the enterprise that wrote it")
    agent: str = Field(min_length=1, max_length=18, description="Code of the enterprise whose person attends")
    valid_from: Instant
    valid_before: Instant = Field(description="First instant at which it is void")


class PresenceConfirmation(Contract):
    """Somebody will be there when customs inspects: the owner, or a person entrusted by letter."""

    instruction_id: str = Field(min_length=1, max_length=60)
    actor: str = Field(min_length=1, max_length=18, description="Code of the enterprise whose person attends")
    attendant: str = Field(min_length=1, max_length=60, description="Staff number or name; shown masked")
    letter: EntrustmentLetter | None = Field(None, description="Needed unless the person is the owner's own")


class LicenceSupply(Contract):
    """The licence or approval that customs asked for."""

    actor: str = Field(min_length=1, max_length=60)
    licence_type: str = Field(min_length=1, max_length=60)
    licence_no: str = Field(min_length=1, max_length=60)


class GoodsExit(Contract):
    """The goods have left the zone or site (D-35)."""

    actor: str = Field(min_length=1, max_length=60, description="Gate, site or warehouse that confirms")
    exited_at: Instant
    pass_no: str = Field("", max_length=60, description="Gate pass, vehicle or exit release list")


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


class Attendance(Contract):
    """Who attends an inspection, as recorded."""

    instruction_id: str
    actor: str
    attendant: str = Field(description="Masked")
    letter_no: str = Field("", description="Empty where the owner's own person attends")
    confirmed_at: datetime


class AppliedChange(Contract):
    """A modification or cancellation that customs decides on."""

    number: int = Field(ge=1, description="Counts both kinds together, from 1")
    kind: str = Field(description="modification or cancellation")
    actor: str
    reason: str
    requested_at: datetime
    since: datetime = Field(description="Submission time of the change: later receipts of the list may speak of it")
    cop_no: str = Field("", description="Of a cancellation: our own number of the application, once it is filed")
    changed: tuple[str, ...] = Field((), description="Of a modification: what it changes, e.g. `lines[1].hs_code`")
    outcome: str = Field("FILED", description="FILED, APPROVED, REFUSED or OVERTAKEN")
    why: str = ""
    decided_at: datetime | None = None


class ReturnCase(Contract):
    """The whole-list return of a list released under 0.2."""

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
    rejections: tuple[Rejection, ...] = Field(
        (), description="What customs refused and why; read off the receipts by the client, empty from the workflow"
    )
    duplicate_receipts: int = 0
    instructions: tuple[ControlInstruction, ...] = ()
    inspection_results: tuple[InspectionResult, ...] = ()
    attendances: tuple[Attendance, ...] = ()
    notices_sent: dict[str, int] = Field(default_factory=dict, description="Notices of each instruction, by its id")
    dispositions: tuple[DispositionOrder, ...] = ()
    licences: tuple[LicenceSupply, ...] = ()
    held_by_customs: bool = Field(False, description="Customs holds it without inspecting it")
    exited_at: datetime | None = None
    changes: tuple[AppliedChange, ...] = Field((), description="Modifications and cancellations applied for")
    bills: tuple[TaxBillNotice, ...] = ()
    clocks: LegalClocks | None = None
    goods_return: ReturnCase | None = Field(None, description="Only of lists released under 0.2")
    returns: tuple[ReturnRecord, ...] = ()
    payment: TaxPayment | None = None
    tax_due: Decimal | None = Field(None, description="CNY due by our figure; None until judged")
    tax_open: Amount | None = Field(None, description="CNY still to be paid, once anything was paid or refused")
    refund: Amount = Field(Decimal(0), description="CNY paid beyond what is due: to be claimed back from customs")
    reason: str = Field("", description="Why the case is where it is")
    alarms: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()


class CaseEnd(Contract):
    """How a list ended: the result of its workflow. Everything else of it, the query `view` tells."""

    key: CaseKey
    state: State
    detail: Detail
    reason: str = Field("", description="Why it ended so")
    released_at: Instant | None = None
    returns: tuple[str, ...] = Field((), description="Workflow ids of its returns, as they were applied for")
    payment: TaxPayment | None = None
    tax_due: Decimal | None = Field(None, description="CNY due by our figure; None where it was never judged")
    tax_open: Amount | None = Field(None, description="CNY not paid, once anything was paid or refused")
    refund: Amount = Field(Decimal(0), description="CNY paid beyond what is due: to be claimed back from customs")
