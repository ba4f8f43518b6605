"""What customs' answers to an application to cancel mean: receipt 624 (RULEBOOK B.0.4)."""

from enum import StrEnum


class ChangeEffect(StrEnum):
    """What a receipt does to an application for cancellation."""

    NOTE = "NOTE"
    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    RESEND = "RESEND"
    UNKNOWN = "UNKNOWN"


CANCELLATION = {
    "1": ChangeEffect.NOTE,
    "2": ChangeEffect.NOTE,
    "3": ChangeEffect.NOTE,
    "4": ChangeEffect.RESEND,
    "100": ChangeEffect.REFUSE,
    "120": ChangeEffect.NOTE,
    "399": ChangeEffect.APPROVE,
    # Already filed: the same application, sent before its answer was lost.
    "-623009": ChangeEffect.NOTE,
    # Giving the person's amount back failed at customs; it passes by itself.
    "-623025": ChangeEffect.RESEND,
}


def cancellation_effect(status: str) -> ChangeEffect:
    """The effect of a receipt 624; a code nobody published is UNKNOWN, a negative one refuses unless listed."""
    effect = CANCELLATION.get(status)
    if effect is None:
        return ChangeEffect.REFUSE if status.startswith("-") and status[1:].isdigit() else ChangeEffect.UNKNOWN
    return effect
