"""The desk for suspicion reports: checks and keeps them, files them with customs, writes their end (RULEBOOK B.16)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio import activity

from activities.acceptance import is_registered
from clearway.contracts.keys import CaseKey
from clearway.contracts.problems import Problem
from clearway.contracts.reports import (
    REPORT_PREFIX,
    AffectedList,
    ReportAcknowledgement,
    ReportState,
    ReportView,
    SuspicionReport,
)
from clearway.rules.fingerprint import content_hash
from connectors.errors import Refused, Unavailable
from models.addresses import case_address, remember, report_address
from models.database import Database
from models.inbox import find_cases
from models.report_refusals import declined
from models.report_work import CloseReport, FileReport, ReportFiling, ReportOnFile, StoreReport
from models.tables import Enterprise, SuspicionRecord


class ReportsDoor(Protocol):
    """Customs' door for reports."""

    def file(self, report: SuspicionReport, *, filed_at: datetime) -> ReportAcknowledgement:
        """File a report, once however often it is sent; raises Unavailable or Refused."""


class ReportDesk:
    """Everything that is done for a report outside its workflow; each step may be repeated after its commit."""

    def __init__(self, database: Database, customs: ReportsDoor) -> None:
        self._database = database
        self._customs = customs

    @activity.defn(no_thread_cancel_exception=True)
    def store_report(self, request: StoreReport) -> ReportOnFile:
        """Keep a report as it came, or say everything that is wrong with it; one on file is never replaced.

        To anybody but its reporter nothing is said of a report on file, not even that there is one.
        """
        report, workflow_id = request.request.report, REPORT_PREFIX + request.report_no
        with self._transaction() as session:
            if foreign := _foreign(request):
                return ReportOnFile(problems=foreign + _faults(session, report, request.now))
            record = session.get(SuspicionRecord, workflow_id, with_for_update=True)
            if record is None:
                if faults := _faults(session, report, request.now):
                    return ReportOnFile(problems=faults)
                session.add(_new_record(workflow_id, report, request.now))
                remember(session, workflow_id, [report_address(request.report_no)])
                return ReportOnFile(known=True, lists=_copies(session, report.lists))
            on_file = SuspicionReport.model_validate_json(record.body)
            return ReportOnFile(
                problems=_other(record, report),
                known=True,
                lists=_copies(session, on_file.lists),
                ending=ReportView.model_validate_json(record.ending) if record.ending else None,
            )

    @activity.defn(no_thread_cancel_exception=True)
    def file_report(self, request: FileReport) -> ReportFiling:
        """File the stored report with customs, unless customs has acknowledged it before."""
        with self._careful(self._database.reading) as session:
            record = session.get_one(SuspicionRecord, request.workflow_id)
            report = SuspicionReport.model_validate_json(record.body)
            known = _acknowledgement(record)
        if known is not None:
            return ReportFiling(acknowledgement=known)
        try:
            told = self._customs.file(report, filed_at=request.now)
        except Refused as error:
            return ReportFiling(refused=error.code)
        with self._transaction() as session:
            record = session.get_one(SuspicionRecord, request.workflow_id)
            record.state = ReportState.ACKNOWLEDGED
            record.acknowledgement_no, record.acknowledged_at = told.number, told.at
            record.changed_at = request.now
        return ReportFiling(acknowledgement=told)

    @activity.defn(no_thread_cancel_exception=True)
    def close_report(self, request: CloseReport) -> None:
        """Write the end into the register, once: what ended before stays as it ended."""
        with self._transaction() as session:
            record = session.get_one(SuspicionRecord, request.view.workflow_id)
            if record.ended_at is None:
                record.state = request.view.state
                record.changed_at = record.ended_at = request.now
                record.ending = request.view.model_dump_json()

    def _transaction(self) -> AbstractContextManager[Session]:
        return self._careful(self._database.transaction)

    @contextmanager
    def _careful(self, opened: Callable[[], AbstractContextManager[Session]]) -> Iterator[Session]:
        """A session whose failure repeats no value: a database's own words would name the reporter."""
        try:
            with opened() as session:
                yield session
        except SQLAlchemyError as error:
            raise Unavailable("the business database", type(error).__name__) from None


def _foreign(request: StoreReport) -> tuple[Problem, ...]:
    """A report is its reporter's own, and goes to the workflow of its own number."""
    report, sender = request.request.report, request.request.sender
    problems = []
    if report.key.report_no != request.report_no:
        problems.append(declined("E_REPORT_OTHER_KEY", "report.reporter", "report.report_id"))
    if sender.code != report.reporter or sender.on_behalf_of:
        problems.append(declined("E_REPORT_SENDER", "sender.code", "sender.on_behalf_of", "report.reporter"))
    return tuple(problems)


def _faults(session: Session, report: SuspicionReport, now: datetime) -> tuple[Problem, ...]:
    """Any registered party may report, whatever its role (seeds S0.11, S4.18)."""
    reporter = session.get(Enterprise, report.reporter)
    problems = []
    if reporter is None or not is_registered(reporter, now):
        problems.append(declined("E_REPORTER_UNKNOWN", "report.reporter"))
    if report.at > now:
        problems.append(declined("E_REPORT_IN_FUTURE", "report.at"))
    return tuple(problems)


def _other(record: SuspicionRecord, report: SuspicionReport) -> tuple[Problem, ...]:
    same = record.content_hash == content_hash(report)
    return () if same else (declined("E_DUPLICATE", "report.report_id"),)


def _new_record(workflow_id: str, report: SuspicionReport, now: datetime) -> SuspicionRecord:
    return SuspicionRecord(
        workflow_id=workflow_id,
        content_hash=content_hash(report),
        body=report.model_dump_json(),
        state=ReportState.SUBMITTED,
        received_at=now,
        changed_at=now,
    )


def _copies(session: Session, lists: tuple[AffectedList, ...]) -> tuple[CaseKey, ...]:
    """The copies that are meant, each once: as named, else the newest that is known."""
    return tuple(dict.fromkeys(_copy(session, each) for each in lists))


def _copy(session: Session, affected: AffectedList) -> CaseKey:
    known = find_cases(session, [case_address(affected.ebc_code, affected.order_no)])
    newest = next((CaseKey.of(each) for each in known), None)
    if affected.attempt is None and newest is not None:
        return newest
    return CaseKey(ebc_code=affected.ebc_code, order_no=affected.order_no, attempt=affected.attempt or 1)


def _acknowledgement(record: SuspicionRecord) -> ReportAcknowledgement | None:
    if record.acknowledgement_no is None or record.acknowledged_at is None:
        return None
    return ReportAcknowledgement(number=record.acknowledgement_no, at=record.acknowledged_at)
