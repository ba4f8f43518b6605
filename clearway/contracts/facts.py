"""Facts: what activities decided, with the rule that decided it. Workflows branch on these and never recompute them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem


class RuleUse(Contract):
    """A rule that took part in a decision."""

    rule: str = Field(description="Rule or parameter id, e.g. `limits.single` or `T-CBEC-2018`")
    value: str = Field("", description="The value used, as written in the parameter file")
    effective_from: date | None = Field(None, description="First day of the value used")
    reference: str = Field("", description="Where the rule comes from")


@lru_cache(maxsize=1000)
def _known(rules: tuple[RuleUse, ...]) -> tuple[RuleUse, ...]:
    """The same rules as somebody used before: a worker keeps lists by the thousand that were judged by them."""
    return rules


RulesUsed = Annotated[tuple[RuleUse, ...], AfterValidator(_known)]
"""The rules that took part in a decision; equal ones are kept in memory once."""


class Treatment(StrEnum):
    """How a list is taxed (RULEBOOK B.3)."""

    IN_QUOTA = "IN_QUOTA"
    FULL_TAX = "FULL_TAX"
    OUT_OF_CHANNEL = "OUT_OF_CHANNEL"


class LimitDecision(Contract):
    """The single-transaction and annual limits applied to one list (RULEBOOK B.3)."""

    regime: str = Field(description="Tax regime, e.g. `T-CBEC-2018`")
    treatment: Treatment
    taxable_price: Amount = Field(description="Goods + freight + insurance in CNY, tax excluded")
    single_limit: Amount
    annual_limit: Amount
    used_before: Amount = Field(description="CNY counted for this person in the year before this list")
    counted: Amount = Field(
        Decimal(0), description="CNY that this list takes of the annual amount; 0 where it leaves the channel"
    )
    rules: RulesUsed = ()


class QuantityHold(Contract):
    """A quantity limit of the Positive List, per person and year, and what this list takes of it (RULEBOOK B.3)."""

    group: str = Field(description="Remark group, e.g. `sugar`")
    unit: str = Field("kg", description="What the quantity counts")
    quantity: Amount = Field(description="What this list takes")
    limit: Amount
    used_before: Amount


class QuotaHold(Contract):
    """What a list takes of its orderer's annual amount, reserved until customs decides (RULEBOOK B.3)."""

    year: int = Field(description="Shanghai year of acceptance; it never changes (D-09)")
    counted: Amount = Field(description="CNY reserved for this list; 0 where it does not count")
    used_before: Amount = Field(description="CNY confirmed and reserved before it, with what customs reported")
    limit: Amount
    quantities: tuple[QuantityHold, ...] = ()


class GuaranteeOutcome(StrEnum):
    """Whether the tax of a list is secured (RULEBOOK B.9.2)."""

    HELD = "HELD"
    AWAITING = "AWAITING"
    NOT_NEEDED = "NOT_NEEDED"


class GuaranteeHold(Contract):
    """What a list's tax takes of its guarantor's guarantee; a list that awaits it is filed when it is there."""

    outcome: GuaranteeOutcome
    hold_id: str = Field("", description="Id of the reservation, made or waited for")
    guarantor: str = Field(description="assureCode")
    amount: Amount = Field(description="CNY of tax to be secured")
    total: Amount = Field(Decimal(0), description="CNY of the whole guarantee")
    occupied: Amount = Field(Decimal(0), description="CNY occupied, this list included where it is held")
    valid_to: date | None = Field(None, description="Last day of the guarantee")
    place: int | None = Field(None, ge=1, description="Place in the queue of those that wait, from 1")
    crossed_warning: bool = Field(False, description="This list took the guarantee over the warning share (80 %)")
    reason: str = Field("", description="Why it waits: NONE_ON_FILE, INSUFFICIENT, EXPIRES, CALLED or QUEUE")
    rules: RulesUsed = ()


class GuaranteeGranted(Contract):
    """News for a list that waited: its turn came and its tax is secured."""

    hold_id: str = Field(max_length=200, description="Which of the list's holds; an older one than awaited is void")
    hold: GuaranteeHold
    at: Instant


class TaxLine(Contract):
    """Taxes of one line in CNY, each rounded half up to the fen (RULEBOOK B.9.1)."""

    gnum: int
    hs_code: str
    base: Amount = Field(description="Line price with its share of freight and insurance")
    duty: Amount
    consumption_tax: Amount
    vat: Amount
    explanation: str = Field("", description="The arithmetic, for a clerk to check by hand")


class TaxAssessment(Contract):
    """Our own figure for a list's taxes in CNY."""

    regime: str
    treatment: Treatment
    assessed_on: date = Field(description="Day whose rates apply (Shanghai)")
    lines: tuple[TaxLine, ...]
    duty: Amount
    consumption_tax: Amount
    vat: Amount
    total: Amount
    rules: RulesUsed = ()


class IdentityOutcome(StrEnum):
    """Answer of the identity authority (RULEBOOK B.3)."""

    VERIFIED = "VERIFIED"
    MISMATCH = "MISMATCH"
    UNAVAILABLE = "UNAVAILABLE"


class DocumentOnFile(Contract):
    """A stored, accepted version of a document."""

    kind: DocumentKind
    guid: str
    content_hash: str = Field(description="SHA-256 of the business content, without guid and submission time")
    version: int = Field(1, ge=1, description="Counts accepted versions from 1")
    sender: Sender


class Judgement(Contract):
    """The whole judgement of a list at one moment: comparison, identity, limits and tax."""

    matched: bool
    problems: tuple[Problem, ...] = Field((), description="Hard problems, all of them")
    warnings: tuple[Problem, ...] = ()
    identity: IdentityOutcome
    limits: LimitDecision | None = None
    tax: TaxAssessment | None = None
    quota: QuotaHold | None = Field(None, description="Present once a matched list has reserved its annual amount")
    guarantee: GuaranteeHold | None = Field(None, description="Present once a matched list's tax is secured or waits")
    snapshot: str = Field(description="SHA-256 over the content hashes that were compared")
    rules_version: str = Field("", description="Fingerprint of the rules this list is judged by, from its first day")
    profile: str = Field("SEED", description="Rule profile used: SEED or LAW_2026")


class Examination(Contract):
    """Answer to newly arrived documents: what was taken, what was refused, what is missing, and the judgement."""

    on_file: tuple[DocumentOnFile, ...] = Field((), description="Latest accepted version of every document")
    refused: tuple[Problem, ...] = Field((), description="Problems of refused documents; those changed nothing")
    missing: tuple[DocumentKind, ...] = ()
    judgement: Judgement | None = Field(None, description="Present once all four documents are on file")
    platform: str = Field("", description="ebpCode, once known")
    port: str = Field("", description="customsCode, once the list is known")
    trade_mode: str = Field("", description="Supervision mode, once the list is known")
    remind_at: Instant = Field(description="When a missing document is called for (RULEBOOK D-04)")
    give_up_at: Instant = Field(description="When waiting for a missing document ends")
    correction_hours: int = Field(72, description="How long a correction is waited for after a failed comparison")
    answer_by: Instant = Field(description="When customs' silence shows as overdue, if filed now")
    guarantor: str = Field("", description="assureCode: who pays the tax")


class Filing(Contract):
    """What was handed to customs."""

    documents: tuple[DocumentOnFile, ...]
    filed_at: Instant
    answer_by: Instant = Field(description="Customs' silence after this instant shows as overdue")
    refused: str = Field("", description="Why customs would not even take the message; empty when it did")
    cop_no: str = Field("", description="Of an application: our own number of it")


class ReleasedLine(Contract):
    """What was released of one line: no more of it can be returned."""

    gnum: int
    qty: Amount


class LegalClocks(Contract):
    """Every deadline that a release fixes, computed once (RULEBOOK B.0.1). `…_before` instants are exclusive."""

    released_at: Instant = Field(description="returnTime of receipt 800 (D-19)")
    release_day: date = Field(description="D0, the Shanghai day of the release")
    return_application_before: Instant = Field(description="D0+31 00:00; an application at this instant is refused")
    tax_window_opens: Instant = Field(description="D0+31 00:00")
    return_arrival_before: Instant = Field(description="D0+46 00:00; an arrival at this instant is too late")
    held_tax_paid_at: Instant = Field(description="When tax held for a travelling return is paid after all (D-13)")
    payment_guard_at: Instant = Field(description="48 hours before the deadline: from here on paid without a bill too")
    payment_before: Instant = Field(description="First instant after the rolled payment deadline")
    payment_deadline: date = Field(description="Last day of payment after rolling over holidays")
    provisional: bool = Field(False, description="A year's holidays were not announced when this was computed")
    cancellation_before: Instant | None = Field(None, description="A cancellation at this instant is refused (D-11)")
    goods: tuple[ReleasedLine, ...] = Field((), description="What was released, line by line")
    rules_version: str = Field("", description="Fingerprint of the rules in force for this list")
    rules: RulesUsed = ()


class LateFee(Contract):
    """The fee for tax paid late, in CNY (RULEBOOK B.9.4)."""

    tax: Amount = Field(description="Tax that was unpaid at the deadline")
    deadline: date = Field(description="Last day of payment after rolling over days off, Shanghai")
    paid_on: date = Field(description="Bank receipt date, Shanghai")
    days: int = Field(ge=0, description="From the day after the deadline to the day of payment, days off included")
    computed: Amount = Field(description="Rounded half up to the fen, before anything is waived")
    waived_below: Amount = Field(description="Below this amount nothing is charged")
    enforcement: bool = Field(description="Unpaid for longer than the months after which customs enforces payment")
    explanation: str = Field("", description="The arithmetic, for a clerk to check by hand")
    rules: RulesUsed = ()

    @property
    def waived(self) -> bool:
        """Whether there is a fee too small to be charged."""
        return 0 < self.computed < self.waived_below

    @property
    def due(self) -> Decimal:
        """What is charged: nothing or the whole amount, never something between 0 and the waiver."""
        return Decimal("0.00") if self.computed < self.waived_below else self.computed


class PaymentOutcome(StrEnum):
    """How an attempt to pay ended."""

    PAID = "PAID"
    NOT_DUE = "NOT_DUE"
    BILL_MISSING = "BILL_MISSING"
    REFUSED = "REFUSED"


class TaxPayment(Contract):
    """An attempt to pay the tax of one list."""

    outcome: PaymentOutcome
    amount: Amount = Decimal(0)
    assessed: Amount = Field(Decimal(0), description="Our own figure")
    bill_no: str | None = Field(None, description="taxNo of the electronic bill")
    difference: Decimal = Field(Decimal(0), description="Bill minus our figure; the bill wins (RULEBOOK B.9.3)")
    differs: bool = Field(False, description="The difference is above what rounding explains, 0.01 CNY for each line")
    paid_at: datetime | None = Field(None, description="Bank receipt date = payment date")
    bank_reference: str | None = None
    late_fee: LateFee | None = Field(None, description="What customs charges for the days after the deadline, if any")
    clocks: LegalClocks | None = Field(
        None, description="Deadlines settled by holidays that are announced by now; None where nothing changed"
    )
    reason: str = ""
