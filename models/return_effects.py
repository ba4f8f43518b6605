"""What customs' status codes mean for an application to return goods (CEB626): one table (RULEBOOK B.0.4)."""

from enum import StrEnum


class ReturnEffect(StrEnum):
    """What a receipt does to a return."""

    NOTE = "NOTE"
    ACCEPT = "ACCEPT"
    RESEND = "RESEND"
    REFUSE = "REFUSE"
    CALL_OPERATOR = "CALL_OPERATOR"
    """Refused for something that only an operator can look into: limits that cannot apply, a signature."""
    UNKNOWN = "UNKNOWN"


EFFECTS = {
    "1": ReturnEffect.NOTE,
    "2": ReturnEffect.NOTE,
    "3": ReturnEffect.NOTE,
    "4": ReturnEffect.RESEND,
    "100": ReturnEffect.REFUSE,
    "120": ReturnEffect.ACCEPT,
    "399": ReturnEffect.ACCEPT,
    # The application is there already, and its own receipt tells what became of it.
    "-625022": ReturnEffect.NOTE,
    "-625033": ReturnEffect.NOTE,
    # It went to customs; only the electronic port's own note of that failed.
    "-625202": ReturnEffect.NOTE,
    "-625206": ReturnEffect.NOTE,
    # It did not get there, or a person's amount could not be looked up or changed just now.
    "-625017": ReturnEffect.RESEND,
    "-625018": ReturnEffect.RESEND,
    "-625019": ReturnEffect.RESEND,
    "-625024": ReturnEffect.RESEND,
    "-625025": ReturnEffect.RESEND,
    "-625026": ReturnEffect.RESEND,
    "-625029": ReturnEffect.RESEND,
    "-625030": ReturnEffect.RESEND,
    "-625110": ReturnEffect.RESEND,
    "-625116": ReturnEffect.RESEND,
    "-625203": ReturnEffect.RESEND,
    "-625207": ReturnEffect.RESEND,
    "-625005": ReturnEffect.CALL_OPERATOR,
    "-625208": ReturnEffect.CALL_OPERATOR,
    "-625014": ReturnEffect.CALL_OPERATOR,
    "-625015": ReturnEffect.CALL_OPERATOR,
}

NOT_ELIGIBLE = "不符合"
"""Customs prints -625022 also where the state admits no application; then the text has this word."""


def effect_of(status: str, info: str) -> ReturnEffect:
    """The effect of a receipt; a code nobody published is UNKNOWN, a negative one refuses unless listed otherwise."""
    if status == "-625022" and NOT_ELIGIBLE in info:
        return ReturnEffect.REFUSE
    effect = EFFECTS.get(status)
    if effect is not None:
        return effect
    return ReturnEffect.REFUSE if status.startswith("-") and status[1:].isdigit() else ReturnEffect.UNKNOWN
