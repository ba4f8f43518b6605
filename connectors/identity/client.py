"""Asks the identity authority about one person."""

from datetime import datetime

import httpx
from pydantic import BaseModel, ConfigDict

from clearway.contracts.base import Instant
from clearway.contracts.facts import IdentityOutcome
from connectors.errors import Unavailable
from connectors.exchange import PATIENCE, door, post_json

PLATFORM = "identity authority"


class Question(BaseModel):
    """What the authority is asked."""

    model_config = ConfigDict(frozen=True)

    name: str
    id_number: str
    at: Instant


class Certificate(BaseModel):
    """What it answers."""

    model_config = ConfigDict(frozen=True)

    outcome: IdentityOutcome
    certificate_no: str | None = None


class IdentityClient:
    """Client of the identity authority; one `httpx.Client` may serve many threads."""

    def __init__(self, base_url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> None:
        self._url = door(base_url, "/identity/verify")
        self._http = http
        self._timeout = timeout

    def verify(self, name: str, id_number: str, *, at: datetime) -> IdentityOutcome:
        """VERIFIED or MISMATCH for a name and an 18-character identity-card number, asked at `at`.

        Raises Unavailable when the authority cannot say; whether orderer = payer may then stand in for it is the
        caller's decision (D-07). Raises Refused when it does not admit the question.
        """
        question = Question(name=name, id_number=id_number, at=at)
        answer = post_json(self._http, self._url, question, Certificate, platform=PLATFORM, timeout=self._timeout)
        if answer.outcome is IdentityOutcome.UNAVAILABLE:
            raise Unavailable(PLATFORM, "says that it cannot verify at the moment")
        return answer.outcome
