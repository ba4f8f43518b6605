"""`clearway messages`: any customs message read, written, validated and explained, on one's own desk."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from clearway.cli import messages_envelope, messages_signing
from clearway.cli.messages_files import content_of, name_of
from clearway.cli.messages_picture import explained, heading, verdict
from clearway.cli.options import AsJson, Language
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.screen import Lang, problem_table, screen
from clearway.contracts.problems import Problem, Severity
from clearway.messages import Edition, MessageRefused, explain, message_from_json, read, validate, write_message

app = typer.Typer(
    help="Read, write, validate, explain, sign and wrap customs messages (CEB XML); needs no service.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
messages_signing.add_to(app)
messages_envelope.add_to(app)

Messages = Annotated[list[Path], typer.Argument(metavar="FILE…", help="CEB messages; `-` is the standard input.")]
ByEdition = Annotated[Edition, typer.Option("--edition", help="Edition of customs' specification.")]
ShowPersonal = Annotated[bool, typer.Option("--show-personal", help="Do not mask what identifies a person.")]


@app.command("read", epilog=EXIT_CODES)
def read_files(files: Messages, lang: Language = Lang.BOTH, as_json: AsJson = False) -> None:
    """Read messages as tolerantly as they can be, and tell what was odd or wrong.

    With --json one line for each: the whole message, personal data included, as `write` takes it.
    """

    def one(name: str, content: bytes) -> bool:
        message = read(content, tolerant=True)
        if as_json:
            _line(name, message.model_dump(mode="json"))
        else:
            screen().print(heading(explain(message), name, lang))
            if message.findings:
                screen().print(problem_table(message.findings, lang))
        return not any(finding.severity is Severity.HARD for finding in message.findings)

    _each(files, one, lang, as_json=as_json)


@app.command("write", epilog=EXIT_CODES)
def write_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON as `read --json` prints it; `-` is the input.")],
    output: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", metavar="FILE", help="Else to standard output.")
    ] = None,
    edition: Annotated[
        Edition | None, typer.Option("--edition", help="Edition; else the message's own, else 202205.")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Without any signature, for `messages sign`.")] = False,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Write a message from JSON. The signature that it came with is kept, and holds only if nothing was changed.

    Where the specification demands a signature and there is none, a placeholder stands that says UNSIGNED; write it
    with --unsigned to sign it with `clearway messages sign`.
    """
    content = content_of(file)
    if isinstance(content, Problem):
        fail(Exit.USAGE, (content,), as_json=as_json, lang=lang)
    try:
        message = message_from_json(content)
        written = write_message(message, unsigned=unsigned, edition=edition)
    except MessageRefused as refused:
        fail(Exit.REFUSED, refused.problems, as_json=as_json, lang=lang)
    if output is None:
        sys.stdout.buffer.write(written)
        return
    try:
        output.write_bytes(written)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint="--output") from None


@app.command("validate", epilog=EXIT_CODES)
def validate_files(
    files: Messages, edition: ByEdition = Edition.E202205, lang: Language = Lang.BOTH, as_json: AsJson = False
) -> None:
    """Hold messages against the schema of an edition: every fault with its path, its line and what is allowed."""

    def one(name: str, content: bytes) -> bool:
        report = validate(content, edition)
        if as_json:
            _line(name, report.model_dump(mode="json"))
        else:
            screen().print(verdict(report, name, lang))
        return report.valid

    _each(files, one, lang, as_json=as_json)


@app.command("explain", epilog=EXIT_CODES)
def explain_files(
    files: Messages, show_personal: ShowPersonal = False, lang: Language = Lang.BOTH, as_json: AsJson = False
) -> None:
    """Tell what messages are and hold: who tells whom, and every element with its meaning and what its code says."""

    def one(name: str, content: bytes) -> bool:
        told = explain(read(content, tolerant=True), show_personal=show_personal)
        if as_json:
            _line(name, told.model_dump(mode="json"))
        else:
            screen().print(explained(told, name, lang))
        return not any(finding.severity is Severity.HARD for finding in told.findings)

    _each(files, one, lang, as_json=as_json)


def _each(files: Sequence[Path], one: Callable[[str, bytes], bool], lang: Lang, *, as_json: bool) -> None:
    """Do it with every file, whatever is wrong with another; end with the gravest outcome."""
    worst = Exit.DONE
    for file in files:
        content = content_of(file)
        if isinstance(content, Problem):
            _tell_problems(name_of(file), (content,), lang, as_json=as_json)
            worst = Exit.USAGE
            continue
        try:
            good = one(name_of(file), content)
        except MessageRefused as refused:
            _tell_problems(name_of(file), refused.problems, lang, as_json=as_json)
            good = False
        if not good:
            worst = max(worst, Exit.REFUSED)
    if worst:
        raise typer.Exit(worst)


def _tell_problems(name: str, problems: tuple[Problem, ...], lang: Lang, *, as_json: bool) -> None:
    if as_json:
        kind = "unreadable_input" if problems[0].code == "E_UNREADABLE" else "refused"
        told = [problem.model_dump(mode="json") for problem in problems]
        _line(name, {"error": {"kind": kind, "problems": told}})
    else:
        screen(err=True).print(f"{name}:")
        screen(err=True).print(problem_table(problems, lang))


def _line(name: str, told: dict[str, object]) -> None:
    typer.echo(json.dumps({"file": name} | told, ensure_ascii=False))
