"""`clearway inbox`: what came in at the gateway, where it stands, and having something read again."""

import sys
import time
from typing import Annotated

import typer

from clearway.cli.gateway_line import GatewayLine
from clearway.cli.inbox_picture import figures_picture, inbox_picture, message_picture, replayed_picture
from clearway.cli.options import AsJson, Language, Seconds
from clearway.cli.outcomes import EXIT_CODES
from clearway.cli.screen import Lang
from clearway.contracts.inbox import Inbox, InboxFigures, InboxMessage, Replayed, Standing

LOCAL = "http://127.0.0.1:8000"
SECONDS = 10.0
EVERY = 2.0
"""Seconds between two looks of --watch."""
AT_A_TIME = 200

inbox_app = typer.Typer(
    help="See what came in at the gateway and where it stands, and have messages read again.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Gateway = Annotated[
    str, typer.Option("--gateway", envvar="CLEARWAY_GATEWAY_URL", show_envvar=True, help="Address of the gateway.")
]
RawId = Annotated[int, typer.Argument(metavar="RAW_ID", min=1, help="Number under which the message is kept.")]


@inbox_app.command("list", epilog=EXIT_CODES)
def list_entries(
    state: Annotated[Standing | None, typer.Option(help="Only entries in this state.")] = None,
    door: Annotated[str | None, typer.Option(help="Only entries of this door, e.g. customs or enterprise.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many, the newest.")] = 50,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until interrupted.")] = False,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """List the newest messages and their news; nothing personal is shown."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    shown: Inbox | None = None
    while True:
        inbox = line.get("/inbox", Inbox, state=state, door=door, limit=limit)
        if inbox != shown:
            line.tell(inbox, inbox_picture(inbox, lang))
        if not watch:
            return
        shown = inbox
        try:
            time.sleep(EVERY)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


@inbox_app.command(epilog=EXIT_CODES)
def show(
    raw_id: RawId,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Write the bytes alone, as they came; they may hold personal data."),
    ] = False,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show one message: where it stands, who signed it, what is wrong with it, and the news read from it."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    if raw:
        content = line.bytes_at(f"/inbox/{raw_id}/raw")
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    message = line.get(f"/inbox/{raw_id}", InboxMessage)
    line.tell(message, message_picture(message, lang))


@inbox_app.command("replay", epilog=EXIT_CODES)
def replay(
    raw_ids: Annotated[
        list[int] | None, typer.Argument(metavar="RAW_ID...", help="Numbers under which the messages are kept.")
    ] = None,
    all_faulty: Annotated[
        bool, typer.Option("--all-faulty", help="Every message that could not be read for a fault of ours.")
    ] = False,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Have messages read again from their stored bytes; what they said before is not said twice."""
    if bool(raw_ids) is all_faulty:
        raise typer.BadParameter("give either numbers or --all-faulty", param_hint="RAW_ID")
    line = GatewayLine(gateway, as_json, lang, timeout)
    answers = [line.post(f"/inbox/{raw_id}/replay", Replayed) for raw_id in raw_ids or ()]
    if all_faulty:
        answers = _all_faulty(line)
    told = Replayed(
        messages=tuple(message for answer in answers for message in answer.messages),
        replayed=sum(answer.replayed for answer in answers),
        left=answers[-1].left if answers else 0,
    )
    line.tell(told, replayed_picture(told, lang))


@inbox_app.command(epilog=EXIT_CODES)
def stats(
    gateway: Gateway = LOCAL, timeout: Seconds = SECONDS, lang: Language = Lang.BOTH, as_json: AsJson = False
) -> None:
    """Show how much is not done in each state, and how old the oldest is."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    figures = line.get("/inbox/figures", InboxFigures)
    line.tell(figures, figures_picture(figures, lang))


def _all_faulty(line: GatewayLine) -> list[Replayed]:
    """A page at a time, as many as there were at first: what is faulty again is not tried for ever."""
    answers = [line.post("/inbox/replay", Replayed, state="faulty", limit=AT_A_TIME)]
    there = answers[0].replayed + answers[0].left
    still = sum(message.state == "faulty" for message in answers[0].messages)
    while answers[-1].left and not still and sum(answer.replayed for answer in answers) < there:
        answers.append(line.post("/inbox/replay", Replayed, state="faulty", limit=AT_A_TIME))
        still = sum(message.state == "faulty" for message in answers[-1].messages)
    return answers
