"""Which documents customs must have before a list is declared (RULEBOOK B.1, X8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clearway.contracts.facts import RuleUse
from clearway.rules.parameters import parameters


class Direction(StrEnum):
    """Into the country or out of it, as ieFlag says it."""

    IMPORT = "I"
    EXPORT = "E"


_RULES = {Direction.IMPORT: "import.documents", Direction.EXPORT: "export.documents"}


@dataclass(frozen=True, slots=True)
class RequiredDocuments:
    """The documents by name (order, payment, collection, waybill), and the rule that asks for them."""

    names: tuple[str, ...]
    rule: RuleUse

    def missing(self, sent: Iterable[str]) -> tuple[str, ...]:
        """Those not among the documents sent; while there is one, the list is not declared."""
        there = frozenset(sent)
        return tuple(name for name in self.names if name not in there)


def required_documents(direction: Direction, *, on: date, profile: str = "SEED") -> RequiredDocuments:
    """The documents required of a list declared on a Shanghai day; raises NoRuleInForce before the first regime."""
    rule = parameters().text(_RULES[direction], on=on, profile=profile)
    return RequiredDocuments(names=tuple(rule.value.split()), rule=rule.as_rule_use())
