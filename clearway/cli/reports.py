"""`clearway report`: a suspicion report handed in by its reporter, and where it stands (RULEBOOK B.16)."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from clearway.cli.json_files import read_json
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Address,
    AsJson,
    Language,
    Namespace,
    Seconds,
    TaskQueue,
)
from clearway.cli.outcomes import EXIT_CODES, Exit
from clearway.cli.reports_picture import report_answer_picture, report_picture
from clearway.cli.screen import Lang
from clearway.contracts import names
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportKey, SuspicionReport

report_app = typer.Typer(
    help="Report a suspected violation to customs, and see where the report stands.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _key(text: str) -> ReportKey:
    reporter, _, report_id = text.partition("/")
    try:
        return ReportKey(reporter=reporter, report_id=report_id)
    except ValidationError:
        raise typer.BadParameter("give REPORTER/ID: at most 18 characters and at most 60") from None


@report_app.command(epilog=EXIT_CODES)
def submit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON in the form of the contract.")],
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    task_queue: TaskQueue = names.TASK_QUEUE,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Hand in a report; every problem is told at once. The same again is answered alike."""
    line = Line(address, namespace, as_json, lang, timeout, task_queue)
    report = read_json(line, file, SuspicionReport, page="docs/reports.md")
    sender = Sender(code=report.reporter)  # nobody else may
    answer = line.ask(lambda client: client.report_suspicion(report, sender=sender))
    line.tell(answer, report_answer_picture(answer, lang))
    raise typer.Exit(Exit.DONE if answer.accepted else Exit.REFUSED)


@report_app.command(epilog=EXIT_CODES)
def show(
    key: Annotated[
        ReportKey,
        typer.Argument(parser=_key, metavar="REPORTER/ID", help="Reporter's code and its number of the report."),
    ],
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show where a report stands: customs' acknowledgement, the lists it holds, customs' decision."""
    line = Line(address, namespace, as_json, lang, timeout)
    view = line.ask(lambda client: client.view_report(key))
    line.tell(view, report_picture(view, lang))
