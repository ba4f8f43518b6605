"""M10 to M12 and B.3: orderer, payer and consignee are three persons, and who they are."""

from clearway.contracts.documents import DeclarationList, Order
from clearway.contracts.facts import IdentityOutcome
from clearway.rules.catalogue import Problems, agree, at, problem
from clearway.rules.matching.facts import Papers
from clearway.rules.persons import is_id_number, normalise, normalise_id_number


def same_text(one: str, other: str) -> bool:
    """Whether two names, telephones or addresses are the same but for blanks."""
    return normalise(one) == normalise(other)


def same_id_number(one: str, other: str) -> bool:
    """Whether two identity numbers are the same but for blanks and a small x."""
    return normalise_id_number(one) == normalise_id_number(other)


def m10_orderer(papers: Papers) -> Problems:
    """Order and list name the same orderer."""
    order, declared = papers.order, papers.declaration_list
    return (
        *agree("M10", at(order, "buyer_name"), at(declared, "buyer_name"), same_text),
        *agree("M10", at(order, "buyer_id_number"), at(declared, "buyer_id_number"), same_id_number),
    )


def m11_payer(papers: Papers) -> Problems:
    """The orderer paid; another payer is only a warning once the orderer's identity is verified (seed S1.9)."""
    order, payment = papers.order, papers.payment
    name = (at(order, "buyer_name"), at(payment, "payer_name"), same_text)
    number = (at(order, "buyer_id_number"), at(payment, "payer_id_number"), same_id_number)
    if papers.facts.identity is IdentityOutcome.VERIFIED:
        return (*agree("M11.verified", *name), *agree("M11.verified", *number))
    return (*agree("M11", *name), *agree("M11", *number))


def m12_consignee(papers: Papers) -> Problems:
    """The waybill goes to the order's consignee, and the list names the waybill's address."""
    order, waybill = papers.order, papers.waybill
    return (
        *agree("M12", at(order, "consignee"), at(waybill, "consignee"), same_text),
        *agree("M12", at(order, "consignee_telephone"), at(waybill, "consignee_telephone"), same_text),
        *agree("M12", at(order, "consignee_address"), at(waybill, "consignee_address"), same_text),
        *agree("M12", at(waybill, "consignee_address"), at(papers.declaration_list, "consignee_address"), same_text),
    )


def identity_number(papers: Papers) -> Problems:
    """The orderer's identity number is well formed, in order and list (RULEBOOK B.3 step 1)."""
    documents: list[Order | DeclarationList] = [papers.order]
    if not same_id_number(papers.order.buyer_id_number, papers.declaration_list.buyer_id_number):
        documents.append(papers.declaration_list)
    return tuple(
        problem("E_ID_NUMBER", at(document, "buyer_id_number"))
        for document in documents
        if not is_id_number(document.buyer_id_number, papers.today)
    )


def identity_outcome(papers: Papers) -> Problems:
    """A name and number that the authority knows to be wrong stop the list; no payer can rescue it (D-07)."""
    if papers.facts.identity is not IdentityOutcome.MISMATCH:
        return ()
    return (problem("E_IDENTITY_MISMATCH", at(papers.order, "buyer_name"), at(papers.order, "buyer_id_number")),)
