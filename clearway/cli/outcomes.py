"""How a command ends: exit codes, and errors told to people on stderr or to programs as JSON on stdout."""

import json
from enum import IntEnum
from typing import NoReturn

import typer

from clearway.cli.screen import Lang, problem_table, screen
from clearway.contracts.problems import FieldValue, Problem
from clearway.errors import ClearwayError, NotFound, Refused, ServiceUnavailable


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    UNAVAILABLE = 4
    TIMEOUT = 5
    DEFECT = 70


EXIT_CODES = (
    "Exit codes: 0 done; 1 refused for business reasons (the problems are printed); 2 bad usage or unreadable input; "
    "3 no such list; 4 service unavailable; 5 not done in time. "
    'With --json, stdout holds the result or {"error": ...}; without it, errors go to stderr.'
)
_KINDS = {
    Exit.REFUSED: "refused",
    Exit.USAGE: "unreadable_input",
    Exit.NOT_FOUND: "not_found",
    Exit.UNAVAILABLE: "service_unavailable",
    Exit.TIMEOUT: "timeout",
}


def fail(code: Exit, problems: tuple[Problem, ...], *, as_json: bool, lang: Lang) -> NoReturn:
    """Tell the problems and end with the code."""
    if as_json:
        told = [problem.model_dump(mode="json") for problem in problems]
        error = {"kind": _KINDS[code], "exit_code": int(code), "problems": told}
        typer.echo(json.dumps({"error": error}, ensure_ascii=False))
    else:
        screen(err=True).print(problem_table(problems, lang))
    raise typer.Exit(code)


def code_of(error: ClearwayError) -> Exit:
    """The exit code of an error of the library."""
    match error:
        case NotFound():
            return Exit.NOT_FOUND
        case Refused():
            return Exit.REFUSED
        case ServiceUnavailable():
            return Exit.UNAVAILABLE
        case _:
            return Exit.REFUSED


def not_in_time(seconds: float | None) -> Problem:
    """The answer, or the state waited for, did not come in time."""
    return Problem(
        code="E_TIMEOUT",
        fields=(FieldValue(field="--timeout", value=f"{seconds:g}" if seconds else None),),
        message_en=f"It was not done within {seconds:g} seconds.",
        message_zh=f"未在 {seconds:g} 秒内完成。",
        remedy_en="Look at the list with `clearway show`, check that a worker runs, or wait longer with --timeout.",
        remedy_zh="请用 clearway show 查看清单，检查工作进程是否运行，或用 --timeout 延长等待。",
    )


def bad_setting(told: str) -> Problem:
    """A setting of the connection cannot be used."""
    return Problem(
        code="E_SETTING",
        message_en=f"A setting cannot be used: {told}.",
        message_zh=f"设置无效：{told}。",
        remedy_en="Mend the TEMPORAL_* or CLEARWAY_* setting.",
        remedy_zh="请更正 TEMPORAL_* 或 CLEARWAY_* 设置。",
    )
