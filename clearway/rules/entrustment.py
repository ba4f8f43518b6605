"""Whether a written commitment lets one enterprise transmit for another (RULEBOOK B.1, seed S1.2)."""

from collections.abc import Iterable

from clearway.contracts.base import Contract, Instant
from clearway.contracts.documents import DocumentKind

ENTRUSTABLE = frozenset({DocumentKind.ORDER, DocumentKind.PAYMENT})
"""A waybill is always sent by the logistics enterprise itself, and a list is declared by its own declarant."""


class Commitment(Contract):
    """A signed commitment of one transmitter: for whom, for which documents, and when."""

    principal: str
    document_kinds: frozenset[str]
    valid_from: Instant
    valid_before: Instant
    """The first instant at which it is void."""

    def covers(self, *, principal: str, kind: str, at: Instant) -> bool:
        """Whether it lets the transmitter send this kind of document for the principal at that instant."""
        return (
            self.principal == principal
            and kind in ENTRUSTABLE & self.document_kinds
            and self.valid_from <= at < self.valid_before
        )


def is_entrusted(commitments: Iterable[Commitment], *, principal: str, kind: str, at: Instant) -> bool:
    """Whether any of a transmitter's commitments covers this transmission, to the second."""
    return any(each.covers(principal=principal, kind=kind, at=at) for each in commitments)
