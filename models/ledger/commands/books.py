"""`statement`, `drift` and `check`: what the ledger holds, how it differs from customs, and whether it is in order."""

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from sqlmodel import Session

from clearway.cli.outcomes import Exit
from clearway.cli.screen import shanghai
from models.ledger.check import check
from models.ledger.commands.line import AsJson, fail, in_transaction, tell
from models.ledger.guarantee_standing import in_fen
from models.ledger.reports import drift, statement

SHOWN = 12
"""Characters of a person's keyed hash that a table shows; enough to tell two apart."""


def show_statement(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="e.g. guarantee/3301960A01; see docs/ledger.md.")],
    as_json: AsJson = False,
) -> None:
    """Every transfer of an account in its order, with the balance after each."""
    lines = in_transaction(lambda session: lines_of(session, account), as_json=as_json)
    if not lines:
        remedy = "Take the id from `guarantee list`, `quota show` or docs/ledger.md."
        fail(Exit.NOT_FOUND, f"Nothing was ever moved on account {account}.", remedy, as_json=as_json)
    tell({"account": account, "transfers": lines}, lambda: statement_table(account, lines), as_json=as_json)


def show_drift(as_json: AsJson = False) -> None:
    """Every person of whom customs gave a figure: customs' figure, ours of that moment, and the difference."""
    found = in_transaction(drift, as_json=as_json)
    rows = [each._asdict() | {"difference": each.difference} for each in found]
    tell(rows, lambda: _drift_table(rows), as_json=as_json)


def check_books(as_json: AsJson = False) -> None:
    """Add all transfers up again: balances, double entry, nothing below zero. Exit code 1 if anything is wrong."""
    faults = in_transaction(check, as_json=as_json)
    result = {"in_order": not faults, "faults": [each._asdict() for each in faults]}
    told = "\n".join(f"{each.where}: {each.what}" for each in faults) or "The books are in order."
    tell(result, lambda: told, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if faults else Exit.DONE)


def lines_of(session: Session, account: str) -> list[dict[str, Any]]:
    """The statement of an account as rows."""
    return [
        {
            "number": line.transfer.number,
            "at": line.transfer.at,
            "kind": line.transfer.kind,
            "id": line.transfer.id,
            "other": line.other,
            "amount": in_fen(line.transfer.amount),
            "balance": in_fen(line.after.credits - line.after.debits),
            "reserved": in_fen(line.after.reserved),
            "available": in_fen(line.after.available),
            "reference": line.transfer.reference,
            "reason": line.transfer.reason,
        }
        for line in statement(session, account)
    ]


def statement_table(account: str, lines: list[dict[str, Any]]) -> RenderableType:
    """The statement for people."""
    table = Table("at, Shanghai", "kind", title=f"Statement of {account}", title_justify="left")
    for heading in ("amount", "balance", "reserved", "available"):
        table.add_column(heading, justify="right")
    table.add_column("whose", overflow="fold")
    table.add_column("why", overflow="fold")
    for line in lines:
        whose = "" if line["reference"] == account else line["reference"]
        amounts = (f"{line[name]:,f}" for name in ("amount", "balance", "reserved", "available"))
        table.add_row(shanghai(line["at"]), line["kind"], *amounts, whose, line["reason"])
    return table


def _drift_table(rows: list[dict[str, Any]]) -> RenderableType:
    if not rows:
        return "Customs gave no figure of anybody yet."
    table = Table("person", "year", title="Customs' figures beside ours, CNY", title_justify="left")
    for heading in ("customs", "ours then", "difference", "counted now"):
        table.add_column(heading, justify="right")
    table.add_column("noted, Shanghai")
    for row in rows:
        amounts = (f"{row[name]:,.2f}" for name in ("customs", "ours", "difference", "now"))
        table.add_row(f"{row['person'][:SHOWN]}…", str(row["year"]), *amounts, shanghai(row["noted_at"]))
    return table
