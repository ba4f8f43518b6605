"""`clearway collection`: how an agent's taxes at one customs are collected, and a run at once (RULEBOOK B.9.3)."""

from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.line import Line
from clearway.cli.options import ANSWER_SECONDS, Actor, Address, AsJson, Language, Namespace, Reason, Seconds
from clearway.cli.outcomes import EXIT_CODES
from clearway.cli.screen import Lang, shanghai
from clearway.contracts.collection import CollectionView
from clearway.contracts.keys import COLLECTION_PREFIX, CollectionKey

collection_app = typer.Typer(
    help="See how an agent's taxes at one customs are collected; let the collection run at once.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
Which = Annotated[str, typer.Argument(metavar="AGENT/CUSTOMS", help="Withholding agent (assureCode) and customsCode.")]


@collection_app.command(epilog=EXIT_CODES)
def show(
    which: Which,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """How many lists are open, what the last batches paid, when the next run is."""
    key = _key(which)
    line = Line(address, namespace, as_json, lang, timeout)
    view = line.ask(lambda client: client.view_collection(key))
    line.tell(view, collection_picture(view, lang))


@collection_app.command(epilog=EXIT_CODES)
def run(
    which: Which,
    actor: Actor,
    reason: Reason,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Let the collection run now: a bank that refused pays again, a bill has come."""
    key = _key(which)
    line = Line(address, namespace, as_json, lang, timeout)
    view = line.ask(lambda client: client.run_collection(key, actor=actor, reason=reason))
    line.tell(view, collection_picture(view, lang))


def collection_picture(view: CollectionView, lang: Lang) -> RenderableType:
    """The collection on one page."""
    opened = f"{view.open_lists} {lang.say('lists open', '单未缴')}, {view.open_amount:f} CNY"
    parts: list[RenderableType] = [Text(view.key.workflow_id, style="bold"), Text(opened)]
    if view.next_run_at:
        parts.append(Text(f"{lang.say('next run', '下次征收')}: {shanghai(view.next_run_at)}"))
    if view.next_deadline:
        parts.append(Text(f"{lang.say('earliest deadline', '最早缴款期限')}: {view.next_deadline}"))
    if view.alarms:
        parts.append(Text(lang.say("alarms", "告警") + ": " + ", ".join(view.alarms), style="bold yellow"))
    table = Table(title=lang.say("Latest batches", "最近批次"), title_justify="left")
    heads = (
        ("batch", "批次"),
        ("lists", "单数"),
        ("our figure", "测算"),
        ("customs", "海关"),
        ("differing", "不符"),
        ("paid", "已缴"),
        ("late fee", "滞纳金"),
        ("outcome", "结果"),
    )
    for head in heads:
        table.add_column(lang.say(*head), overflow="fold")
    for batch in view.batches:
        figures = (batch.assessed, batch.billed, batch.differing, batch.paid, batch.late_fee)
        outcome = f"{batch.outcome} {batch.reason}".strip()
        table.add_row(batch.batch_id, str(batch.lists), *(f"{each:f}" for each in figures), Text(outcome))
    return Group(*parts, table)


def _key(which: str) -> CollectionKey:
    agent, _, customs = which.removeprefix(COLLECTION_PREFIX).rpartition("/")
    try:
        return CollectionKey(agent=agent, customs=customs)
    except ValidationError:
        told = "give AGENT/CUSTOMS: the withholding agent's code and the four digits of the customs district"
        raise typer.BadParameter(told, param_hint="AGENT/CUSTOMS") from None
