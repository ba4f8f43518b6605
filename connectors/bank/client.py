"""Pays one payment order (缴款书) exactly once."""

from datetime import datetime
from decimal import Decimal

import httpx
from pydantic import BaseModel, ConfigDict

from clearway.contracts.base import Amount, Instant
from connectors.exchange import PATIENCE, door, post_json

PLATFORM = "bank"


class PaymentInstruction(BaseModel):
    """What the bank is told to pay."""

    model_config = ConfigDict(frozen=True)

    payment_order_no: str
    amount: Amount
    payer_code: str
    requested_at: Instant
    idempotency_key: str


class BankReceipt(BaseModel):
    """The bank's receipt; its date is the payment date."""

    model_config = ConfigDict(frozen=True)

    reference: str
    paid_at: Instant
    amount: Amount


class BankClient:
    """Client of the bank; one `httpx.Client` may serve many threads."""

    def __init__(self, base_url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> None:
        self._url = door(base_url, "/bank/payments")
        self._http = http
        self._timeout = timeout

    def pay(
        self,
        *,
        payment_order_no: str,
        amount: Decimal,
        payer_code: str,
        requested_at: datetime,
        idempotency_key: str,
    ) -> BankReceipt:
        """Pay `amount` CNY on a payment order (entDutyNo) in the name of `payer_code`.

        The same key and content give the same receipt however often they are sent; the same key with other content is
        Refused, as is whatever the bank declines. Raises Unavailable when it is not known whether the bank has paid:
        ask again with the same key.
        """
        instruction = PaymentInstruction(
            payment_order_no=payment_order_no,
            amount=amount,
            payer_code=payer_code,
            requested_at=requested_at,
            idempotency_key=idempotency_key,
        )
        return post_json(self._http, self._url, instruction, BankReceipt, platform=PLATFORM, timeout=self._timeout)
