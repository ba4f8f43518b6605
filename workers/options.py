"""The command line of worker.py."""

import argparse
import os
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """What a worker process may do; each part has a task queue of its own."""

    LISTS = "lists"
    CUSTOMS = "customs"
    BANK = "bank"


class Options(NamedTuple):
    """What was asked for."""

    processes: int
    parts: tuple[Part, ...]
    until_drained: bool
    nth: int
    """Which process of several this is, from 0."""
    line: int | None
    """File descriptor of the line to the process that runs several; None when there is none."""


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; ends the process with 2 and one sentence when it cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="worker.py", description="Run Clearway's worker. Settings: CLEARWAY_*, TEMPORAL_*, OTEL_*."
    )
    parser.add_argument(
        "--processes",
        type=_processes,
        default=1,
        metavar="N",
        help="worker processes to run, `auto` for one per core (default 1)",
    )
    parser.add_argument(
        "--only",
        action="append",
        type=Part,
        choices=tuple(Part),
        metavar="PART",
        help="lists: everything but the outside platforms; customs: what is signed and filed, on the machine that has "
        "the keys; bank: what is paid. May be given several times; default all",
    )
    parser.add_argument(
        "--until-drained",
        action="store_true",
        help="end with 0 once the server reports this worker's version drained (CLEARWAY_DEPLOYMENT)",
    )
    parser.add_argument("--nth", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--line", type=int, help=argparse.SUPPRESS)
    read = parser.parse_args(arguments)
    parts = tuple(part for part in Part if not read.only or part in read.only)
    return Options(read.processes, parts, read.until_drained, read.nth, read.line)


def arguments_of(options: Options) -> list[str]:
    """The command line of one of several processes that do what was asked for."""
    parts = [argument for part in options.parts for argument in ("--only", str(part))]
    return [*parts, "--until-drained"] if options.until_drained else parts


def _processes(text: str) -> int:
    if text == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1, or `auto`")
    return int(text)
