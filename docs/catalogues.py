"""The tables of the pages codes and reasons: `python -m docs.catalogues <table>`; `make docs` writes them."""

import sys
from collections.abc import Callable, Iterable
from itertools import groupby

from clearway.contracts.parties import ROLE_NAMES
from clearway.contracts.reasons import Reason, ReasonKind
from clearway.messages.codes import TABLES, Entry, look_up, rows
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.reasons import every_meaning
from clearway.messages.reasons.documents import document_type

SHARED = "rules.md"
"""Page on which the rows stand that the rules judge by."""
AGAIN = {
    "LATER": "later 稍后",
    "CORRECTED": "corrected 更正后",
    "NOT_NEEDED": "not needed 无需",
    "NO": "no 无效",
}
KINDS = {
    ReasonKind.STATUS: "Results of receipts (returnStatus) 回执状态",
    ReasonKind.ERROR: "Errors 处理异常代码",
    ReasonKind.RANGE: "Ranges of exports, and format receipts 出口代码区间及格式校验回执",
    ReasonKind.INNER: "Codes inside returnInfo 回执内容中的代码",
    ReasonKind.EXCHANGE: "Responses of the data exchange platform 数据交换平台响应代码",
}


def code_tables() -> str:
    """Every code table: its name, its elements, how many codes, where they stand."""
    told = []
    for table in TABLES.values():
        kept = f"[{SHARED}]({SHARED})" if table.kept_with_rules and not table.only else "below 见下"
        sample = "" if table.complete else ", a sample 部分"
        elements = ", ".join(f"`{element}`" for element in table.elements)
        title = f"{table.title_en} {table.title_zh}"
        told.append((f"`{table.name}`", title, elements, f"{len(rows(table.name))}{sample}", kept))
    return _table(("table 代码表", "meaning 含义", "elements 报文元素", "codes 代码数", "where 位置"), told)


def small_codes() -> str:
    """The rows of the tables that only the messages know."""
    parts = []
    for table in TABLES.values():
        if table.kept_with_rules and not table.only:
            continue
        entries = [entry for code in rows(table.name) if (entry := look_up(table.name, code))]
        head = ("code 代码", "中文", "English", "in force 有效期", "note 备注", "source 依据")
        parts.append(f"### {table.name}\n\n{_table(head, map(_entry, entries))}")
    return "\n".join(parts)


def _entry(entry: Entry) -> tuple[str, ...]:
    until = f" – {entry.last_day}" if entry.last_day else ""
    return (f"`{entry.code}`", entry.zh, entry.en, f"{entry.first_day}{until}", entry.note, entry.source)


def reasons() -> str:
    """The whole catalogue, one table for each kind and message."""
    parts: list[str] = []
    for kind, several in groupby(every_meaning(), key=lambda each: each.kind):
        parts.append(f"## {KINDS[kind]}\n")
        for types, same in groupby(several, key=lambda each: each.message_types if kind in _BY_MESSAGE else ()):
            if types:
                parts.append(f"### {_messages(types)}\n")
            elif kind is ReasonKind.ERROR:
                parts.append("### Any message 各类报文\n")
            head = ("code 代码", "cause 原因", "remedy 处理办法", "who 责任方", "again 重发", "where 字段")
            parts.append(_table(head, map(_reason, same)))
    return "\n".join(parts)


_BY_MESSAGE = (ReasonKind.ERROR, ReasonKind.RANGE)


def _messages(types: Iterable[str]) -> str:
    told = []
    for each in types:
        form = FORM_BY_TYPE.get(document_type(each))
        told.append(f"{each} {form.title_en} {form.title_zh}" if form else each)
    return ", ".join(told)


def _reason(reason: Reason) -> tuple[str, ...]:
    owner = f"{ROLE_NAMES[reason.owner][0]} {ROLE_NAMES[reason.owner][1]}" if reason.owner else ""
    where = "<br>".join(f"`{each.field or each.element}`" for each in reason.pointers)
    code = f"`{reason.code}`"
    if reason.kind is ReasonKind.INNER:
        code = f"{code}<br>{', '.join(reason.message_types)}"
    return (
        code,
        f"{reason.cause_zh}<br>{reason.cause_en}",
        f"{reason.remedy_zh}<br>{reason.remedy_en}",
        owner,
        AGAIN[reason.again],
        where,
    )


def _table(head: tuple[str, ...], told: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *told]
    return "".join(f"| {' | '.join(cell.replace('|', '¦') for cell in line)} |\n" for line in lines)


BLOCKS: dict[str, Callable[[], str]] = {"code-tables": code_tables, "small-codes": small_codes, "reasons": reasons}


def main() -> int:
    """Print one table."""
    if len(sys.argv) != 2 or sys.argv[1] not in BLOCKS:
        sys.stderr.write(f"usage: python -m docs.catalogues {{{','.join(BLOCKS)}}}\n`make docs` writes the pages.\n")
        return 2
    sys.stdout.write(BLOCKS[sys.argv[1]]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
