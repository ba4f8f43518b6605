"""`clearway webhooks`: who has its notices pushed or fetches them, and addresses that fail."""

from typing import Annotated

import typer
from pydantic import ValidationError

from clearway.cli.gateway_line import GatewayLine
from clearway.cli.inbox import LOCAL, SECONDS, Gateway
from clearway.cli.options import AsJson, Language, Seconds, party_code
from clearway.cli.outcomes import EXIT_CODES, Exit
from clearway.cli.screen import Lang
from clearway.cli.webhooks_picture import (
    acknowledged_picture,
    events_picture,
    secret_picture,
    subscriptions_picture,
    tried_picture,
)
from clearway.contracts.subscriptions import (
    Acknowledged,
    Acknowledgement,
    EventPage,
    Mode,
    SubscribeRequest,
    Subscriptions,
    SubscriptionSecret,
    SubscriptionView,
    TestResult,
    Unblock,
)

webhooks_app = typer.Typer(
    help="Have notices pushed to an address or fetch them, and see to addresses that fail.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the subscription.")]


@webhooks_app.command("list", epilog=EXIT_CODES)
def list_subscriptions(
    recipient: Annotated[str | None, typer.Option(callback=party_code, help="Only those of this enterprise.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that have ended.")] = False,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """List subscriptions: what waits in each, and which address fails and why."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    found = line.get("/subscriptions", Subscriptions, recipient=recipient, ended=str(ended).lower())
    line.tell(found, subscriptions_picture(found.subscriptions, lang))


@webhooks_app.command("add", epilog=EXIT_CODES)
def add(
    recipient: Annotated[str, typer.Argument(help="Code of the enterprise, warehouse or site.")],
    url: Annotated[str, typer.Option(help="Where events are posted; without it they are fetched.")] = "",
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind of events wanted, again for each; without it, all.")
    ] = None,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Begin a subscription; the secret that signs its events is shown here and never again."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    mode = Mode.PUSH if url else Mode.PULL
    try:
        request = SubscribeRequest(recipient=recipient, mode=mode, url=url, kinds=tuple(kind or ()))
    except ValidationError as fault:
        told = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in fault.errors())
        raise typer.BadParameter(told) from None
    made = line.send("POST", "/subscriptions", SubscriptionSecret, request)
    line.tell(made, secret_picture(made, lang))


@webhooks_app.command("remove", epilog=EXIT_CODES)
def remove(
    number: Number,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """End a subscription and give up what waits in it."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    ended = line.send("DELETE", f"/subscriptions/{number}", SubscriptionView)
    line.tell(ended, subscriptions_picture([ended], lang))


@webhooks_app.command("test", epilog=EXIT_CODES)
def try_address(
    number: Number,
    gateway: Gateway = LOCAL,
    timeout: Seconds = 60.0,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Post a test event to the address, outside the queue; ends with 1 if it is not taken."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    result = line.send("POST", f"/subscriptions/{number}/test", TestResult)
    line.tell(result, tried_picture(result, lang))
    raise typer.Exit(Exit.DONE if result.delivered or result.waits else Exit.REFUSED)


@webhooks_app.command("unblock", epilog=EXIT_CODES)
def unblock(
    number: Number,
    give_up: Annotated[str | None, typer.Option(metavar="EVENT", help="First give up this event, e.g. evt_12.")] = None,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Have an address that failed tried again now."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    try:
        request = Unblock(give_up=give_up)
    except ValidationError:
        raise typer.BadParameter("an event's id looks like evt_12", param_hint="--give-up") from None
    shown = line.send("POST", f"/subscriptions/{number}/unblock", SubscriptionView, request)
    line.tell(shown, subscriptions_picture([shown], lang))


@webhooks_app.command("rotate", epilog=EXIT_CODES)
def rotate(
    number: Number,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Ask for a new secret; for a day events bear the signatures of both."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    made = line.send("POST", f"/subscriptions/{number}/rotate-secret", SubscriptionSecret)
    line.tell(made, secret_picture(made, lang))


@webhooks_app.command("events", epilog=EXIT_CODES)
def events(
    number: Number,
    after: Annotated[int, typer.Option(min=0, help="Only events with a higher number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 100,
    wait: Annotated[int, typer.Option(min=0, max=30, help="Seconds to wait while there is none.")] = 0,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show waiting events; those of a pulled subscription come again until they are acknowledged."""
    line = GatewayLine(gateway, as_json, lang, timeout + wait)
    page = line.get(f"/subscriptions/{number}/events", EventPage, after=after, limit=limit, wait=wait)
    line.tell(page, events_picture(page, lang))


@webhooks_app.command("acknowledge", epilog=EXIT_CODES)
def acknowledge(
    number: Number,
    event_ids: Annotated[list[str], typer.Argument(metavar="EVENT...", help="Events that are taken, e.g. evt_12.")],
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Say that events are taken; they come no more."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    try:
        said = Acknowledgement(ids=tuple(event_ids))
    except ValidationError:
        raise typer.BadParameter(
            "an event's id looks like evt_12, and at most 1000 are taken", param_hint="EVENT"
        ) from None
    done = line.send("POST", f"/subscriptions/{number}/acknowledge", Acknowledged, said)
    line.tell(done, acknowledged_picture(done, lang))
