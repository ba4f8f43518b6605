"""Reading the inbox: a stored message becomes news, each piece kept once, with its case if that is known."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlmodel import Session

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.keys import ID_PREFIX, CaseKey
from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused
from gateway.contents import contents_of
from gateway.gatekeeper import admit, check_signatures, warn_unguarded
from gateway.metrics import Metrics
from gateway.news import NOT_FOR_CASES, Contents, News, news_from
from gateway.oddities import contradicted, said_otherwise
from gateway.opening import open_message
from gateway.our_messages import as_receipt, note
from gateway.refusals import Code, refusal
from gateway.sender import sending_of
from gateway.settings import GatewaySettings
from gateway.wake import is_decisive, longest_ride, wakes
from models.addresses import list_address, remember
from models.database import Database
from models.inbox import (
    ItemState,
    RawState,
    claim,
    find_cases,
    items_under,
    known_addresses,
    latest_filings,
    number_of,
    parked_after,
    record_bill,
    unanswered,
    unread,
)
from models.inbox_care import try_again
from models.tables import InboxItem, RawMessage
from models.telling import tell_bill, tell_receipt

RELEASE = version("clearway")
"""Which release of ours reads: what it cannot read for a fault of ours, the next one tries again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What became of one stored message."""

    state: RawState
    problems: tuple[Problem, ...] = ()
    item_ids: tuple[int, ...] = field(default=())


class Reader:
    """Turns stored messages into items, one transaction each; works on after a crash where it stopped."""

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
        with self._database.transaction() as session:
            return unread(session, self._settings.batch)

    def read(self, raw_id: int) -> Reading:
        """Read one message. A message that was read before changes nothing and is answered from what was kept."""
        try:
            return self._read(raw_id)
        except IntegrityError:
            # The same news was kept by another process in the same moment; now it is there to be found.
            return self._read(raw_id)
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and not isinstance(error, DataError):
                raise  # the database is away, which is no fault of the message
            # What the database or we cannot hold would come again with every step and stop all later messages.
            log.error("keeping the news of message %s failed: %s", raw_id, type(error).__name__)
            return self._mark_faulty(raw_id)

    def find_parked(self) -> int:
        """Look whether cases are known by now for parked items, a batch at a time; how many were found."""
        with self._database.transaction() as session:
            items = parked_after(session, self._last_parked, self._settings.batch)
            kept = [(item, news) for item in items if (news := self._legible(item)) is not None]
            known = known_addresses(session, {address for _, news in kept for address in news.addresses})
            for item, news in kept:
                if not known.isdisjoint(news.addresses):
                    item.fault = ""
                    self._route_parked(session, item, news)
            found = sum(item.state != ItemState.PARKED for item in items)
        self._last_parked = number_of(items[-1]) if len(items) == self._settings.batch else 0
        return found

    def take_up(self) -> int:
        """What an earlier release could not read for a fault of ours is read again, once; how many messages."""
        with self._database.transaction() as session:
            warn_unguarded(session, self._clock())
            return try_again(session, RELEASE)

    def _legible(self, item: InboxItem) -> News | None:
        try:
            return news_from(item.payload)
        except ValueError:  # kept by another release
            item.fault = "ValueError"
            return None

    def _read(self, raw_id: int) -> Reading:
        with self._database.transaction() as session:
            raw = claim(session, raw_id)
            if raw is None:
                return self._read_before(session, raw_id)
            contents = self._contents(session, raw)
            raw.message_type = contents.message_type[:20]
            raw.read_by = RELEASE
            raw.fault = _shown(contents.problems) if contents.problems else ""
            if contents.problems:
                raw.state = RawState.FAULTY if contents.faulty else RawState.REFUSED
                log.info("message %s %s: %s", raw_id, raw.state, _codes(contents.problems))
                reading = Reading(raw.state, contents.problems)
            else:
                kept = [self._keep(session, raw, news) for news in contents.news]
                raw.state = RawState.READ
                log.info("message %s read: %s, %d pieces of news", raw_id, raw.message_type, len(kept))
                reading = Reading(raw.state, item_ids=tuple(number_of(item) for item in kept))
            door = raw.door
        self._metrics.read(door, contents, reading.state)
        return reading

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
            raw = claim(session, raw_id)
            if raw is not None:
                raw.state, raw.read_by, raw.fault = RawState.FAULTY, RELEASE, _shown(problems)
                self._metrics.read(raw.door, Contents(problems=problems, faulty=True), RawState.FAULTY)
        return Reading(RawState.FAULTY, problems)

    def _route_parked(self, session: Session, item: InboxItem, news: News) -> None:
        try:
            self._route(session, item, news, due=self._clock())
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - as for messages: what cannot be routed stops nothing else
            log.error("routing item %s failed: %s", item.id, type(error).__name__)
            item.fault = type(error).__name__

    def _read_before(self, session: Session, raw_id: int) -> Reading:
        raw = session.get(RawMessage, raw_id)
        if raw is None:
            raise LookupError(f"no message {raw_id} is stored")
        contents = self._contents(session, raw)
        kept = [self._kept(session, news) for news in contents.news]
        return Reading(RawState(raw.state), contents.problems, tuple(number_of(item) for item in kept if item))

    def _kept(self, session: Session, news: News) -> InboxItem | None:
        """What is kept already of the same news with the same content."""
        keys = [news.dedupe_key, other_content_key(news)]
        return next((item for item in items_under(session, keys) if not _differs(item, news)), None)

    def _keep(self, session: Session, raw: RawMessage, news: News) -> InboxItem:
        """Keep one piece of news and route it; what is kept already is counted, unless we read it again ourselves."""
        item = self._kept(session, news)
        if item is not None:
            item.repeats += not raw.replays
        else:
            first = items_under(session, [news.dedupe_key])
            key = other_content_key(news) if first else news.dedupe_key
            item = self._item(number_of(raw), news, raw.received_at, key)
            item.remark = said_otherwise(session, news, first[0] if first else None)
            session.add(item)
            session.flush()
            if news.bill:
                record_bill(session, news.bill, None)
        # The door delivers itself what its sender waits for; the dispatcher only does so when the door could not.
        wait = timedelta(seconds=self._settings.call_seconds if news.is_awaited else 0)
        self._route(session, item, news, due=self._clock() + wait)
        return item

    def _item(self, raw_id: int, news: News, arrived_at: datetime, dedupe_key: str) -> InboxItem:
        return InboxItem(
            raw_id=raw_id,
            kind=news.kind,
            address=news.addresses[0],
            dedupe_key=dedupe_key,
            state=ItemState.PARKED,
            wakes=False,
            payload=news.model_dump_json(exclude_none=True),
            arrived_at=arrived_at,
            deliver_by=arrived_at,
            repeats=0,
            tries=0,
            fault="",
            remark="",
        )

    def _route(self, session: Session, item: InboxItem, news: News, due: datetime) -> None:
        """Give the item to its case, and a copy, once, to every other case to which it is news."""
        if news.kind in NOT_FOR_CASES:
            note(session, item, news)
            return
        if news.format_check:
            news = as_receipt(session, item, news)
        if item.state == ItemState.NOTED:
            return
        if news.format_check:
            return  # what was in that message is not known, or nothing of a case's
        cases = self._cases(session, news)
        if len(cases) > 1 and not news.is_shared:
            item.fault = Code.ORDER_AMBIGUOUS
            return
        moved = news.submission is not None and item.workflow_id not in cases
        if cases and (item.workflow_id is None or moved):
            self._assign(session, item, news, cases[0], due)
        if item.workflow_id is None:
            return
        others = [case for case in cases if self._is_news_to(session, case, item.workflow_id, news)]
        copies = {copy.dedupe_key for copy in items_under(session, [_copy_key(item, case) for case in others])}
        for case in others:
            if _copy_key(item, case) not in copies:
                copy = self._item(item.raw_id, news, item.arrived_at, _copy_key(item, case))
                self._assign(session, copy, news, case, due)
                session.add(copy)

    def _is_news_to(self, session: Session, case: str, told: str, news: News) -> bool:
        """Another list hears what it shares (a split payment); a corrected copy hears what it waits for itself.

        Customs answers a document that it has already with the words it used before, so the copy's own filing would
        seem answered to the earlier attempt alone.
        """
        if case == told:
            return False
        if _without_attempt(case) != _without_attempt(told):
            return news.is_shared
        if news.receipt is None or not is_decisive(news.receipt.about, news.receipt.status):
            return False
        filing = latest_filings(session, case).get(news.receipt.about)
        return filing is not None and filing.answered is None

    def _cases(self, session: Session, news: News) -> tuple[str, ...]:
        if news.report:
            return (news.report.report.key.workflow_id,)  # which it opens itself
        known = find_cases(session, news.addresses, news.hearer)
        if len(known) > 1 and news.hints:
            meant = find_cases(session, news.hints, news.hearer)
            known = tuple(case for case in known if case in meant) or known
        return news.submission.aim(known) if news.submission else known

    def _assign(self, session: Session, item: InboxItem, news: News, workflow_id: str, due: datetime) -> None:
        """The case is known: note what the news means for other news, and when it is to be delivered."""
        filings = latest_filings(session, workflow_id) if news.receipt else {}
        if news.receipt:
            about = news.receipt.about
            if about in filings and is_decisive(about, news.receipt.status):
                filings[about].answered = news.receipt.status
            remember(session, workflow_id, _numbers_of(news.receipt))
            tell_receipt(session, workflow_id, news.receipt, self._clock())
        if news.bill:
            record_bill(session, news.bill, workflow_id)
            tell_bill(session, workflow_id, news.bill, self._clock())
        item.remark = item.remark or contradicted(session, item, news, workflow_id)
        item.workflow_id = workflow_id
        item.state = ItemState.WAITING
        item.fault = ""
        item.delivered_at = None
        item.wakes = wakes(news, unanswered(filings))
        item.deliver_by = due if item.wakes else item.arrived_at + longest_ride(news, self._settings)


def _shown(problems: Sequence[Problem]) -> str:
    """The problems as the inbox shows them: pointers without values, for a name may stand in the wrong field."""
    blank = {"fields": {"__all__": {"value"}}}
    return json.dumps([problem.model_dump(mode="json", exclude=blank) for problem in problems], ensure_ascii=False)


def _codes(problems: Sequence[Problem]) -> str:
    return ", ".join(sorted({problem.code for problem in problems}))


def other_content_key(news: News) -> str:
    """The key of news that shares its number, status, time and text with other news, and says more or less."""
    return f"{news.dedupe_key}|other|{news.content_key[:16]}"


def _differs(item: InboxItem, news: News) -> bool:
    """Whether a receipt kept under the same key says something else; of all other news the key is the whole."""
    if news.receipt is None:
        return False
    try:
        kept = news_from(item.payload)
    except ValueError:
        return False
    return kept.content_key != news.content_key


def _numbers_of(receipt: CustomsReceipt) -> list[str]:
    """Further numbers that customs gave the list or application; later news may name only these."""
    if receipt.about in THREE_DOCUMENTS:
        return []
    numbers = (("pre", receipt.pre_no), ("invt", receipt.invt_no))
    return [list_address(kind, number) for kind, number in numbers if number]


def _without_attempt(workflow_id: str) -> str:
    """The same for all copies of a list: a later copy has heard what the earlier one was told."""
    if not workflow_id.startswith(ID_PREFIX):
        return workflow_id
    return CaseKey.of(workflow_id).model_copy(update={"attempt": 1}).workflow_id


def _copy_key(item: InboxItem, workflow_id: str) -> str:
    return f"{item.dedupe_key}|{workflow_id}"
