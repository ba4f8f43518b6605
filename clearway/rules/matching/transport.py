"""M14, M16 and M18: time, weight and way."""

from decimal import Decimal

from clearway.rules.catalogue import Problems, agree, at, problem
from clearway.rules.codes import check_code
from clearway.rules.matching.facts import Papers
from clearway.rules.parameters import parameters
from clearway.rules.tables import Country


def m14_time_order(papers: Papers) -> Problems:
    """Order, then payment, then list, and the waybill before the list; only a payment after the list is hard."""
    order, payment, waybill, declared = papers.order, papers.payment, papers.waybill, papers.declaration_list
    found: Problems = ()
    if payment.pay_time > declared.app_time:
        found += (problem("M14.payment", at(payment, "pay_time"), at(declared, "app_time")),)
    if order.app_time > payment.pay_time:
        found += (problem("M14.order", at(order, "app_time"), at(payment, "pay_time")),)
    if waybill.app_time > declared.app_time:
        found += (problem("M14.waybill", at(waybill, "app_time"), at(declared, "app_time")),)
    return found


def m16_weight(papers: Papers) -> Problems:
    """Gross weight at least net weight, net weight above zero, and the waybill's gross weight."""
    waybill, declared = papers.waybill, papers.declaration_list
    tolerance = papers.tolerance("matching.weight_tolerance")
    found: Problems = ()
    if not Decimal(0) < declared.net_weight <= declared.gross_weight:
        found += (problem("M16.net", at(declared, "gross_weight"), at(declared, "net_weight")),)
    return found + agree(
        "M16.gross",
        at(waybill, "weight"),
        at(declared, "gross_weight"),
        same=lambda one, other: abs(one - other) <= tolerance,
    )


def m18_way(papers: Papers) -> Problems:
    """Direct purchase: bill and country of departure as in the waybill, where it gives them. Bonded: from China."""
    waybill, declared, rules = papers.waybill, papers.declaration_list, parameters()
    mode = rules.trade_mode(declared.trade_mode, on=papers.declared_on, profile=papers.profile)
    if mode is None:
        return (problem("E_TRADE_MODE", at(declared, "trade_mode"), day=papers.declared_on),)
    unknown = _unknown_countries(papers)  # each is told as that, and not again as a difference
    if mode.value.bonded:
        home = rules.text("documents.bonded_country", on=papers.declared_on, profile=papers.profile).value
        abroad = declared.country != home and not unknown
        return (problem("M18.bonded", at(declared, "country"), home=home),) if abroad else unknown
    found: Problems = ()
    if waybill.bill_no:
        found += agree("M18", at(waybill, "bill_no"), at(declared, "bill_no"))
    if waybill.departure_country and not unknown:
        found += agree("M18", at(waybill, "departure_country"), at(declared, "country"))
    return found + unknown


def _unknown_countries(papers: Papers) -> Problems:
    written = (at(papers.waybill, "departure_country"), at(papers.declaration_list, "country"))
    return tuple(
        wrong
        for found in written
        if found.value
        for wrong in check_code(Country, found, papers.declared_on, papers.profile)
    )
