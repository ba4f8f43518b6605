"""`list`, `show` and `statement`: what collections have open, what their batches did, and the month on paper."""

import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from clearway.cli.outcomes import Exit
from clearway.cli.screen import shanghai
from clearway.contracts.keys import CollectionKey
from models.collection.overview import collections, overview
from models.collection.printing import COLUMNS, plain, write_csv, write_html
from models.collection.statement import Statement, statement
from models.ledger.commands.line import AsJson, fail, in_transaction, now, tell
from models.ledger.guarantee_standing import in_fen

BATCHES = 20


def _code(value: str) -> str:
    if not (value.isascii() and value.isalnum() and value == value.upper() and len(value) <= 18):
        raise typer.BadParameter("a customs or credit code: up to 18 capital letters and digits, as in assureCode")
    return value


def _port(value: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", value):
        raise typer.BadParameter("a customs district: 4 digits, as in customsCode")
    return value


def _month(value: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise typer.BadParameter("a month such as 2026-04") from None


Agent = Annotated[str, typer.Option(callback=_code, metavar="CODE", help="Withholding agent.")]
Customs = Annotated[str, typer.Option(callback=_port, metavar="PORT", help="Customs district, 4 digits.")]


def list_collections(as_json: AsJson = False) -> None:
    """Every agent and customs with lists that are not settled: how many, how much, how late."""
    rows = [each._asdict() for each in in_transaction(lambda session: collections(session, now()), as_json=as_json)]
    tell(rows, lambda: _collections_table(rows), as_json=as_json)


def show_collection(agent: Agent, customs: Customs, as_json: AsJson = False) -> None:
    """One collection: its open lists and its latest batches."""
    key = CollectionKey(agent=agent, customs=customs)
    found = in_transaction(lambda session: overview(session, key, now(), BATCHES), as_json=as_json)
    if found is None:
        remedy = "Take both codes from `python -m models.collection list`."
        fail(Exit.NOT_FOUND, f"Nothing was ever collected of {agent} at customs {customs}.", remedy, as_json=as_json)
    tell(found, lambda: _batches_table(key, found), as_json=as_json)


def show_statement(
    agent: Agent,
    customs: Customs,
    month: Annotated[date, typer.Option(parser=_month, metavar="YYYY-MM", help="Month of release, Shanghai.")],
    csv_to: Annotated[str, typer.Option("--csv", metavar="FILE", help="Write CSV to a file; - for stdout.")] = "",
    html_to: Annotated[str, typer.Option("--html", metavar="FILE", help="Write a page to be printed.")] = "",
    as_json: AsJson = False,
) -> None:
    """The statement of a month: every list released in it, our figure and customs', what was paid, and the totals."""
    key = CollectionKey(agent=agent, customs=customs)
    found = in_transaction(lambda session: statement(session, key, month), as_json=as_json)
    if csv_to == "-":
        write_csv(found, sys.stdout)
    elif csv_to:
        _write(csv_to, lambda out: write_csv(found, out), as_json)
    if html_to:
        _write(html_to, lambda out: write_html(found, out, now()), as_json)
    if csv_to != "-":
        tell(plain(found), lambda: _statement_table(found), as_json=as_json)


def _write(name: str, write: Callable[[IO[str]], None], as_json: bool) -> None:
    try:
        with Path(name).open("w", encoding="utf-8", newline="") as out:
            write(out)
    except OSError as error:
        fail(Exit.USAGE, f"{name} cannot be written: {error.strerror}.", "Give another file.", as_json=as_json)


def _collections_table(rows: list[dict[str, Any]]) -> RenderableType:
    if not rows:
        return "No list owes tax."
    table = Table("agent", "customs", title="Collections with open lists, CNY", title_justify="left")
    for heading in ("open lists", "payable", "held", "blocked lists", "overdue lists"):
        table.add_column(heading, justify="right")
    table.add_column("next deadline")
    for row in rows:
        amounts = (f"{in_fen(row[name]):,f}" for name in ("payable", "held"))
        counts = (str(row[name]) for name in ("blocked", "overdue"))
        table.add_row(row["agent"], row["customs"], str(row["lists"]), *amounts, *counts, str(row["next_deadline"]))
    return table


def _batches_table(key: CollectionKey, found: dict[str, Any]) -> RenderableType:
    title = f"{key.agent} at customs {key.customs}: {found['open_lists']} open lists, latest batches, CNY"
    table = Table("batch", "drawn, Shanghai", title=title, title_justify="left")
    for heading in ("lists", "billed", "ours", "differ", "paid", "late fee"):
        table.add_column(heading, justify="right")
    table.add_column("outcome", overflow="fold")
    for batch in found["batches"]:
        amounts = {name: f"{in_fen(batch[name]):,f}" for name in ("billed", "assessed", "paid", "late_fee")}
        table.add_row(
            batch["batch_id"],
            shanghai(batch["drawn_at"]),
            str(batch["lists"]),
            amounts["billed"],
            amounts["assessed"],
            str(batch["differing"]),
            amounts["paid"],
            amounts["late_fee"],
            f"{batch['outcome']} {batch['reason']}".strip(),
        )
    return table


def _statement_table(found: Statement) -> RenderableType:
    totals = found.totals
    title = f"{found.key.agent} at customs {found.key.customs}, lists released in {found.month:%Y-%m}, CNY"
    table = Table("", "total", title=title, title_justify="left")
    table.add_row("lists", str(totals.lists))
    for column in (column for column in COLUMNS if column.is_amount):
        table.add_row(f"{column.english} {column.chinese}", f"{in_fen(getattr(totals, column.field)):,f}")
    table.add_row("guarantees called 担保代偿", str(totals.called))
    return table
