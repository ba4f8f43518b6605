"""Puts keys on file, lists and revokes them: `python -m models.trust add|list|revoke`."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from clearway.cli.outcomes import Exit
from clearway.contracts.base import SHANGHAI
from clearway.contracts.parties import Role
from clearway.messages.signatures import KeyRefused, load_certificate, load_public_key
from models.database import Database
from models.settings import StoreSettings
from models.tables import TrustedKey as Row
from models.trust import NewKey, TrustRefused, add, every_key, is_valid, revoke

T = TypeVar("T")
EXIT_CODES = "Exit codes: 0 done; 1 refused; 2 bad usage or unreadable key; 4 database unavailable."
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="PEM: a certificate or a public key.")]

app = typer.Typer(
    name="python -m models.trust",
    help="Keys whose signatures count. As soon as a party has one, whatever speaks in its name must be signed.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _now() -> datetime:
    return datetime.now(SHANGHAI)  # noqa: TID251 - the operator's clock


@app.command("add", epilog=EXIT_CODES)
def add_key(
    file: KeyFile,
    party: Annotated[str, typer.Option(help="Code of the enterprise, or CUSTOMS.")],
    role: Annotated[list[Role], typer.Option(help="Role in which it may sign; repeat it for several.")],
    name: Annotated[str | None, typer.Option(help="KeyName; else the certificate's serial number in hex.")] = None,
    valid_from: Annotated[datetime | None, typer.Option(help="First instant, Shanghai; else now.")] = None,
    valid_before: Annotated[
        datetime | None, typer.Option(help="First instant without it, Shanghai; else the certificate's end.")
    ] = None,
    note: Annotated[str, typer.Option(help="Where the key came from, who compared its fingerprint.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put a key on file. Compare its fingerprint with the owner first, over another channel."""
    try:
        named, key = load_public_key(file)
        certificate = load_certificate(file)
    except KeyRefused as refused:
        _fail(Exit.USAGE, str(refused), as_json)
    now = _now()
    ends = certificate.valid_to + timedelta(seconds=1) if certificate else None
    new = NewKey(
        key_name=name or named,
        party_code=party,
        roles=frozenset(role),
        public_key=key,
        valid_from=_shanghai(valid_from),
        valid_before=_shanghai(valid_before) or ends,
        note=note,
    )
    _tell([_in_transaction(lambda session: add(session, new, now), as_json)], now, as_json)


@app.command("list", epilog=EXIT_CODES)
def list_keys(as_json: AsJson = False) -> None:
    """Every key ever put on file, and whether it counts now."""
    _tell(_in_transaction(every_key, as_json), _now(), as_json)


@app.command("revoke", epilog=EXIT_CODES)
def revoke_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its KeyName.")],
    note: Annotated[str, typer.Option(help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Believe a key no more, from now on. Its party must go on signing, with another key."""
    now = _now()
    _tell([_in_transaction(lambda session: revoke(session, name, now, note), as_json)], now, as_json)


def _shanghai(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=SHANGHAI) if moment is not None and moment.tzinfo is None else moment


def _in_transaction(work: Callable[[Session], T], as_json: bool) -> T:
    """Do the work on the configured database, made if it is new: keys may be put on file before anything starts."""
    try:
        database = Database(StoreSettings().database_url)
        try:
            database.migrate()
            with database.transaction() as session:
                return work(session)
        finally:
            database.close()
    except TrustRefused as refused:
        _fail(Exit.REFUSED, f"{refused}", as_json)
    except SQLAlchemyError as error:
        told = str(error).splitlines()[0]
        _fail(Exit.UNAVAILABLE, f"the database cannot be used: {told}; mend CLEARWAY_DATABASE_URL", as_json)


def _fail(code: Exit, told: str, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"error": {"exit_code": int(code), "message": told}}, ensure_ascii=False))
    else:
        sys.stderr.write(f"{told}\n")
    raise typer.Exit(code)


def _tell(rows: list[Row], at: datetime, as_json: bool) -> None:
    told = [_row(row, at) for row in rows]
    if as_json:
        typer.echo(json.dumps({"keys": told}, ensure_ascii=False))
        return
    for key in told:
        counts = "counts now" if key["valid"] else "does not count now"
        line = f"{key['key_name']}  {key['party_code']}  {', '.join(key['roles'])}  {key['algorithm']}  {counts}"
        typer.echo(f"{line}\n  from {key['valid_from']} until {key['ends'] or 'revoked'}")
        typer.echo(f"  fingerprint {key['fingerprint']}" + (f"\n  {key['note']}" if key["note"] else ""))


def _row(row: Row, at: datetime) -> dict[str, Any]:
    ends = [end for end in (row.valid_before, row.revoked_at) if end is not None]
    return {
        "key_name": row.key_name,
        "party_code": row.party_code,
        "roles": row.roles.split(","),
        "algorithm": row.algorithm,
        "valid": is_valid(row, at),
        "valid_from": row.valid_from.astimezone(SHANGHAI).isoformat(),
        "valid_before": row.valid_before.astimezone(SHANGHAI).isoformat() if row.valid_before else None,
        "revoked_at": row.revoked_at.astimezone(SHANGHAI).isoformat() if row.revoked_at else None,
        "ends": min(ends).astimezone(SHANGHAI).isoformat() if ends else None,
        "fingerprint": row.fingerprint,
        "note": row.note,
    }


if __name__ == "__main__":
    app()
