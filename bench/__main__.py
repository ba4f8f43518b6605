"""`make bench`: what a list costs, each figure a ratio within one run. Method: docs/benchmark.md."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.cpu import NoProcessorTimes
from bench.growth import COLLECTIONS
from bench.parts import PARTS, USUAL
from bench.results import LATEST, keep
from bench.sides import SIDES
from deploy.stack import StackError

ALL = "all"
SMALL: Mapping[str, object] = {
    "rounds": 3,
    "lists": 20,
    "pairs": 60,
    "judgements": 200,
    "messages": 100,
    "receipts": 300,
    "asleep": 300,
    "window": 20,
    "on_stack": 20,
    "cached": 200,
    "collections": (1_000,),
    "sides": tuple(name for name in SIDES if name not in ("dbos-default", "naive")),
}
"""Sizes that end in a few minutes; `all` takes those of the published run."""
FULL: Mapping[str, object] = {
    "rounds": 5,
    "lists": 40,
    "pairs": 120,
    "judgements": 300,
    "messages": 200,
    "receipts": 1000,
    "asleep": 10_000,
    "window": 50,
    "on_stack": 200,
    "cached": 2_000,
    "collections": COLLECTIONS,
    "sides": tuple(SIDES),
}


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 upwards")
    return int(text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_positive(each) for each in text.split(","))


def _shown(size: object) -> str:
    return ",".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _part(text: str) -> str:
    if text not in (*PARTS, ALL):
        raise argparse.ArgumentTypeError(f"{text!r} is no part; there are {', '.join(PARTS)} and {ALL}")
    return text


def _sides(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in SIDES]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: no such side; there are {', '.join(SIDES)}")
    return names


def _parser() -> argparse.ArgumentParser:
    parts = "\n".join(f"  {name:11} {part.what}" for name, part in PARTS.items())
    sides = "\n".join(f"  {side.name:13} {side.meaning}" for side in SIDES.values())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what a list costs. Each figure is a ratio within one run.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"parts (default: {' '.join(USUAL)}):\n{parts}\n  {ALL:11} every part, in the sizes of the published "
        f"run\n\nsides of the lifecycle:\n{sides}\n\n"
        "make bench ARGS='all --json docs/benchmark.json' takes the published run, make docs shows it.",
    )
    parser.add_argument("parts", nargs="*", type=_part, metavar="PART", help="what to measure")
    for name, what in (
        ("rounds", "rounds of each side, in turn"),
        ("lists", "lifecycle, growth: lists in each round"),
        ("pairs", "ledger: reservations made and confirmed in each round"),
        ("judgements", "judgements: judgements in each round"),
        ("messages", "messages, growth: messages in each round"),
        ("receipts", "door: receipts in each round"),
        ("asleep", "idle: lists asleep"),
        ("window", "idle: new lists whose pace is taken"),
        ("on-stack", "idle, memory: lists through the whole stack"),
        ("cached", "memory: lists in the worker's cache"),
        ("collections", "growth: lists of each collection"),
    ):
        small, full = (_shown(sizes[name.replace("-", "_")]) for sizes in (SMALL, FULL))
        kind, shown = (_numbers, "N,N") if name == "collections" else (_positive, "N")
        parser.add_argument(f"--{name}", type=kind, metavar=shown, help=f"{what} (default {small}; {full} with {ALL})")
    parser.add_argument(
        "--at-once", type=_positive, metavar="N", default=10, help="lifecycles under way at a time (default 10)"
    )
    parser.add_argument("--sides", type=_sides, metavar="A,B", help="sides of the lifecycle")
    parser.add_argument(
        "--pin", action="store_true", help="lifecycle: Temporal's server on one core, everything else on another"
    )
    kept = "keep every round here; other parts in the file stay (default .run/benchmark.json)"
    parser.add_argument("--json", type=Path, metavar="FILE", default=LATEST, help=kept)
    return parser


def options_of(arguments: list[str]) -> argparse.Namespace:
    """What was said, and the sizes for what was not."""
    options = _parser().parse_args(arguments)
    sizes = FULL if ALL in options.parts else SMALL
    for name, size in sizes.items():
        if getattr(options, name) is None:
            setattr(options, name, size)
    chosen = PARTS if ALL in options.parts else options.parts or USUAL
    options.parts = list(dict.fromkeys(chosen))
    return options


def main() -> int:
    """Measure, print, keep; 1 when a part could not be measured, which does not stop the others."""
    options = options_of(sys.argv[1:])
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    failed = False
    for name in options.parts:
        part = PARTS[name]
        try:
            with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
                measured = part.measure(options, progress)
        except (NoProcessorTimes, ValueError, RuntimeError, TimeoutError, OSError, StackError) as reason:
            print(f"{name} could not be measured: {reason}", file=sys.stderr)
            failed = True
            continue
        keep(options.json, name, measured)
        for each in part.sheets(measured):
            Console().print(each.rich())
    print(f"every round is in {options.json}; `make bench ARGS=all` measures everything, ARGS=--help tells more")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
