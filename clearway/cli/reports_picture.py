"""A suspicion report and an answer about it as its reporter reads them: the way, the lists, customs' decision."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, problem_table, shanghai
from clearway.contracts.reports import HoldOutcome, ReportAnswer, ReportOutcome, ReportState, ReportView

STATE_NAMES = {
    ReportState.SUBMITTED: "已提交",
    ReportState.ACKNOWLEDGED: "海关已受理",
    ReportState.LIFTED: "已解除",
    ReportState.CASE_OPENED: "已立案",
    ReportState.REFUSED: "未接收",
}
HOLD_NAMES = {
    HoldOutcome.HELD: ("held", "已暂停"),
    HoldOutcome.NOT_RUNNING: ("over or unknown", "已结束或不存在"),
    HoldOutcome.LIFTED: ("let go", "已恢复"),
}
DECISION_NAMES = {
    ReportOutcome.ACKNOWLEDGED: ("acknowledged", "受理"),
    ReportOutcome.LIFTED: ("nothing found", "解除"),
    ReportOutcome.CASE_OPENED: ("case opened", "立案"),
}


def report_answer_picture(answer: ReportAnswer, lang: Lang) -> RenderableType:
    """Taken or refused, where the report stands, and every problem."""
    taken = lang.say("taken", "已接收") if answer.accepted else lang.say("refused", "未接收")
    parts: list[RenderableType] = [
        Text(f"{answer.workflow_id}: {taken}", style="bold"),
        Text(_name(answer.state, lang)),
    ]
    if answer.problems:
        parts.append(problem_table(answer.problems, lang))
    return Group(*parts)


def report_picture(view: ReportView, lang: Lang) -> RenderableType:
    """Where the report stands, on one page."""
    parts: list[RenderableType] = [Text(view.workflow_id, style="bold"), _way(view, lang)]
    if view.reason:
        parts.append(Text(view.reason))
    if view.alarms:
        parts.append(Text(lang.say("alarms", "告警") + ": " + ", ".join(view.alarms), style="bold yellow"))
    if view.acknowledgement:
        number, at = view.acknowledgement.number, shanghai(view.acknowledgement.at)
        parts.append(Text(f"{lang.say('with customs under', '海关受理编号')}: {number}, {at}"))
    if view.lists:
        told = Table(title=lang.say("Lists", "清单"), title_justify="left")
        for heading in (
            lang.say("list", "清单", "\n"),
            lang.say("hold", "暂停", "\n"),
            lang.say("since", "时间", "\n"),
        ):
            told.add_column(heading, overflow="fold")
        for each in view.lists:
            told.add_row(each.key.workflow_id, lang.say(*HOLD_NAMES[each.outcome]), shanghai(each.at))
        parts.append(told)
    for decision in view.decisions:
        what = lang.say(*DECISION_NAMES[decision.decision])
        parts.append(Text(f"{lang.say('customs decided', '海关决定')}: {what}, {shanghai(decision.at)}"))
    return Group(*parts)


def _name(state: ReportState, lang: Lang) -> str:
    return lang.say(state, STATE_NAMES[state])


def _way(view: ReportView, lang: Lang) -> Text:
    """`✓ submitted → [acknowledged]`; readable without colour."""
    passed = [f"✓ {_name(passage.state, lang)}" for passage in view.passages if passage.state is not view.state]
    text = Text(" → ".join([*passed, ""]))
    text.append(f"[{_name(view.state, lang)}]", style="bold green")
    return text
