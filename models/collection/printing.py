"""A statement on paper: CSV that Excel opens with Chinese headings, and a page to read and print, in both languages."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import IO, NamedTuple

from clearway.contracts.base import SHANGHAI
from models.collection.statement import Line, Statement
from models.ledger.guarantee_standing import in_fen

BYTE_ORDER_MARK = "\ufeff"
"""By it Excel sees that a CSV file is UTF-8."""


class Column(NamedTuple):
    """A field of a line with its headings."""

    field: str
    english: str
    chinese: str
    is_amount: bool = False


COLUMNS = (
    Column("order_no", "order", "订单号"),
    Column("enterprise", "enterprise", "电商企业"),
    Column("released_on", "released", "放行日期"),
    Column("bill_no", "bill", "税单号"),
    Column("ours", "our figure", "测算税款", is_amount=True),
    Column("customs", "customs", "海关税款", is_amount=True),
    Column("difference", "difference", "差额", is_amount=True),
    Column("paid", "paid", "已缴税款", is_amount=True),
    Column("paid_on", "paid on", "缴款日期"),
    Column("late_fee", "late fee", "滞纳金", is_amount=True),
    Column("refund", "refund", "应退税款", is_amount=True),
    Column("called", "guarantee called", "担保代偿"),
    Column("state", "state", "状态"),
    Column("left", "still open", "未缴税款", is_amount=True),
)
STATES = {
    "open": ("open", "未结"),
    "settled": ("settled", "已结"),
    "void": ("no tax", "无税"),
    "called": ("called", "代偿"),
}


def write_csv(found: Statement, out: IO[str]) -> None:
    """The lines and their totals, amounts in CNY with two decimals, days in ISO 8601."""
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow([f"{column.chinese} {column.english}" for column in COLUMNS])
    for line in found.lines:
        writer.writerow([_safe(each) for each in _words(line)])
    writer.writerow([_safe(each) for each in _totals(found)])


def write_html(found: Statement, out: IO[str], printed_at: datetime) -> None:
    """A page of its own, without anything from outside."""
    title = f"{found.key.agent} · {found.key.customs} · {found.month:%Y-%m}"
    out.write(_HEAD.replace("TITLE", escape(title)).replace("PRINTED", _moment(printed_at)))
    for column in COLUMNS:
        out.write(f"<th>{escape(column.chinese)}<br><small>{escape(column.english)}</small></th>")
    out.write("</tr></thead>\n<tbody>\n")
    for line in found.lines:
        out.write(_row(_words(line), "td"))
    out.write("</tbody>\n<tfoot>\n" + _row(_totals(found), "th") + "</tfoot></table>\n</body></html>\n")


def plain(found: Statement) -> dict[str, object]:
    """The statement for a program."""
    return {
        "agent": found.key.agent,
        "customs": found.key.customs,
        "month": f"{found.month:%Y-%m}",
        "lists": [line._asdict() for line in found.lines],
        "totals": found.totals._asdict(),
    }


def _words(line: Line) -> list[str]:
    return [_word(column, getattr(line, column.field)) for column in COLUMNS]


def _word(column: Column, value: object) -> str:
    if isinstance(value, Decimal):
        return f"{in_fen(value):f}"
    if isinstance(value, bool):
        return "是 yes" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if column.field == "state":
        english, chinese = STATES[str(value)]
        return f"{chinese} {english}"
    return "" if value is None else str(value)


def _totals(found: Statement) -> list[str]:
    totals = found.totals
    told = {"order_no": f"合计 total {totals.lists}", "called": str(totals.called)}
    return [
        f"{in_fen(getattr(totals, column.field)):f}" if column.is_amount else told.get(column.field, "")
        for column in COLUMNS
    ]


def _safe(word: str) -> str:
    """A text that a spreadsheet would take for a formula is kept a text; a negative amount is none."""
    if word[:1] in {"=", "+", "@", "\t"} or (word[:1] == "-" and not _is_number(word)):
        return f"'{word}"
    return word


def _is_number(word: str) -> bool:
    return word.removeprefix("-").replace(".", "", 1).isdigit()


def _row(words: list[str], tag: str) -> str:
    return "<tr>" + "".join(_cells(words, tag)) + "</tr>\n"


def _cells(words: list[str], tag: str) -> Iterator[str]:
    for column, word in zip(COLUMNS, words, strict=True):
        kind = ' class="amount"' if column.is_amount else ""
        yield f"<{tag}{kind}>{escape(word)}</{tag}>"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


_HEAD = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>税款对账单 Tax statement TITLE</title>
<style>
body { font: 12px/1.4 sans-serif; margin: 2em; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: 2px 5px; text-align: left; vertical-align: top; }
.amount { text-align: right; white-space: nowrap; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
@media print { body { margin: 0; font-size: 9px; } @page { size: A4 landscape; margin: 12mm; } }
</style></head><body>
<h1>税款对账单 Tax statement</h1>
<p>TITLE</p>
<p>按放行月份；金额单位：人民币元。Lists released in the month; amounts in CNY. 打印 printed PRINTED</p>
<table><thead><tr>"""
