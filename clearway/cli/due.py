"""`clearway due`: what falls due when, by enterprise, from Temporal's visibility alone."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from clearway.cli.due_picture import due_picture
from clearway.cli.line import Line
from clearway.cli.options import ANSWER_SECONDS, Address, AsJson, Language, Namespace, Seconds
from clearway.cli.screen import Lang
from clearway.contracts.base import Instant
from clearway.due_client import DAYS_AHEAD, MOST


def _instant(text: str) -> datetime:
    try:
        return TypeAdapter[datetime](Instant).validate_python(text)
    except ValidationError:
        raise typer.BadParameter("an instant in ISO 8601, Shanghai time unless it names an offset") from None


def due(
    enterprise: Annotated[str | None, typer.Option(help="Only lists of this enterprise (ebcCode).")] = None,
    customs: Annotated[str | None, typer.Option(help="Only lists declared at this customs, e.g. 2991.")] = None,
    alarm: Annotated[str | None, typer.Option(help="Only lists with this alarm, e.g. BILL_MISSING.")] = None,
    within: Annotated[int, typer.Option(min=0, max=60, help="Days to look ahead.")] = DAYS_AHEAD,
    at: Annotated[
        datetime | None,
        typer.Option(parser=_instant, metavar="INSTANT", help="Look from this instant, ISO 8601; without it, now."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Read at most so many lists.")] = MOST,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show what is overdue and what falls due in the next days, by enterprise and legal day."""
    moment = at or datetime.now(UTC)  # noqa: TID251 - the command's clock; whoever wants another says --at
    line = Line(address, namespace, as_json, lang, timeout)
    board = line.ask(
        lambda client: client.due(
            at=moment, within=within, enterprise=enterprise, customs=customs, alarm=alarm, limit=limit
        )
    )
    line.tell(board, due_picture(board, lang))
