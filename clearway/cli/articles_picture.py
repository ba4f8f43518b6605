"""A List of Items and an answer about it as people read them: its way, what is awaited, its tax line by line."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, problem_table, role_name, shanghai
from clearway.contracts.articles import (
    ArticlesAnswer,
    ArticlesJudgement,
    ArticlesOutcome,
    ArticlesState,
    ArticlesTax,
    ArticlesView,
)

STATE_NAMES = {
    ArticlesState.DRAFT: "草稿",
    ArticlesState.SUBMITTED: "已提交",
    ArticlesState.APPROVAL_PENDING: "待批准文件",
    ArticlesState.REVIEWED: "已审核",
    ArticlesState.TAX_ASSESSED: "已计税",
    ArticlesState.PAID: "已缴税",
    ArticlesState.EXEMPT: "免税",
    ArticlesState.RELEASED: "已放行",
    ArticlesState.RETURNED: "已退运",
    ArticlesState.ABANDONED: "已放弃",
    ArticlesState.TO_GOODS: "转按货物办理",
}


def articles_answer_picture(answer: ArticlesAnswer, lang: Lang) -> RenderableType:
    """Taken or refused, where the list stands, and every problem."""
    taken = lang.say("taken", "已接收") if answer.accepted else lang.say("refused", "未接收")
    head = Text(f"{answer.workflow_id}: {taken}", style="bold")
    parts: list[RenderableType] = [head, Text(_name(answer.state, lang))]
    if answer.problems or answer.warnings:
        parts.append(problem_table((*answer.problems, *answer.warnings), lang))
    return Group(*parts)


def articles_picture(view: ArticlesView, lang: Lang) -> RenderableType:
    """The whole list on one page."""
    parts: list[RenderableType] = [Text(view.key.workflow_id, style="bold"), _way(view, lang)]
    if view.reason:
        parts.append(Text(view.reason))
    if view.alarms:
        parts.append(Text(lang.say("alarms", "告警") + ": " + ", ".join(view.alarms), style="bold yellow"))
    if view.awaited_from:
        until = f" — {lang.say('until', '截止')} {shanghai(view.awaited_until)}" if view.awaited_until else ""
        parts.append(Text(f"{lang.say('awaited from', '等待')}: {role_name(view.awaited_from, lang)}{until}"))
    if view.judgement:
        parts += _judged(view.judgement, lang)
    if view.paid_at:
        parts.append(Text(f"{lang.say('tax paid', '已缴税款')}: {view.paid_amount:f} CNY, {shanghai(view.paid_at)}"))
    if view.decisions:
        parts.append(_decisions(view, lang))
    return Group(*parts)


def _name(state: ArticlesState, lang: Lang) -> str:
    return lang.say(state, STATE_NAMES[state])


def _way(view: ArticlesView, lang: Lang) -> Text:
    """`✓ submitted → ✓ reviewed → … → [released]`; readable without colour."""
    passed = [f"✓ {_name(passage.state, lang)}" for passage in view.passages if passage.state is not view.state]
    text = Text(" → ".join([*passed, ""]))
    text.append(f"[{_name(view.state, lang)}]", style="bold green")
    return text


def _judged(judgement: ArticlesJudgement, lang: Lang) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if judgement.explanation:
        parts.append(Text(judgement.explanation))
    if judgement.tax:
        parts.append(_taxes(judgement.tax, lang))
    problems = () if judgement.outcome is ArticlesOutcome.PASS else judgement.problems
    if problems or judgement.warnings:
        parts.append(problem_table((*problems, *judgement.warnings), lang))
    return parts


def _taxes(tax: ArticlesTax, lang: Lang) -> Table:
    title = f"{lang.say('Article tax, CNY', '进境物品税（元）')} {tax.regime}"
    told = Table(title=title, title_justify="left", show_footer=True)
    told.add_column(lang.say("line", "序号", "\n"), footer=lang.say("due", "应缴", "\n"))
    told.add_column(lang.say("group", "类别", "\n"))
    told.add_column(lang.say("base", "完税价格", "\n"), justify="right")
    told.add_column(lang.say("rate", "税率", "\n"), justify="right")
    told.add_column(lang.say("tax", "税款", "\n"), justify="right", footer=f"{tax.due:f}")
    told.add_column(lang.say("how", "计算", "\n"), overflow="fold", footer=Text(tax.explanation))
    for line in tax.lines:
        amounts = (f"{line.base:f}", f"{line.rate:f}", f"{line.tax:f}")
        told.add_row(str(line.gnum), Text(line.category), *amounts, Text(line.explanation))
    return told


def _decisions(view: ArticlesView, lang: Lang) -> Table:
    told = Table(title=lang.say("Customs decided", "海关决定"), title_justify="left")
    for heading in (("when", "时间"), ("what", "决定"), ("finding", "说明")):
        told.add_column(lang.say(*heading), overflow="fold")
    for decision in view.decisions:
        told.add_row(shanghai(decision.at), decision.decision, Text(decision.finding))
    return told
