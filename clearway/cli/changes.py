"""`clearway return`, `modify`, `cancel` and `confirm-arrival`: what enterprises and operators may do to a list."""

from datetime import datetime
from typing import Annotated

import typer

from clearway.cli.case_picture import answer_picture
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Actor,
    Address,
    AsJson,
    Attempt,
    Case,
    File,
    Language,
    Namespace,
    Reason,
    Seconds,
    case_key,
    instant,
    party_code,
    return_line,
    words,
)
from clearway.cli.outcomes import Exit
from clearway.cli.papers import read_one, sender_of
from clearway.cli.screen import Lang
from clearway.contracts.case import Answer, ReturnArrival
from clearway.contracts.documents import DeclarationList
from clearway.contracts.goods_return import ReturnLine


def request_return(
    case: Case,
    actor: Actor,
    reason: Reason,
    goods: Annotated[
        list[ReturnLine] | None,
        typer.Option("--line", parser=return_line, metavar="GNUM=QTY", help="What goes back; else all that is left."),
    ] = None,
    request_id: Annotated[
        str,
        typer.Option(
            callback=words(60, 0), help="Your own number; the same again is answered alike and opens nothing."
        ),
    ] = "",
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Apply to return goods of a released list, all or part, within 30 days of its release; `returns` follows them."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    lines = tuple(goods or ())
    tell(
        line,
        line.ask(
            lambda client: client.request_return(key, actor=actor, reason=reason, lines=lines, request_id=request_id)
        ),
    )


def modify(
    file: File,
    reason: Reason,
    sender: Annotated[
        str | None, typer.Option(callback=party_code, help="Who hands it in; the list's own party unless given.")
    ] = None,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Modify a filed list before its release: the whole list as it shall read (appType 2, with preNo and invtNo)."""
    line = Line(address, namespace, as_json, lang, timeout)
    found = read_one(file)
    if isinstance(found, tuple):
        line.fail(Exit.USAGE, *found)
    if not isinstance(found, DeclarationList):
        raise typer.BadParameter(f"the file holds the {found.kind}, not a Declaration List", param_hint="FILE")
    by = sender_of(found, sender)
    tell(line, line.ask(lambda client: client.modify(found, sender=by, reason=reason, attempt=attempt)))


def confirm_arrival(
    case: Case,
    actor: Actor,
    arrived_at: Annotated[
        datetime, typer.Option(parser=instant, metavar="INSTANT", help="When the goods passed the gate, ISO 8601.")
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
    """Of a list released under 0.2: confirm that its goods are back. Later returns: `clearway returns arrive`."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    arrival = ReturnArrival(actor=actor, arrived_at=arrived_at, original_goods=original_goods)
    tell(line, line.ask(lambda client: client.confirm_whole_return(key, arrival)))


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
    """Cancel a list; once it is filed, this applies to customs, which decides."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    tell(line, line.ask(lambda client: client.cancel(key, actor=actor, reason=reason)))


def tell(line: Line, answer: Answer) -> None:
    """Print an answer; one that refuses ends the command with 1."""
    line.tell(answer, answer_picture(answer, line.lang))
    if not answer.accepted:
        raise typer.Exit(Exit.REFUSED)
