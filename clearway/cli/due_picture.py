"""The due board as people read it: one table per enterprise, a row per day, a column per matter, a bar for how much."""

from collections.abc import Iterable, Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, shanghai
from clearway.contracts.case import ID_PREFIX
from clearway.contracts.due import DueBoard, DueDay, DueKind, DueList, EnterpriseDue

LONGEST_BAR = 10
NAMED = 2
"""Lists that a day names; `--json` has more."""
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
HEADINGS = {
    DueKind.NEXT_STEP: ("step", "下一步"),
    DueKind.RETURN_ARRIVAL: ("arrive", "运抵"),
    DueKind.PAYMENT_DEADLINE: ("pay", "缴税"),
}
"""Of matters that are better known by another name than by their day."""
GRAVEST_FIRST = (
    DueKind.PAYMENT_DEADLINE,
    DueKind.RETURN_ARRIVAL,
    DueKind.NEXT_STEP,
    DueKind.PAYMENT_LAST_DAY,
    DueKind.BILL_DUE,
    DueKind.RETURN_LAST_DAY,
    DueKind.RETURN_CLOSING,
    DueKind.TAX_PAYABLE,
)
"""Whose lists a day names, where it has room for a few only."""


def due_picture(board: DueBoard, lang: Lang) -> RenderableType:
    """The whole board."""
    title = lang.say(f"Due until {board.until}", f"{board.until} 前到期事项", " · ")
    seen = lang.say(f"looked at {shanghai(board.at)}, Shanghai time", f"查看时间 {shanghai(board.at)}", " · ")
    parts: list[RenderableType] = [Text(title, style="bold"), Text(seen)]
    if board.cut:
        parts.append(Text(_cut(board, lang), style="bold yellow"))
    if board.alarms:
        told = ", ".join(f"{alarm} {lists}" for alarm, lists in board.alarms.items())
        parts.append(Text(f"{lang.say('alarms', '告警')}: {told}", style="bold yellow"))
    days = [day for each in board.enterprises for day in each.days]
    if not days:
        return Group(*parts, Text(lang.say("Nothing is due.", "没有到期事项。")))
    headings = {kind: _heading(kind, days, lang) for kind in DueKind if any(day.kind is kind for day in days)}
    longest = max(sum(day.lists for day in row) for each in board.enterprises for row in _rows(each))
    parts += [_enterprise(each, headings, longest, lang) for each in board.enterprises]
    return Group(*parts, *_legend(headings, lang))


def _cut(board: DueBoard, lang: Lang) -> str:
    return lang.say(
        f"Only {board.read} of {board.lists} lists were read, longest released first; the counts are too small. "
        "Choose with --enterprise, --customs or --alarm, or read more with --limit.",
        f"仅读取了 {board.lists} 个清单中的 {board.read} 个（放行最早者优先），计数不完整；"
        "请用 --enterprise、--customs、--alarm 筛选，或提高 --limit。",
        "\n",
    )


def _enterprise(each: EnterpriseDue, headings: dict[DueKind, str], longest: int, lang: Lang) -> Table:
    title = Text(f"\n{each.enterprise or '—'}: {lang.say('lists', '清单')} {each.lists}", style="bold")
    if each.overdue:
        title.append(f", {lang.say('overdue', '逾期')} {each.overdue}", style="bold red")
    table = Table(title=title, title_justify="left")
    table.add_column(lang.say("day", "日期"), no_wrap=True)
    for heading in headings.values():
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(lang.say("first of them", "其中最早"), overflow="fold")
    for row in _rows(each):
        lists = {day.kind: str(day.lists) for day in row}
        bar = "█" * max(1, sum(day.lists for day in row) * LONGEST_BAR // longest)
        table.add_row(
            _day(row[0], lang),
            *(lists.get(kind, "") for kind in headings),
            Text(bar),
            Text(_first(row, each.enterprise)),
            style="red" if row[0].overdue else None,
        )
    return table


def _rows(each: EnterpriseDue) -> list[list[DueDay]]:
    """The matters of each day together; what is overdue of a day stands apart."""
    rows: dict[tuple[bool, date], list[DueDay]] = {}
    for day in each.days:
        rows.setdefault((day.overdue, day.day), []).append(day)
    return list(rows.values())


def _day(day: DueDay, lang: Lang) -> str:
    told = f"{day.day} {lang.say(*WEEKDAYS[day.day.weekday()])}"
    return f"{told}\n{lang.say('overdue', '逾期')}" if day.overdue else told


def _heading(kind: DueKind, days: Iterable[DueDay], lang: Lang) -> str:
    number = next((day.after_release for day in days if day.kind is kind), None)
    english, chinese = HEADINGS.get(kind, (f"day {number}", f"第{number}天"))
    return lang.say(english, chinese, "\n")


def _legend(headings: dict[DueKind, str], lang: Lang) -> Iterable[Text]:
    for kind, heading in headings.items():
        yield Text(f"{heading.replace(chr(10), ' ')}: {lang.say(*MEANINGS[kind])}", style="dim")


def _first(row: Sequence[DueDay], enterprise: str) -> str:
    ordered = sorted(row, key=lambda day: GRAVEST_FIRST.index(day.kind))
    lists = dict.fromkeys(_list(each, enterprise) for day in ordered for each in day.next)
    names = list(lists)[:NAMED]
    more = len(lists) > len(names) or any(day.lists > len(day.next) for day in row)
    return ", ".join([*names, "…"] if more else names)


def _list(each: DueList, enterprise: str) -> str:
    notes = [*([each.awaited_from] if each.awaited_from else []), *each.alarms]
    name = each.workflow_id.removeprefix(f"{ID_PREFIX}{enterprise}/")
    return f"{name} ({' '.join(notes)})" if notes else name
