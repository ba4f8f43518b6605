"""`python -m bench`: what a list costs, what the ledger does, how fast lists are judged. Method: docs/benchmark.md."""

import argparse
import asyncio
from pathlib import Path

from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench import figures, ratios
from bench.judgements import LINES, measure_judgements
from bench.ledger import measure_ledger
from bench.lists import measure_lists
from bench.messages import measure_messages


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 upwards")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    # Said before or after a part's name: a part's own default would win over what was said before it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--rounds", type=_positive, help="rounds of each side, in turn (default 5)")
    common.add_argument("--json", type=Path, metavar="FILE", help="write every figure to this file")
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        parents=[common],
        description="Compare a list's life with a bare workflow's; or one of the parts below with a yardstick.",
    )
    parser.add_argument("--lists", type=_positive, default=40, help="lifecycles in each round (default 40)")
    parser.add_argument("--at-once", type=_positive, default=10, help="lifecycles under way at a time (default 10)")
    parts = parser.add_subparsers(dest="part", title="parts", metavar="PART")
    what = "transfers of the ledger beside a bare INSERT … COMMIT, on SQLite and on PostgreSQL"
    ledger = parts.add_parser("ledger", parents=[common], help=what, description=f"Compare {what}.")
    ledger.add_argument("--pairs", type=_positive, default=120, help="reserve and confirm in each round (default 120)")
    what = f"judgements of an order of {LINES} lines beside the bare reading of its documents"
    judged = parts.add_parser("judgements", parents=[common], help=what, description=f"Compare {what}.")
    judged.add_argument("--judgements", type=_positive, default=300, help="judgements in each round (default 300)")
    what = "messages read, written, validated, signed and verified beside lxml's part of the same bytes"
    wire = parts.add_parser("messages", parents=[common], help=what, description=f"Compare {what}.")
    wire.add_argument("--messages", type=_positive, default=200, help="messages in each round (default 200)")
    return parser


def _measure(options: argparse.Namespace, progress: Progress) -> tuple[BaseModel, Table]:
    if options.part == "ledger":
        transfers = measure_ledger(options.rounds, options.pairs, progress)
        title = f"{options.rounds} rounds of {options.pairs} reservations confirmed, medians"
        return transfers, ratios.table(title, "transfers per second", "INSERT … COMMIT per second", transfers)
    if options.part == "judgements":
        judged = measure_judgements(options.rounds, options.judgements, progress)
        title = f"{options.rounds} rounds of {options.judgements} judgements in one process, medians"
        return judged, ratios.table(title, "judgements per second", "readings per second", judged)
    if options.part == "messages":
        handled = measure_messages(options.rounds, options.messages, progress)
        title = f"{options.rounds} rounds of {options.messages} messages in one process, medians"
        return handled, ratios.table(title, "ours per second", "bare lxml per second", handled)
    lists = asyncio.run(measure_lists(options.rounds, options.lists, options.at_once, progress))
    return lists, figures.table(lists)


def main() -> None:
    """Measure and print."""
    options = _parser().parse_args(namespace=argparse.Namespace(rounds=5, json=None))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        measured, table = _measure(options, progress)
    if options.json:
        options.json.write_text(measured.model_dump_json(indent=1) + "\n", encoding="utf-8")
    Console().print(table)


if __name__ == "__main__":
    main()
