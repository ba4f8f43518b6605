"""The payment voucher, CEB411: who paid how much for which order (RULEBOOK B.1; REFERENCE §3)."""

from typing import Annotated, Literal

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Amount, Contract, Instant, wire
from clearway.contracts.documents.head import DocumentHead


class Allocation(Contract):
    """The part of one payment that belongs to one order (RULEBOOK B.2, split payment)."""

    order_no: str = Field(min_length=1, max_length=60, description="The order served by this part")
    amount: Amount = Field(description="CNY of the payment that belong to that order")


class Payment(DocumentHead):
    """A payment voucher, sent by the payment enterprise."""

    kind: Literal["payment"] = Field("payment", description="Ours: which document this is, for readers of JSON")
    pay_code: Annotated[str, wire("payCode", "Payment enterprise: customs code", 1, 18)]
    pay_name: Annotated[str, wire("payName", "Payment enterprise name", 1, 100)]
    pay_transaction_id: Annotated[str, wire("payTransactionId", "Payment enterprise's transaction number", 1, 60)]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60, pattern=ONE_LINE)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)]
    ebp_name: Annotated[str, wire("ebpName", "Name of the platform as registered with customs", 1, 100)]
    payer_id_type: Annotated[str, wire("payerIdType", "1 identity card, the only one admitted", 1, 1)] = "1"
    payer_id_number: Annotated[str, wire("payerIdNumber", "Payer's identity number", 1, 60)]
    payer_name: Annotated[str, wire("payerName", "Payer's real name", 1, 60)]
    telephone: Annotated[str | None, wire("telephone", "Payer's telephone", None, 60)] = None
    amount_paid: Annotated[Amount, wire("amountPaid", "Amount paid")]
    currency: Annotated[str, wire("currency", "Currency: restricted to 142 (CNY)", 3, 3)] = "142"
    pay_time: Annotated[Instant, wire("payTime", "When it was paid")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    payment_type: str | None = Field(None, max_length=20, description="Ours: app, pc, scan or other (RULEBOOK D-32)")
    allocations: tuple[Allocation, ...] = Field(
        (), description="Ours: parts of a split payment; empty when it serves one order"
    )
