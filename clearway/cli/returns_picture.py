"""A return of goods as people read it: how far it is, what came back, what that changed, what customs said."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.reasons_picture import rejection_table
from clearway.cli.screen import Lang, shanghai
from clearway.contracts.goods_return import RETURN_ENDS, ReturnLine, ReturnState, ReturnView

STATE_NAMES = {
    ReturnState.APPLIED: "已申请",
    ReturnState.ACCEPTED: "已受理",
    ReturnState.IN_TRANSIT: "在途",
    ReturnState.ARRIVED: "已运抵",
    ReturnState.CHECKED: "已查验",
    ReturnState.CONFIRMED: "已确认",
    ReturnState.REFUSED: "未受理",
    ReturnState.EXPIRED: "已逾期",
    ReturnState.NOT_ORIGINAL: "非原货",
    ReturnState.WITHDRAWN: "已撤回",
}


def return_picture(view: ReturnView, lang: Lang) -> RenderableType:
    """The whole return on one page."""
    parts: list[RenderableType] = [Text(view.key.workflow_id, style="bold"), _way(view, lang)]
    if view.why:
        parts.append(Text(view.why))
    if view.alarms:
        parts.append(Text(lang.say("alarms", "告警") + ": " + ", ".join(view.alarms), style="bold yellow"))
    for what, lines in (
        (("applied for", "申请退货"), view.lines),
        (("arrived", "已运抵"), view.arrived),
        (("confirmed", "已确认"), view.confirmed),
        (("not the original goods", "非原货"), view.rejected),
    ):
        if lines:
            parts.append(Text(f"{lang.say(*what)}: {_goods(lines, lang)}"))
    parts += [Text(line) for line in _deadlines(view, lang)]
    if view.settlements:
        parts.append(_settlements(view, lang))
    if view.rejections:
        parts.append(rejection_table(view.rejections, lang))
    if view.receipts:
        parts.append(_receipts(view, lang))
    return Group(*parts)


def _name(state: ReturnState, lang: Lang) -> str:
    return lang.say(state, STATE_NAMES[state])


def _way(view: ReturnView, lang: Lang) -> Text:
    """`✓ applied → ✓ accepted → [in_transit]`; readable without colour."""
    passed = dict.fromkeys(passage.state for passage in view.passages if passage.state is not view.state)
    text = Text(" → ".join([*(f"✓ {_name(state, lang)}" for state in passed), ""]))
    text.append(f"[{_name(view.state, lang)}]", style="bold green")
    return text


def _goods(lines: Iterable[ReturnLine], lang: Lang) -> str:
    return ", ".join(f"{lang.say('line', '第')} {line.gnum} × {line.qty.normalize():f}" for line in lines)


def _deadlines(view: ReturnView, lang: Lang) -> list[str]:
    lines = [f"{lang.say('applied', '申请时间')}: {shanghai(view.applied_at)}"]
    if view.accepted_at:
        lines.append(f"{lang.say('accepted by customs', '海关受理时间')}: {shanghai(view.accepted_at)}")
    elif view.state not in RETURN_ENDS:
        before = shanghai(view.clocks.return_application_before)
        lines.append(f"{lang.say('to be accepted before', '海关受理截止于')}: {before}")
    if view.state not in RETURN_ENDS:
        before = shanghai(view.clocks.return_arrival_before)
        lines.append(f"{lang.say('goods back before', '退货运抵截止于')}: {before}")
    return lines


def _settlements(view: ReturnView, lang: Lang) -> Table:
    title = lang.say("What the checks changed, CNY", "查验后的变化（元）")
    table = Table(title=title, title_justify="left")
    table.add_column(lang.say("goods", "商品", "\n"), overflow="fold")
    for heading in (
        ("tax not levied", "不予征税"),
        ("tax due", "应缴税款"),
        ("annual amount back", "恢复年度额度"),
        ("guarantee freed", "释放担保"),
        ("refund", "应退税款"),
    ):
        table.add_column(lang.say(*heading, "\n"), justify="right")
    for each in view.settlements:
        amounts = (each.reversal, each.tax_due, each.restored, each.guarantee_freed, each.refund)
        table.add_row(_goods(each.lines, lang), *(f"{amount:f}" for amount in amounts))
    return table


def _receipts(view: ReturnView, lang: Lang) -> Table:
    table = Table(title=lang.say("Customs said", "海关回执"), title_justify="left")
    for heading in (("when", "时间"), ("status", "状态"), ("text", "内容")):
        table.add_column(lang.say(*heading), overflow="fold")
    for receipt in view.receipts:
        table.add_row(shanghai(receipt.at), Text(receipt.status), Text(receipt.info))
    return table
