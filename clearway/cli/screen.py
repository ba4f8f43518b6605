"""What people read: problems, limits and taxes, cases; plain text where there is no terminal."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.contracts.base import SHANGHAI
from clearway.contracts.facts import LimitDecision, TaxAssessment
from clearway.contracts.parties import ROLE_NAMES, Role
from clearway.contracts.problems import Problem, Severity

PIPED_WIDTH = 120
"""Columns where nobody says how wide the paper is."""


class Lang(StrEnum):
    """Language of messages and remedies."""

    EN = "en"
    ZH = "zh"
    BOTH = "both"

    def say(self, english: str, chinese: str, between: str = " ") -> str:
        """The text in this language."""
        return {Lang.EN: english, Lang.ZH: chinese, Lang.BOTH: f"{english}{between}{chinese}"}[self]


def screen(*, err: bool = False) -> Console:
    """A console that colours only on a terminal, whatever the environment says."""
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        return Console(file=stream)
    told = os.environ.get("COLUMNS", "")
    width = int(told) if told.isdecimal() and int(told) > 0 else PIPED_WIDTH
    return Console(file=stream, force_terminal=False, no_color=True, width=width)


def problem_table(problems: Iterable[Problem], lang: Lang) -> RenderableType:
    """One row per problem: rule, who must mend it, the values, what is wrong and what to do."""
    table = Table(show_lines=True)
    table.add_column(lang.say("rule", "规则"), no_wrap=True)
    table.add_column(lang.say("who mends it", "责任方", "\n"), max_width=22)
    table.add_column(lang.say("found", "数据"), overflow="fold", max_width=40)
    table.add_column(lang.say("problem → remedy", "问题 → 处理办法"), overflow="fold")
    for problem in problems:
        table.add_row(
            Text(problem.code, style="bold red" if problem.severity is Severity.HARD else "bold yellow"),
            Text(role_name(problem.owner, lang)),
            Text("\n".join(f"{each.field}\n= {each.value or '—'}" for each in problem.fields)),
            Text(_words(problem, lang)),
        )
    return table


def _words(problem: Problem, lang: Lang) -> str:
    english = f"{problem.message_en}\n→ {problem.remedy_en}"
    chinese = f"{problem.message_zh}\n→{problem.remedy_zh}"
    reference = f"\n({problem.reference})" if problem.reference else ""
    return lang.say(english, chinese, "\n") + reference


def role_name(role: Role | str | None, lang: Lang) -> str:
    """The role in words, with its code; empty where nobody in particular is meant."""
    if not role:
        return ""
    return f"{lang.say(*ROLE_NAMES[Role(role)])} {role}"


def limits_and_tax(limits: LimitDecision | None, tax: TaxAssessment | None, lang: Lang) -> RenderableType:
    """Both limits, and the tax of every line."""
    parts: list[RenderableType] = []
    if limits:
        told = Table(title=lang.say("Limits, CNY", "限值（元）"), title_justify="left")
        for heading in (
            lang.say("taxable price", "完税价格", "\n"),
            lang.say("single limit", "单次限值", "\n"),
            lang.say("used this year", "年度已用", "\n"),
            lang.say("annual limit", "年度限值", "\n"),
        ):
            told.add_column(heading, justify="right")
        told.add_column(lang.say("treatment", "适用", "\n"))
        amounts = (limits.taxable_price, limits.single_limit, limits.used_before, limits.annual_limit)
        told.add_row(*(f"{amount:f}" for amount in amounts), f"{limits.treatment} {limits.regime}")
        parts.append(told)
    if tax:
        parts.append(_taxes(tax, lang))
    return Group(*parts)


def _taxes(tax: TaxAssessment, lang: Lang) -> Table:
    told = Table(title=lang.say("Tax, CNY", "税款（元）"), title_justify="left", show_footer=True)
    told.add_column(lang.say("line", "序号", "\n"), footer=lang.say("total", "合计", "\n"))
    told.add_column(lang.say("HS code", "商品编码", "\n"))
    told.add_column(lang.say("base", "计税价格", "\n"), justify="right")
    told.add_column(lang.say("duty", "关税", "\n"), justify="right", footer=f"{tax.duty:f}")
    told.add_column(lang.say("consumption tax", "消费税", "\n"), justify="right", footer=f"{tax.consumption_tax:f}")
    told.add_column(lang.say("VAT", "增值税", "\n"), justify="right", footer=f"{tax.vat:f}")
    told.add_column(lang.say("tax", "税款", "\n"), justify="right", footer=f"{tax.total:f}")
    told.add_column(lang.say("how", "计算", "\n"), overflow="fold")
    for line in tax.lines:
        taxes = (line.duty, line.consumption_tax, line.vat)
        amounts = (line.base, *taxes, sum(taxes))
        told.add_row(str(line.gnum), line.hs_code, *(f"{each:f}" for each in amounts), Text(line.explanation))
    return told


def shanghai(moment: datetime) -> str:
    """An instant in legal time."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
