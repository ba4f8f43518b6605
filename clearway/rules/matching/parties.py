"""M15: the enterprises are registered with customs for what they do, and not suspended."""

from typing import NamedTuple

from clearway.contracts.parties import ROLE_NAMES, Role
from clearway.rules.catalogue import Found, Problems, at, problem
from clearway.rules.matching.facts import Papers


class Appearance(NamedTuple):
    """A party in a document, and the roles of which one lets it appear there."""

    code: Found
    roles: tuple[Role, ...]


def m15_registered(papers: Papers) -> Problems:
    """Every party is in the register with its role, on the day of the comparison."""
    return tuple(found for appearance in _appearances(papers) for found in _check(appearance, papers))


def _appearances(papers: Papers) -> list[Appearance]:
    order, declared = papers.order, papers.declaration_list
    declarant = (Role.AGENT, Role.EBC) if declared.agent_code == declared.ebc_code else (Role.AGENT,)
    appearances = [
        Appearance(at(order, "ebp_code"), (Role.EBP,)),
        Appearance(at(order, "ebc_code"), (Role.EBC,)),
        Appearance(at(papers.payment, "pay_code"), (Role.PAY,)),
        Appearance(at(papers.waybill, "logistics_code"), (Role.LOG,)),
        Appearance(at(declared, "agent_code"), declarant),
    ]
    if declared.area_code:
        appearances.append(Appearance(at(declared, "area_code"), (Role.WH,)))
    return appearances


def _check(appearance: Appearance, papers: Papers) -> Problems:
    code, role = appearance.code, appearance.roles[0]
    role_en, role_zh = ROLE_NAMES[role]
    entries = [party for party in papers.facts.parties if party.code == code.value]
    if not entries:
        return (problem("M15.unregistered", code, owner=role),)
    found: Problems = ()
    if not any(party.roles & set(appearance.roles) for party in entries):
        found += (problem("M15.role", code, owner=role, role_en=role_en, role_zh=role_zh),)
    if any(party.suspended for party in entries):
        found += (problem("M15.suspended", code, owner=role),)
    if not any(
        party.registered_from <= papers.today and (party.registered_to is None or papers.today <= party.registered_to)
        for party in entries
    ):
        found += (problem("M15.period", code, owner=role, day=papers.today),)
    return found
