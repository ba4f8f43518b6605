"""`clearway codes`: the code tables of the customs wire, by table, by code and by name."""

from datetime import date
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table as Picture
from rich.text import Text

from clearway.cli.options import AsJson, Language
from clearway.cli.outcomes import Exit, fail
from clearway.cli.rules_known import On
from clearway.cli.screen import Lang, screen
from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.codes import TABLES, Entry, Table, find, look_up, nearest, rows, tables_of


class CodeTable(Contract):
    """One table, as the command tells of it."""

    table: str
    title_en: str
    title_zh: str
    elements: tuple[str, ...]
    complete: bool
    codes: int


class CodeTables(Contract):
    """Output of `codes` without arguments."""

    tables: tuple[CodeTable, ...]


class Entries(Contract):
    """Output of `codes` for one table, a code or a name."""

    entries: tuple[Entry, ...]


def codes(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="Name of a table, e.g. units; left out, all are searched.")
    ] = None,
    wanted: Annotated[
        str | None, typer.Argument(metavar="[CODE|NAME]", help="A code, e.g. 142, or a name: bottle, 瓶, CNY.")
    ] = None,
    on: On = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Look codes up: the tables there are, one table, what a code stands for, which code a name has.

    Without --on a code is told that is no longer in force, too, with its last day. Ends with 1 for what no table knows.
    """
    if table is None:
        return _tell_tables(lang, as_json=as_json)
    if table not in TABLES and wanted is None:
        table, wanted = None, table
    elif table not in TABLES:
        fail(Exit.USAGE, (_no_table(table),), as_json=as_json, lang=lang)
    found = _found(table, wanted, on)
    if not found:
        fail(Exit.REFUSED, (_unknown(table, wanted or "", on),), as_json=as_json, lang=lang)
    return _tell(found, lang, as_json=as_json)


def _found(table: str | None, wanted: str | None, on: date | None) -> tuple[Entry, ...]:
    """A whole table, or the entries of a code, or those of a name."""
    if table is not None and wanted is None:
        return tuple(entry for code in rows(table) if (entry := look_up(table, code, on=on)))
    code = (wanted or "").strip()
    known_in = tables_of(code, on=on) if table is None else (table,)
    by_code = tuple(entry for name in known_in if (entry := look_up(name, code, on=on)))
    return by_code or find(code, table, on=on)


def _tell_tables(lang: Lang, *, as_json: bool) -> None:
    told = CodeTables(tables=tuple(_table(each) for each in TABLES.values()))
    if as_json:
        return typer.echo(told.model_dump_json())
    picture = Picture()
    for heading in (("table", "代码表"), ("meaning", "含义"), ("elements", "报文元素"), ("codes", "代码数")):
        picture.add_column(lang.say(*heading), overflow="fold")
    for each in told.tables:
        count = f"{each.codes}" if each.complete else f"{each.codes} {lang.say('(a sample)', '（部分）')}"
        picture.add_row(each.table, lang.say(each.title_en, each.title_zh), ", ".join(each.elements), count)
    return screen().print(picture)


def _table(table: Table) -> CodeTable:
    return CodeTable(
        table=table.name,
        title_en=table.title_en,
        title_zh=table.title_zh,
        elements=table.elements,
        complete=table.complete,
        codes=len(rows(table.name)),
    )


def _tell(found: tuple[Entry, ...], lang: Lang, *, as_json: bool) -> None:
    if as_json:
        return typer.echo(Entries(entries=found).model_dump_json())
    picture = Picture()
    headings = (("table", "代码表"), ("code", "代码"), ("meaning", "含义"), ("in force", "有效期"), ("source", "依据"))
    for heading in headings:
        picture.add_column(lang.say(*heading), overflow="fold")
    for each in found:
        meaning = lang.say(each.en, each.zh) + (f" ({each.iso})" if each.iso else "")
        told = Text(f"{meaning}\n{each.note}" if each.note else meaning)
        picture.add_row(each.table, each.code, told, f"{each.first_day} – {each.last_day or ''}", Text(each.source))
    return screen().print(Group(picture))


def _no_table(name: str) -> Problem:
    return Problem(
        code="E_UNKNOWN_TABLE",
        fields=(FieldValue(field="TABLE", value=name[:80]),),
        message_en=f"There is no code table {name[:80]}.",
        message_zh=f"没有代码表 {name[:80]}。",
        remedy_en=f"Give one of these: {', '.join(TABLES)}.",
        remedy_zh=f"请使用：{'、'.join(TABLES)}。",
        reference="REFERENCE §5",
    )


def _unknown(table: str | None, wanted: str, on: date | None) -> Problem:
    """No table knows it; what is written alike, and what it was called at another time, is told."""
    here_en, here_zh = (f"Table {table}", f"代码表 {table}") if table else ("No code table", "所有代码表")
    day_en, day_zh = (f" on {on}", f"{on} ") if on else ("", "")
    alike = (*_found(table, wanted, None), *nearest(wanted, table)) if on else nearest(wanted, table)
    near = list(dict.fromkeys(f"{each.table} {each.code} ({each.zh}, {each.en})" for each in alike))[:5]
    negated = "does not know" if table else "knows"
    return Problem(
        code="E_UNKNOWN_CODE",
        fields=(FieldValue(field=table or "CODE", value=wanted[:80]),),
        message_en=f"{here_en} {negated} {wanted[:80]}{day_en}.",
        message_zh=f"{here_zh}中{day_zh}没有 {wanted[:80]}。",
        remedy_en=f"The nearest: {'; '.join(near)}." if near else "See the table: `clearway codes TABLE`.",
        remedy_zh=f"最接近的：{'；'.join(near)}。" if near else "请查看整张代码表：clearway codes TABLE。",
        reference="REFERENCE §5",
    )
