"""What customs tells a list: receipts, control instructions and inspection results, as the inbox hands them on."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.documents import ApplicationKind, DocumentKind


class CustomsReceipt(Contract):
    """One receipt in one shape, whichever message carried it."""

    about: DocumentKind | ApplicationKind = Field(description="Which of our documents or applications it answers")
    status: str = Field(description="returnStatus as sent, known or not")
    at: Instant = Field(description="returnTime: when customs acted, not when we heard of it (D-19)")
    info: str = Field("", description="returnInfo as sent")
    inner_code: str | None = Field(None, description="nnnn of `[Code:nnnn;Desc:…]` inside the text")
    pre_no: str | None = None
    invt_no: str | None = None
    inbox_id: int | None = Field(None, description="Raw message this was read from")
    cop_no: str | None = Field(None, description="Of an application: our own number of it, for a list may have several")

    @property
    def key(self) -> str:
        """Two receipts with one key are one receipt."""
        which = f"|{self.cop_no}" if isinstance(self.about, ApplicationKind) else ""
        return f"{self.about}|{self.status}|{self.at.isoformat()}|{self.info}{which}"


class TaxBillNotice(Contract):
    """A tax bill or its new status, reduced to what the list needs."""

    bill_no: str = Field(description="taxNo")
    invt_no: str
    status: str = Field(description="1 created, 2 summarised, 3 void")
    total: Decimal | None = Field(None, description="Duty + consumption tax + VAT in CNY; None in a status message")
    payment_order_no: str | None = Field(None, description="entDutyNo")
    at: datetime


class CustomsNews(Contract):
    """Everything the inbox delivers to one list in one signal."""

    receipts: tuple[CustomsReceipt, ...] = ()
    bills: tuple[TaxBillNotice, ...] = ()


class InspectionMethod(StrEnum):
    """How the goods are inspected (RULEBOOK B.5)."""

    MACHINE_XRAY = "MACHINE_XRAY"
    MANUAL_FULL = "MANUAL_FULL"
    MANUAL_SAMPLE = "MANUAL_SAMPLE"
    DOC_CHECK = "DOC_CHECK"
    SAMPLE_TO_LAB = "SAMPLE_TO_LAB"


class ControlTarget(StrEnum):
    """What an instruction is aimed at; the lists on it are held one by one (RULEBOOK B.5)."""

    LIST = "LIST"
    PARCEL = "PARCEL"
    EXIT_RELEASE_LIST = "EXIT_RELEASE_LIST"
    VEHICLE = "VEHICLE"
    STOCK = "STOCK"
    ENTERPRISE = "ENTERPRISE"


class Draw(Contract):
    """How a list came to be inspected: anyone can draw again from the same lists with the same seed (D-27)."""

    seed: str = Field(description="What the draw was seeded with, as customs gave it or made from the instruction")
    population: int = Field(ge=1, description="Lists among which was drawn")
    population_sha256: str = Field(description="SHA-256 over their business keys, sorted, one to a line")
    selected: int = Field(ge=0, description="How many were drawn")
    place: int = Field(ge=1, description="This list's place in the drawn order, from 1")


class ControlInstruction(Contract):
    """Customs' instruction to hold a list for inspection (RULEBOOK B.5)."""

    instruction_id: str = Field(min_length=1, max_length=60)
    target: ControlTarget = ControlTarget.LIST
    target_no: str = Field("", max_length=60, description="Number of the vehicle, exit release list … it was aimed at")
    draw: Draw | None = Field(None, description="Present where the list was drawn as a sample")
    method: InspectionMethod = InspectionMethod.MANUAL_FULL
    sample_ratio: Decimal | None = Field(None, gt=0, le=1)
    reason_code: str = ""
    presence_required: bool = True
    issued_at: Instant
    issuer: str = Field(description="Customs office or officer id")
    due_by: Instant | None = None


class InspectionOutcome(StrEnum):
    """What the inspection found."""

    NORMAL = "NORMAL"
    ABNORMAL = "ABNORMAL"


class Finding(StrEnum):
    """What kind of thing an abnormal inspection found (RULEBOOK B.5)."""

    CLERICAL_ERROR = "CLERICAL_ERROR"
    NOT_ADMISSIBLE = "NOT_ADMISSIBLE"
    NO_LICENCE = "NO_LICENCE"
    IPR_SUSPICION = "IPR_SUSPICION"
    QUALITY_FAILURE = "QUALITY_FAILURE"
    FALSE_DOCUMENTS = "FALSE_DOCUMENTS"
    SMUGGLING = "SMUGGLING"


class InspectionResult(Contract):
    """The recorded result of an inspection; an abnormal one detains the list until customs disposes of it."""

    instruction_id: str = Field(min_length=1, max_length=60)
    outcome: InspectionOutcome
    kind: Finding | None = Field(None, description="What kind of finding, where customs says")
    finding: str = Field("", max_length=1000, description="What was found; no personal data")
    recorded_at: Instant
    officer: str = Field(description="Customs office or officer id")


class Disposition(StrEnum):
    """What customs does with goods that an inspection found abnormal (RULEBOOK B.5)."""

    MODIFY = "MODIFY"
    """Correct the list; tax and annual amount are computed again, then release."""
    REMOVE_EXTRA = "REMOVE_EXTRA"
    """Take out what was not declared; an order is never corrected to fit. Then release."""
    SUPPLY_LICENCE = "SUPPLY_LICENCE"
    """Hand in the missing licence or approval by the day customs sets; then release."""
    RELEASE = "RELEASE"
    """The finding is settled; the goods go on."""
    BACK_TO_STOCK = "BACK_TO_STOCK"
    """Bonded goods go back to the shelf; the list is cancelled."""
    RETURN_ABROAD = "RETURN_ABROAD"
    DESTROY = "DESTROY"
    CONFISCATE = "CONFISCATE"
    HAND_OVER = "HAND_OVER"
    """Handed to another department; the list stays held until that case is closed."""


class DispositionOrder(Contract):
    """Customs' decision about goods that an inspection found abnormal."""

    decision_id: str = Field(min_length=1, max_length=60)
    instruction_id: str = Field("", max_length=60, description="The inspection it follows, where customs names it")
    disposition: Disposition
    at: Instant
    officer: str = Field(max_length=60, description="Customs office or officer id")
    due_by: Instant | None = Field(None, description="Until when a licence or correction is to be handed in")
    note: str = Field("", max_length=1000, description="What customs adds; no personal data")


class CustomsHold(Contract):
    """Customs holds a list without inspecting it, or lets it go; it says to nobody why (RULEBOOK B.16)."""

    hold_id: str = Field(min_length=1, max_length=64)
    at: Instant
    lifted: bool = False
