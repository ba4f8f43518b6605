"""`clearway reasons`: what a code of customs or of the data exchange platform means, and what is to be done."""

from typing import Annotated

import typer

from clearway.cli.options import AsJson, Language
from clearway.cli.outcomes import Exit, fail
from clearway.cli.reasons_picture import reason_table
from clearway.cli.screen import Lang, screen
from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.contracts.reasons import Reason
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.reasons import every_meaning, meanings_of, nearest_codes, reasons_of
from clearway.messages.reasons.documents import document_type

EXCHANGE = "DXP"


class Reasons(Contract):
    """Output of `reasons`."""

    reasons: tuple[Reason, ...]


def _type(value: str | None) -> str | None:
    if value is None or value == EXCHANGE or document_type(value) in FORM_BY_TYPE:
        return value
    raise typer.BadParameter(f"a message type, e.g. CEB622, a kind of document, or {EXCHANGE}")


def reasons(
    code: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help="returnStatus, e.g. -621027; inner code, e.g. 1313; exchange code 1004."),
    ] = None,
    message_type: Annotated[
        str | None,
        typer.Option("--type", callback=_type, metavar="TYPE", help="The message it came in, e.g. CEB622, or DXP."),
    ] = None,
    text: Annotated[str, typer.Option(metavar="TEXT", help="returnInfo: it decides where a code means two things.")] = (
        ""
    ),
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Explain a code of customs: cause, remedy, who must act, the fields, whether sending again can help.

    Without a code, the whole catalogue, or what is read with one message type. Ends with 1 for a code in no list.
    """
    if code is None:
        return _tell(_catalogue(message_type), lang, as_json=as_json)
    found = meanings_of(code, message_type or "")
    if len(found) > 1 and text:
        found = reasons_of(message_type or "", code, text)
    if not found:
        fail(Exit.REFUSED, (_unknown(code, message_type),), as_json=as_json, lang=lang)
    return _tell(found, lang, as_json=as_json)


def _catalogue(message_type: str | None) -> tuple[Reason, ...]:
    if message_type is None:
        return every_meaning()
    wanted = document_type(message_type)
    return tuple(each for each in every_meaning() if wanted in {document_type(kind) for kind in each.message_types})


def _tell(found: tuple[Reason, ...], lang: Lang, *, as_json: bool) -> None:
    if as_json:
        typer.echo(Reasons(reasons=found).model_dump_json())
    else:
        screen().print(reason_table(found, lang))


def _unknown(code: str, message_type: str | None) -> Problem:
    near = ", ".join(nearest_codes(code))
    with_en, with_zh = (f" read with {message_type}", f"在 {message_type} 中") if message_type else ("", "")
    return Problem(
        code="E_UNKNOWN_REASON",
        fields=(FieldValue(field="CODE", value=code[:20]),),
        message_en=f"Code {code[:20]}{with_en} is in no published list.",
        message_zh=f"代码 {code[:20]} {with_zh}未见于公开资料。",
        remedy_en=f"Compare the code with the receipt, or ask customs. The nearest: {near}.",
        remedy_zh=f"请与回执核对，或咨询海关。最接近的：{near}。",
        reference="REFERENCE §6",
    )
