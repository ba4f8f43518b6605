"""Writes what customs says about tax: the electronic bill 816, and the notice 818 that a bill is void."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from clearway.contracts.documents import Order, TaxBill, TaxBillLine, TaxBillStatus
from simulator.customs.filing import Filing, value_of
from simulator.customs.receipts import guid_for
from simulator.scenarios import ReadFrom

VOID = "3"
_FEN = Decimal("0.01")


def assess(filing: Filing, order: Order, surplus: Decimal, at: datetime) -> TaxBill:
    """The tax bill 816: the tax withheld by the order plus `surplus`, all of it VAT, spread over the lines by price.

    Customs here knows no rates. A list that was modified owes as much more or less as its goods are worth more or less.
    """
    declared = filing.declaration
    prices = [line.total_price for line in declared.lines]
    share = value_of(declared) / filing.value if filing.value else Decimal(1)
    taxes = spread((order.tax_total * share).quantize(_FEN, ROUND_HALF_UP) + surplus, prices)
    charges = spread(declared.freight + declared.insured_fee, prices)
    lines = tuple(
        TaxBillLine(
            gnum=line.gnum,
            hs_code=line.hs_code,
            tax_price=line.total_price + charge,
            customs_tax=Decimal(0),
            value_added_tax=tax,
            consumption_tax=Decimal(0),
        )
        for line, tax, charge in zip(declared.lines, taxes, charges, strict=True)
    )
    number = len(filing.bills)
    return TaxBill(
        guid=guid_for(filing.guid, "816", *([number] if number else [])),
        return_time=at,
        invt_no=filing.invt_no,
        tax_no=f"{filing.invt_no}_{number}",
        customs_tax=Decimal(0),
        value_added_tax=sum(taxes, Decimal(0)),
        consumption_tax=Decimal(0),
        status="1",
        ent_duty_no=_payment_order(filing),
        assure_code=declared.assure_code,
        ebc_code=declared.ebc_code,
        logistics_code=declared.logistics_code,
        agent_code=declared.agent_code,
        customs_code=declared.customs_code,
        lines=lines,
    )


def _payment_order(filing: Filing) -> str | None:
    """None as a rule: the withholding agent pays many lists on a payment order of its own.

    A magic word for the bank stands in the number, so that it holds after a restart of the simulator too.
    """
    for_the_bank = filing.scenario.read_from is ReadFrom.PAYMENT_ORDER_NO
    return f"JK{filing.invt_no}-{filing.scenario.word}" if for_the_bank else None


def void(bill: TaxBill, at: datetime) -> TaxBillStatus:
    """The notice 818 that a bill is void."""
    return TaxBillStatus(
        guid=guid_for(bill.guid, "818", "3"),
        return_time=at,
        invt_no=bill.invt_no,
        tax_no=bill.tax_no,
        status=VOID,
        ent_duty_no=bill.ent_duty_no,
        assure_code=bill.assure_code,
    )


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount in CNY by weight to the fen, half up; the remainder goes to the heaviest (B.9.1, D-14).

    Where many small parts, all rounded up, would leave the heaviest less than nothing, they are rounded down instead.
    """
    heaviest = weights.index(max(weights))
    whole = sum(weights, Decimal(0)) or Decimal(1)
    for rounding in (ROUND_HALF_UP, ROUND_DOWN):
        parts = [(amount * weight / whole).quantize(_FEN, rounding) for weight in weights]
        parts[heaviest] += amount - sum(parts, Decimal(0))
        if parts[heaviest] >= 0:
            break
    return parts
