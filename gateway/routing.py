"""Routing: the news of one batch of messages is kept once each, and given to its cases, in one transaction."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.keys import ID_PREFIX, CaseKey
from gateway.news import NOT_FOR_CASES, News, news_from
from gateway.oddities import contradicted, said_otherwise
from gateway.our_messages import as_receipt, note
from gateway.refusals import Code
from gateway.settings import GatewaySettings
from gateway.wake import changes_nothing, is_decisive, longest_ride, wakes
from models.addresses import list_address
from models.inbox import ItemState, number_of, record_bill, unanswered
from models.known import Known
from models.notices import tell_all
from models.tables import InboxItem, RawMessage
from models.telling import parties_of, receipt_events, tell_bill

log = logging.getLogger(__name__)


class Routing:
    """Keeps news and gives it to its cases. What the database knows of the batch is asked once, and `close` writes."""

    def __init__(
        self, session: Session, settings: GatewaySettings, clock: Callable[[], datetime], batch: Iterable[News]
    ) -> None:
        news = tuple(batch)
        self._session = session
        self._settings = settings
        self._clock = clock
        self._known = Known(
            session,
            keys={key for each in news for key in (each.dedupe_key, other_content_key(each))},
            subjects={(each.kind, each.addresses[0]) for each in news if each.identity},
            addresses={address for each in news for address in (*each.addresses, *each.hints)},
        )
        self._receipts: list[tuple[str, CustomsReceipt]] = []

    def keep(self, raw: RawMessage, news: News) -> InboxItem:
        """Keep one piece of news and route it; what is kept already is counted, unless we read it again ourselves."""
        item = self.kept(news)
        if item is not None:
            item.repeats += not raw.replays
        else:
            first = self._known.under(news.dedupe_key)
            key = other_content_key(news) if first else news.dedupe_key
            item = _item(number_of(raw), news, raw.received_at, key)
            if first is not None and first.id is None:
                self._session.flush()  # its number is told
            item.remark = said_otherwise(news, first, self._known.about(news.kind, news.addresses[0]))
            self._known.add(item)
            if news.bill:
                record_bill(self._session, news.bill, None)
        # The door delivers itself what its sender waits for; the dispatcher only does so when the door could not.
        wait = timedelta(seconds=self._settings.call_seconds if news.is_awaited else 0)
        self._route(item, news, due=self._clock() + wait)
        return item

    def kept(self, news: News) -> InboxItem | None:
        """What is kept already of the same news with the same content."""
        found = (self._known.under(key) for key in (news.dedupe_key, other_content_key(news)))
        return next((item for item in found if item is not None and not _differs(item, news)), None)

    def route_parked(self, item: InboxItem, news: News) -> None:
        """Give an item that was parked to its case, if it is known by now."""
        item.fault = ""
        try:
            self._route(item, news, due=self._clock())
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - as for messages: what cannot be routed stops nothing else
            log.error("routing item %s failed: %s", item.id, type(error).__name__)
            item.fault = type(error).__name__

    def close(self) -> None:
        """Write what was gathered: further numbers of cases, and what the enterprises are told."""
        self._known.write()
        if self._receipts:
            parties = parties_of(self._session, {workflow_id for workflow_id, _ in self._receipts})
            events = [event for told in self._receipts for event in receipt_events(parties, *told)]
            tell_all(self._session, events, self._clock())
        self._session.flush()

    def _route(self, item: InboxItem, news: News, due: datetime) -> None:
        """Give the item to its case, and a copy, once, to every other case to which it is news."""
        if news.kind in NOT_FOR_CASES:
            note(self._session, item, news)
            return
        if news.format_check:
            news = as_receipt(self._session, item, news)
        if item.state == ItemState.NOTED:
            return
        if news.format_check:
            return  # what was in that message is not known, or nothing of a case's
        cases = self._cases(news)
        if len(cases) > 1 and not news.is_shared:
            item.fault = Code.ORDER_AMBIGUOUS
            return
        moved = news.submission is not None and item.workflow_id not in cases
        if cases and (item.workflow_id is None or moved):
            self._assign(item, news, cases[0], due)
        if item.workflow_id is None:
            return
        others = [case for case in cases if self._is_news_to(case, item.workflow_id, news)]
        for case in others:
            key = _copy_key(item, case)
            if not self._is_kept(key):
                copy = _item(item.raw_id, news, item.arrived_at, key)
                self._known.add(copy)
                self._assign(copy, news, case, due)

    def _is_kept(self, key: str) -> bool:
        """Whether there is a copy under this key; few news have any, so that it is asked one by one."""
        return self._known.under(key) is not None or self._known.look_under(key) is not None

    def _is_news_to(self, case: str, told: str, news: News) -> bool:
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
        filing = self._known.filings(case).get(news.receipt.about)
        return filing is not None and filing.answered is None

    def _cases(self, news: News) -> tuple[str, ...]:
        if news.report:
            return (news.report.report.key.workflow_id,)  # which it opens itself
        known = self._known.cases(news.addresses, news.hearer)
        if len(known) > 1 and news.hints:
            meant = self._known.cases(news.hints, news.hearer)
            known = tuple(case for case in known if case in meant) or known
        return news.submission.aim(known) if news.submission else known

    def _assign(self, item: InboxItem, news: News, workflow_id: str, due: datetime) -> None:
        """The case is known: note what the news means for other news, and when it is to be delivered."""
        receipt = news.receipt
        filings = self._known.filings(workflow_id) if receipt else {}
        if receipt:
            if receipt.about in filings and is_decisive(receipt.about, receipt.status):
                filings[receipt.about].answered = receipt.status
            self._known.remember(workflow_id, _numbers_of(receipt))
            self._receipts.append((workflow_id, receipt))
        if news.bill:
            record_bill(self._session, news.bill, workflow_id)
            tell_bill(self._session, workflow_id, news.bill, self._clock())
        if not item.remark:
            filing = filings.get(receipt.about) if receipt else None
            item.remark = contradicted(item, news, lambda: self._earlier(item, workflow_id), filing)
        item.workflow_id = workflow_id
        item.fault = ""
        if changes_nothing(news):
            item.state, item.wakes = ItemState.NOTED, False
            item.deliver_by = item.delivered_at = item.arrived_at
        else:
            item.state, item.delivered_at = ItemState.WAITING, None
            item.wakes = wakes(news, unanswered(filings))
            item.deliver_by = due if item.wakes else item.arrived_at + longest_ride(news, self._settings)
        self._known.assign(item)

    def _earlier(self, item: InboxItem, workflow_id: str) -> Iterable[InboxItem]:
        """The case's receipts, with numbers, for a remark names them."""
        found = self._known.of_case(item.kind, workflow_id)
        if any(other.id is None for other in found):
            self._session.flush()
        return found


def other_content_key(news: News) -> str:
    """The key of news that shares its number, status, time and text with other news, and says more or less."""
    return f"{news.dedupe_key}|other|{news.content_key[:16]}"


def _item(raw_id: int, news: News, arrived_at: datetime, dedupe_key: str) -> InboxItem:
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
