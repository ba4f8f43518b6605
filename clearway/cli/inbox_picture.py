"""The inbox as people read it: entries, one message with its news, and how much is not done, drawn as bars."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, problem_table, shanghai
from clearway.contracts.inbox import Inbox, InboxEntry, InboxFigures, InboxMessage, Replayed, Standing

LONGEST_BAR = 30
STATE_NAMES = {
    Standing.STORED: ("stored", "已保存"),
    Standing.REFUSED: ("refused", "已拒绝"),
    Standing.FAULTY: ("faulty", "读取故障"),
    Standing.PARKED: ("parked", "暂存"),
    Standing.WAITING: ("waiting", "待递送"),
    Standing.DELIVERED: ("delivered", "已递送"),
    Standing.UNDELIVERABLE: ("undeliverable", "无法递送"),
    Standing.NOTED: ("noted", "已登记"),
}
STYLES = {
    Standing.REFUSED: "bold red",
    Standing.FAULTY: "bold red",
    Standing.UNDELIVERABLE: "red",
    Standing.PARKED: "yellow",
    Standing.WAITING: "yellow",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def inbox_picture(inbox: Inbox, lang: Lang) -> RenderableType:
    """A row for each entry."""
    if not inbox.entries:
        return Text(lang.say("Nothing is there.", "没有报文。"))
    return _entries(inbox.entries, lang)


def message_picture(message: InboxMessage, lang: Lang) -> RenderableType:
    """One message: its head, what is wrong with it, and its news."""
    told = Table(show_header=False, box=None)
    told.add_column(style="dim", no_wrap=True)
    told.add_column(overflow="fold")
    for english, chinese, value in (
        ("state", "状态", _state(message.state, lang)),
        ("door", "入口", message.door),
        ("type", "报文类型", message.message_type),
        ("came", "到达", shanghai(message.received_at)),
        ("sender", "发送方", message.sender),
        ("signed by", "签名方", f"{message.signed_by} ({message.key_name})" if message.signed_by else ""),
        ("envelope", "传输编号", message.cop_msg_id),
        ("bytes", "字节", f"{message.size}, SHA-256 {message.sha256[:16]}…"),
        ("read again", "重新读取", str(message.replays) if message.replays else ""),
    ):
        if value:
            told.add_row(lang.say(english, chinese), value)
    parts: list[RenderableType] = [Text(f"{lang.say('message', '报文')} {message.raw_id}", style="bold"), told]
    if message.problems:
        parts.append(problem_table(message.problems, lang))
    if message.items:
        parts.append(_entries(message.items, lang))
    return Group(*parts)


def replayed_picture(told: Replayed, lang: Lang) -> RenderableType:
    """How many were read again, and how they stand now."""
    counted = f"{lang.say('read again', '已重新读取')}: {told.replayed}"
    if told.left:
        counted += f", {lang.say('left', '剩余')}: {told.left}"
    rows = (f"{message.raw_id}: {_state(message.state, lang)}{_why(message)}" for message in told.messages)
    return Text("\n".join([counted, *rows]))


def figures_picture(figures: InboxFigures, lang: Lang) -> RenderableType:
    """A bar for each state, with its number and the age of the oldest."""
    table = Table(title=f"{lang.say('Not done', '未完成')} · {shanghai(figures.at)}", title_justify="left")
    table.add_column(lang.say("state", "状态"), no_wrap=True)
    table.add_column(lang.say("number", "数量"), justify="right", no_wrap=True)
    table.add_column(lang.say("oldest", "最早"), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    longest = max((pile.count for pile in figures.backlog.values()), default=0)
    for state, pile in figures.backlog.items():
        bar = "█" * max(1, pile.count * LONGEST_BAR // longest) if pile.count else ""
        age = _age(pile.oldest_seconds) if pile.count else "—"
        style = STYLES.get(Standing(state), "") if pile.count and state in set(Standing) else ""
        table.add_row(Text(_state(state, lang), style=style), str(pile.count), age, Text(bar, style=style))
    odd = f"{lang.say('contradictory or told otherwise', '相互矛盾或内容不一')}: {figures.contradictory}"
    return Group(table, Text(odd, style="bold yellow" if figures.contradictory else "dim"))


def _entries(entries: tuple[InboxEntry, ...], lang: Lang) -> Table:
    table = Table()
    table.add_column(lang.say("no.", "编号", "\n"), justify="right", no_wrap=True)
    table.add_column(lang.say("came", "到达", "\n"), no_wrap=True)
    table.add_column(lang.say("state", "状态", "\n"), no_wrap=True)
    table.add_column(lang.say("door, type", "入口、类型", "\n"), overflow="fold")
    table.add_column(lang.say("for", "所属", "\n"), overflow="fold")
    table.add_column(lang.say("what is to say", "说明", "\n"), overflow="fold")
    for entry in entries:
        number = f"{entry.raw_id}.{entry.item_id}" if entry.item_id else str(entry.raw_id)
        what = " ".join(filter(None, (entry.door, entry.message_type, entry.kind)))
        table.add_row(
            number,
            shanghai(entry.received_at),
            Text(_state(entry.state, lang), style=STYLES.get(entry.state, "")),
            Text(what),
            Text(entry.workflow_id or entry.address),
            Text("\n".join(_told(entry))),
        )
    return table


def _told(entry: InboxEntry) -> list[str]:
    repeats = [f"×{entry.repeats + 1}"] if entry.repeats else []
    codes = list(dict.fromkeys(problem.code for problem in entry.problems))
    return [*repeats, *filter(None, (entry.remark, entry.fault)), *codes]


def _why(message: InboxMessage) -> str:
    codes = ", ".join(dict.fromkeys(problem.code for problem in message.problems))
    return f" ({codes})" if codes else ""


def _state(state: str, lang: Lang) -> str:
    known = STATE_NAMES.get(Standing(state)) if state in set(Standing) else None
    return lang.say(*known) if known else lang.say(state, {"read": "已读取"}.get(state, state))


def _age(seconds: int) -> str:
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds} s"
