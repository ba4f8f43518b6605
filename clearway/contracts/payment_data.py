"""Original payment data that customs may ask for at any time (Announcement 179 of 2018; REFERENCE §9)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from clearway.contracts.base import ONE_LINE, Amount, Contract, Instant, wire
from clearway.contracts.problems import Problem

SELF_TEST = "SELFTEST-"
"""Begins the order numbers and session ids of self-tests; their data never goes to customs."""
TAKEN = "10000"
"""What customs and we say when a request was understood and taken."""
FAILED = "20000"
UNREADABLE = "20001"


class _Exact(Contract):
    """Read by customs' names only, and nothing beside them: the text goes to customs as it was deposited."""

    model_config = ConfigDict(
        frozen=True, populate_by_name=False, extra="forbid", str_strip_whitespace=False, hide_input_in_errors=True
    )


def _upper(value: str) -> str:
    if value != value.upper():
        raise ValueError("is written in capitals")
    return value


def _moment(value: str) -> str:
    try:
        datetime.strptime(f"{value}+0800", "%Y%m%d%H%M%S%z")
    except ValueError:
        raise ValueError("is written yyyyMMddHHmmss, China standard time") from None
    return value


class Goods(_Exact):
    """One article of a paid order."""

    name: Annotated[str, wire("gname", "Name of the article", 1, 250)]
    item_link: Annotated[str, wire("itemLink", "Where it is offered; several addresses are parted by ;", 1, 3000)]


class PaidOrder(_Exact):
    """An order that the original payment request contained, and who got the money."""

    order_no: Annotated[str, wire("orderNo", "Order number", 1, 60, pattern=ONE_LINE)]
    goods: Annotated[tuple[Goods, ...], wire("goodsInfo", "What was ordered", 1)]
    receiver_account: Annotated[str, wire("recpAccount", "Account that received the money", 1, 60)]
    receiver_code: Annotated[
        str | None, wire("recpCode", "Receiver's social credit code; one abroad may have none", None, 18)
    ] = None
    receiver_name: Annotated[str, wire("recpName", "Receiver's name", 1, 100)]


class PaymentHead(_Exact):
    """The original request and response of one payment transaction; they may name persons."""

    guid: Annotated[str, AfterValidator(_upper), wire("guid", "Unique number, in capitals", 1, 36)]
    initial_request: Annotated[str, wire("initalRequest", "Original payment request", 1, 8000)] = Field(repr=False)
    initial_response: Annotated[str, wire("initalResponse", "Original payment response", 1, 8000)] = Field(repr=False)
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform", 1, 18, pattern=ONE_LINE)]
    pay_code: Annotated[str, wire("payCode", "Payment enterprise", 1, 18, pattern=ONE_LINE)]
    pay_transaction_id: Annotated[
        str, wire("payTransactionId", "Payment enterprise's transaction number", 1, 60, pattern=ONE_LINE)
    ]
    total_amount: Annotated[Amount, wire("totalAmount", "Amount of the transaction")]
    currency: Annotated[str, wire("currency", "Currency by customs' code, 142 for CNY", 1, 4)]
    verifier: Annotated[Literal["1", "2", "3"], wire("verDept", "Verified by 1 UnionPay, 2 NetsUnion, 3 another")]
    pay_type: Annotated[
        Literal["1", "2", "3", "4", ""] | None, wire("payType", "1 app, 2 PC, 3 scanned code, 4 other")
    ] = None
    trading_time: Annotated[str, AfterValidator(_moment), wire("tradingTime", "When it was paid, yyyyMMddHHmmss")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = Field(None, repr=False)


class PaymentData(_Exact):
    """What a platform or payment enterprise deposits for one payment transaction."""

    head: Annotated[PaymentHead, wire("payExchangeInfoHead", "The transaction")]
    orders: Annotated[
        tuple[PaidOrder, ...],
        wire("payExchangeInfoLists", "Every order that the original payment request contained", 1),
    ]

    @field_validator("orders")
    @classmethod
    def _each_once(cls, orders: tuple[PaidOrder, ...]) -> tuple[PaidOrder, ...]:
        numbers = [order.order_no for order in orders]
        if len(set(numbers)) < len(numbers):
            raise ValueError("names an order twice")
        return orders


class Deposited(Contract):
    """The data is kept; what is doubtful about it is told, and does not keep it from being uploaded."""

    pay_code: str
    pay_transaction_id: str
    orders: tuple[str, ...]
    keep_until: date = Field(description="Last day on which it is kept")
    known: bool = Field(description="The same was deposited before; nothing changed")
    warnings: tuple[Problem, ...] = ()


class DataQuestion(Contract):
    """Customs' question (platDataOpen), the JSON in its form field `openReq`."""

    model_config = ConfigDict(frozen=True, populate_by_name=False, extra="ignore", hide_input_in_errors=True)

    order_no: Annotated[str, wire("orderNo", "Order whose data customs wants", 1, 60, pattern=ONE_LINE)]
    session_id: Annotated[str, wire("sessionID", "Customs' number of the question", 1, 64, pattern=ONE_LINE)]
    service_time: Annotated[int, wire("serviceTime", "Milliseconds since 1970")] = Field(ge=0, le=2**63 - 1)


class DataAnswer(Contract):
    """What is said at once to a question, and by customs to an upload."""

    code: str = Field(description="10000 taken; 20000 failed; 20001 to 21000 other faults")
    message: str = ""
    service_time: int = Field(
        0, validation_alias="serviceTime", serialization_alias="serviceTime", description="Milliseconds since 1970"
    )


class PullState(StrEnum):
    """Where a question of customs stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    NO_EVIDENCE = "no_evidence"
    """Nothing was deposited for the order; it is answered as soon as it is."""
    REFUSED = "refused"
    """Customs did not take what was uploaded; asked again, it is uploaded again."""


class PullView(Contract):
    """A question of customs and what became of it; nothing of the data."""

    session_id: str
    order_no: str
    state: PullState
    asked_at: Instant
    due_at: Instant
    answered_at: Instant | None = None
    seconds_left: int = Field(description="To the deadline, below 0 after it; of an answered one, when it was answered")
    late: bool
    tries: int
    fault: str = ""
    answer: str = Field("", description="What customs said to the upload")


class Pulls(Contract):
    """Questions, the newest first."""

    pulls: tuple[PullView, ...]


class PaymentDataStanding(Contract):
    """How the questions stand, for metrics."""

    open: int = Field(description="Questions not yet answered, those without data included")
    no_evidence: int
    late: int = Field(description="Open questions whose two minutes are over")
    refused: int
    answered: int
    answered_late: int
    least_seconds_left: int = Field(description="Of the open question that is due first, below 0 if late; 120 if none")


class SelfTestBegun(Contract):
    """Test data is deposited; ask for it as customs does, with these."""

    session_id: str
    order_no: str


class SelfTestStep(Contract):
    """One step of a self-test."""

    step: str
    ok: bool
    milliseconds: int
    told: str = ""


class SelfTestReport(Contract):
    """Whether a question of customs would be answered in time."""

    ok: bool
    seconds_left: int | None = Field(None, description="How long before the deadline the answer had arrived")
    signed: bool = Field(False, description="A key signed it; without one customs would refuse it")
    steps: tuple[SelfTestStep, ...]
