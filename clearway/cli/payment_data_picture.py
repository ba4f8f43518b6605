"""Payment data and customs' questions as people read them."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, problem_table, shanghai
from clearway.contracts.payment_data import Deposited, PaymentDataStanding, Pulls, SelfTestReport

_FIGURES = (
    ("open", "open", "未答复"),
    ("no_evidence", "without data", "无数据"),
    ("late", "late", "超时未答复"),
    ("refused", "refused by customs", "海关拒收"),
    ("answered", "answered", "已答复"),
    ("answered_late", "answered late", "超时答复"),
    ("least_seconds_left", "seconds to the first deadline", "距最近时限（秒）"),
)
_STEPS = {
    "deposit": "留存测试数据",
    "question": "海关发起查询",
    "answer": "上传数据",
    "signature": "验签",
    "clearing up": "清理",
}


def deposited_picture(kept: Deposited, lang: Lang) -> RenderableType:
    """What is kept until when, and what is doubtful."""
    known = lang.say(" (known already)", "（已留存）") if kept.known else ""
    orders = ", ".join(kept.orders)
    told = Text(
        lang.say(
            f"Kept until {kept.keep_until}: {kept.pay_transaction_id}, orders {orders}.",
            f"保存至 {kept.keep_until}：交易 {kept.pay_transaction_id}，订单 {orders}。",
        )
        + known
    )
    return Group(told, problem_table(kept.warnings, lang)) if kept.warnings else told


def pulls_picture(found: Pulls, lang: Lang) -> RenderableType:
    """One row per question."""
    table = Table()
    for english, chinese in (
        ("session", "会话"),
        ("order", "订单号"),
        ("asked", "查询时间"),
        ("state", "状态"),
        ("left, s", "剩余（秒）"),
        ("fault", "原因"),
    ):
        table.add_column(lang.say(english, chinese, "\n"), overflow="fold")
    for pull in found.pulls:
        left = Text(str(pull.seconds_left), style="bold red" if pull.late else "")
        table.add_row(pull.session_id, pull.order_no, shanghai(pull.asked_at), pull.state, left, Text(pull.fault))
    return table if table.row_count else Text(lang.say("Customs asked nothing.", "海关未发起查询。"))


def standing_picture(standing: PaymentDataStanding, lang: Lang) -> RenderableType:
    """The figures, one to a line."""
    told = Table.grid(padding=(0, 2))
    for name, english, chinese in _FIGURES:
        told.add_row(lang.say(english, chinese), str(getattr(standing, name)))
    return told


def self_test_picture(report: SelfTestReport, lang: Lang) -> RenderableType:
    """Each step, and the result."""
    table = Table()
    for english, chinese in (("step", "步骤"), ("", ""), ("ms", "毫秒"), ("told", "说明")):
        table.add_column(lang.say(english, chinese, "\n"), overflow="fold")
    for step in report.steps:
        name = lang.say(step.step, _STEPS[step.step])
        table.add_row(name, "✔" if step.ok else "✘", str(step.milliseconds), Text(step.told))
    left = (
        ""
        if report.seconds_left is None
        else lang.say(f", {report.seconds_left} s left", f"，剩余 {report.seconds_left} 秒")
    )
    result = lang.say("Answered in time", "按时答复") if report.ok else lang.say("NOT in order", "未通过")
    return Group(table, Text(result + left, style="bold green" if report.ok else "bold red"))
