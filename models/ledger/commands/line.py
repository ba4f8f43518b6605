"""What the commands share: options, one transaction, answers for people and for programs, errors in a sentence."""

import json
import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import RenderableType
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from clearway.cli.outcomes import Exit
from clearway.cli.screen import screen
from clearway.contracts.base import SHANGHAI
from clearway.rules.series import NoRuleInForce
from models.database import Database
from models.ledger.guarantee_care import CannotPass, EndsEarlier, NotOnFile
from models.ledger.guarantee_standing import in_fen
from models.ledger.transfers import Conflict, Insufficient, LedgerRefused
from models.settings import StoreSettings

T = TypeVar("T")
EXIT_CODES = (
    "Exit codes: 0 done; 1 refused, or the books are not in order; 2 bad usage; 3 not found; 4 database unavailable. "
    'With --json, stdout holds the result or {"error": ...}; without it, errors go to stderr.'
)
_REMEDIES: dict[type[LedgerRefused], str] = {
    NotOnFile: "Put up the first guarantee with --form and --valid-to, or load it with `python -m models.registry`.",
    EndsEarlier: "Leave the day out, or give a later one.",
    CannotPass: "Look at the queue with `guarantee show`; top the guarantee up, or wait until lists free their part.",
    Conflict: "Look at `statement`; an id that was used once moves nothing else.",
    Insufficient: "Look at `statement`; top up first, or ask for less.",
}
_KINDS = {Exit.REFUSED: "refused", Exit.USAGE: "usage", Exit.NOT_FOUND: "not_found", Exit.UNAVAILABLE: "unavailable"}


def _words(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not 1 <= len(value.strip()) <= longest or not value.isprintable():
            raise typer.BadParameter(f"1 to {longest} characters in one line")
        return value.strip()

    return check


def _code(value: str) -> str:
    if not (value.isascii() and value.isalnum() and value == value.upper() and len(value) <= 18):
        raise typer.BadParameter("a customs or credit code: up to 18 capital letters and digits, as in assureCode")
    return value


def _amount(value: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", value):
        raise typer.BadParameter("CNY in up to 12 plain digits, with at most two decimals, such as 50000.00")
    return Decimal(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter("a day such as 2027-12-31") from None


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Actor = Annotated[str, typer.Option(callback=_words(60), help="Who does it, kept with it.")]
Reason = Annotated[str, typer.Option(callback=_words(120), help="Why, kept with it; at most 120 characters.")]
Reference = Annotated[
    str,
    typer.Option("--id", callback=_words(60), help="Reference of the payment, letter or answer; once used, no effect."),
]
Guarantor = Annotated[str, typer.Argument(metavar="GUARANTOR", callback=_code, help="Code of the guarantor.")]
Amount = Annotated[Decimal, typer.Option(parser=_amount, metavar="CNY", help="In CNY.")]
Day = Annotated[date, typer.Option(parser=_day, metavar="DAY", help="Last day, Shanghai.")]
MaybeDay = Annotated[date | None, typer.Option(parser=_day, metavar="DAY", help="Last day, Shanghai.")]


def now() -> datetime:
    """The operator's clock, in Shanghai."""
    return datetime.now(SHANGHAI)  # noqa: TID251 - here, and only here, the commands' clock is composed


def in_transaction(work: Callable[[Session], T], *, as_json: bool) -> T:
    """Do the work in one transaction on the configured database; ends the command when it cannot be done."""
    try:
        database = Database.existing(StoreSettings().database_url)
        try:
            database.migrate()
            with database.transaction() as session:
                return work(session)
        finally:
            database.close()
    except LedgerRefused as refused:
        fail(Exit.REFUSED, f"{refused}.", _REMEDIES.get(type(refused), "Look at `statement`."), as_json=as_json)
    except NoRuleInForce as missing:
        fail(Exit.REFUSED, f"{missing}.", "Give a year in which the rule was in force.", as_json=as_json)
    except SQLAlchemyError as error:
        told = str(error).splitlines()[0]
        fail(Exit.UNAVAILABLE, f"The database cannot be used: {told}.", "Mend CLEARWAY_DATABASE_URL.", as_json=as_json)


def fail(code: Exit, told: str, remedy: str, *, as_json: bool) -> NoReturn:
    """Say in one sentence what is wrong and in one what to do, and end the command."""
    if as_json:
        error = {"kind": _KINDS[code], "exit_code": int(code), "message": told, "remedy": remedy}
        typer.echo(json.dumps({"error": error}, ensure_ascii=False))
    else:
        sys.stderr.write(f"{told} {remedy}\n")
    raise typer.Exit(code)


def tell(result: Any, picture: Callable[[], RenderableType], *, as_json: bool) -> None:
    """Print the result: JSON for a program, the picture for a person."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=_plain))
    else:
        screen().print(picture())


def _plain(value: object) -> object:
    """Amounts as plain decimals, instants and days in ISO 8601."""
    if isinstance(value, Decimal):
        return format(in_fen(value), "f")
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
