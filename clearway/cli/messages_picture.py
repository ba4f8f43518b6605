"""Messages as people read them: what one is, what it holds, whether it is valid."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, problem_table
from clearway.contracts.problems import Problem
from clearway.messages import Explanation, Report
from clearway.messages.explaining import ExplainedPart


def heading(told: Explanation, name: str, lang: Lang) -> RenderableType:
    """What the message is, and who sends it to whom."""
    signed = ("signed (not verified here)", "有签名（此处未验签）") if told.signed else ("not signed", "无签名")
    edition = f" {told.edition}" if told.edition else ""
    lines = [
        f"{name}: {told.message_type}{edition}  {lang.say(told.title_en, told.title_zh)}",
        lang.say(f"from {told.from_en} to {told.to_en}", f"{told.from_zh} → {told.to_zh}", "; "),
        lang.say(f"records: {told.records}", f"记录数：{told.records}", "; ") + f"; {lang.say(*signed)}; {told.guid}",
    ]
    if told.unknown:
        lines.append(lang.say("ignored", "已忽略") + ": " + ", ".join(told.unknown))
    return Text("\n".join(lines))


def explained(told: Explanation, name: str, lang: Lang) -> RenderableType:
    """The whole message, one table for each record, line and part."""
    parts = [heading(told, name, lang), *(_part(part, lang) for part in told.parts)]
    if told.findings:
        parts.append(problem_table(told.findings, lang))
    return Group(*parts)


def _part(part: ExplainedPart, lang: Lang) -> Table:
    title = Text(f"{lang.say(part.title_en, part.title_zh)}  {part.path}")
    table = Table(title=title, title_justify="left")
    table.add_column(lang.say("element", "元素", "\n"), overflow="fold")
    table.add_column(lang.say("value", "值", "\n"), overflow="fold")
    table.add_column(lang.say("meaning", "含义", "\n"), overflow="fold")
    for field in part.fields:
        code = f" = {lang.say(field.code_en or '', field.code_zh or '')}" if field.code_zh else ""
        table.add_row(
            Text(field.element), Text(f"{field.value}{code}"), Text(lang.say(field.meaning, field.name_zh, "\n"))
        )
    return table


def verdict(report: Report, name: str, lang: Lang) -> RenderableType:
    """Whether the message is valid, and everything that is wrong with it."""
    kind = report.message_type or "?"
    word = ("valid", "符合规范") if report.valid else ("not valid", "不符合规范")
    count = len(report.faults) + report.undescribed
    told = lang.say(
        f"{word[0]} by edition {report.edition}; faults: {count}; warnings: {len(report.warnings)}",
        f"{word[1]}（{report.edition} 版）；错误 {count} 处；提示 {len(report.warnings)} 处",
    )
    parts: list[RenderableType] = [Text(f"{name}: {kind} {told}")]
    found: list[Problem] = [*report.faults, *report.warnings]
    if found:
        parts.append(problem_table(found, lang))
    return Group(*parts)
