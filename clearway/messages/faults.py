"""The one refusal of a message, with every problem at once, and the problems that concern the message as a whole."""

from collections.abc import Iterable

from clearway.contracts.parties import Role
from clearway.contracts.problems import FieldValue, Problem

MOST_PROBLEMS = 1000
"""A hostile message may hold a million faults; beyond this many they are not described."""


class MessageRefused(Exception):
    """The message cannot be taken, or cannot be written; `problems` tells everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, the first thousand in full."""
        self.problems = _bounded(tuple(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        told = "; ".join(f"{problem.code}: {problem.message_en}" for problem in self.problems[:3])
        more = len(self.problems) - 3
        return f"{told}; and {more} more" if more > 0 else told


def problem(
    code: str,
    message: tuple[str, str],
    remedy: tuple[str, str],
    *,
    fields: tuple[FieldValue, ...] = (),
    owner: Role | None = None,
    reference: str = "REFERENCE §2",
) -> Problem:
    """A hard problem; `message` and `remedy` are (English, Chinese)."""
    return Problem(
        code=code,
        fields=fields,
        owner=owner,
        message_en=message[0],
        message_zh=message[1],
        remedy_en=remedy[0],
        remedy_zh=remedy[1],
        reference=reference,
    )


def _bounded(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    left_out = len(problems) - MOST_PROBLEMS
    if left_out <= 0:
        return problems
    more = problem(
        "E_MORE_FAULTS",
        (f"at least {left_out} more faults are not described", f"至少另有 {left_out} 处错误未列出"),
        ("Mend these and send again", "请先更正以上错误后重新发送"),
    )
    return (*problems[:MOST_PROBLEMS], more)
