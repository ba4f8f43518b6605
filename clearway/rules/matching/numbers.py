"""M01 to M04: the numbers by which the documents name each other."""

from datetime import date
from decimal import Decimal

from clearway.contracts.documents import AnyDocument
from clearway.rules.catalogue import Found, Problems, agree, at, problem
from clearway.rules.deadlines import months_after
from clearway.rules.matching.facts import Papers
from clearway.rules.parameters import parameters


def m01_order_number(papers: Papers) -> Problems:
    """All four name one order; a split payment names it among its parts, which M04 checks."""
    order_no = at(papers.order, "order_no")
    others: tuple[AnyDocument, ...] = (papers.payment, papers.waybill, papers.declaration_list)
    if papers.payment.allocations:
        others = others[1:]
    return tuple(found for other in others for found in agree("M01", order_no, at(other, "order_no")))


def m02_platform_and_enterprise(papers: Papers) -> Problems:
    """Payment and list name the order's platform, the list also its enterprise."""
    order = papers.order
    return (
        *agree("M02", at(order, "ebp_code"), at(papers.payment, "ebp_code")),
        *agree("M02", at(order, "ebp_code"), at(papers.declaration_list, "ebp_code")),
        *agree("M02", at(order, "ebc_code"), at(papers.declaration_list, "ebc_code")),
    )


def m03_waybill_number(papers: Papers) -> Problems:
    """Order (if it names one), waybill and list name one parcel, whose number rested for six months."""
    order, waybill, declared = papers.order, papers.waybill, papers.declaration_list
    found: Problems = ()
    if order.waybill_no:
        found += agree("M03", at(order, "waybill_no"), at(waybill, "logistics_no"))
    found += agree("M03", at(waybill, "logistics_no"), at(declared, "logistics_no"))
    found += agree("M03", at(waybill, "logistics_code"), at(declared, "logistics_code"))
    months = parameters().value("waybill.reuse_months", on=papers.declared_on, profile=papers.profile)
    uses: list[date] = [
        use.used_on
        for use in papers.facts.waybill_uses
        if (use.logistics_code, use.logistics_no) == (waybill.logistics_code, waybill.logistics_no)
        and use.order_no != papers.order.order_no
    ]
    if uses and papers.today <= (rests_until := months_after(max(uses), int(months.value))):
        found += (problem("M03.reused", at(waybill, "logistics_no"), used_on=max(uses), last_day=rests_until),)
    return found


def m04_transaction(papers: Papers) -> Problems:
    """The payment is the one the order names, and serves no other order beyond its parts."""
    order, payment = papers.order, papers.payment
    found: Problems = ()
    if order.pay_transaction_id:
        found += agree("M04", at(order, "pay_transaction_id"), at(payment, "pay_transaction_id"))
    if order.pay_code:
        found += agree("M04", at(order, "pay_code"), at(payment, "pay_code"))
    parts: dict[str, Decimal] = {}
    for part in payment.allocations:
        parts[part.order_no] = parts.get(part.order_no, Decimal(0)) + part.amount
    if not parts:
        served = sorted({use.order_no for use in papers.facts.payment_uses} - {order.order_no})
        if served:
            found += (problem("M04.reused", at(payment, "pay_transaction_id"), orders=", ".join(served)),)
        return found
    if order.order_no not in parts:
        found += (problem("M04.unallocated", at(order, "order_no"), _allocated_orders(papers)),)
    earlier = {use.order_no: use.amount for use in papers.facts.payment_uses}
    spent = sum((earlier | parts).values(), Decimal(0))
    if spent > payment.amount_paid:
        found += (problem("M04.overdrawn", at(payment, "amount_paid"), spent=f"{spent:f}"),)
    return found


def _allocated_orders(papers: Papers) -> Found:
    orders = ", ".join(sorted({part.order_no for part in papers.payment.allocations}))
    return Found(papers.payment.kind, "allocations", orders)
