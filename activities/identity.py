"""Whether a person is who the documents say: asked of the authority once a year (RULEBOOK B.3, D-07)."""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from sqlmodel import Session
from temporalio import activity

from activities.evidence import known_identity, remember_identity
from clearway.contracts.base import legal_day
from clearway.contracts.facts import IdentityOutcome
from clearway.rules.parameters import parameters
from connectors.errors import Refused, Unavailable
from models.person_key import person_key


class Person(NamedTuple):
    """A name and an identity number, as a document gives them together."""

    name: str
    id_number: str


class IdentityAuthority(Protocol):
    """Whoever certifies that a name and an identity number belong together."""

    def verify(self, name: str, id_number: str, *, at: datetime) -> IdentityOutcome:
        """The outcome; raises Unavailable or Refused."""


class IdentityDesk:
    """Asks the authority, or our memory of what it said."""

    def __init__(self, authority: IdentityAuthority, person_key_secret: str) -> None:
        self._authority = authority
        self._secret = person_key_secret

    def key(self, person: Person) -> str:
        """The keyed hash that stands for the person."""
        return person_key(person.id_number, self._secret)

    def known(self, session: Session, person: Person, *, now: datetime, profile: str) -> IdentityOutcome | None:
        """What the authority said within the year, or None."""
        days = parameters().value("identity.cache_days", on=legal_day(now), profile=profile).value
        return known_identity(session, self._named(person), since=now - timedelta(days=int(days)))

    def ask(self, person: Person, *, at: datetime) -> IdentityOutcome:
        """The authority's answer, asked outside any transaction; unreachable is a lawful outcome with its own rule."""
        try:
            return self._authority.verify(person.name, person.id_number, at=at)
        except (Unavailable, Refused) as error:
            activity.logger.warning("identity of person %s… not verified: %s", self.key(person)[:8], error)
            return IdentityOutcome.UNAVAILABLE

    def remember(self, session: Session, person: Person, outcome: IdentityOutcome, at: datetime) -> None:
        """Keep a verification; other outcomes are asked about again."""
        if outcome is IdentityOutcome.VERIFIED:
            remember_identity(session, self._named(person), outcome, at)

    def _named(self, person: Person) -> str:
        return person_key(person.name + person.id_number, self._secret)
