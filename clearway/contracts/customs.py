"""What customs tells a list: receipts, control instructions and inspection results, as the inbox hands them on."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.documents import DocumentKind


class CustomsReceipt(Contract):
    """One receipt in one shape, whichever message carried it."""

    about: DocumentKind = Field(description="Which of our documents it answers")
    status: str = Field(description="returnStatus as sent, known or not")
    at: Instant = Field(description="returnTime: when customs acted, not when we heard of it (D-19)")
    info: str = Field("", description="returnInfo as sent")
    inner_code: str | None = Field(None, description="nnnn of `[Code:nnnn;Desc:…]` inside the text")
    pre_no: str | None = None
    invt_no: str | None = None
    inbox_id: int | None = Field(None, description="Raw message this was read from")

    @property
    def key(self) -> str:
        """Two receipts with one key are one receipt."""
        return f"{self.about}|{self.status}|{self.at.isoformat()}|{self.info}"


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


class ControlInstruction(Contract):
    """Customs' instruction to hold a list for inspection (RULEBOOK B.5)."""

    instruction_id: str = Field(min_length=1, max_length=60)
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


class InspectionResult(Contract):
    """The recorded result of an inspection; an abnormal one detains the list until customs disposes of it."""

    instruction_id: str = Field(min_length=1, max_length=60)
    outcome: InspectionOutcome
    finding: str = Field("", max_length=1000, description="What was found; no personal data")
    recorded_at: Instant
    officer: str = Field(description="Customs office or officer id")
