"""What happened to a list beside its way through customs: inspections, decisions, changes and returns, in one table."""

from collections.abc import Iterator
from datetime import datetime

from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, shanghai
from clearway.contracts.case import CaseView
from clearway.contracts.customs import Disposition
from clearway.contracts.goods_return import ReturnLine

Row = tuple[datetime, str, str]


def happenings(view: CaseView, lang: Lang) -> Table:
    """One row for each, in the order in which they began."""
    table = Table(title=lang.say("What happened", "经过"), title_justify="left")
    for heading in (("when", "时间"), ("what", "事项"), ("how it stands", "情况")):
        table.add_column(lang.say(*heading), overflow="fold")
    for at, what, standing in sorted((*_control(view, lang), *_changes(view, lang), *_returns(view, lang))):
        table.add_row(shanghai(at), Text(what), Text(standing))
    return table


def _control(view: CaseView, lang: Lang) -> Iterator[Row]:
    for at, what, standing in (*_inspections(view, lang), *_decisions(view, lang)):
        yield at, what, ", ".join(filter(None, standing))
    if view.exited_at:
        yield view.exited_at, lang.say("exit", "离区"), ""


def _inspections(view: CaseView, lang: Lang) -> Iterator[tuple[datetime, str, tuple[str, ...]]]:
    results = {each.instruction_id: each for each in view.inspection_results}
    attended = {each.instruction_id: each for each in view.attendances}
    for order in view.instructions:
        result, attendance = results.pop(order.instruction_id, None), attended.get(order.instruction_id)
        calls = view.notices_sent.get(order.instruction_id, 0)
        told = (
            lang.say(f"called {calls}×", f"已通知 {calls} 次") if not result else "",
            f"{lang.say('attended by', '到场')} {attendance.actor} ({attendance.attendant})" if attendance else "",
            f"{result.outcome} {result.finding}".strip() if result else lang.say("no result yet", "尚无结果"),
        )
        yield order.issued_at, f"{lang.say('inspection', '查验')} {order.method} {order.instruction_id}", told
    for unordered in results.values():  # customs told of it by a receipt only
        found = f"{unordered.outcome} {unordered.finding}".strip()
        yield unordered.recorded_at, f"{lang.say('inspection', '查验')} {unordered.instruction_id}", (found,)


def _decisions(view: CaseView, lang: Lang) -> Iterator[tuple[datetime, str, tuple[str, ...]]]:
    asked = [each for each in view.dispositions if each.disposition is Disposition.SUPPLY_LICENCE]
    for decision in view.dispositions:
        supplied = view.licences if asked and decision is asked[-1] else ()
        told = (
            f"{decision.disposition} {decision.note}".strip(),
            f"{lang.say('until', '截止')} {shanghai(decision.due_by)}" if decision.due_by else "",
            *(f"{lang.say('handed in', '已提交')}: {each.licence_type} {each.licence_no}" for each in supplied),
        )
        yield decision.at, lang.say("customs decided", "海关处理决定"), told


def _changes(view: CaseView, lang: Lang) -> Iterator[Row]:
    names = {"modification": "修改", "cancellation": "撤销"}
    for change in view.changes:
        told = " ".join(filter(None, (change.outcome, ", ".join(change.changed), change.why)))
        yield change.requested_at, lang.say(change.kind, names[change.kind]), told


def _returns(view: CaseView, lang: Lang) -> Iterator[Row]:
    for each in view.returns:
        told = f"{each.state}, {lang.say('applied', '申请')} {_goods(each.lines, lang)}"
        if each.confirmed:
            told += f", {lang.say('back', '已退')} {_goods(each.confirmed, lang)}"
        yield each.applied_at, f"{lang.say('return', '退货')} {each.number}", f"{told} {each.why}".strip()


def _goods(lines: tuple[ReturnLine, ...], lang: Lang) -> str:
    return ", ".join(f"{lang.say('line', '商品项')} {line.gnum}: {line.qty:f}" for line in lines)
