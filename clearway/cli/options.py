"""Arguments and options that several commands share."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from clearway.cli.screen import Lang
from clearway.contracts.base import Instant
from clearway.contracts.case import CaseKey
from clearway.contracts.goods_return import ReturnLine
from clearway.rules.series import PROFILES

ANSWER_SECONDS = 60.0
"""How long a command waits for an answer unless told otherwise."""


def _profile(value: str) -> str:
    if value not in PROFILES:
        raise typer.BadParameter(f"one of {', '.join(PROFILES)}")
    return value


def party_code(value: str | None) -> str | None:
    """Callback of options that take an enterprise's code."""
    if value is not None and not 1 <= len(value.strip()) <= 18:
        raise typer.BadParameter("an enterprise's customs or credit code has 1 to 18 characters")
    return value


def words(longest: int, shortest: int = 1) -> Callable[[str | None], str | None]:
    """Callback of options that take words of limited length."""

    def check(value: str | None) -> str | None:
        if value is not None and not shortest <= len(value.strip()) <= longest:
            told = f"{shortest} to {longest}" if shortest else f"at most {longest}"
            raise typer.BadParameter(f"{told} characters")
        return value

    return check


def case_key(case: str, attempt: int = 1) -> CaseKey:
    """The key written as EBC/ORDER, or as a whole workflow id; raises BadParameter."""
    ebc_code, _, order_no = case.removeprefix("declaration-list/").partition("/")
    try:
        return CaseKey(ebc_code=ebc_code, order_no=order_no, attempt=attempt)
    except ValidationError:
        told = "give EBC/ORDER: the enterprise's code of at most 18 characters and the order number of at most 60"
        raise typer.BadParameter(told, param_hint="EBC/ORDER") from None


def instant(text: str) -> datetime:
    """Parser of options that take an instant; raises BadParameter."""
    try:
        return TypeAdapter[datetime](Instant).validate_python(text)
    except ValidationError:
        raise typer.BadParameter("an instant in ISO 8601, Shanghai time unless it names an offset") from None


def return_line(text: str) -> ReturnLine:
    """Parser of options that take a quantity of one line of a list; raises BadParameter."""
    gnum, _, qty = text.partition("=")
    try:
        return ReturnLine.model_validate({"gnum": gnum, "qty": qty})
    except ValidationError:
        raise typer.BadParameter("GNUM=QTY, such as 1=2: of line 1 of the list, two units") from None


Case = Annotated[str, typer.Argument(metavar="EBC/ORDER", help="Enterprise code and order number of the list.")]
Attempt = Annotated[int, typer.Option(min=1, max=99, help="Corrected copy: 2 after the first rejection, and so on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Language = Annotated[Lang, typer.Option("--lang", help="Language of problems and remedies.")]
Profile = Annotated[str, typer.Option(callback=_profile, help=f"Rule profile: {' or '.join(PROFILES)}.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="CEB XML or JSON.")]
Address = Annotated[
    str | None,
    typer.Option(help="Temporal's host:port; else TEMPORAL_ADDRESS or the profile file, else localhost:7233."),
]
Namespace = Annotated[str | None, typer.Option(help="Temporal's namespace; else TEMPORAL_NAMESPACE, else default.")]
TaskQueue = Annotated[
    str, typer.Option(envvar="CLEARWAY_TASK_QUEUE", show_envvar=True, help="Task queue of the service's workers.")
]
Seconds = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds for the whole command.")]
Endless = Annotated[
    float | None, typer.Option("--timeout", min=0.1, help="Seconds to go on for; without it, until the list is over.")
]
Actor = Annotated[str, typer.Option(callback=words(60), help="Who acts: enterprise code or operator id.")]
Reason = Annotated[str, typer.Option(callback=words(200), help="Why, in at most 200 characters.")]
