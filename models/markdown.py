"""Pieces of the Markdown that the Web UI shows of a list: a problem, a text from outside, an instant in legal time."""

import re
from datetime import datetime

from clearway.contracts.base import SHANGHAI
from clearway.contracts.problems import Problem


def problem_line(problem: Problem) -> str:
    """A problem with its remedy, in both languages."""
    owner = f" ({problem.owner})" if problem.owner else ""
    english, chinese = plain(problem.message_en), plain(problem.message_zh)
    return f"- `{problem.code}`{owner} {english} {chinese}\n  → {plain(problem.remedy_en)} {plain(problem.remedy_zh)}"


def plain(text: str) -> str:
    """Text from outside, so that Markdown shows it as it is: a masked name ends in an asterisk."""
    return re.sub(r"([\\*_`|<>])", r"\\\1", text)


def shanghai(moment: datetime) -> str:
    """An instant in legal time."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" ", "seconds")  # shown often; strftime is slow
