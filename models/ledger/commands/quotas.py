"""`quota show` and `customs-figure`: one person's annual amount; the identity number is never on the command line."""

import sys
from datetime import date, datetime
from decimal import Decimal
from getpass import getpass
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from sqlmodel import Session

from clearway.cli.outcomes import Exit
from clearway.contracts.base import legal_day
from clearway.rules.persons import is_id_number, normalise_id_number
from models.ledger.acts import note
from models.ledger.commands.books import lines_of, statement_table
from models.ledger.commands.line import (
    EXIT_CODES,
    Actor,
    Amount,
    AsJson,
    Reason,
    Reference,
    fail,
    in_transaction,
    now,
    tell,
)
from models.ledger.guarantee_queue import rules_of
from models.ledger.guarantee_standing import in_fen
from models.ledger.quota import holding, note_customs_figure, quota_account
from models.ledger.reports import drift
from models.person_key import person_key
from models.settings import StoreSettings

quota_app = typer.Typer(
    help="A person's annual amount. The identity number is asked for, or read from standard input.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Year = Annotated[int | None, typer.Option(min=2016, max=2100, help="Shanghai year; this year unless given.")]


@quota_app.command("show", epilog=EXIT_CODES)
def show_quota(year: Year = None, as_json: AsJson = False) -> None:
    """What a person has used of a year's amount, transfer by transfer, and what customs said."""
    at = now()
    person, of_year = _person(at, as_json), year or at.year
    result = in_transaction(lambda session: _quota(session, person, of_year), as_json=as_json)
    tell(result, lambda: _picture(result), as_json=as_json)


@quota_app.command("customs-figure", epilog=EXIT_CODES)
def set_customs_figure(
    figure: Amount, reference: Reference, actor: Actor, reason: Reason, year: Year = None, as_json: AsJson = False
) -> None:
    """Note what customs says a person has used: from then on at least that much counts (RULEBOOK D-33)."""
    at = now()
    person, of_year = _person(at, as_json), year or at.year

    def work(session: Session) -> dict[str, Any]:
        last_day = min(legal_day(at), date(of_year, 12, 31))
        limit = rules_of(session, None).value("limits.annual", on=last_day).value
        account = quota_account(person, of_year).id
        note_customs_figure(
            session,
            person=person,
            year=of_year,
            figure=figure,
            limit=limit,
            at=at,
            transfer_id=f"{account}|customs|{reference}",
            reason=f"{actor}: {reason}",
        )
        note(session, "customs-figure", at, actor=actor, reason=reason, account=account, id=reference, figure=figure)
        return _quota(session, person, of_year)

    result = in_transaction(work, as_json=as_json)
    tell(result, lambda: _picture(result), as_json=as_json)


def _person(at: datetime, as_json: bool) -> str:
    """The keyed hash of the identity number that is asked for without showing it, or read from a pipe."""
    # getpass silences the terminal before it asks, so that not even what is typed too early is shown.
    number = getpass("Identity number: ") if sys.stdin.isatty() else sys.stdin.readline(100)
    written = normalise_id_number(number)
    if not is_id_number(written, legal_day(at)):
        remedy = "Type it again, or pipe it in: 18 characters, the last one its check digit."
        fail(Exit.USAGE, "That is no identity-card number.", remedy, as_json=as_json)
    return person_key(written, StoreSettings().person_key_secret.get_secret_value())


def _quota(session: Session, person: str, year: int) -> dict[str, Any]:
    found = holding(session, person, year)
    said = [each for each in drift(session) if (each.person, each.year) == (person, year)]
    account = quota_account(person, year).id
    return {
        "account": account,
        "year": year,
        "granted": in_fen(found.credits),
        "confirmed": in_fen(found.debits),
        "reserved": in_fen(found.reserved),
        "available": in_fen(found.available),
        "customs": in_fen(said[0].customs) if said else None,
        "customs_noted_at": said[0].noted_at if said else None,
        "transfers": lines_of(session, account),
    }


def _picture(result: dict[str, Any]) -> RenderableType:
    table = Table(title=f"Annual amount of {result['year']}, CNY", title_justify="left")
    headings = ("granted", "confirmed", "reserved", "available", "customs")
    for heading in headings:
        table.add_column("customs says" if heading == "customs" else heading, justify="right")
    amounts: list[Decimal | None] = [result[heading] for heading in headings]
    table.add_row(*("—" if amount is None else f"{amount:,.2f}" for amount in amounts))
    if not result["transfers"]:
        return Group(table, "Nothing was counted for this person in that year.")
    return Group(table, statement_table(result["account"], result["transfers"]))
