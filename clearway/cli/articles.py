"""`clearway articles`: an individual's List of Items handed in, approved, disposed of and shown."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from clearway.cli.articles_picture import articles_answer_picture, articles_picture
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
from clearway.cli.papers import read_file
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
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.parsing import MAX_BYTES

M = TypeVar("M", bound=BaseModel)

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
    articles = _read(line, file, ArticlesList)
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
    paper = _read(line, file, Approval)
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


def _read(line: Line, file: Path, model: type[M]) -> M:
    """The paper in a file; ends the command with everything wrong with it."""
    content = read_file(file)
    if isinstance(content, Problem):
        line.fail(Exit.USAGE, content)
    if len(content) > MAX_BYTES:
        line.fail(Exit.USAGE, _not_json(file, f"it is larger than {MAX_BYTES} bytes"))
    try:
        said = json.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except RecursionError:
        line.fail(Exit.USAGE, _not_json(file, "it is nested too deep"))
    except ValueError as error:
        why = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is not UTF-8"
        line.fail(Exit.USAGE, _not_json(file, why))
    try:
        return model.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        line.fail(Exit.USAGE, *(_faulty(file, fault["loc"], fault["msg"]) for fault in faults))


def _not_json(file: Path, why: str) -> Problem:
    return Problem(
        code="E_NOT_JSON",
        fields=(FieldValue(field=str(file)),),
        message_en=f"The file {file} holds no JSON that can be read: {why}.",
        message_zh=f"文件 {file} 不是可读取的 JSON。",
        remedy_en="Give one JSON object in UTF-8 as docs/articles.md shows.",
        remedy_zh="请按 docs/articles.md 提供一个 UTF-8 编码的 JSON 对象。",
    )


def _faulty(file: Path, loc: tuple[str | int, ...], told: str) -> Problem:
    pointer = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".") or "body"
    return Problem(
        code="E_FIELD",
        fields=(FieldValue(field=pointer),),
        message_en=f"In {file}, {pointer}: {told}.",
        message_zh=f"文件 {file} 的字段 {pointer} 缺失或内容无效。",
        remedy_en="Correct the field as the contract (docs/contract) describes it.",
        remedy_zh="请按接口说明（docs/contract）更正该字段。",
    )
