"""What can be wrong with a key or a signer, as opposed to a message."""

from collections.abc import Iterable

from clearway.contracts.problems import Problem
from clearway.messages.faults import problem

REFERENCE = "REFERENCE §7"


class KeyRefused(Exception):
    """A key, its file or its password cannot be used; `problems` says why and what to do."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{each.code}: {each.message_en}" for each in self.problems))


class SignerUnavailable(Exception):
    """The card or server that signs cannot be reached or did not answer; trying again may help."""


class SignerBusy(SignerUnavailable):
    """Every key of the pool was in use for as long as a caller may wait; trying again helps."""


def key_problem(code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Problem:
    """A problem of a key; `message` and `remedy` are (English, Chinese)."""
    return problem(code, message, remedy, reference=REFERENCE)
