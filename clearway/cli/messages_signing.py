"""`clearway messages sign` and `verify`: a message's signature, made and checked on one's own desk."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clearway.cli.keys import PasswordFile, password_from
from clearway.cli.options import AsJson, File, Language
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.papers import read_file
from clearway.cli.screen import Lang
from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused
from clearway.messages.signatures import (
    KeyRefused,
    TrustedKey,
    XmlSigner,
    load_key,
    load_public_key,
    sign_message,
    verify,
)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into `clearway messages`."""
    app.command("sign", epilog=EXIT_CODES)(sign_file)
    app.command("verify", epilog=EXIT_CODES)(verify_file)


def sign_file(
    file: File,
    key: Annotated[Path, typer.Option(metavar="FILE", help="PEM file of the private key, with its certificate.")],
    password_file: PasswordFile = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Else to standard output.")] = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Sign a message or an envelope: the signature is put last into its root, and no other byte is changed.

    SM2 keys sign as edition 202205 demands, RSA keys by RSA-SHA1.
    """
    message = _content(file, as_json, lang)
    try:
        signed = sign_message(message, XmlSigner(load_key(key, password_from(password_file))))
    except KeyRefused as refused:
        fail(Exit.USAGE, refused.problems, as_json=as_json, lang=lang)
    except MessageRefused as refused:
        fail(Exit.REFUSED, refused.problems, as_json=as_json, lang=lang)
    if out is None:
        sys.stdout.buffer.write(signed)
        return
    try:
        out.write_bytes(signed)
    except OSError as error:
        raise typer.BadParameter(error.strerror or type(error).__name__, param_hint="--out") from None


def verify_file(
    file: File,
    trust: Annotated[
        list[str],
        typer.Option(metavar="[NAME=]FILE", help="Certificate or public key to trust; NAME is its KeyName."),
    ],
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Tell who signed a message, with which key and how, if that key is among those you trust; else why not."""
    message = _content(file, as_json, lang)
    try:
        keys = [_trusted(each) for each in trust]
        known = {key.key_name.lower(): key for key in keys}
        verified = verify(message, lambda name: known.get(name.lower()))
    except KeyRefused as refused:
        fail(Exit.USAGE, refused.problems, as_json=as_json, lang=lang)
    except MessageRefused as refused:
        fail(Exit.REFUSED, refused.problems, as_json=as_json, lang=lang)
    if as_json:
        typer.echo(verified.model_dump_json())
        return
    typer.echo(f"{lang.say('The signature holds.', '签名验证通过。')}\n{verified.key_name}  {verified.party_code}")
    typer.echo(f"{verified.algorithm}; {verified.form}\n{verified.fingerprint}")


def _trusted(given: str) -> TrustedKey:
    """The key of one `--trust`; its file's name stands for its owner."""
    name, _, path = given.rpartition("=")
    named, key = load_public_key(Path(path))
    return TrustedKey(name or named, Path(path).name, frozenset(), key)


def _content(file: Path, as_json: bool, lang: Lang) -> bytes:
    content = read_file(file)
    if isinstance(content, Problem):
        fail(Exit.USAGE, (content,), as_json=as_json, lang=lang)
    return content
