"""`clearway shards`: check a map of shards, see where lists go, and in which shard a list is; needs no server."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.options import AsJson, Language, instant, party_code
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.screen import Lang, screen
from clearway.contracts.base import SHANGHAI, Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.shards import HandingOver, NoShard, Shard, ShardMap, ShardMapError, ShardState

shards_app = typer.Typer(
    help="The map of shards: checked, before it is published and afterwards; where new lists go; where a list is.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
MapFile = Annotated[Path, typer.Argument(metavar="MAP", help="YAML file of the shards (docs/scale.md).")]
At = Annotated[datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="At this instant instead of now.")]


class ShardTold(Contract):
    """One shard, as the commands tell of it."""

    number: int
    address: str
    namespace: str
    state: ShardState


class MapTold(Contract):
    """Output of `shards check`."""

    version: int
    shards: tuple[ShardTold, ...]


class Placement(Contract):
    """Output of `shards place`."""

    opens_in: ShardTold
    looked_for_in: tuple[ShardTold, ...]
    """Where earlier lists of the pair may be, the latest first."""


@shards_app.command("check", epilog=EXIT_CODES)
def check_map(
    file: MapFile,
    before: Annotated[
        Path | None, typer.Option(metavar="MAP", help="The map in use, which this one is to replace.")
    ] = None,
    at: At = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Check a map, and with --before that it loses no list of the one in use; tell every fault at once."""
    now = at or _now()
    found = _read(file, "MAP", lang, as_json)
    if before is not None:
        try:
            _read(before, "--before", lang, as_json).check_successor(found, at=now)
        except ShardMapError as error:
            fail(Exit.REFUSED, _problems(error), as_json=as_json, lang=lang)
    told = MapTold(version=found.version, shards=tuple(_told(shard, now) for shard in found.shards))
    _tell(told, Group(Text(f"version {told.version}: right"), _table(told.shards)), as_json)


@shards_app.command("place", epilog=EXIT_CODES)
def place_pair(
    file: MapFile,
    port: Annotated[str, typer.Option(help="customsCode, 4 digits.")],
    enterprise: Annotated[str, typer.Option(callback=party_code, help="ebcCode.")],
    at: At = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Tell in which shard a new list of a port and an enterprise is opened, and where earlier ones may be."""
    now, known = at or _now(), _read(file, "MAP", lang, as_json)
    try:
        opens = known.place(port, enterprise, at=now)
    except (NoShard, HandingOver) as none_now:
        fail(Exit.REFUSED, (_problem(str(none_now)),), as_json=as_json, lang=lang)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--port") from None
    earlier = tuple(_told(shard, now) for shard in known.candidates(port, enterprise, at=now))
    told = Placement(opens_in=_told(opens, now), looked_for_in=earlier)
    _tell(told, Group(_table((told.opens_in,)), Text("looked for in:"), _table(earlier)), as_json)


@shards_app.command("of", epilog=EXIT_CODES)
def shard_of(
    file: MapFile,
    workflow_id: Annotated[str, typer.Argument(metavar="ID", help="Workflow id of a list or of a return.")],
    at: At = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Tell which shard a list or a return is in, by its id."""
    known = _read(file, "MAP", lang, as_json)
    try:
        told = _told(known.of(workflow_id), at or _now())
    except NoShard as unknown:
        fail(Exit.NOT_FOUND, (_problem(str(unknown)),), as_json=as_json, lang=lang)
    except ValueError:
        raise typer.BadParameter("the workflow id of a list or of a return", param_hint="ID") from None
    _tell(told, _table((told,)), as_json)


def _read(file: Path, hint: str, lang: Lang, as_json: bool) -> ShardMap:
    try:
        return ShardMap.read(file)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint=hint) from None
    except ShardMapError as error:
        fail(Exit.USAGE, _problems(error), as_json=as_json, lang=lang)


def _problems(error: ShardMapError) -> tuple[Problem, ...]:
    return tuple(_problem(complaint) for complaint in error.complaints)


def _problem(complaint: str) -> Problem:
    return Problem(
        code="E_SHARD_MAP",
        fields=(FieldValue(field="shards"),),
        message_en=complaint,
        message_zh=f"分片表有误或不适用：{complaint}",
        remedy_en="Correct the map, or the question; docs/scale.md tells its form.",
        remedy_zh="请更正分片表或查询条件；格式见 docs/scale.md。",
    )


def _told(shard: Shard, at: datetime) -> ShardTold:
    return ShardTold(number=shard.number, address=shard.address, namespace=shard.namespace, state=shard.state(at))


def _table(shards: tuple[ShardTold, ...]) -> Table:
    table = Table()
    for column in ("shard", "address", "namespace", "state"):
        table.add_column(column)
    for each in shards:
        table.add_row(str(each.number), each.address, each.namespace, each.state)
    return table


def _tell(result: Contract, picture: RenderableType, as_json: bool) -> None:
    if as_json:
        typer.echo(result.model_dump_json())
    else:
        screen().print(picture)


def _now() -> datetime:
    return datetime.now(SHANGHAI)  # noqa: TID251 - the clock of whoever runs the command
