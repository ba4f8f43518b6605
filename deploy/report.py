"""What the demo tells people: progress while it runs, one table at the end, and where to look next."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from clearway.contracts.articles import ArticlesState, ArticlesView
from clearway.contracts.base import SHANGHAI, Contract
from clearway.contracts.case import CaseView
from clearway.contracts.states import Detail, State
from deploy.collection import Collection
from deploy.expected import BY_DATE, changes_of, paid_amount, returns_of

PLAIN_WIDTH = 150
"""Columns of the table where there is no terminal to measure, as in a log."""
WIDE = 120
"""From here on an instant fits on a line."""


class Outcome(Contract):
    """How one list of the demo ended."""

    order_no: str
    chapter: str
    shows: str
    workflow_id: str
    state: State | ArticlesState
    detail: Detail | None = None
    awaited: str = ""
    released_at: datetime | None = None
    release_day: str = ""
    payment_deadline: str = ""
    tax: Decimal | None = None
    paid: Decimal | None = None
    paid_at: datetime | None = None
    refund: Decimal = Decimal(0)
    returns: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    exited_at: datetime | None = None
    reason: str = ""
    alarms: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    history_events: int = 0
    faults: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, view: CaseView, chapter: str, shows: str, events: int, notes: list[str], faults: list[str]
    ) -> "Outcome":
        """From the case as it stands."""
        clocks, payment = view.clocks, view.payment
        return cls(
            order_no=view.key.order_no,
            chapter=chapter,
            shows=shows,
            workflow_id=view.key.workflow_id,
            state=view.state,
            detail=view.detail,
            awaited=", ".join(dict.fromkeys(each.who for each in view.awaited)),
            released_at=clocks.released_at if clocks else None,
            release_day=str(clocks.release_day) if clocks else "",
            payment_deadline=str(clocks.payment_deadline) if clocks else "",
            tax=view.tax_due,
            paid=paid_amount(view),
            paid_at=payment.paid_at if payment else None,
            refund=view.refund,
            returns=returns_of(view),
            changes=changes_of(view),
            dispositions=tuple(each.disposition.value for each in view.dispositions),
            exited_at=view.exited_at,
            reason=view.reason,
            alarms=view.alarms,
            problems=tuple(problem.code for problem in view.judgement.problems) if view.judgement else (),
            notes=tuple(notes),
            history_events=events,
            faults=tuple(faults),
        )

    @classmethod
    def of_parcel(
        cls, view: ArticlesView, chapter: str, shows: str, events: int, notes: list[str], faults: list[str]
    ) -> "Outcome":
        """From an individual's List of Items as it stands."""
        judgement = view.judgement
        released = [each.at for each in view.passages if each.state is ArticlesState.RELEASED]
        return cls(
            order_no=view.key.list_no,
            chapter=chapter,
            shows=shows,
            workflow_id=view.key.workflow_id,
            state=view.state,
            awaited=view.awaited_from,
            released_at=released[-1] if released else None,
            tax=judgement.tax.due if judgement and judgement.tax else None,
            paid=view.paid_amount if view.paid_at else None,
            paid_at=view.paid_at,
            reason=view.reason,
            alarms=view.alarms,
            problems=tuple(problem.code for problem in judgement.problems) if judgement else (),
            notes=tuple(notes),
            history_events=events,
            faults=tuple(faults),
        )


def console_for(stream: Any) -> Console:
    """A console on a stream: as wide as the terminal, or wide enough for a log."""
    console = Console(file=stream, highlight=False)
    return console if console.is_terminal else Console(file=stream, highlight=False, width=PLAIN_WIDTH)


class Progression:
    """Progress: a bar on a terminal, a line for each list elsewhere."""

    def __init__(self, console: Console, every: int = 1) -> None:
        """`every`: without a terminal one line for so many of them."""
        self._console = console
        self._every = every
        self._bar = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[latest]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "Progression":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        """A line of its own, above the bars."""
        self._bar.console.print(line, markup=False, soft_wrap=True)

    def open(self, chapter: str, count: int, of_what: str = "lists") -> "Chapter":
        """A new chapter over so many lists, or whatever it is of."""
        return Chapter(self._console, self._bar, chapter, count, of_what, self._every)


class Chapter:
    """One chapter's progress."""

    def __init__(self, console: Console, bar: Progress, title: str, count: int, of_what: str, every: int) -> None:
        self._every = every
        self._console = console
        self._bar = bar
        self._count = count
        self._done = 0
        self._task = bar.add_task(title, total=count, latest="")
        if not console.is_terminal:
            console.print(f"{title} ({count} {of_what})")

    def advance(self, order_no: str, told: str, by: int = 1) -> None:
        """One of them got through the chapter, or several at once."""
        before = self._done // self._every
        self._done += by
        line = f"{order_no} {told}"
        self._bar.update(self._task, advance=by, latest="" if self._done == self._count else escape(line[:60]))
        if not self._console.is_terminal and (self._done // self._every > before or self._done == self._count):
            self._console.print(f"  [{self._done:>2}/{self._count}] {line}", markup=False, crop=False)


def show_tables(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Every list with its end, a table to each chapter; times are Shanghai's, amounts CNY."""
    console.print("How every list ended (Shanghai time, CNY)", style="bold")
    for chapter in dict.fromkeys(outcome.chapter for outcome in outcomes):
        of_chapter = [outcome for outcome in outcomes if outcome.chapter == chapter]
        console.print(_table(chapter, of_chapter, wide=console.width >= WIDE))
    for alarm in BY_DATE:
        if raised := sum(alarm in outcome.alarms for outcome in outcomes):
            console.print(f"{raised} lists besides have the alarm {alarm}: {BY_DATE[alarm]}.")


def _table(title: str, outcomes: Sequence[Outcome], *, wide: bool) -> Table:
    width, state_width, ratio = (len("2026-01-02 02:00"), len("CORRECTION_PENDING"), None) if wide else (None, None, 3)
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True, expand=True)
    table.add_column("order\nwhat it shows", ratio=6, overflow="fold")
    table.add_column("state", width=state_width, ratio=ratio, overflow="fold")
    table.add_column("released\npay until", width=width, ratio=ratio)
    table.add_column("tax paid\non", width=width, ratio=ratio)
    table.add_column("what happened, reason, alarms", ratio=6, overflow="fold")
    table.add_column("events", justify="right")
    table.add_column("ok")
    for outcome in outcomes:
        detail = "" if outcome.detail in (None, "CLOSED") else str(outcome.detail)
        table.add_row(
            f"[bold]{outcome.order_no}[/]\n{escape(outcome.shows)}",
            _lines(f"[bold]{outcome.state}[/]", detail, outcome.awaited and f"awaits {outcome.awaited}"),
            _lines(_at(outcome.released_at), outcome.payment_deadline),
            _lines("" if outcome.paid is None else f"{outcome.paid:.2f}", _at(outcome.paid_at)),
            escape(_lines(*_remarks(outcome))),
            str(outcome.history_events),
            "[green]ok[/]" if not outcome.faults else "[red]NOT[/]",
        )
    return table


def as_json(
    outcomes: Sequence[Outcome], collections: Sequence[Collection], trouble: Sequence[str], seconds: float
) -> str:
    """The same for machines."""
    return json.dumps(
        {
            "lists": [{**each.model_dump(mode="json"), "as_expected": not each.faults} for each in outcomes],
            "collections": [
                {
                    "workflow_id": each.key.workflow_id,
                    "batches": [batch.model_dump(mode="json") for batch in each.drawn],
                }
                for each in collections
            ],
            "trouble": list(trouble),
            "as_expected": not trouble and not any(each.faults for each in outcomes),
            "seconds": round(seconds, 1),
        },
        ensure_ascii=False,
        indent=2,
    )


def _remarks(outcome: Outcome) -> list[str]:
    remarks = [*outcome.notes]
    remarks += [each.lower() for each in outcome.changes]
    remarks += [f"customs decided {each}" for each in outcome.dispositions]
    remarks += [f"return {number}: {state}" for number, state in enumerate(outcome.returns, 1)]
    if outcome.exited_at:
        remarks.append(f"left the zone {_at(outcome.exited_at)}")
    if outcome.reason != "tax paid" and outcome.reason not in remarks:
        remarks.append(outcome.reason)
    if alarms := [alarm for alarm in outcome.alarms if alarm not in BY_DATE]:
        remarks.append("alarms: " + ", ".join(alarms))
    return remarks


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _at(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""
