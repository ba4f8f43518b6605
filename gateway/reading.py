"""Reading the inbox: a stored message becomes news, each piece kept once, with its case if that is known."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.keys import ID_PREFIX, CaseKey
from clearway.contracts.problems import Problem
from gateway.contents import contents_of
from gateway.news import News, news_from
from gateway.refusals import Code, refusal
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
from models.tables import InboxItem, RawMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What became of one stored message."""

    problems: tuple[Problem, ...] = ()
    item_ids: tuple[int, ...] = field(default=())


class Reader:
    """Turns stored messages into items, one transaction each; works on after a crash where it stopped."""

    def __init__(self, database: Database, settings: GatewaySettings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
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
        except (DataError, ValueError) as error:
            # What the database or we cannot hold would come again with every step and stop all later messages.
            log.error("keeping the news of message %s failed: %s", raw_id, type(error).__name__)
            return self._refuse(raw_id)

    def find_parked(self) -> int:
        """Look whether cases are known by now for parked items, a batch at a time; how many were found."""
        with self._database.transaction() as session:
            items = parked_after(session, self._last_parked, self._settings.batch)
            kept = [(item, news_from(item.payload)) for item in items]
            known = known_addresses(session, {address for _, news in kept for address in news.addresses})
            for item, news in kept:
                if not known.isdisjoint(news.addresses):
                    item.fault = ""
                    self._route_parked(session, item, news)
            found = sum(item.state != ItemState.PARKED for item in items)
        self._last_parked = number_of(items[-1]) if len(items) == self._settings.batch else 0
        return found

    def _read(self, raw_id: int) -> Reading:
        with self._database.transaction() as session:
            raw = claim(session, raw_id)
            if raw is None:
                return self._read_before(session, raw_id)
            contents = contents_of(raw)
            raw.message_type = contents.message_type[:20]
            if contents.problems:
                raw.state = RawState.REFUSED
                raw.fault = _shown(contents.problems)
                log.info("message %s refused: %s", raw_id, ", ".join(sorted({p.code for p in contents.problems})))
                return Reading(problems=contents.problems)
            kept = [self._keep(session, raw, news) for news in contents.news]
            raw.state = RawState.READ
            log.info("message %s read: %s, %d pieces of news", raw_id, raw.message_type, len(kept))
            return Reading(item_ids=tuple(number_of(item) for item in kept))

    def _refuse(self, raw_id: int) -> Reading:
        problems = (refusal(Code.UNREADABLE),)
        with self._database.transaction() as session:
            raw = claim(session, raw_id)
            if raw is not None:
                raw.state = RawState.REFUSED
                raw.fault = _shown(problems)
        return Reading(problems=problems)

    def _route_parked(self, session: Session, item: InboxItem, news: News) -> None:
        try:
            self._route(session, item, news, due=self._clock())
        except ValueError as error:
            log.error("routing item %s failed: %s", item.id, type(error).__name__)
            item.fault = type(error).__name__

    def _read_before(self, session: Session, raw_id: int) -> Reading:
        raw = session.get(RawMessage, raw_id)
        if raw is None:
            raise LookupError(f"no message {raw_id} is stored")
        contents = contents_of(raw)
        kept = items_under(session, [news.dedupe_key for news in contents.news])
        return Reading(problems=contents.problems, item_ids=tuple(number_of(item) for item in kept))

    def _keep(self, session: Session, raw: RawMessage, news: News) -> InboxItem:
        """Keep one piece of news and route it; what is kept already is counted."""
        known = items_under(session, [news.dedupe_key])
        if known:
            item = known[0]
            item.repeats += 1
        else:
            item = self._item(number_of(raw), news, raw.received_at, news.dedupe_key)
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
        )

    def _route(self, session: Session, item: InboxItem, news: News, due: datetime) -> None:
        """Give the item to its case, and a copy, once, to every other case to which it is news."""
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
        if news.bill:
            record_bill(session, news.bill, workflow_id)
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
