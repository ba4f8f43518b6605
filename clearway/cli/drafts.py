"""`clearway draft-from-rejected`: a corrected copy of a list that failed, as files to be corrected and declared."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Address,
    AsJson,
    Attempt,
    Case,
    Language,
    Namespace,
    Seconds,
    TaskQueue,
    case_key,
)
from clearway.cli.outcomes import Exit
from clearway.cli.screen import Lang, problem_table
from clearway.contracts import names
from clearway.contracts.documents import AnyDocument, DocumentKind
from clearway.contracts.drafts import CorrectedCopy
from clearway.contracts.problems import FieldValue, Problem

OPTIONS = {
    DocumentKind.DECLARATION_LIST: "--list",
    DocumentKind.ORDER: "--order",
    DocumentKind.PAYMENT: "--payment",
    DocumentKind.WAYBILL: "--waybill",
}
OWNER_ONLY = 0o600
"""Files with personal data are nobody else's to read."""


def draft_from_rejected(
    case: Case,
    attempt: Attempt = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write each document there as JSON, as `clearway declare` reads it.",
        ),
    ] = None,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    task_queue: TaskQueue = names.TASK_QUEUE,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Draft a corrected copy of a list that was rejected, cancelled or did not match; say what to correct in it.

    Nothing is declared by it. With --json the output is the whole copy, personal data included.
    """
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout, task_queue)
    if out is not None and (there := [str(path) for path in _files(out).values() if path.exists()]):
        line.fail(Exit.USAGE, _already_there(there))
    copy = line.ask(lambda client: client.draft_corrected_copy(key))
    if out is not None:
        try:
            _write(copy, out)
        except OSError as error:
            line.fail(Exit.USAGE, _unwritable(out, error.strerror or type(error).__name__))
    line.tell(copy, _picture(copy, out, lang))


def _files(folder: Path) -> dict[DocumentKind, Path]:
    return {kind: folder / f"{kind}.json" for kind in OPTIONS}


def _documents(copy: CorrectedCopy) -> dict[DocumentKind, AnyDocument]:
    documents = (copy.declaration_list, *(each.document for each in copy.documents))
    return {DocumentKind(each.kind): each for each in documents}


def _write(copy: CorrectedCopy, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, document in _documents(copy).items():
        path = _files(folder)[kind]
        path.touch(mode=OWNER_ONLY, exist_ok=False)
        path.write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _picture(copy: CorrectedCopy, folder: Path | None, lang: Lang) -> RenderableType:
    parts: list[RenderableType] = [
        Text(lang.say(f"attempt {copy.attempt}, corrects {copy.corrects}", f"第{copy.attempt}次申报"), style="bold")
    ]
    if copy.problems:
        parts += [Text(lang.say("to be corrected", "须更正") + ":"), problem_table(copy.problems, lang)]
    else:
        parts.append(Text(lang.say("Nothing on record says what is wrong with it.", "无退单原因记录。")))
    missing = [kind for kind in OPTIONS if kind not in _documents(copy)]
    if missing:
        parts.append(Text(lang.say("not on file", "未提交") + ": " + ", ".join(missing)))
    if folder is None:
        parts.append(Text(lang.say("To get the files, give --out FOLDER.", "如需文件，请加 --out 目录。")))
    else:
        parts.append(Text(lang.say("Correct the files, then declare them", "更正文件后申报") + ":"))
        parts.append(Text(_command(copy, folder), no_wrap=True, overflow="ignore"))
    return Group(*parts)


def _command(copy: CorrectedCopy, folder: Path) -> str:
    words = ["clearway", "declare"]
    for kind, option in OPTIONS.items():
        if kind in _documents(copy):
            words += [option, str(_files(folder)[kind])]
    words += ["--attempt", str(copy.attempt)]
    entrusted = {each.sender.code for each in copy.documents if each.sender.on_behalf_of}
    if len(entrusted) == 1:
        words += ["--sender", *entrusted]
    return shlex.join(words)


def _already_there(files: list[str]) -> Problem:
    return Problem(
        code="E_FILE_EXISTS",
        fields=tuple(FieldValue(field=file) for file in files),
        message_en="A file of that name is there already; it may be a copy you are correcting.",
        message_zh="同名文件已存在，可能是您正在更正的副本。",
        remedy_en="Give another folder, or move the files away.",
        remedy_zh="请指定其他目录，或移走已有文件。",
    )


def _unwritable(folder: Path, why: str) -> Problem:
    return Problem(
        code="E_UNWRITABLE",
        fields=(FieldValue(field=str(folder)),),
        message_en=f"The files cannot be written to {folder}: {why}.",
        message_zh=f"无法写入目录 {folder}：{why}。",
        remedy_en="Check the path and the permissions.",
        remedy_zh="请检查路径和权限。",
    )
