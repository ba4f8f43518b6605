"""Every error the library raises; each carries the problems, with field and remedy.

ClearwayError
├── Refused             the request was understood and refused; nothing changed
│   ├── NotFound        there is no such list
│   └── AlreadyEnded    the list's life is over
└── ServiceUnavailable  the service could not be reached; trying again may help
"""

from clearway.contracts.problems import Problem

ASK_AGAIN = "asked between two workflow tasks: ask again"
"""Why a worker turns a query away that would tell of news before their task begins (decision 20); clients ask again."""


class ClearwayError(Exception):
    """Base of every error of this library."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.message_en}" for problem in problems))
        self.problems = problems


class Refused(ClearwayError):
    """The request was refused and changed nothing."""


class NotFound(Refused):
    """There is no such list."""


class AlreadyEnded(Refused):
    """The list's life is over, so it takes no more requests."""


class ServiceUnavailable(ClearwayError):
    """Temporal could not be reached, or no worker answered in time."""
