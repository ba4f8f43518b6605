"""Why customs refused something, as people read it: cause and remedy, who must act, where, whether to send again."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from clearway.cli.screen import Lang, role_name, shanghai
from clearway.contracts.reasons import Again, FieldPointer, Reason, Rejection

AGAIN = {
    Again.LATER: ("the same, later", "可稍后原样重发"),
    Again.CORRECTED: ("corrected", "更正后重发"),
    Again.NOT_NEEDED: ("not needed", "无需重发"),
    Again.NO: ("does not help", "重发无效"),
}


def rejection_table(rejections: Iterable[Rejection], lang: Lang) -> Table:
    """What customs refused, one row per reason."""
    table = Table(title=lang.say("Why customs refused", "海关退回原因"), title_justify="left", show_lines=True)
    table.add_column(lang.say("refused", "退回"), overflow="fold", max_width=28)
    _add_columns(table, lang)
    for each in rejections:
        for reason in each.reasons:
            told = f"{each.about}\n{shanghai(each.at)}" + (f"\n{each.cop_no}" if each.cop_no else "")
            code = each.status if each.status == reason.code else f"{each.status}\n{reason.code}"
            table.add_row(Text(told), Text(code, style="bold red"), *_cells(reason, lang))
    return table


def reason_table(reasons: Iterable[Reason], lang: Lang) -> Table:
    """What codes mean, one row per meaning."""
    table = Table(show_lines=True)
    _add_columns(table, lang)
    for reason in reasons:
        code = "\n".join((reason.code, *reason.message_types))
        table.add_row(Text(code, style="bold red" if reason.known else "bold yellow"), *_cells(reason, lang))
    return table


def _add_columns(table: Table, lang: Lang) -> None:
    table.add_column(lang.say("code", "代码"), no_wrap=True)
    table.add_column(lang.say("who must act", "责任方", "\n"), max_width=22)
    table.add_column(lang.say("send again", "重发", "\n"), max_width=16)
    table.add_column(lang.say("where", "字段"), overflow="fold", max_width=40)
    table.add_column(lang.say("cause → remedy", "原因 → 处理办法"), overflow="fold")


def _place(pointer: FieldPointer) -> str:
    """Our field and customs' element with its parent, one below the other."""
    element = "/".join(pointer.element.split("/")[-2:])
    return f"{pointer.field}\n= {element}" if pointer.field else element


def _cells(reason: Reason, lang: Lang) -> tuple[Text, ...]:
    english = f"{reason.cause_en}\n→ {reason.remedy_en}"
    chinese = f"{reason.cause_zh}\n→{reason.remedy_zh}"
    source = f"\n({reason.source})" if reason.source else ""
    where = "\n".join(_place(each) for each in reason.pointers)
    return (
        Text(role_name(reason.owner, lang)),
        Text(lang.say(*AGAIN[reason.again], "\n")),
        Text(where),
        Text(lang.say(english, chinese, "\n") + source),
    )
