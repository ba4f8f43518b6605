"""The files that `clearway messages` is given; `-` is the standard input."""

import sys
from pathlib import Path

from clearway.cli.papers import read_file
from clearway.contracts.problems import Problem
from clearway.messages.parsing import MAX_BYTES

STDIN = Path("-")


def content_of(file: Path) -> bytes | Problem:
    """The content of a file or of the standard input, or why it cannot be had."""
    return sys.stdin.buffer.read(MAX_BYTES + 1) if file == STDIN else read_file(file)


def name_of(file: Path) -> str:
    """How a file is called when it is told about."""
    return "stdin" if file == STDIN else str(file)
