"""Hand-written stand-ins for the outside world: they record, and answer what a test told them to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from clearway.contracts.documents import AnyDocument, Application
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.reports import ReportAcknowledgement, SuspicionReport
from connectors.bank import BankReceipt
from connectors.customs import Sealed
from connectors.errors import Refused, Unavailable


@dataclass
class RecordingCustoms:
    """Customs' door: remembers every message, in order."""

    filed: list[tuple[str, AnyDocument | Application]] = field(default_factory=list)
    down: int = 0
    refusing: set[str] = field(default_factory=set)
    meanwhile: Callable[[str], None] = lambda kind: None
    written: dict[str, tuple[AnyDocument | Application, ...]] = field(default_factory=dict)

    def seal(self, records: Sequence[AnyDocument | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Put the records under a seal that anybody can read."""
        self.written[message_guid] = tuple(records)
        return Sealed(message_guid, records[0].kind, message_guid.encode())

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Take a message, or be unavailable as often as told."""
        self.meanwhile(sealed.message_type)
        if self.down:
            self.down -= 1
            raise Unavailable("customs", "told to be down")
        if sealed.message_type in self.refusing:
            raise Refused("customs", "HTTP_400", "unreadable")
        self.filed += [(sealed.cop_msg_id, record) for record in self.written[sealed.cop_msg_id]]

    @property
    def kinds(self) -> list[str]:
        """Kinds of the documents filed, in order."""
        return [record.kind for _, record in self.filed]


@dataclass
class ScriptedBank:
    """A bank that pays, refuses or is down as often as told."""

    paid: dict[str, BankReceipt] = field(default_factory=dict)
    refusals: int = 0
    down: int = 0
    lost: int = 0
    asked: list[tuple[str, str, Decimal]] = field(default_factory=list)
    payers: set[str] = field(default_factory=set)
    meanwhile: Callable[[], None] = lambda: None

    def pay(
        self,
        *,
        payment_order_no: str,
        amount: Decimal,
        payer_code: str,
        requested_at: datetime,
        idempotency_key: str,
    ) -> BankReceipt:
        """Pay once per key; an answer may be lost after the payment."""
        self.meanwhile()
        self.asked.append((idempotency_key, payment_order_no, amount))
        self.payers.add(payer_code)
        if self.down:
            self.down -= 1
            raise Unavailable("bank", "told to be down")
        if self.refusals:
            self.refusals -= 1
            raise Refused("bank", "INSUFFICIENT", "told to refuse")
        receipt = BankReceipt(reference=f"R-{len(self.paid) + 1}", paid_at=requested_at, amount=amount)
        receipt = self.paid.setdefault(idempotency_key, receipt)
        if self.lost:
            self.lost -= 1
            raise Unavailable("bank", "told to lose its answer")
        return receipt


@dataclass
class Authority:
    """An identity authority with one answer; None means it cannot be reached."""

    outcome: IdentityOutcome | None = IdentityOutcome.VERIFIED
    asked: int = 0
    meanwhile: Callable[[], None] = lambda: None

    def verify(self, name: str, id_number: str, *, at: datetime) -> IdentityOutcome:
        """Answer."""
        self.asked += 1
        self.meanwhile()
        if self.outcome is None:
            raise Unavailable("identity authority", "told to be down")
        return self.outcome


@dataclass
class RecordingReports:
    """Customs' door for suspicion reports: acknowledges each once, refuses or is down as often as told."""

    filed: list[SuspicionReport] = field(default_factory=list)
    down: int = 0
    lost: int = 0
    refusals: int = 0
    meanwhile: Callable[[], None] = lambda: None

    def file(self, report: SuspicionReport, *, filed_at: datetime) -> ReportAcknowledgement:
        """Take a report; an answer may be lost after that."""
        self.meanwhile()
        if self.down:
            self.down -= 1
            raise Unavailable("customs", "told to be down")
        if self.refusals:
            self.refusals -= 1
            raise Refused("customs", "E_CLOSED", f"told to refuse {report.reporter}")
        if report not in self.filed:
            self.filed.append(report)
        if self.lost:
            self.lost -= 1
            raise Unavailable("customs", "told to lose its answer")
        return ReportAcknowledgement(number=f"XS-{self.filed.index(report) + 1}", at=filed_at)
