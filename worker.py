"""The composition root: knows every part, wires them, and runs a worker. Nothing but tests imports it."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker, WorkerDeploymentConfig

from activities.articles import ArticlesDesk
from activities.changes import ChangeDesk
from activities.closing import CaseRegister
from activities.collection import CollectionDesk
from activities.corrected_copy import DraftingDesk
from activities.customs_filing import CustomsDoor, CustomsFiling
from activities.examination import Examiner
from activities.goods_returns import ReturnDesk
from activities.identity import IdentityAuthority
from activities.inspections import InspectionOffice
from activities.legal_clocks import LegalCalendar
from activities.reports import ReportDesk, ReportsDoor
from activities.tax_payment import Bank, TaxOffice
from clearway.connection import connect
from clearway.contracts import names
from clearway.ending import leave
from clearway.messages import Transfer
from clearway.messages.signatures import KeyRefused
from clearway.rules.parameters import ParameterError
from clearway.telemetry import hand_over, metrics_runtime, start_traces
from connectors.bank import BankClient
from connectors.customs import CustomsClient
from connectors.customs.keys import signing_pool
from connectors.customs.reports import ReportsClient
from connectors.customs.transports import transport_from
from connectors.errors import Unavailable
from connectors.identity import IdentityClient
from connectors.settings import PlatformSettings
from models.database import Database
from models.rule_packs import check_packs
from models.settings import StoreSettings
from workers.options import Options, Part, arguments_of, read_options
from workers.sandbox import workflow_runner
from workers.settings import WorkerSettings
from workers.stopping import Stop, UnderWay, first_of
from workers.supervision import supervise
from workers.versions import deployment_config, drained
from workflows.catalogue import WORKFLOWS

ACTIVITY_THREADS = 16
LAST_WORK = timedelta(seconds=8)
"""For activities under way when a worker is told to stop, or they are broken off; Docker ends it after ten seconds."""


class Workers:
    """One worker for each part that this process does, started and stopped together."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        """Take them as they are configured."""
        self._workers = tuple(workers)

    @property
    def workflows(self) -> tuple[type, ...]:
        """The workflows they run."""
        return tuple(each for worker in self._workers for each in worker.config().get("workflows", ()))

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            await worker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ends = (worker.__aexit__(kind, error, trace) for worker in self._workers)
        for end in await asyncio.gather(*ends, return_exceptions=True):  # one that failed waits for the other's work
            if end is not None:
                raise end

    async def run(self) -> None:
        """Work until cancelled, or until one of them fails: then the others finish what they have begun."""
        async with self:
            await asyncio.Event().wait()


def build_worker(
    client: Client,
    database: Database,
    *,
    customs: CustomsDoor,
    reports: ReportsDoor,
    bank: Bank,
    authority: IdentityAuthority,
    person_key_secret: str,
    task_queue: str = names.TASK_QUEUE,
    max_cached_workflows: int = 1000,
    parts: Collection[Part] = tuple(Part),
    filings_per_second: float | None = None,
    payments_per_second: float | None = None,
    threads: int = ACTIVITY_THREADS,
    grace: timedelta = LAST_WORK,
    deployment: WorkerDeploymentConfig | None = None,
    interceptors: Sequence[Interceptor] = (),
    on_fatal_error: Callable[[BaseException], Awaitable[None]] | None = None,
) -> Workers:
    """The workers of this service on what they are given; the caller runs them and closes what he gave.

    `on_fatal_error` hears of a worker that failed and takes no more work; it may never come to its end by itself.
    `filings_per_second` bounds all that goes to customs, over every process: a UKey signs about four a second; and
    `payments_per_second` all that asks the bank. `threads` is how many activities of one part a process does at once.
    """
    examiner = Examiner(database, authority, person_key_secret)
    filing = CustomsFiling(database, customs)
    changes = ChangeDesk(database, customs, person_key_secret)
    calendar = LegalCalendar(database)
    inspections = InspectionOffice(database)
    returns = ReturnDesk(database, customs)
    suspicions = ReportDesk(database, reports)
    articles = ArticlesDesk(database, authority, bank, person_key_secret)
    collection = CollectionDesk(database, bank)
    filings: list[Callable[..., Any]] = [
        filing.send_documents_to_customs,
        filing.file_declaration_list,
        changes.file_modification,
        changes.file_cancellation,
        suspicions.file_report,
        returns.file_return_application,
    ]
    payments: list[Callable[..., Any]] = [
        collection.pay_orders,
        articles.pay_articles_tax,
        TaxOffice(database, bank).pay_tax,
    ]

    def new_worker(queue: str, activities: list[Callable[..., Any]], rate: float | None = None, **of: Any) -> Worker:
        return Worker(
            client,
            task_queue=queue,
            activities=activities,
            activity_executor=ThreadPoolExecutor(threads, thread_name_prefix=queue),
            max_concurrent_activities=threads,  # what waits here for a thread would lose its time and its place
            max_concurrent_local_activities=threads,
            max_task_queue_activities_per_second=rate,
            graceful_shutdown_timeout=grace,
            deployment_config=deployment,
            interceptors=interceptors,
            on_fatal_error=on_fatal_error,
            **of,
        )

    workers: list[Worker] = []
    if Part.CUSTOMS in parts:
        workers.append(new_worker(names.customs_queue(task_queue), filings, filings_per_second))
    if Part.BANK in parts:
        workers.append(new_worker(names.bank_queue(task_queue), payments, payments_per_second))
    if Part.LISTS in parts:
        desk: list[Callable[..., Any]] = [
            *(*filings, *payments),  # those that were under way when 0.4 was replaced wait on this queue
            examiner.examine_documents,
            changes.prepare_modification,
            changes.settle_modification,
            DraftingDesk(database).draft_corrected_copy,
            calendar.set_legal_clocks,
            calendar.note_blocks,
            inspections.call_to_inspection,
            inspections.tell_disposition,
            CaseRegister(database).close_case,
            collection.plan_run,
            collection.settle_rows,
            collection.close_run,
            articles.examine_articles,
            articles.close_articles,
            suspicions.store_report,
            suspicions.close_report,
            returns.open_return,
            returns.settle_goods,
            returns.close_return,
        ]
        runner = workflow_runner(client.data_converter)
        cache = max_cached_workflows
        most = (
            2 * threads
        )  # a task that waits here for a thread would be late for the server, which gives it ten seconds
        workers.append(
            new_worker(
                task_queue,
                desk,
                workflows=WORKFLOWS,
                workflow_runner=runner,
                max_cached_workflows=cache,
                max_concurrent_workflow_tasks=most,
            )
        )
    return Workers(workers)


async def serve(options: Options) -> int:
    """Run one worker process until it is told to stop and what is under way has finished; its exit code."""
    store, platforms, settings = StoreSettings(), PlatformSettings(), WorkerSettings()
    database = Database(store.database_url)
    database.migrate()
    with database.transaction() as session:
        check_packs(session)
    transfer = Transfer(
        cop_code=platforms.transmitter_code, cop_name=platforms.transmitter_name, dxp_id=platforms.dxp_id
    )
    log, signs = logging.getLogger("worker"), Part.CUSTOMS in options.parts
    signer = signing_pool(platforms) if signs else None
    if signer is None and signs:
        log.warning("CLEARWAY_SIGNING_KEYS is not set: nothing that goes to customs is signed")
    client = await connect(interceptors=start_traces("clearway-worker"), runtime=metrics_runtime(nth=options.nth))
    deployment, under_way = deployment_config(settings), UnderWay()
    stop = Stop(under_way, settings.grace, line=options.line)
    with httpx.Client() as http, closing(transport_from(platforms.customs_url, http=http)) as transport:
        worker = build_worker(
            client,
            database,
            customs=CustomsClient(transport, transfer, signer=signer, envelope=platforms.dxp_envelope),
            reports=ReportsClient(platforms.reports_url or platforms.customs_url, http),
            bank=BankClient(platforms.bank_url, http),
            authority=IdentityClient(platforms.identity_url, http),
            person_key_secret=store.person_key_secret.get_secret_value(),
            max_cached_workflows=settings.cached_workflows,
            parts=options.parts,
            filings_per_second=platforms.filings_per_second,
            payments_per_second=platforms.payments_per_second,
            threads=settings.activity_threads,
            grace=settings.grace,
            deployment=deployment,
            interceptors=(under_way,),
            on_fatal_error=stop.fail,
        )
        async with worker:
            told = deployment.version.to_canonical_string() if deployment else "no version"
            log.info("worker ready for %s on %s, %s", " and ".join(options.parts), names.TASK_QUEUE, told)
            stop.ready()
            if options.until_drained:
                await first_of(stop.told, lambda: drained(client, deployment))
                stop.give("this version is drained")
            else:
                await stop.told()
    database.close()
    return stop.account()


class ExpectedFailures(logging.Filter):
    """An outside platform that is down is told in one line; Temporal tries again and shows it in the Web UI."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback off; keep the record."""
        if record.exc_info and isinstance(record.exc_info[1], Unavailable):
            record.msg, record.args = "will be tried again: %s", (str(record.exc_info[1]),)
            record.exc_info = None
        return True


def run(options: Options) -> int:
    """One process, or several, to the exit code; 1 and one sentence when a setting or Temporal fails us."""
    logging.getLogger("temporalio.activity").addFilter(ExpectedFailures())
    remedy = "Mend the CLEARWAY_*, TEMPORAL_* or OTEL_* setting; docs/operating.md lists them."
    try:
        if options.processes > 1:
            return supervise(arguments_of(options), options.processes, WorkerSettings().grace)
        return asyncio.run(serve(options))
    except KeyboardInterrupt:
        return 0  # before it took any work
    except ValidationError as error:
        faults = [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_url=False)]
    except SQLAlchemyError as error:
        faults = [f"the database cannot be used: {str(error).splitlines()[0]}"]
    except ParameterError as error:
        faults = list(error.complaints)
        remedy = "Open lists keep this pack: run the version before this one until they are over, and report it."
    except KeyRefused as refused:
        faults = [f"{each.code}: {each.message_en}. {each.remedy_en}" for each in refused.problems]
    except (RuntimeError, ValueError) as error:  # Temporal's address; a payload key, a port of metrics
        faults = [str(error).splitlines()[0]]
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    sys.stderr.write(f"{remedy}\n")
    return 1


def main() -> None:
    """Run one worker, or several processes of it: one process fills about one core."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    status = run(read_options())
    hand_over()
    leave(status)


if __name__ == "__main__":
    main()
