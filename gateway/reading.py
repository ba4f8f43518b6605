"""Reading the inbox: stored messages become news, each piece kept once, with its case if that is known."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlmodel import Session

from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused
from gateway.contents import contents_of
from gateway.gatekeeper import LATEST, admit, check_signatures, warn_unguarded
from gateway.metrics import Metrics
from gateway.news import Contents, News, news_from
from gateway.opening import open_message
from gateway.refusals import Code, refusal
from gateway.routing import Routing
from gateway.sender import sending_of
from gateway.settings import GatewaySettings
from models.database import Database
from models.inbox import (
    WITHOUT_BYTES,
    ItemState,
    RawState,
    claim,
    known_addresses,
    load_unread,
    note_read,
    number_of,
    parked_after,
    still_parked,
    stored_sizes,
    unread,
)
from models.inbox_care import message_with_bytes, try_again
from models.tables import InboxItem, RawMessage

RELEASE = version("clearway")
"""Which release of ours reads: what it cannot read for a fault of ours, the next one tries again."""

TOGETHER = 50
"""Messages that are read in one transaction; on SQLite nobody else writes meanwhile."""

BYTES_TOGETHER = 1024 * 1024
"""What such messages take in memory at most, unless one alone takes more."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What became of one stored message."""

    state: RawState
    problems: tuple[Problem, ...] = ()
    items: tuple[InboxItem, ...] = field(default=())


class Reader:
    """Turns stored messages into items, many in one transaction; works on after a crash where it stopped."""

    def __init__(
        self, database: Database, settings: GatewaySettings, clock: Callable[[], datetime], metrics: Metrics
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._last_parked = 0

    def unread(self) -> Sequence[int]:
        """Numbers of the messages to read next, in order of arrival."""
        with self._database.reading() as session:
            return unread(session, self._settings.batch)

    def read(self, raw_id: int) -> Reading:
        """Read one message. A message that was read before changes nothing and is answered from what was kept."""
        try:
            return self._read_one(raw_id)
        except IntegrityError:
            # The same news was kept by another process in the same moment; now it is there to be found.
            return self._read_one(raw_id)
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and not isinstance(error, DataError):
                raise  # the database is away, which is no fault of the message
            # What the database or we cannot hold would come again with every step and stop all later messages.
            log.error("keeping the news of message %s failed: %s", raw_id, type(error).__name__)
            return self._mark_faulty(raw_id)

    def read_all(self, raw_ids: Sequence[int]) -> None:
        """Read messages, many in one transaction; where that fails each by itself, so that none stops another."""
        for together in self._portions(raw_ids):
            try:
                self._read_together(together)
            except Exception as error:  # noqa: BLE001 - which of them it is, reading each by itself tells
                log.info("reading %d messages at once failed: %s", len(together), type(error).__name__)
                for raw_id in together:
                    self.read(raw_id)

    def find_parked(self) -> int:
        """Look whether cases are known by now for parked items, a batch at a time; how many were found."""
        found = 0
        with self._database.reading() as session:
            items = parked_after(session, self._last_parked, self._settings.batch)
            legible = {number_of(item): news for item in items if (news := _legible(item)) is not None}
            known = known_addresses(session, {address for news in legible.values() for address in news.addresses})
        there = {number: news for number, news in legible.items() if not known.isdisjoint(news.addresses)}
        faulty = {number_of(item) for item in items if number_of(item) not in legible and not item.fault}
        if there or faulty:
            found = self._route_parked(there, faulty)
        self._last_parked = number_of(items[-1]) if len(items) == self._settings.batch else 0
        return found

    def take_up(self) -> int:
        """What an earlier release could not read for a fault of ours is read again, once; how many messages."""
        with self._database.transaction() as session:
            warn_unguarded(session, self._clock())
            return try_again(session, RELEASE)

    def _portions(self, raw_ids: Sequence[int]) -> list[list[int]]:
        """As many messages as are read in one transaction, and are held in memory at once."""
        portions: list[list[int]] = []
        room = 0
        with self._database.reading() as session:
            for raw_id, size in stored_sizes(session, raw_ids):
                if not portions or len(portions[-1]) == TOGETHER or size > room:
                    portions.append([])
                    room = BYTES_TOGETHER
                portions[-1].append(raw_id)
                room -= size
        return portions

    def _read_one(self, raw_id: int) -> Reading:
        readings = self._read_together([raw_id])
        return readings[raw_id] if raw_id in readings else self._read_before(raw_id)

    def _read_together(self, raw_ids: Sequence[int]) -> dict[int, Reading]:
        """Read what is unread of these: opened and understood before the transaction, kept and routed in it."""
        with self._database.reading() as session:
            raws = {number_of(raw): raw for raw in load_unread(session, raw_ids)}
            if raws:
                session.info[LATEST] = max(raw.received_at for raw in raws.values())
            contents = {number: self._contents(session, raw) for number, raw in raws.items()}
        if not raws:
            return {}
        readings: dict[int, Reading] = {}
        with self._database.transaction() as session:
            ours = claim(session, raws)
            news = [each for number in ours for each in contents[number].news if not contents[number].problems]
            routing = Routing(session, self._settings, self._clock, news)
            kept: dict[int, list[InboxItem]] = {}
            for number, raw in raws.items():
                if number in ours:
                    kept[number] = _keep(routing, raw, contents[number])
            if ours:
                routing.close()
                note_read(session, (raws[number] for number in kept))
        for number, items in kept.items():
            state, problems = RawState(raws[number].state), contents[number].problems
            readings[number] = Reading(state, problems, tuple(items))
            self._metrics.read(raws[number].door, contents[number], state)
        return readings

    def _contents(self, session: Session, raw: RawMessage) -> Contents:
        """What the message says and may say. Never raises for what it holds: the bytes are there for who mends us."""
        if len(raw.body) > self._settings.max_body_bytes:  # a broker hands over whatever size it takes
            told = f"The limit is {self._settings.max_body_bytes} bytes."
            return Contents(problems=(refusal(Code.TOO_LARGE, ("body", None), detail=told),))
        message_type = ""
        try:
            opened = open_message(raw)
            message_type = opened.message_type
            signatures = check_signatures(session, raw, opened)
            signer = signatures.signer
            raw.cop_msg_id = opened.cop_msg_id
            raw.signed_by, raw.key_name = (signer.party, signer.key_name) if signer else ("", "")
            opened = replace(opened, sending=sending_of(raw.sender, raw.signed_by))
            try:
                contents = contents_of(raw, opened)
            except MessageRefused as refused:
                contents = Contents(message_type, problems=refused.problems)
            return admit(session, raw, opened, signatures, contents)
        except MessageRefused as refused:
            return Contents(message_type, problems=refused.problems)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one message that breaks the reader must not stop the others
            log.error("reading message %s failed: %s", raw.id, type(error).__name__)
            return Contents(message_type, problems=(refusal(Code.UNREADABLE),), faulty=True)

    def _mark_faulty(self, raw_id: int) -> Reading:
        problems = (refusal(Code.UNREADABLE),)
        with self._database.transaction() as session:
            if claim(session, [raw_id]):
                raw = session.get_one(RawMessage, raw_id, options=[WITHOUT_BYTES])  # which may be what is wrong
                raw.state, raw.read_by, raw.fault = RawState.FAULTY, RELEASE, _shown(problems)
                self._metrics.read(raw.door, Contents(problems=problems, faulty=True), RawState.FAULTY)
        return Reading(RawState.FAULTY, problems)

    def _route_parked(self, there: dict[int, News], faulty: set[int]) -> int:
        with self._database.transaction() as session:
            items = still_parked(session, there.keys() | faulty)
            routing = Routing(session, self._settings, self._clock, there.values())
            for item in items:
                if number_of(item) in there:
                    routing.route_parked(item, there[number_of(item)])
                else:
                    item.fault = "ValueError"
            routing.close()
            return sum(item.state != ItemState.PARKED for item in items)

    def _read_before(self, raw_id: int) -> Reading:
        with self._database.reading() as session:
            raw = message_with_bytes(session, raw_id)
            if raw is None:
                raise LookupError(f"no message {raw_id} is stored")
            contents = self._contents(session, raw)
            routing = Routing(session, self._settings, self._clock, contents.news)
            kept = [routing.kept(news) for news in contents.news]
        return Reading(RawState(raw.state), contents.problems, tuple(item for item in kept if item))


def _keep(routing: Routing, raw: RawMessage, contents: Contents) -> list[InboxItem]:
    """Note on the message what it said, and keep its news."""
    raw.message_type = contents.message_type[:20]
    raw.read_by = RELEASE
    raw.fault = _shown(contents.problems) if contents.problems else ""
    if contents.problems:
        raw.state = RawState.FAULTY if contents.faulty else RawState.REFUSED
        log.info("message %s %s: %s", raw.id, raw.state, _codes(contents.problems))
        return []
    kept = [routing.keep(raw, news) for news in contents.news]
    raw.state = RawState.READ
    log.info("message %s read: %s, %d pieces of news", raw.id, raw.message_type, len(kept))
    return kept


def _legible(item: InboxItem) -> News | None:
    try:
        return news_from(item.payload)
    except ValueError:  # kept by another release
        return None


def _shown(problems: Sequence[Problem]) -> str:
    """The problems as the inbox shows them: pointers without values, for a name may stand in the wrong field."""
    blank = {"fields": {"__all__": {"value"}}}
    return json.dumps([problem.model_dump(mode="json", exclude=blank) for problem in problems], ensure_ascii=False)


def _codes(problems: Sequence[Problem]) -> str:
    return ", ".join(sorted({problem.code for problem in problems}))
