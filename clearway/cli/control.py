"""`clearway presence`, `licence` and `exit`: what enterprises and sites do under customs' control (RULEBOOK B.5)."""

from datetime import datetime
from typing import Annotated

import typer

from clearway.cli.changes import tell
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Actor,
    Address,
    AsJson,
    Attempt,
    Case,
    Language,
    Namespace,
    Seconds,
    case_key,
    instant,
    party_code,
    words,
)
from clearway.cli.screen import Lang
from clearway.contracts.case import EntrustmentLetter, GoodsExit, LicenceSupply, PresenceConfirmation

_LETTER = ("--letter", "--principal", "--valid-from", "--valid-before")


def confirm_presence(
    case: Case,
    instruction: Annotated[
        str, typer.Option(callback=words(60), help="Number of the control instruction, from the notice or `show`.")
    ],
    actor: Annotated[str, typer.Option(callback=party_code, help="Enterprise whose person attends.")],
    attendant: Annotated[
        str, typer.Option(callback=words(60), help="Staff number or name of the person; shown masked.")
    ],
    letter: Annotated[
        str | None,
        typer.Option(callback=words(60), help="Number of the entrustment letter, unless the owner attends."),
    ] = None,
    principal: Annotated[str | None, typer.Option(callback=party_code, help="Who wrote the letter.")] = None,
    valid_from: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="From when the letter is valid.")
    ] = None,
    valid_before: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="From when it is void.")
    ] = None,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Say who will be there when customs inspects: the owner's person, or one entrusted by letter."""
    key = case_key(case, attempt)
    given = dict(zip(_LETTER, (letter, principal, valid_from, valid_before), strict=True))
    missing = [name for name, value in given.items() if value is None]
    if letter and principal and valid_from and valid_before:
        entrusted = EntrustmentLetter(
            number=letter, principal=principal, agent=actor, valid_from=valid_from, valid_before=valid_before
        )
    elif len(missing) < len(_LETTER):
        raise typer.BadParameter(f"a letter also needs {', '.join(missing)}")
    else:
        entrusted = None
    confirmation = PresenceConfirmation(instruction_id=instruction, actor=actor, attendant=attendant, letter=entrusted)
    line = Line(address, namespace, as_json, lang, timeout)
    tell(line, line.ask(lambda client: client.confirm_presence(key, confirmation)))


def supply_licence(
    case: Case,
    actor: Actor,
    licence_type: Annotated[str, typer.Option("--type", callback=words(60), help="What kind of licence or approval.")],
    licence_no: Annotated[str, typer.Option("--number", callback=words(60), help="Its number.")],
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Hand in the licence or approval that customs asked for."""
    key = case_key(case, attempt)
    licence = LicenceSupply(actor=actor, licence_type=licence_type, licence_no=licence_no)
    line = Line(address, namespace, as_json, lang, timeout)
    tell(line, line.ask(lambda client: client.supply_licence(key, licence)))


def confirm_exit(
    case: Case,
    actor: Actor,
    exited_at: Annotated[
        datetime, typer.Option(parser=instant, metavar="INSTANT", help="When the goods passed the gate, ISO 8601.")
    ],
    pass_no: Annotated[
        str, typer.Option("--pass", callback=words(60, 0), help="Gate pass, vehicle or exit release list.")
    ] = "",
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Confirm that the goods left the zone or site; refused while customs has them under control."""
    key = case_key(case, attempt)
    left = GoodsExit(actor=actor, exited_at=exited_at, pass_no=pass_no)
    line = Line(address, namespace, as_json, lang, timeout)
    tell(line, line.ask(lambda client: client.confirm_exit(key, left)))
