"""Whether somebody may attend an inspection of a list: its owners' own persons, or one with a letter (RULEBOOK B.5)."""

from collections.abc import Collection
from datetime import datetime

from clearway.contracts.case import EntrustmentLetter, PresenceConfirmation
from clearway.rules.catalogue import Found, Problems, problem


def check_presence(confirmation: PresenceConfirmation, owners: Collection[str], at: datetime) -> Problems:
    """Everything that stands against this person's presence at an instant with a time zone; nothing if it will do.

    `owners` are the codes of the list's enterprise and of its declarant (EBC, AGENT). Their own persons need no letter
    (seed S0.10); anybody else needs one of an owner, for the enterprise that attends, valid at that instant.
    """
    if confirmation.actor in owners:
        return ()
    actor, letter = Found("presence", "actor", confirmation.actor), confirmation.letter
    if letter is None:
        return (problem("E_PRESENCE_LETTER_MISSING", actor),)
    found: Problems = ()
    if letter.principal not in owners:
        written = _of(letter, "number"), _of(letter, "principal")
        found += (problem("E_PRESENCE_OTHER_PRINCIPAL", *written),)
    if letter.agent != confirmation.actor:
        found += (problem("E_PRESENCE_OTHER_AGENT", _of(letter, "agent"), actor),)
    if not letter.valid_from <= at < letter.valid_before:
        period = _of(letter, "valid_from"), _of(letter, "valid_before")
        found += (problem("E_PRESENCE_LETTER_VOID", *period, at=at.isoformat()),)
    return found


def _of(letter: EntrustmentLetter, field: str) -> Found:
    return Found("presence", f"letter.{field}", getattr(letter, field))
