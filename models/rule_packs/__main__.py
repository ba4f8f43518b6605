"""The operator's own rules: `python -m models.rule_packs load FILE…`, `withdraw NAME`, `list`, `show PACK`."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.table import Table
from sqlalchemy.exc import NoResultFound, SQLAlchemyError
from sqlmodel import Session

from clearway.cli.screen import screen
from clearway.rules.parameters import ParameterError
from models.database import Database
from models.ledger.commands.line import Actor, Reason
from models.rule_packs.loading import Effect, load, packs, withdraw
from models.rule_packs.packs import files_of
from models.settings import StoreSettings

T = TypeVar("T")
REFUSED, UNAVAILABLE = 2, 4
EXIT_CODES = "Exit codes: 0 done; 2 bad usage or a wrong file, with everything wrong in it; 4 database unavailable."
LARGEST = 1_000_000
"""Bytes of a file that are read at most; the rules refuse more."""

app = typer.Typer(
    name="python -m models.rule_packs",
    help="Lay parameter files of your own on top of the library's rules. A list keeps the rules it was opened under.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Try = Annotated[bool, typer.Option("--dry-run", help="Tell what would change, load nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command("load", epilog=EXIT_CODES)
def load_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Parameter files; see docs/own-rules.md.")],
    actor: Actor,
    reason: Reason,
    dry_run: Try = False,
    as_json: AsJson = False,
) -> None:
    """Lay files on top for the lists opened from now on; each replaces the loaded file of its name, others stay."""
    texts = {file.name: _text(file) for file in files}
    now = datetime.now(UTC)  # noqa: TID251  the operator's clock, at the edge
    _tell(
        _in_transaction(lambda session: load(session, texts, actor=actor, reason=reason, at=now, only_try=dry_run)),
        as_json,
    )


@app.command("withdraw", epilog=EXIT_CODES)
def withdraw_file(
    name: Annotated[str, typer.Argument(help="Name of a loaded file.")],
    actor: Actor,
    reason: Reason,
    dry_run: Try = False,
    as_json: AsJson = False,
) -> None:
    """Take a file off for the lists opened from now on."""
    now = datetime.now(UTC)  # noqa: TID251  as above
    _tell(
        _in_transaction(lambda session: withdraw(session, name, actor=actor, reason=reason, at=now, only_try=dry_run)),
        as_json,
    )


@app.command("list", epilog=EXIT_CODES)
def list_packs(as_json: AsJson = False) -> None:
    """Every pack that was loaded, newest first, and how many open lists keep it."""
    found = _in_transaction(packs)
    if as_json:
        typer.echo("[" + ",".join(each.model_dump_json() for each in found) + "]")
        return
    table = Table("pack", "version", "files", "loaded, Shanghai", "by", "why", "open lists")
    for each in found:
        loaded = f"{each.loaded_at:%Y-%m-%d %H:%M}"
        row = (str(each.pack), each.version, ", ".join(each.files) or "none", loaded, each.actor, each.reason)
        table.add_row(*row, str(each.open_lists))
    screen().print(table if found else "No file was loaded: the library's rules alone are in force.")


@app.command("show", epilog=EXIT_CODES)
def show_pack(pack: Annotated[int, typer.Argument(min=1, help="Number of a pack.")]) -> None:
    """The files of a pack as they were loaded."""
    for name, text in _in_transaction(lambda session: files_of(session, pack)).items():
        typer.echo(f"# {name}\n{text}")


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        if len(content) > LARGEST:
            _refuse(f"{file}: larger than {LARGEST} bytes; a parameter file is small")
        return content.decode()
    except OSError as error:
        _refuse(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        _refuse(f"{file}: not UTF-8 text")


def _in_transaction(work: Callable[[Session], T]) -> T:
    try:
        database = Database(StoreSettings().database_url)
        database.migrate()
        with database.transaction() as session:
            return work(session)
    except ParameterError as error:
        _refuse(*error.complaints)
    except NoResultFound:
        _refuse("there is no such pack; see `python -m models.rule_packs list`")
    except LookupError as error:
        _refuse(str(error.args[0]))
    except ValidationError as error:
        _refuse(*(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_url=False)))
    except SQLAlchemyError as error:
        _refuse(f"the database cannot be used: {str(error).splitlines()[0]}", code=UNAVAILABLE)


def _refuse(*complaints: str, code: int = REFUSED) -> NoReturn:
    sys.stderr.write("".join(f"{complaint}\n" for complaint in complaints))
    raise typer.Exit(code)


def _tell(effect: Effect, as_json: bool) -> None:
    if as_json:
        typer.echo(effect.model_dump_json())
        return
    table = Table("rule", "from", "to", "before", "after", "whom it affects", show_lines=True)
    for change in effect.changes:
        whose = "".join(f" ({each})" for each in (change.profile, change.port) if each)
        last = str(change.last_day) if change.last_day else "further notice"
        values = (change.before or "—", change.after or "—")
        table.add_row(f"{change.rule}{whose}", str(change.first_day), last, *values, change.affects)
    console = screen()
    if not effect.changes:
        console.print("Nothing would change: these rules are in force already.")
        return
    console.print(table)
    kept = ", ".join(f"{count} under {_named(pack)}" for pack, count in sorted(effect.open_lists.items()))
    console.print(f"Open lists keep the rules they were opened under: {kept or 'there are none'}.")
    if effect.loaded:
        console.print(f"Loaded as pack {effect.pack} (version {effect.version}): lists opened from now on follow it.")
    else:
        console.print("Nothing was loaded (--dry-run).")


def _named(pack: int) -> str:
    return f"pack {pack}" if pack else "the library's rules alone"


if __name__ == "__main__":
    app()
