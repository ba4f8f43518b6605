"""The bank: pays a payment order once per idempotency key, on the day it was asked to."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from clearway.contracts.base import Amount, Instant
from simulator.clock import Clock
from simulator.refusals import Refusal
from simulator.scenarios import Payment, scenario_of

_TIMES_DOWN = 2
_FIRST_PART = Decimal("0.60")
_FEN = Decimal("0.01")


class Instruction(BaseModel):
    """Pay this much on that payment order."""

    payment_order_no: str = Field(min_length=1, max_length=200)
    amount: Amount = Field(gt=Decimal(0))
    payer_code: str = Field(min_length=1, max_length=18)
    requested_at: Instant
    idempotency_key: str = Field(min_length=1, max_length=200)

    @property
    def content(self) -> tuple[str, Decimal, str]:
        """What makes two instructions under one key the same; the moment of asking does not."""
        return self.payment_order_no, self.amount, self.payer_code


class Receipt(BaseModel):
    """Paid, all of it or in part; the receipt's date is the payment date."""

    reference: str
    paid_at: Instant
    amount: Amount


def make_bank(clock: Clock | None = None) -> APIRouter:
    """The routes under `/bank`; payments are kept in memory, dated by the bank's clock."""
    router = APIRouter(prefix="/bank")
    clock = clock or Clock()
    paid: dict[str, tuple[Instruction, Receipt]] = {}
    asked: Counter[str] = Counter()
    begun: set[str] = set()

    @router.get("/payments")
    async def show_payments() -> dict[str, str]:
        """How many payments were made, and how much money that was, CNY."""
        total = sum((receipt.amount for _, receipt in paid.values()), Decimal(0))
        return {"count": str(len(paid)), "total": str(total)}

    @router.post("/payments")
    async def pay(instruction: Instruction) -> Receipt:
        """Pay, or give the receipt of the payment made before under the same key."""
        if earlier := paid.get(instruction.idempotency_key):
            first, receipt = earlier
            if first.content != instruction.content:
                raise Refusal(409, "E_KEY_REUSED", "this idempotency key was used for a payment with other content")
            return receipt
        asked[instruction.idempotency_key] += 1
        amount = instruction.amount
        match scenario_of(instruction.payment_order_no).payment:
            case Payment.REFUSES:
                raise Refusal(422, "E_INSUFFICIENT_FUNDS", "the payer's account does not cover the amount")
            case Payment.DOWN_TWICE if asked[instruction.idempotency_key] <= _TIMES_DOWN:
                raise Refusal(503, "E_UNAVAILABLE", "the bank is closed for maintenance")
            case Payment.PART if instruction.payment_order_no not in begun:
                begun.add(instruction.payment_order_no)
                amount = max((amount * _FIRST_PART).quantize(_FEN, ROUND_HALF_UP), _FEN)
        receipt = Receipt(
            reference=f"BK{instruction.requested_at:%Y%m%d}{len(paid) + 1:08d}",
            paid_at=clock.shows(instruction.requested_at),
            amount=amount,
        )
        paid[instruction.idempotency_key] = instruction, receipt
        return receipt

    return router
