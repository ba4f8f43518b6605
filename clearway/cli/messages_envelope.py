"""`clearway messages wrap` and `unwrap`: the exchange's envelope, and what the exchange answers."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from lxml import etree
from pydantic import ValidationError

from clearway.cli.options import AsJson, Language, instant
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.screen import Lang
from clearway.contracts.base import SHANGHAI
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages import MessageRefused
from clearway.messages.envelope import (
    EXPORT_RECEIVER,
    IMPORT_RECEIVER,
    MAX_ENVELOPE_BYTES,
    DxpResponse,
    Envelope,
    is_response,
    read_response,
    unwrap,
    wrap,
)
from clearway.messages.envelope.faults import faults_of
from clearway.messages.faults import problem
from clearway.messages.forms import FORM_BY_TYPE, Flow
from clearway.messages.parsing import local_name, message_type_of, root_of

Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Else to standard output.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="The message.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into `clearway messages`."""
    app.command("wrap", epilog=EXIT_CODES)(wrap_file)
    app.command("unwrap", epilog=EXIT_CODES)(unwrap_file)


def wrap_file(
    file: Source,
    sender: Annotated[str | None, typer.Option(help="Your user id; else the dxpId of the message.")] = None,
    receiver: Annotated[
        list[str] | None, typer.Option(help="Receivers' user ids, at most 5; else customs' for imports or exports.")
    ] = None,
    number: Annotated[str | None, typer.Option("--id", help="CopMsgId; else the message's guid.")] = None,
    at: Annotated[datetime | None, typer.Option(parser=instant, metavar="TIME", help="CreatTime; else now.")] = None,
    out: Out = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Put a CEB message, signed already, into an envelope (DxpMsg) byte for byte.

    `clearway messages sign` puts a signature of the transport on the envelope, where a port asks for one.
    """
    content = _content(file)
    try:
        message_type = message_type_of(content)
        root = root_of(content)
        form = FORM_BY_TYPE.get(message_type)
        exported = form is not None and form.flow is Flow.EXPORT
        dxp_id = _dxp_id(root)
        if sender and dxp_id and sender != dxp_id:
            fail(Exit.REFUSED, (_other_sender(sender, dxp_id),), as_json=as_json, lang=lang)
        envelope = Envelope(
            cop_msg_id=number or root.get("guid") or "",
            sender_id=sender or dxp_id,
            receiver_ids=tuple(receiver or (EXPORT_RECEIVER if exported else IMPORT_RECEIVER,)),
            created_at=at or datetime.now(SHANGHAI),  # noqa: TID251 - the clock of whoever runs the command
            message_type=message_type,
            data=content,
        )
        wrapped = wrap(envelope)
    except ValidationError as error:
        fail(Exit.REFUSED, tuple(faults_of(error, Envelope)), as_json=as_json, lang=lang)
    except MessageRefused as refused:
        fail(Exit.REFUSED, refused.problems, as_json=as_json, lang=lang)
    _put(wrapped, out)


def unwrap_file(file: Source, out: Out = None, lang: Language = Lang.BOTH, as_json: AsJson = False) -> None:
    """Take the business message out of an envelope (DxpMsg, or DxpMsgSv around it), byte for byte.

    With --json, tell what the envelope says instead, the message in base64. Of an answer of the exchange (DxpRep), tell
    the codes.
    """
    content = _content(file)
    try:
        opened = read_response(content) if is_response(content) else unwrap(content)
    except MessageRefused as refused:
        fail(Exit.REFUSED, refused.problems, as_json=as_json, lang=lang)
    if as_json:
        _put(opened.model_dump_json().encode() + b"\n", out)
    elif isinstance(opened, Envelope):
        _put(opened.data, out)
    else:
        _put(_told(opened).encode(), out)


def _told(response: DxpResponse) -> str:
    """One line for each code: what it is about, the code, and the words that came with it."""
    lines = []
    for each in response.responses:
        about = f"{each.original.message_type}  {each.original.cop_msg_id}"
        lines.append(f"{each.code}  {about}  {each.info or ''}")
        lines += [f"{one.code}  {about}  {one.receiver_id}  {one.info or ''}" for one in each.results]
    return "".join(f"{' '.join(line.split())}\n" for line in lines)


def _dxp_id(root: etree._Element) -> str:
    """The dxpId of the message's transfer, which the envelope's sender must equal; nothing in customs' messages."""
    transfers = (child for child in root if local_name(child) == "BaseTransfer")
    told = (field.text or "" for transfer in transfers for field in transfer if local_name(field) == "dxpId")
    return next(told, "").strip()


def _other_sender(sender: str, dxp_id: str) -> Problem:
    return problem(
        "E_SENDER",
        (f"--sender is {sender}, but dxpId in the message is {dxp_id}", f"--sender 与报文 dxpId（{dxp_id}）不一致"),
        (
            "Leave --sender out, or correct the message: customs refuses it with -301008",
            "二者须一致，否则海关退单 -301008",
        ),
        fields=(FieldValue(field="--sender", value=sender), FieldValue(field="BaseTransfer/dxpId", value=dxp_id)),
        reference="REFERENCE §2",
    )


def _content(path: Path) -> bytes:
    """The file, up to one byte more than the largest envelope; raises BadParameter when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_ENVELOPE_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint="FILE") from None


def _put(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint="--out") from None
