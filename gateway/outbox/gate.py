"""Who may speak for a recipient: as soon as a key of it is on file, what is done in its name must be signed by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from gateway.arrivals import Arrivals
from gateway.gatekeeper import check_signatures
from gateway.opening import Opened
from gateway.refusals import Code, DoorRefused, refusal
from gateway.sender import note_signature
from models.inbox import RawState
from models.tables import RawMessage
from models.trust import must_sign

DOOR = "subscription"
LONGEST_BODY = 100_000
"""Bytes: a thousand acknowledged events take a third of it, and faults without number would take all our memory."""
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Said:
    """A request as it came; without a body, what is signed is its method and path: `DELETE /subscriptions/7`."""

    body: bytes
    line: str
    headers: Mapping[str, str]

    def read(self, model: type[M]) -> M:
        """The body as JSON; raises RequestValidationError with every fault, DoorRefused for a body too large."""
        if len(self.body) > LONGEST_BODY:
            raise DoorRefused(422, [refusal(Code.TOO_LARGE, detail=f"The limit is {LONGEST_BODY} bytes.")])
        try:
            return model.model_validate_json(self.body)
        except ValidationError as fault:
            told = fault.errors(include_url=False, include_context=False)
            raise RequestValidationError([each | {"loc": ("body", *each["loc"])} for each in told]) from None

    @property
    def signed(self) -> bytes:
        """What a signature covers."""
        return self.body or self.line.encode()


async def said_in(request: Request, arrivals: Arrivals) -> Said:
    """The request, within the permitted size. Raises DoorRefused."""
    return Said(await arrivals.body(request), f"{request.method} {request.url.path}", request.headers)


def admit(session: Session, said: Said, recipient: str, now: datetime) -> None:
    """Raises DoorRefused where the signature is missing though one is due, does not hold or is somebody else's."""
    raw = RawMessage(
        door=DOOR,
        body=said.signed,
        sha256="",
        received_at=now,
        state=RawState.READ,
        detached=note_signature(said.headers),
    )
    found = check_signatures(session, raw, Opened(raw.body))
    problems = list(found.wrong)
    if found.signer is not None and found.signer.party != recipient:
        problems.append(refusal(Code.SIGNER_PARTY, ("signer", found.signer.party), ("recipient", recipient)))
    if found.signer is None and not problems and must_sign(session, recipient, now):
        problems += found.unknown or (refusal(Code.UNSIGNED),)
    if problems:
        raise DoorRefused(422, problems)
