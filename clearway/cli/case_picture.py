"""A case and an answer as people read them: how far it is, what is awaited from whom, what falls due in Shanghai."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.happenings import happenings
from clearway.cli.reasons_picture import rejection_table
from clearway.cli.screen import Lang, problem_table, role_name, shanghai
from clearway.contracts.case import Answer, Awaited, CaseView
from clearway.contracts.facts import GuaranteeHold, LegalClocks, QuotaHold
from clearway.contracts.states import BACKBONE, State

STATE_NAMES = {
    State.SUBMITTED: "已提交",
    State.MATCHED: "已比对",
    State.INSPECTED: "已过风控",
    State.RELEASED: "已放行",
    State.RETURN_WINDOW: "退货期",
    State.TAXED: "已缴税",
    State.MATCH_FAILED: "比对不符",
    State.REJECTED: "已退单",
    State.CANCELLED: "已撤销",
    State.DETAINED: "已扣留",
    State.RETURNED_ABROAD: "已退运出境",
    State.DESTROYED: "已销毁",
    State.RETURNED: "已退货",
}
LAST_RECEIPTS = 10


def answer_picture(answer: Answer, lang: Lang) -> RenderableType:
    """Taken or refused, where the case stands, what is missing, and every problem."""
    taken = lang.say("taken", "已接收") if answer.accepted else lang.say("refused", "未接收")
    parts: list[RenderableType] = [
        Text(f"{answer.workflow_id}: {taken}", style="bold"),
        Text(f"{_name(answer.state, lang)} · {answer.detail}"),
    ]
    if answer.missing:
        parts.append(Text(lang.say("still missing", "尚缺") + ": " + ", ".join(answer.missing)))
    if answer.problems or answer.warnings:
        parts.append(problem_table((*answer.problems, *answer.warnings), lang))
    return Group(*parts)


def case_picture(view: CaseView, lang: Lang) -> RenderableType:
    """The whole case on one page."""
    parts: list[RenderableType] = [
        Text(view.key.workflow_id, style="bold"),
        _backbone(view, lang),
        Text(f"{view.detail} · {view.reason}" if view.reason else view.detail),
    ]
    if view.alarms:
        parts.append(Text(lang.say("alarms", "告警") + ": " + ", ".join(view.alarms), style="bold yellow"))
    parts += [Text(awaited_line(each, lang)) for each in view.awaited]
    if view.clocks:
        parts.append(_deadlines(view.clocks, lang))
    if view.tax_due is not None:
        parts.append(Text(f"{lang.say('tax by our figure', '测算税款')}: {view.tax_due:f} CNY"))
    if view.judgement and view.judgement.quota:
        parts.append(Text(_annual_amount(view.judgement.quota, lang)))
    if view.judgement and view.judgement.guarantee:
        parts.append(Text(_guarantee(view.judgement.guarantee, lang)))
    if view.payment and view.payment.paid_at:
        paid = f"{view.payment.amount:f} CNY, {shanghai(view.payment.paid_at)}"
        parts.append(Text(f"{lang.say('tax paid', '已缴税款')}: {paid}"))
    if view.goods_return:
        applied = f"{view.goods_return.outcome}, {shanghai(view.goods_return.applied_at)}"
        parts.append(Text(f"{lang.say('return applied for', '退货申请')}: {applied}"))
    if (happened := happenings(view, lang)).row_count:
        parts.append(happened)
    if view.refund:
        parts.append(Text(f"{lang.say('to be claimed back', '待申请退税')}: {view.refund:f} CNY", style="yellow"))
    if told := (*view.problems, *(view.judgement.warnings if view.judgement else ())):
        parts.append(problem_table(told, lang))
    if view.rejections:
        parts.append(rejection_table(view.rejections, lang))
    if view.receipts:
        parts.append(_receipts(view, lang))
    return Group(*parts)


def awaited_line(awaited: Awaited, lang: Lang) -> str:
    """What is awaited, from whom, until when."""
    line = lang.say("awaited", "等待") + ": " + lang.say(awaited.what_en, awaited.what_zh)
    if awaited.who:
        line += " — " + role_name(awaited.who, lang)
    if awaited.until:
        line += f" — {lang.say('until', '截止')} {shanghai(awaited.until)}"
    return line


def _name(state: State, lang: Lang) -> str:
    return lang.say(state, STATE_NAMES[state])


def _backbone(view: CaseView, lang: Lang) -> Text:
    """`✓ submitted → ✓ matched → [inspected] → released …`; readable without colour."""
    passed = {passage.state for passage in view.passages}
    text = Text()
    for number, state in enumerate(BACKBONE):
        text.append(" → " if number else "")
        if state is view.state:
            text.append(f"[{_name(state, lang)}]", style="bold green")
        else:
            text.append(
                f"{'✓ ' if state in passed else ''}{_name(state, lang)}", style="" if state in passed else "dim"
            )
    if view.state not in BACKBONE:
        text.append(f" ⟶ [{_name(view.state, lang)}]", style="bold red")
    return text


def _annual_amount(held: QuotaHold, lang: Lang) -> str:
    told = lang.say("annual amount", "年度额度")
    used = lang.say("used before", "此前已用")
    taken = lang.say("taken by this list", "本单占用")
    limit = lang.say("limit", "限值")
    return f"{told} {held.year}: {used} {held.used_before:f}, {taken} {held.counted:f}, {limit} {held.limit:f} CNY"


def _guarantee(hold: GuaranteeHold, lang: Lang) -> str:
    line = f"{lang.say('guarantee', '担保')}: {hold.guarantor}, {hold.amount:f} CNY, {hold.outcome}"
    if hold.reason:
        line += f", {hold.reason}"
    if hold.place:
        line += f", {lang.say('place in the queue', '排队序号')} {hold.place}"
    return line


def _deadlines(clocks: LegalClocks, lang: Lang) -> Table:
    title = lang.say("Deadlines, Shanghai time", "期限（北京时间）")
    table = Table(title=title, title_justify="left", show_header=False)
    rows = (
        (lang.say("released", "放行"), shanghai(clocks.released_at)),
        (lang.say("return application before", "退货申请截止于"), shanghai(clocks.return_application_before)),
        (lang.say("returned goods back before", "退货运抵截止于"), shanghai(clocks.return_arrival_before)),
        (lang.say("tax payable from", "税款缴纳起始"), shanghai(clocks.tax_window_opens)),
        (lang.say("tax paid before", "税款缴纳截止于"), shanghai(clocks.payment_before)),
    )
    for row in rows:
        table.add_row(*row)
    return table


def _receipts(view: CaseView, lang: Lang) -> Table:
    table = Table(title=lang.say("Customs said", "海关回执"), title_justify="left")
    for heading in (("when", "时间"), ("about", "单证"), ("status", "状态"), ("text", "内容")):
        table.add_column(lang.say(*heading), overflow="fold")
    for receipt in view.receipts[-LAST_RECEIPTS:]:
        table.add_row(shanghai(receipt.at), receipt.about, Text(receipt.status), Text(receipt.info))
    return table
