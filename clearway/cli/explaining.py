"""`clearway explain`: how a list was judged, every figure written out, for a clerk to check by hand."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clearway.cli.line import Line
from clearway.cli.options import ANSWER_SECONDS, Address, AsJson, Attempt, Language, Namespace, Seconds, case_key
from clearway.cli.outcomes import Exit, fail
from clearway.cli.papers import read_file
from clearway.cli.screen import Lang
from clearway.contracts.case import CaseView
from clearway.contracts.facts import RuleUse
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.parsing import MAX_BYTES
from clearway.rules.explanation import Chapter, Explanation, Step, Verdict
from clearway.rules.explanation import explain as explain_view

MARKS = {
    Verdict.PASSED: ("✓", "green"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.WARNED: ("!", "bold yellow"),
    Verdict.NOT_MADE: ("?", "bold yellow"),
    Verdict.TOLD: ("·", ""),
}


def explain(
    case: Annotated[
        str | None, typer.Argument(metavar="EBC/ORDER", help="Enterprise code and order number of the list.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="VIEW.json", help="A list as `clearway show --json` printed it, instead.")
    ] = None,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Explain how a list on file was judged: identity, comparison, limits, tax, deadlines, payment.

    Every figure comes from the list's recorded facts, with the rule, its value, first day and source; nothing is
    computed anew by the rules of today.
    """
    if (case is None) is (file is None):
        raise typer.BadParameter("give EBC/ORDER, or --file VIEW.json", param_hint="EBC/ORDER")
    line = Line(address, namespace, as_json, lang, timeout)
    if file is not None:
        view = _view_in(file, as_json=as_json, lang=lang)
    else:
        key = case_key(case or "", attempt)
        view = line.ask(lambda client: client.view(key))
    explanation = explain_view(view)
    line.tell(explanation, explanation_picture(explanation, lang))


def _view_in(file: Path, *, as_json: bool, lang: Lang) -> CaseView:
    content = read_file(file)
    if isinstance(content, Problem):
        fail(Exit.USAGE, (content,), as_json=as_json, lang=lang)
    if len(content) > MAX_BYTES:
        fail(Exit.USAGE, (_no_view(file, ("JSON",)),), as_json=as_json, lang=lang)
    try:
        return CaseView.model_validate_json(content)
    except ValidationError as error:
        faults = tuple(".".join(str(step) for step in each["loc"]) or "JSON" for each in error.errors()[:10])
        fail(Exit.USAGE, (_no_view(file, faults),), as_json=as_json, lang=lang)


def _no_view(file: Path, faults: tuple[str, ...]) -> Problem:
    return Problem(
        code="E_UNREADABLE",
        fields=tuple(FieldValue(field=each) for each in faults),
        message_en=f"The file {file} holds no list as `clearway show --json` prints it.",
        message_zh=f"文件 {file} 不是 clearway show --json 输出的清单。",
        remedy_en="Write the file with `clearway show EBC/ORDER --json > VIEW.json`.",
        remedy_zh="请用 clearway show EBC/ORDER --json > VIEW.json 生成该文件。",
    )


def explanation_picture(explanation: Explanation, lang: Lang) -> RenderableType:
    """Chapter by chapter: the steps, then the rules with their values and sources."""
    rules = f" · {lang.say('rules', '规则版本')} {explanation.rules_version[:12]}" if explanation.rules_version else ""
    parts: list[RenderableType] = [
        Text(explanation.key.workflow_id, style="bold"),
        Text(f"{lang.say('profile', '规则配置')} {explanation.profile}{rules}"),
    ]
    if not explanation.chapters:
        waits = lang.say(
            "Not judged yet: a list is judged once all four documents are on file.",
            "尚未判定：四份单证齐备后才作判定。",
        )
        parts.append(Text(waits))
    for chapter in explanation.chapters:
        parts += ["", *_chapter(chapter, lang)]
    return Group(*parts)


def _chapter(chapter: Chapter, lang: Lang) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(lang.say(chapter.title_en, chapter.title_zh), style="bold")]
    parts += [_step(step, lang) for step in chapter.steps]
    if chapter.rules:
        parts.append(Padding(rule_table(chapter.rules, lang), (0, 0, 0, 2)))
    return parts


def _step(step: Step, lang: Lang) -> RenderableType:
    mark, style = MARKS[step.verdict]
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    told = lang.say(step.text_en, step.text_zh, "\n")
    # a parameter is told with its value below; of matching rules and errors the id is what people look up
    rule = f"{step.rule} " if step.rule and "." not in step.rule else ""
    text = Text(f"{rule}{told}")
    if step.reference:
        text.append(f"  ({step.reference})", style="dim")
    table.add_row(Text(f"  {mark}", style=style), text)
    return table


def rule_table(rules: tuple[RuleUse, ...], lang: Lang) -> Table:
    """Rules as they were used: id, value, first day, source."""
    table = Table()
    for heading in (("rule", "规则"), ("value", "取值"), ("since", "生效日"), ("source", "依据")):
        table.add_column(lang.say(*heading), overflow="fold")
    for each in rules:
        since = each.effective_from.isoformat() if each.effective_from else ""
        table.add_row(Text(each.rule), Text(each.value), since, Text(each.reference))
    return table
