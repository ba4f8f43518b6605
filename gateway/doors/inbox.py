"""The inbox's doors: what came in and where it stands, the stored bytes, how much is not done, and reading again."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from clearway.contracts.inbox import Inbox, InboxFigures, InboxMessage, Replayed, Standing
from gateway.answers import refused_with
from gateway.contents import DONE_AT_THE_DOOR, READERS
from gateway.dispatcher import Dispatcher
from gateway.inbox import entries, figures, one_message
from gateway.reading import Reader
from gateway.refusals import Code, DoorRefused, refusal
from models.database import Database
from models.inbox import RawState
from models.inbox_care import replay, to_replay
from models.tables import RawMessage

RawId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number under which the bytes are kept")]
MOST_AT_A_TIME = 200
_SHOWN = 20


class InboxDoor:
    """Shows the inbox, and has messages read again."""

    def __init__(
        self, database: Database, reader: Reader, dispatcher: Dispatcher, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._reader = reader
        self._dispatcher = dispatcher
        self._clock = clock

    def show(self, state: Standing | None, door: str | None, limit: int) -> Inbox:
        """The newest entries."""
        with self._database.reading() as session:
            return Inbox(entries=entries(session, state, door, limit))

    def show_one(self, raw_id: int) -> InboxMessage:
        """One message. Raises DoorRefused."""
        with self._database.reading() as session:
            found = one_message(session, raw_id)
        if found is None:
            raise _unknown(raw_id)
        return found

    def bytes_of(self, raw_id: int) -> bytes:
        """The bytes as they came. Raises DoorRefused."""
        with self._database.reading() as session:
            raw = session.get(RawMessage, raw_id)
        if raw is None:
            raise _unknown(raw_id)
        return raw.body

    def figures(self) -> InboxFigures:
        """How much is not done."""
        return figures(self._database, self._clock())

    async def replay_one(self, raw_id: int) -> Replayed:
        """Read one message again now. Raises DoorRefused, and then nothing changed."""
        await asyncio.to_thread(self._set_back, raw_id)
        return await self._read_again([raw_id], left=0)

    async def replay_many(self, state: RawState, limit: int) -> Replayed:
        """Read the oldest messages in a state again now."""
        raw_ids, there = await asyncio.to_thread(self._set_back_many, state, limit)
        return await self._read_again(raw_ids, left=there - len(raw_ids))

    async def _read_again(self, raw_ids: Sequence[int], left: int) -> Replayed:
        for raw_id in raw_ids:
            await asyncio.to_thread(self._reader.read, raw_id)
        self._dispatcher.nudge()
        shown = [await asyncio.to_thread(self.show_one, raw_id) for raw_id in raw_ids[:_SHOWN]]
        return Replayed(messages=tuple(shown), replayed=len(raw_ids), left=left)

    def _set_back(self, raw_id: int) -> None:
        with self._database.transaction() as session:
            raw = session.get(RawMessage, raw_id)
            if raw is None:
                raise _unknown(raw_id)
            if raw.door in DONE_AT_THE_DOOR or (raw.state != RawState.FAULTY and raw.door not in READERS):
                raise DoorRefused(409, [refusal(Code.NOT_REPLAYABLE, ("door", raw.door))])
            replay(session, [raw_id])

    def _set_back_many(self, state: RawState, limit: int) -> tuple[Sequence[int], int]:
        with self._database.transaction() as session:
            ours = None if state is RawState.FAULTY else READERS  # others refuse at their own desks
            raw_ids, there = to_replay(session, state, limit, doors=ours, but=DONE_AT_THE_DOOR)
            replay(session, raw_ids)
        return raw_ids, there


def inbox_door(door: InboxDoor) -> APIRouter:
    """The routes under /inbox."""
    router = APIRouter(prefix="/inbox", tags=["inbox"])

    @router.get("", responses=refused_with(422))
    def show_inbox(
        state: Annotated[Standing | None, Query(description="Only entries in this state")] = None,
        door_name: Annotated[
            str | None, Query(alias="door", pattern="^[a-z-]{1,30}$", description="Only of this door, e.g. customs")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Inbox:
        """What came in and where it stands: what is parked, refused, faulty or undeliverable is never dropped."""
        return door.show(state, door_name, limit)

    @router.get("/figures")
    def show_figures() -> InboxFigures:
        """How much is not done in each state, how old the oldest is, and how many pieces of news are odd."""
        return door.figures()

    @router.post("/replay", responses=refused_with(422))
    async def replay_messages(
        state: Annotated[RawState, Query(description="faulty or refused")],
        limit: Annotated[int, Query(ge=1, le=MOST_AT_A_TIME)] = MOST_AT_A_TIME,
    ) -> Replayed:
        """Read messages again that could not be read, or were refused, oldest first, after what stopped them is mended.

        What they said before is not said twice: news is known by its key, whichever message brings it.
        """
        if state not in (RawState.FAULTY, RawState.REFUSED):
            raise DoorRefused(422, [refusal(Code.REQUEST, ("state", state), detail="faulty or refused.")])
        return await door.replay_many(state, limit)

    @router.get("/{raw_id}", responses=refused_with(404, 422))
    def show_message(raw_id: RawId) -> InboxMessage:
        """One message: where it stands, who signed it, what is wrong with it, and the news read from it."""
        return door.show_one(raw_id)

    @router.post("/{raw_id}/replay", responses=refused_with(404, 409, 422))
    async def replay_message(raw_id: RawId) -> Replayed:
        """Read one message again from its stored bytes; what it said before is not said twice."""
        return await door.replay_one(raw_id)

    @router.get("/{raw_id}/raw", response_class=Response, responses=_RAW | refused_with(404, 422))
    def show_raw(raw_id: RawId) -> Response:
        """The bytes as they came in. They may hold personal data: keep this address inside the house."""
        body = door.bytes_of(raw_id)
        return Response(body, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})

    return router


def _unknown(raw_id: int) -> DoorRefused:
    return DoorRefused(404, [refusal(Code.NOT_FOUND, ("raw_id", str(raw_id)))])


_RAW: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
