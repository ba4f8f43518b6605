"""`clearway return`, `confirm-arrival` and `cancel`: what enterprises and operators may do to a list."""

from datetime import datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from clearway.cli.case_picture import answer_picture
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Actor,
    Address,
    AsJson,
    Attempt,
    Case,
    Language,
    Namespace,
    Reason,
    Seconds,
    case_key,
)
from clearway.cli.outcomes import Exit
from clearway.cli.screen import Lang
from clearway.contracts.base import Instant
from clearway.contracts.case import Answer, ReturnArrival


def _instant(text: str) -> datetime:
    try:
        return TypeAdapter[datetime](Instant).validate_python(text)
    except ValidationError:
        raise typer.BadParameter("an instant in ISO 8601, Shanghai time unless it names an offset") from None


def request_return(
    case: Case,
    actor: Actor,
    reason: Reason,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Apply to return the whole list, within 30 days of its release."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    _tell(line, line.ask(lambda client: client.request_return(key, actor=actor, reason=reason)))


def confirm_arrival(
    case: Case,
    actor: Actor,
    arrived_at: Annotated[
        datetime, typer.Option(parser=_instant, metavar="INSTANT", help="When the goods passed the gate, ISO 8601.")
    ],
    original_goods: Annotated[
        bool, typer.Option("--original-goods/--other-goods", help="What the check of the original goods found.")
    ],
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Confirm that the returned goods are back at the original zone, centre or site."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    arrival = ReturnArrival(actor=actor, arrived_at=arrived_at, original_goods=original_goods)
    _tell(line, line.ask(lambda client: client.confirm_return_arrival(key, arrival)))


def cancel(
    case: Case,
    actor: Actor,
    reason: Reason,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Cancel a list that is not filed with customs yet."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    _tell(line, line.ask(lambda client: client.cancel(key, actor=actor, reason=reason)))


def _tell(line: Line, answer: Answer) -> None:
    line.tell(answer, answer_picture(answer, line.lang))
    if not answer.accepted:
        raise typer.Exit(Exit.REFUSED)
