"""The enterprises' door: a document is kept, then handed to its case, and answered with what the case says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.case import Answer
from clearway.contracts.problems import Problem
from clearway.errors import ClearwayError
from gateway.answers import RETRY_AFTER, Parked, Problems, problems_answer, refused_with, status_of
from gateway.arrivals import Arrivals
from gateway.delivery import Delivery
from gateway.description import DOCUMENT_BODY, SENDER_HEADERS
from gateway.dispatcher import Dispatcher
from gateway.reading import Reader
from gateway.refusals import Code, refusal
from models.inbox import ItemState, RawState, number_of
from models.tables import InboxItem


class Outcomes(Contract):
    """One entry per submission when a message holds several; a list and the documents of its order are one."""

    outcomes: tuple[Answer | Parked | Problems, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Outcome:
    """How one submission ended, as HTTP says it."""

    status: int
    body: Answer | Parked | Problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with it."""
        return self.body.problems


class DocumentDoor:
    """Takes documents, and hands them to their cases while the sender waits."""

    def __init__(self, arrivals: Arrivals, reader: Reader, delivery: Delivery, dispatcher: Dispatcher) -> None:
        self._arrivals = arrivals
        self._reader = reader
        self._delivery = delivery
        self._dispatcher = dispatcher

    async def take(self, request: Request) -> JSONResponse:
        """Keep, read, hand in, answer."""
        async with self._arrivals.taken(request, "enterprise") as raw_id:
            reading = await asyncio.to_thread(self._reader.read, raw_id)
        kept = {"X-Clearway-Raw-Id": str(raw_id)}
        if reading.state is RawState.FAULTY:
            told = Parked(raw_id=raw_id, state=RawState.FAULTY, problems=reading.problems)
            return JSONResponse(told.model_dump(mode="json"), 202, kept)
        if reading.problems:
            return problems_answer(422, reading.problems, kept)
        outcomes = await self._hand_in_all(raw_id, reading.items)
        self._dispatcher.nudge()  # what was parked for these documents may find its case now
        return _answer(outcomes, kept)

    async def _hand_in_all(self, raw_id: int, items: Sequence[InboxItem]) -> list[Outcome]:
        """One after the other; once a case cannot be reached, the sender does not wait for the same of each other."""
        outcomes: list[Outcome] = []
        away: Outcome | None = None
        for item in items:
            outcome = away if away and item.state == ItemState.WAITING else await self._hand_in(raw_id, item)
            away = outcome if outcome.status == 503 else away
            outcomes.append(outcome)
        return outcomes

    async def _hand_in(self, raw_id: int, item: InboxItem) -> Outcome:
        if item.state == ItemState.PARKED:
            unclear = (refusal(Code.ORDER_AMBIGUOUS),) if item.fault == Code.ORDER_AMBIGUOUS else ()
            return Outcome(202, Parked(raw_id=raw_id, waits_for=item.address, problems=unclear))
        try:
            answer = await self._delivery.hand_in(number_of(item))
        except ClearwayError as error:
            return Outcome(status_of(error), Problems(problems=error.problems))
        if answer.accepted:
            return Outcome(200, answer)
        duplicate = any(problem.code == "E_DUPLICATE" for problem in answer.problems)
        return Outcome(409 if duplicate else 422, Problems(problems=answer.problems))


def document_door(door: DocumentDoor) -> APIRouter:
    """The route /documents."""
    router = APIRouter(tags=["enterprises"])

    @router.post(
        "/documents",
        response_model=Answer | Outcomes,
        responses={
            202: {"model": Parked, "description": "Kept; waits for the order or the list that it belongs to"},
            207: {"model": Outcomes, "description": "The submissions of the message ended differently"},
            **refused_with(400, 404, 408, 409, 413, 422, 503),
        },
        openapi_extra={"requestBody": DOCUMENT_BODY, "parameters": SENDER_HEADERS},
    )
    async def take_documents(request: Request) -> JSONResponse:
        """Hand in orders, payments, waybills and lists: a CEB message, or JSON.

        The bytes are committed before anything reads them. The same document again gets the same answer; the same
        number with other content is refused. A payment or waybill whose order is not known yet is parked, and
        delivered by itself once the order or the list is there.
        """
        return await door.take(request)

    return router


def _answer(outcomes: list[Outcome], headers: dict[str, str]) -> JSONResponse:
    """One answer for the whole message: where all ended alike their status, else 207 with each."""
    statuses = {outcome.status for outcome in outcomes}
    status = statuses.pop() if len(statuses) == 1 else 207
    if status >= 400:
        later = RETRY_AFTER if status == 503 else {}
        problems = [problem for outcome in outcomes for problem in outcome.problems]
        return problems_answer(status, dict.fromkeys(problems), headers | later)
    body = outcomes[0].body if len(outcomes) == 1 else Outcomes(outcomes=tuple(one.body for one in outcomes))
    return JSONResponse(body.model_dump(mode="json"), status, headers)
