"""`clearway keys`: make a key of one's own, see what a key file holds, check that it signs."""

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from clearway.cli.options import AsJson, Language, party_code
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.screen import Lang
from clearway.contracts.base import SHANGHAI
from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    KeyRefused,
    certificate_pem,
    fingerprint,
    key_file_text,
    load_certificate,
    load_key,
    load_public_key,
    own_key,
    public_pem,
    read_certificate,
    write_private,
)

keys_app = typer.Typer(
    help="Keys that sign messages: made, shown and checked. A key lies in a PEM file, encrypted with a password.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="Its first line is the password; else asked for.")
]
KeyPath = Annotated[Path, typer.Argument(metavar="FILE", help="PEM file of a key or certificate.")]


@keys_app.command("make", epilog=EXIT_CODES)
def make_key(
    party: Annotated[str, typer.Option(callback=party_code, help="Code of the enterprise that will sign with it.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")],
    kind: Annotated[KeyKind, typer.Option(help="sm2, or rsa for ports that still take RSA-SHA1 only.")] = KeyKind.SM2,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days until its certificate ends.")] = 730,
    password_file: PasswordFile = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Make a key and a self-signed certificate.

    NAME.key.pem holds the private key, encrypted, for this machine alone; NAME.cert.pem is for everybody who shall
    trust it. Customs takes keys only of its own cards and servers: use this one between systems of your own, in tests
    and with partners who put its certificate on file.
    """
    try:
        password = password_from(password_file, twice=True)
        now = _now().replace(microsecond=0)
        key = own_key(kind, subject=party, valid_from=now, valid_to=now + timedelta(days=days))
        out.mkdir(parents=True, exist_ok=True)
        files = out / f"{party}-{key.name}.key.pem", out / f"{party}-{key.name}.cert.pem"
        write_private(files[0], key_file_text(key, password))
        files[1].write_text(certificate_pem(key), encoding="ascii")
    except KeyRefused as refused:
        fail(Exit.USAGE, refused.problems, as_json=as_json, lang=lang)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint="--out") from None
    _tell({**_told(key), "private_key": str(files[0]), "certificate": str(files[1])}, as_json)


@keys_app.command("show", epilog=EXIT_CODES)
def show_key(file: KeyPath, lang: Language = Lang.BOTH, as_json: AsJson = False) -> None:
    """Name, kind, fingerprint and time of a certificate or public key; no password is needed."""
    try:
        name, key = load_public_key(file)
        certificate = load_certificate(file)
    except KeyRefused as refused:
        fail(Exit.USAGE, refused.problems, as_json=as_json, lang=lang)
    told: dict[str, Any] = {"key_name": name, "kind": key.kind, "fingerprint": fingerprint(key)}
    if certificate is not None:
        told |= {
            "subject": certificate.subject,
            "valid_from": _shown(certificate.valid_from),
            "valid_to": _shown(certificate.valid_to),
        }
    _tell({**told, "public_key": public_pem(key)}, as_json)


@keys_app.command("check", epilog=EXIT_CODES)
def check_key(
    file: KeyPath, password_file: PasswordFile = None, lang: Language = Lang.BOTH, as_json: AsJson = False
) -> None:
    """Open a private key with its password, sign with it, verify that; ends with 1 if its certificate is not in force.

    A password that cards and keys are delivered with is refused.
    """
    try:
        key = load_key(file, password_from(password_file))
    except KeyRefused as refused:
        fail(Exit.USAGE, refused.problems, as_json=as_json, lang=lang)
    probe = secrets.token_bytes(32)
    signs = key.public_key.verify(probe, key.sign(probe))
    certificate = read_certificate(key.certificate) if key.certificate else None
    in_force = certificate is None or certificate.valid_from <= _now() <= certificate.valid_to
    _tell({**_told(key), "signs": signs, "in_force": in_force}, as_json)
    raise typer.Exit(Exit.DONE if signs and in_force else Exit.REFUSED)


def password_from(file: Path | None, *, twice: bool = False) -> str:
    """The password in a file's first line, or asked for at the terminal; never taken from the command line."""
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.readline(1024).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or type(error).__name__
        raise typer.BadParameter(told, param_hint="--password-file") from None


def _now() -> datetime:
    return datetime.now(SHANGHAI)  # noqa: TID251 - the clock of whoever runs the command


def _told(key: FileKey) -> dict[str, Any]:
    told: dict[str, Any] = {"key_name": key.name, "kind": key.kind, "fingerprint": fingerprint(key.public_key)}
    if key.certificate is not None:
        certificate = read_certificate(key.certificate)
        told |= {"valid_from": _shown(certificate.valid_from), "valid_to": _shown(certificate.valid_to)}
    return told


def _shown(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        typer.echo(f"{name.replace('_', ' '):12} {shown.rstrip()}")
