"""The list's steps on DBOS: the same record, the same activities as durable steps, the same messages received.

DBOS lives in the process that serves the lists, so starting and sending are calls in it, as its manual shows. It has no
virtual clock; none is needed, since the last wait ends by a message, as the real list's timer is ended by one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID

from activities.customs_filing import CustomsFiling
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from bench.sides import AS_IT_COMES
from bench.workers import SECRET, Line, Place, TellingCustoms
from clearway.contracts.case import Answer, CaseView, DeclareList, StartCase, Transmission
from clearway.contracts.collection import TaxNews
from clearway.contracts.customs import CustomsNews
from clearway.contracts.documents import DocumentKind
from models.case import DeclarationCase
from models.database import Database
from models.narrative import attributes, view_of
from models.work import ExamineRequest, FileRequest, ReleaseFact
from tests.standins import Authority

STANDING = "standing"
LOOK = 0.02
"""Seconds between two looks of DBOS for messages on SQLite; on PostgreSQL it is told."""
WINDOW = timedelta(days=45)
PATIENCE = 60.0
Asked = TypeVar("Asked")
Given = TypeVar("Given")


class DurableLists:
    """One list as a DBOS workflow, and its steps."""

    def __init__(self, database: Database, tell: Callable[[str], None]) -> None:
        filing = CustomsFiling(database, TellingCustoms(tell))
        self._examine = _step("examine", Examiner(database, Authority(), SECRET).examine_documents)
        self._send = _step("send", filing.send_documents_to_customs)
        self._file = _step("file", filing.file_declaration_list)
        self._set_clocks = _step("clocks", LegalCalendar(database).set_legal_clocks)

        @DBOS.workflow(name="list")
        def live(start: StartCase, request: DeclareList, at: datetime) -> CaseView:
            return self._live(start, request, at)

        self.live = live

    def _live(self, start: StartCase, request: DeclareList, at: datetime) -> CaseView:
        """The story of an undisturbed list; the instants are those of the messages, so nothing asks a clock."""
        case = DeclarationCase(start)
        case.collected = True
        handed_in = Transmission(document=request.declaration_list, sender=request.sender)
        examination = self._examine(
            ExamineRequest(
                key=case.key,
                profile=case.profile,
                now=at,
                opened_at=at,
                arrivals=(*request.documents, handed_in),
                open_for_change=True,
            )
        )
        case.take_examination(examination, at)
        _show(case)
        self._hand_over(case, self._send, at, but=DocumentKind.DECLARATION_LIST)
        while case.unaccepted_documents:
            at = _hear(case)
        case.list_filed = True
        self._hand_over(case, self._file, at, only=DocumentKind.DECLARATION_LIST)
        while case.release is None:
            at = _hear(case)
        fact = ReleaseFact(key=case.key, released_at=case.release.at, now=at, profile=case.profile, collected=True)
        case.take_clocks(self._set_clocks(fact), at)
        _show(case)
        while not case.can_settle:
            at = _hear(case)
        case.settle(at)
        _show(case)
        return view_of(case)

    def _hand_over(
        self,
        case: DeclarationCase,
        how: Callable[[FileRequest], Any],
        at: datetime,
        *,
        but: DocumentKind | None = None,
        only: DocumentKind | None = None,
    ) -> None:
        documents = tuple(each for each in case.documents if each.kind != but and only in (None, each.kind))
        case.begin_filing(documents)
        case.take_filing(how(FileRequest(key=case.key, documents=documents, now=at, profile=case.profile)), at)


def _step(name: str, how: Callable[[Asked], Given]) -> Callable[[Asked], Given]:
    """A durable step of a method; DBOS wants a function."""

    @DBOS.step(name=name)
    def step(asked: Asked) -> Given:
        return how(asked)

    return step


def _show(case: DeclarationCase) -> None:
    """What operators filter by and what the sender is answered: an event where Temporal has search attributes."""
    DBOS.set_event(STANDING, {"attributes": attributes(case), "answer": case.answer()})


def _hear(case: DeclarationCase) -> datetime:
    """One message: customs' news or the collection's."""
    match DBOS.recv(timeout_seconds=WINDOW.total_seconds()):
        case CustomsNews() as news:
            at = news.receipts[-1].at
            case.take_news(news, at)
        case TaxNews() as news:
            at = news.at
            case.take_tax_news(news)
        case other:
            raise TypeError(f"{type(other).__name__} is no news")
    return at


async def serve(place: Place, database: Database, line: Line) -> None:
    """Run DBOS until the driver says stop."""
    DBOS(config=_config(place))
    lists = DurableLists(database, line.tell)
    DBOS.launch()
    running: dict[str, Any] = {}

    def declare(start: StartCase, request: DeclareList, at: datetime) -> Answer:
        workflow_id = start.key.workflow_id
        with SetWorkflowID(workflow_id):
            running[workflow_id] = DBOS.start_workflow(lists.live, start, request, at)
        answer: Answer = DBOS.get_event(workflow_id, STANDING, timeout_seconds=PATIENCE)["answer"]
        return answer

    line.does = {
        "declare": declare,
        "send": lambda workflow_id, news: DBOS.send(workflow_id, news),
        "result": lambda workflow_id: running.pop(workflow_id).get_result(),
    }
    try:
        line.open()
        await line.stopped.wait()
    finally:
        DBOS.destroy()


def _config(place: Place) -> DBOSConfig:
    config = DBOSConfig(name="bench", log_level="ERROR", notification_listener_polling_interval_sec=LOOK)
    if place.side.on_postgresql or place.side.name == AS_IT_COMES:
        config["system_database_url"] = place.system_url
    else:
        config["system_database_engine"] = _in_wal_mode(place.system_url)
    return config


def _in_wal_mode(url: str) -> sqlalchemy.Engine:
    """The durability of Temporal's file, on DBOS's; the rest as DBOS sets it itself."""
    engine = sqlalchemy.create_engine(url)

    @sqlalchemy.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine
