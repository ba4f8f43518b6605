"""What the demo's agents paid, night by night: customs' figure against ours, and where the month's statement is."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import BatchView
from deploy.collection import Collection


def show_reconciliation(console: Console, collections: Sequence[Collection]) -> None:
    """Every batch of every collection; amounts are CNY. Batches that only repeat the one before are one row."""
    for collection in collections:
        key = collection.key
        table = Table(
            title=f"Taxes of {key.agent} at customs {key.customs}: what customs billed against our own figure (CNY)",
            title_justify="left",
            title_style="bold",
        )
        table.add_column("drawn", no_wrap=True)
        for amount in ("lists", "customs", "ours", "differing", "paid", "late fee"):
            table.add_column(amount, justify="right")
        table.add_column("outcome", overflow="fold")
        for row in _rows(collection.drawn):
            table.add_row(*row)
        console.print(table)
        if left := collection.latest:
            console.print(f"Still unpaid: {left.open_amount:.2f} CNY of {left.open_lists} lists.")
    for collection in collections[:1]:
        console.print(STATEMENT)
        console.print(f"  {COMMAND} {_statement_of(collection)}", markup=False, soft_wrap=True)


STATEMENT = """
Each list's part of it stands in the list's own case. The statement of a month, list by list (also --csv, --html):"""
COMMAND = "CLEARWAY_DATABASE_URL=sqlite:///.run/demo/clearway.db .venv/bin/python -m models.collection statement"


def _statement_of(collection: Collection) -> str:
    month = min(clocks.release_day for clocks in collection.clocks)
    return f"--agent {collection.key.agent} --customs {collection.key.customs} --month {month:%Y-%m}"


def _rows(batches: Sequence[BatchView]) -> Iterator[tuple[str, ...]]:
    told = ""
    for _, alike in groupby(batches, key=lambda batch: batch.model_dump(exclude={"batch_id", "drawn_at"})):
        first, *others = alike
        night = _night(first)
        if others:
            night = f"{night}\nto {_night(others[-1])}: {len(others) + 1} times"
        yield (
            night,
            str(first.lists),
            f"{first.billed:.2f}",
            f"{first.assessed:.2f}",
            str(first.differing),
            f"{first.paid:.2f}",
            f"{first.late_fee:.2f}",
            first.outcome if first.reason in ("", told) else escape(f"{first.outcome}: {first.reason}"),
        )
        told = first.reason


def _night(batch: BatchView) -> str:
    return batch.drawn_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
