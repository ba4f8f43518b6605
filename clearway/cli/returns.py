"""`clearway returns`: a return of goods shown, its shipment, arrival and check recorded, or taken back."""

from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Actor,
    Address,
    AsJson,
    Attempt,
    Language,
    Namespace,
    Reason,
    Seconds,
    case_key,
    instant,
    return_line,
)
from clearway.cli.outcomes import EXIT_CODES
from clearway.cli.returns_picture import return_picture
from clearway.cli.screen import Lang
from clearway.contracts.goods_return import ArrivedGoods, GoodsCheck, ReturnLine, ReturnShipment, ReturnView
from clearway.contracts.keys import RETURN_PREFIX, ReturnKey

returns_app = typer.Typer(
    help="Follow and record returns of goods of released lists; `clearway return` applies for one.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)


def return_key(text: str, attempt: int = 1) -> ReturnKey:
    """The key written as EBC/ORDER/N, or as a whole workflow id; raises BadParameter."""
    told = "give EBC/ORDER/N: the enterprise's code, the order number and the number of the return, from 1"
    try:
        if text.startswith(RETURN_PREFIX):
            return ReturnKey.of(text)
        listed, _, number = text.rpartition("/")
        return ReturnKey(case=case_key(listed, attempt), number=int(number))
    except (ValueError, typer.BadParameter):
        raise typer.BadParameter(told, param_hint="EBC/ORDER/N") from None


Return = Annotated[str, typer.Argument(metavar="EBC/ORDER/N", help="The list, and the number of its return.")]
Lines = Annotated[
    list[ReturnLine] | None,
    typer.Option("--line", parser=return_line, metavar="GNUM=QTY", help="Only so much of this line; may be repeated."),
]
At = Annotated[datetime, typer.Option("--at", parser=instant, metavar="INSTANT", help="When it happened, ISO 8601.")]


@returns_app.command(epilog=EXIT_CODES)
def show(
    key: Return,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show a return: how far it is, what came back, what that changed."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    _tell(line, line.ask(lambda client: client.view_return(which)))


@returns_app.command(epilog=EXIT_CODES)
def ship(
    key: Return,
    actor: Actor,
    carrier: Annotated[str, typer.Option(help="Who carries the goods back.")] = "",
    waybill: Annotated[str, typer.Option(help="Number of the returning parcel.")] = "",
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Note that the buyer sent the goods off."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    try:
        shipment = ReturnShipment(actor=actor, carrier=carrier, waybill_no=waybill)
    except ValidationError:
        raise typer.BadParameter("at most 60 characters each", param_hint="--carrier, --waybill") from None
    _tell(line, line.ask(lambda client: client.note_return_shipment(which, shipment)))


@returns_app.command(epilog=EXIT_CODES)
def arrive(
    key: Return,
    actor: Actor,
    at: At,
    lines: Lines = None,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Confirm that goods passed the gate; without --line it is everything still on its way."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    arrival = ArrivedGoods(actor=actor, arrived_at=at, lines=tuple(lines or ()))
    _tell(line, line.ask(lambda client: client.confirm_arrival(which, arrival)))


@returns_app.command(epilog=EXIT_CODES)
def check(
    key: Return,
    actor: Actor,
    at: At,
    original: Annotated[
        bool, typer.Option("--original/--other", help="Whether they are the goods sent out, in original condition.")
    ],
    lines: Lines = None,
    evidence: Annotated[str, typer.Option(help="Photographs, bar codes, serial numbers; nothing personal.")] = "",
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Record the check of the original goods; without --line it is about everything that arrived."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    if len(evidence) > 1000:
        raise typer.BadParameter("at most 1000 characters", param_hint="--evidence")
    found = GoodsCheck(actor=actor, checked_at=at, original=original, lines=tuple(lines or ()), evidence=evidence)
    _tell(line, line.ask(lambda client: client.check_returned_goods(which, found)))


@returns_app.command(epilog=EXIT_CODES)
def withdraw(
    key: Return,
    actor: Actor,
    reason: Reason,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Take an application back before anything arrived; the goods stay with the buyer."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    _tell(line, line.ask(lambda client: client.withdraw_return(which, actor=actor, reason=reason)))


@returns_app.command(epilog=EXIT_CODES)
def admit(
    key: Return,
    actor: Actor,
    reason: Reason,
    evidence: Annotated[str, typer.Option(help="What proves that the platform delays customs' answer.")],
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Let an application made in time count although customs' answer comes late for the platform's reason."""
    which, line = return_key(key, attempt), Line(address, namespace, as_json, lang, timeout)
    if not 1 <= len(evidence.strip()) <= 1000:
        raise typer.BadParameter("1 to 1000 characters", param_hint="--evidence")
    view = line.ask(
        lambda client: client.admit_late_return(which, actor=actor, reason=reason, evidence=evidence.strip())
    )
    _tell(line, view)


def _tell(line: Line, view: ReturnView) -> None:
    line.tell(view, return_picture(view, line.lang))
