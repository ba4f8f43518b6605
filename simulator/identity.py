"""The identity authority: answers for every name, unless a magic word at its end says otherwise."""

from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field

from clearway.contracts.base import Instant
from clearway.contracts.facts import IdentityOutcome
from simulator.refusals import Refusal
from simulator.scenarios import Identity, scenario_of


class Question(BaseModel):
    """Does this name belong to this number?"""

    name: str = Field(min_length=1, max_length=60)
    id_number: str = Field(min_length=1, max_length=60)
    at: Instant


class Certificate(BaseModel):
    """The authority's answer; a certificate only where the two belong together."""

    outcome: IdentityOutcome
    certificate_no: str | None = None


def make_authority() -> APIRouter:
    """The routes under `/identity`."""
    router = APIRouter(prefix="/identity")

    @router.post("/verify")
    async def verify(question: Question) -> Certificate:
        """Verify one person."""
        match scenario_of(question.name).identity:
            case Identity.DOWN:
                raise Refusal(503, "E_UNAVAILABLE", "the authority cannot verify at the moment")
            case Identity.MISMATCH:
                return Certificate(outcome=IdentityOutcome.MISMATCH)
            case Identity.VERIFIED:
                number = f"RZ{question.at:%Y%m%d}{uuid4().hex[:12].upper()}"
                return Certificate(outcome=IdentityOutcome.VERIFIED, certificate_no=number)

    return router
