"""`clearway articles`: an individual's List of Items handed in, approved, disposed of and shown."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from clearway.cli.articles_picture import articles_answer_picture, articles_picture
from clearway.cli.json_files import read_json
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Actor,
    Address,
    AsJson,
    Language,
    Namespace,
    Profile,
    Reason,
    Seconds,
    TaskQueue,
    party_code,
)
from clearway.cli.outcomes import EXIT_CODES, Exit
from clearway.cli.screen import Lang
from clearway.contracts import names
from clearway.contracts.articles import (
    ARTICLES_PREFIX,
    Approval,
    ArticlesAnswer,
    ArticlesKey,
    ArticlesList,
    Disposition,
)
from clearway.contracts.parties import Sender

PAGE = "docs/articles.md"

articles_app = typer.Typer(
    help="Hand in and follow individuals' Lists of Items (parcels of articles for personal use).",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _key(text: str) -> ArticlesKey:
    declarant_code, _, list_no = text.removeprefix(ARTICLES_PREFIX).partition("/")
    try:
        return ArticlesKey(declarant_code=declarant_code, list_no=list_no)
    except ValidationError:
        raise typer.BadParameter("give DECLARANT/NUMBER: at most 18 characters and at most 60") from None


ListKey = Annotated[
    ArticlesKey,
    typer.Argument(parser=_key, metavar="DECLARANT/NUMBER", help="Declarant's code and number of the list."),
]
JsonFile = Annotated[Path, typer.Argument(metavar="FILE", help="JSON in the form of the contract.")]
Transmitter = Annotated[
    str | None, typer.Option("--sender", callback=party_code, help="Who hands it in; the declarant unless given.")
]


@articles_app.command(epilog=EXIT_CODES)
def submit(
    file: JsonFile,
    sender: Transmitter = None,
    profile: Profile = "SEED",
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    task_queue: TaskQueue = names.TASK_QUEUE,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Hand in a list, or hand it in again corrected; every problem is told at once."""
    line = Line(address, namespace, as_json, lang, timeout, task_queue)
    articles = read_json(line, file, ArticlesList, page=PAGE)
    by = Sender(code=sender or articles.declarant_code)
    _tell(line, line.ask(lambda client: client.submit_articles(articles, sender=by, profile=profile)))


@articles_app.command(epilog=EXIT_CODES)
def approve(
    key: ListKey,
    file: JsonFile,
    sender: Transmitter = None,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Hand in the approval of a controlled article."""
    line = Line(address, namespace, as_json, lang, timeout)
    paper = read_json(line, file, Approval, page=PAGE)
    by = Sender(code=sender or key.declarant_code)
    _tell(line, line.ask(lambda client: client.submit_approval(key, paper, sender=by)))


@articles_app.command(epilog=EXIT_CODES)
def dispose(
    key: ListKey,
    disposition: Annotated[Disposition, typer.Argument(help="What becomes of the parcel.")],
    actor: Actor,
    reason: Reason,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Choose what becomes of a parcel that cannot pass as articles."""
    line = Line(address, namespace, as_json, lang, timeout)
    answer = line.ask(lambda client: client.choose_disposition(key, disposition, actor=actor, reason=reason))
    _tell(line, answer)


@articles_app.command(epilog=EXIT_CODES)
def show(
    key: ListKey,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show a list: how far it is, what is awaited from whom, its tax line by line."""
    line = Line(address, namespace, as_json, lang, timeout)
    view = line.ask(lambda client: client.view_articles(key))
    line.tell(view, articles_picture(view, lang))


def _tell(line: Line, answer: ArticlesAnswer) -> None:
    """Print the answer; refused, or taken while something is in the way, ends with 1."""
    line.tell(answer, articles_answer_picture(answer, line.lang))
    raise typer.Exit(Exit.REFUSED if answer.problems or not answer.accepted else Exit.DONE)
