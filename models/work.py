"""What a list's workflow asks of its activities."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.customs import ControlInstruction, CustomsReceipt, DispositionOrder, Finding
from clearway.contracts.facts import DocumentOnFile, Judgement
from clearway.contracts.problems import Problem


class ExamineRequest(Contract):
    """Newly arrived documents to check, store and, when all are there, judge."""

    key: CaseKey
    profile: str
    now: Instant
    opened_at: Instant
    arrivals: tuple[Transmission, ...]
    open_for_change: bool
    under_control: bool = False


class FileRequest(Contract):
    """Stored documents to hand to customs."""

    key: CaseKey
    documents: tuple[DocumentOnFile, ...]
    now: Instant
    profile: str


class ReleaseFact(Contract):
    """The release whose deadlines are wanted."""

    key: CaseKey
    released_at: Instant
    now: Instant
    profile: str
    collected: bool = Field(False, description="The agent's collection pays the tax: since 0.3")


class InspectionCall(Contract):
    """An inspection to which the enterprise and the site are called, for the first, second or third time."""

    key: CaseKey
    instruction: ControlInstruction
    number: int = Field(ge=1, le=3)
    now: Instant
    profile: str


class InspectionCalled(Contract):
    """When they are called again, or the matter is left to customs."""

    next_at: Instant


class DispositionHeard(Contract):
    """Customs' decision about the goods of a list, to be told to its enterprises and compared with the rules."""

    key: CaseKey
    order: DispositionOrder
    finding: Finding | None = None
    trade_mode: str
    now: Instant
    profile: str


class DispositionTold(Contract):
    """What the rules say of the decision, if it is not what usually follows the finding."""

    warnings: tuple[Problem, ...] = ()


class BlockRequest(Contract):
    """Why no batch may pay the tax of a list now; nothing: it may."""

    key: CaseKey
    reasons: tuple[str, ...]
    now: Instant


class PayRequest(Contract):
    """The tax of one list, to be paid now."""

    key: CaseKey
    assessed: Decimal
    lines: int = 1
    profile: str = "SEED"
    guarantor: str
    now: Instant
    without_bill: bool
    deadline: date | None = Field(None, description="Last day of payment, Shanghai; after it a late fee is due")
    provisional_since: Instant | None = Field(
        None, description="The release, where its deadlines were computed before a year's holidays were announced"
    )


class CloseRequest(Contract):
    """The end state of a case, for the register that outlives the workflow."""

    key: CaseKey
    state: str
    now: datetime
    refused_by: CustomsReceipt | None = None
    released: bool = Field(False, description="Customs had released it: only then may its end replace `taxed`")


class ModificationAsked(Contract):
    """A list as it shall read: check it, compare it again, and secure it while customs decides."""

    key: CaseKey
    number: int = Field(ge=1, description="Which change of the list it is; the same again is answered alike")
    arrival: Transmission
    profile: str
    now: Instant


class PreparedChange(Contract):
    """Answer to that: refused with every reason at once, or stored and secured, to be filed."""

    refused: tuple[Problem, ...] = ()
    changed: tuple[str, ...] = Field((), description="What it changes, e.g. `lines[1].hs_code`")
    document: DocumentOnFile | None = Field(None, description="The stored candidate; None where it is refused")
    judgement: Judgement | None = Field(None, description="What holds for the list once customs approves")


class ChangeDecided(Contract):
    """A modification that customs approved; or refused, or overtook by releasing the list as it was."""

    key: CaseKey
    number: int = Field(ge=1)
    approved: bool
    now: Instant
    profile: str


class SettledChange(Contract):
    """What stands after the decision."""

    judgement: Judgement | None = None
    documents: tuple[DocumentOnFile, ...] = Field((), description="The latest version of every document")


class FileChange(Contract):
    """A change to be handed to customs: a modification names its document, a cancellation the rest."""

    key: CaseKey
    number: int = Field(ge=1)
    now: Instant
    profile: str = "SEED"
    document: DocumentOnFile | None = Field(None, description="Of a modification: the stored candidate")
    reason: str = Field("", max_length=1000, description="Of a cancellation")
    pre_no: str | None = Field(None, description="Of a cancellation: the list's number at the E-Port")
    invt_no: str | None = Field(None, description="Of a cancellation: the list's number at customs")


class DraftRequest(Contract):
    """A list that failed, of which a corrected copy is wanted; declared on the Shanghai day of `now`."""

    key: CaseKey
    now: Instant
