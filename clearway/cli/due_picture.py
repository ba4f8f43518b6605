"""The due board as people read it: one table per enterprise, a row per day and matter, a bar for how many."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, shanghai
from clearway.contracts.case import ID_PREFIX
from clearway.contracts.due import DueBoard, DueDay, DueKind, DueList, EnterpriseDue

LONGEST_BAR = 20
WEEKDAYS = (("Mon", "一"), ("Tue", "二"), ("Wed", "三"), ("Thu", "四"), ("Fri", "五"), ("Sat", "六"), ("Sun", "日"))
MEANINGS = {
    DueKind.NEXT_STEP: ("next step before the release", "放行前的下一步"),
    DueKind.RETURN_CLOSING: ("return window closes soon", "退货期将满"),
    DueKind.RETURN_LAST_DAY: ("last day to apply for a return", "退货申请最后一天"),
    DueKind.TAX_PAYABLE: ("tax becomes payable", "税款可以缴纳"),
    DueKind.BILL_DUE: ("the tax bill should be there", "电子税单应已收到"),
    DueKind.PAYMENT_LAST_DAY: ("tax should be paid by now", "税款应已缴纳"),
    DueKind.RETURN_ARRIVAL: ("last day for returned goods to arrive", "退货运抵最后一天"),
    DueKind.PAYMENT_DEADLINE: ("last day of payment", "缴税截止日"),
}


def due_picture(board: DueBoard, lang: Lang) -> RenderableType:
    """The whole board."""
    title = lang.say(f"Due until {board.until}", f"{board.until} 前到期事项", " · ")
    seen = lang.say(f"looked at {shanghai(board.at)}, Shanghai time", f"查看时间 {shanghai(board.at)}", " · ")
    parts: list[RenderableType] = [Text(title, style="bold"), Text(seen)]
    if board.cut:
        told = lang.say(
            f"Only {board.read} of {board.lists} lists were read, longest released first; the counts are too small. "
            "Choose with --enterprise, --customs or --alarm, or read more with --limit.",
            f"仅读取了 {board.lists} 个清单中的 {board.read} 个（放行最早者优先），计数不完整；"
            "请用 --enterprise、--customs、--alarm 筛选，或提高 --limit。",
            "\n",
        )
        parts.append(Text(told, style="bold yellow"))
    if board.alarms:
        parts.append(_alarms(board.alarms, lang))
    if not board.enterprises:
        parts.append(Text(lang.say("Nothing is due.", "没有到期事项。")))
    longest = max((day.lists for each in board.enterprises for day in each.days), default=1)
    parts += [_enterprise(each, longest, lang) for each in board.enterprises]
    return Group(*parts)


def _enterprise(each: EnterpriseDue, longest: int, lang: Lang) -> Table:
    title = Text(f"\n{each.enterprise or '—'}: {each.lists} {lang.say('lists', '个清单')}", style="bold")
    if each.overdue:
        title.append(f", {each.overdue} {lang.say('overdue', '个逾期')}", style="bold red")
    table = Table(title=title, title_justify="left")
    table.add_column(lang.say("day", "日期"), no_wrap=True)
    table.add_column(lang.say("what", "事项"))
    table.add_column(lang.say("lists", "清单数", "\n"), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(lang.say("first of them", "最早到期"), overflow="fold")
    for day in each.days:
        bar = "█" * max(1, day.lists * LONGEST_BAR // longest)
        table.add_row(
            _day(day, lang),
            _what(day, lang),
            str(day.lists),
            Text(bar),
            Text(_first(day, each.enterprise)),
            style="red" if day.overdue else None,
        )
    return table


def _day(day: DueDay, lang: Lang) -> str:
    told = f"{day.day} {lang.say(*WEEKDAYS[day.day.weekday()])}"
    return f"{told}\n{lang.say('overdue', '逾期')}" if day.overdue else told


def _what(day: DueDay, lang: Lang) -> str:
    said = lang.say(*MEANINGS[day.kind], "\n")
    if day.after_release is None:
        return said
    number = lang.say(f"day {day.after_release}", f"第 {day.after_release} 天")
    return f"{number}: {said}"


def _first(day: DueDay, enterprise: str) -> str:
    names = [_list(each, enterprise) for each in day.next]
    return "\n".join([*names, "…"] if day.lists > len(names) else names)


def _list(each: DueList, enterprise: str) -> str:
    notes = [*([each.awaited_from] if each.awaited_from else []), *each.alarms]
    name = each.workflow_id.removeprefix(f"{ID_PREFIX}{enterprise}/")
    return f"{name} ({', '.join(notes)})" if notes else name


def _alarms(alarms: dict[str, int], lang: Lang) -> Text:
    told = ", ".join(f"{alarm} {lists}" for alarm, lists in alarms.items())
    return Text(f"{lang.say('alarms', '告警')}: {told}", style="bold yellow")
