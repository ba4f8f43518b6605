"""Subscriptions and their events as people read them."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, shanghai
from clearway.contracts.subscriptions import (
    Acknowledged,
    EventPage,
    SubscriptionSecret,
    SubscriptionView,
    TestResult,
)


def subscriptions_picture(found: Iterable[SubscriptionView], lang: Lang) -> RenderableType:
    """One row per subscription."""
    table = Table(show_lines=True)
    for english, chinese in (
        ("id", "编号"),
        ("recipient", "接收方"),
        ("where", "方式"),
        ("kinds", "类别"),
        ("waiting", "待发"),
        ("standing", "状态"),
    ):
        table.add_column(lang.say(english, chinese, "\n"), overflow="fold")
    for each in found:
        table.add_row(
            str(each.id),
            each.recipient,
            Text(each.url or lang.say("fetched", "拉取")),
            ", ".join(each.kinds) or lang.say("all", "全部"),
            str(each.waiting),
            Text(_standing(each, lang)),
        )
    return table if table.row_count else Text(lang.say("No subscriptions.", "没有订阅。"))


def _standing(each: SubscriptionView, lang: Lang) -> str:
    if each.ended_at:
        return lang.say(f"ended {shanghai(each.ended_at)}", "已终止") + (
            f": {each.blocked_why}" if each.blocked_why else ""
        )
    if each.blocked_at:
        again = f", {lang.say('again', '重试')} {shanghai(each.try_at)}" if each.try_at else ""
        return f"{lang.say('blocked since', '受阻自')} {shanghai(each.blocked_at)}: {each.blocked_why}{again}"
    return lang.say("active", "正常")


def secret_picture(made: SubscriptionSecret, lang: Lang) -> RenderableType:
    """The secret, which is told once."""
    parts = [subscriptions_picture([made.subscription], lang), Text(made.secret, style="bold", no_wrap=True)]
    parts.append(Text(lang.say("Keep the secret: it is not shown again.", "请保存密钥，不再显示。")))
    if made.earlier_until:
        until = shanghai(made.earlier_until)
        parts.append(Text(lang.say(f"The earlier secret signs as well until {until}.", f"原密钥同时有效至 {until}。")))
    return Group(*parts)


def events_picture(page: EventPage, lang: Lang) -> RenderableType:
    """One row per event."""
    table = Table()
    for english, chinese in (
        ("event", "事件"),
        ("kind", "类别"),
        ("at", "时间"),
        ("about", "关于"),
        ("details", "内容"),
    ):
        table.add_column(lang.say(english, chinese, "\n"), overflow="fold")
    for event in page.events:
        details = "\n".join(f"{name}: {value}" for name, value in event.details.items())
        table.add_row(event.id, event.kind, shanghai(event.at), Text(event.subject), Text(details))
    return table if table.row_count else Text(lang.say("Nothing waits.", "没有待处理事件。"))


def acknowledged_picture(done: Acknowledged, lang: Lang) -> RenderableType:
    """How many were acknowledged and how many wait."""
    return Text(
        lang.say(
            f"{done.acknowledged} acknowledged, {done.waiting} waiting.",
            f"已确认 {done.acknowledged} 个，待处理 {done.waiting} 个。",
        )
    )


def tried_picture(result: TestResult, lang: Lang) -> RenderableType:
    """Whether the address took the test event."""
    if result.delivered:
        return Text(
            lang.say(
                f"Taken: HTTP {result.status} in {result.milliseconds} ms.",
                f"已送达：HTTP {result.status}，{result.milliseconds} 毫秒。",
            )
        )
    if result.waits:
        return Text(lang.say(f"{result.id} waits to be fetched.", f"{result.id} 待拉取。"))
    return Text(lang.say(f"Not taken: {result.fault}.", f"未送达：{result.fault}。"))
