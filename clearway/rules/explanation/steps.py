"""What an explanation is made of: chapters of steps in English and Chinese, each chapter with the rules it used."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import SHANGHAI, Contract
from clearway.contracts.case import CaseKey
from clearway.contracts.facts import RuleUse
from clearway.contracts.problems import Problem, Severity

FEN = Decimal("0.01")


class Verdict(StrEnum):
    """What a step found."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_MADE = "not_made"
    TOLD = "told"


class Step(Contract):
    """One step, with its figures written out."""

    verdict: Verdict = Verdict.TOLD
    rule: str = Field("", description="Matching rule, error code or parameter id the step is about")
    text_en: str
    text_zh: str
    reference: str = ""


class Chapter(Contract):
    """Everything about one question, and the rules that answered it."""

    name: str = Field(description="identity, matching, limits, quota, guarantee, tax, deadlines, return or payment")
    title_en: str
    title_zh: str
    steps: tuple[Step, ...]
    rules: tuple[RuleUse, ...] = ()


class Explanation(Contract):
    """How a list was judged, from its recorded facts; nothing in it is computed by today's rules."""

    key: CaseKey
    profile: str
    rules_version: str = ""
    chapters: tuple[Chapter, ...]


def say(english: str, chinese: str, verdict: Verdict = Verdict.TOLD, *, rule: str = "", reference: str = "") -> Step:
    """A step in both languages."""
    return Step(verdict=verdict, rule=rule, text_en=english, text_zh=chinese, reference=reference)


def passed_if(holds: bool) -> Verdict:
    """Passed or failed."""
    return Verdict.PASSED if holds else Verdict.FAILED


def of_problem(problem: Problem) -> Step:
    """A problem as a step."""
    verdict = Verdict.FAILED if problem.severity is Severity.HARD else Verdict.WARNED
    return say(problem.message_en, problem.message_zh, verdict, rule=problem.code, reference=problem.reference)


def money(amount: Decimal) -> str:
    """An amount as people write it: thousands apart, at least two places, nothing rounded away."""
    return f"{amount:,.2f}" if amount == amount.quantize(FEN) else f"{amount:,f}"


def plain(quantity: Decimal) -> str:
    """A quantity without needless zeros."""
    return f"{quantity.normalize():f}"


def sign(left: Decimal, right: Decimal) -> str:
    """How the left figure stands to a limit on the right."""
    return "≤" if left <= right else ">"


def clock(moment: datetime) -> str:
    """An instant in legal time."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
