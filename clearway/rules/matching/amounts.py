"""M05 to M07, M09 and M13: the money."""

from decimal import Decimal

from clearway.contracts.documents import AnyDocument
from clearway.rules.catalogue import Found, Problems, agree, at
from clearway.rules.documents import check_amount_identity, check_currency, check_line_arithmetic
from clearway.rules.matching.facts import Papers


def m05_amount_paid(papers: Papers) -> Problems:
    """The order's amount is what the payment, or its part for this order, paid."""
    tolerance = papers.tolerance("matching.amount_tolerance")
    paid = _paid_for(papers)
    return (
        ()
        if paid is None
        else agree("M05", at(papers.order, "actual_paid"), paid, same=lambda one, other: abs(one - other) <= tolerance)
    )


def _paid_for(papers: Papers) -> Found | None:
    payment = papers.payment
    if not payment.allocations:
        return at(payment, "amount_paid")
    ours = [index for index, part in enumerate(payment.allocations) if part.order_no == papers.order.order_no]
    if not ours:
        return None  # M04 says so
    total = sum((payment.allocations[index].amount for index in ours), Decimal(0))
    return Found(payment.kind, f"allocations[{ours[0]}].amount", total)


def m06_amount_identity(papers: Papers) -> Problems:
    """Goods + freight + tax - discount = paid."""
    return check_amount_identity("M06", papers.order)


def m07_line_totals(papers: Papers) -> Problems:
    """The order's lines multiply out and add up to the goods value."""
    return check_line_arithmetic(papers.order, papers.declared_on, papers.profile, papers.port)


def m09_freight_and_insurance(papers: Papers) -> Problems:
    """One freight in order, list and waybill, one insurance fee in list and waybill (where the waybill gives them)."""
    order, waybill, declared = papers.order, papers.waybill, papers.declaration_list
    found = agree("M09", at(order, "freight"), at(declared, "freight"))
    if waybill.freight is not None:
        found += agree("M09", at(declared, "freight"), at(waybill, "freight"))
    if waybill.insured_fee is not None:
        found += agree("M09", at(declared, "insured_fee"), at(waybill, "insured_fee"))
    return found


def m13_currency(papers: Papers) -> Problems:
    """CNY everywhere."""
    documents: tuple[AnyDocument, ...] = (papers.order, papers.payment, papers.waybill, papers.declaration_list)
    return tuple(
        found for document in documents for found in check_currency(document, papers.declared_on, papers.profile)
    )
