"""What a scenario is made of: the single things customs does about a list, one after the other.

`after` is the list's own time: seconds from the document's appTime, never from a wall clock.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from clearway.contracts.customs import Disposition, Finding, InspectionOutcome


@dataclass(frozen=True)
class Receipt:
    """Customs sends a receipt with this status."""

    status: str
    after: int
    info: str


@dataclass(frozen=True)
class Bill:
    """Customs sends the tax bill 816: the tax withheld by the order, plus `surplus` CNY."""

    after: int
    surplus: Decimal = Decimal(0)


@dataclass(frozen=True)
class Void:
    """Customs declares every bill that it sent void: 818, status 3."""

    after: int


@dataclass(frozen=True)
class Inspection:
    """Customs orders an inspection, and later records its result; what comes next depends on the result.

    `outcome` holds unless somebody gives another one by hand; with `by_hand` nothing happens until somebody does.
    """

    after: int
    due: int
    recorded: int
    outcome: InspectionOutcome
    normal: tuple["Step", ...]
    abnormal: tuple["Step", ...]
    kind: Finding | None = None
    by_hand: bool = False

    def then(self, outcome: InspectionOutcome) -> tuple["Step", ...]:
        """What follows a result."""
        return self.normal if outcome is InspectionOutcome.NORMAL else self.abnormal


@dataclass(frozen=True)
class Disposal:
    """Customs decides what becomes of goods that an inspection found abnormal; `due` is when it wants an answer."""

    disposition: Disposition
    after: int
    due: int | None = None


class Request(StrEnum):
    """What an enterprise may ask for about a list that is filed, or has to show."""

    MODIFICATION = "modification"
    CANCELLATION = "cancellation"
    LICENCE = "licence"


class Verdict(StrEnum):
    """What customs decides about a request that it waited for."""

    GRANTED = "granted"
    REFUSED = "refused"
    CROSSED = "granted, but only after the rest of the story, as if the two had crossed"


@dataclass(frozen=True)
class Await:
    """Customs does nothing more about the list until this is asked for."""

    request: Request
    verdict: Verdict = Verdict.GRANTED


Step = Receipt | Bill | Void | Inspection | Disposal | Await

_ANSWERS = {
    (Request.MODIFICATION, Verdict.GRANTED): "(modification) 2, 3, 120",
    (Request.MODIFICATION, Verdict.REFUSED): "(modification) 2, 3, 100",
    (Request.LICENCE, Verdict.GRANTED): "(licence by hand)",
    (Request.CANCELLATION, Verdict.GRANTED): "(cancellation) 624: 2, 3, 120, 399",
    (Request.CANCELLATION, Verdict.REFUSED): "(cancellation) 624: 2, 3, 100; 622:",
    (Request.CANCELLATION, Verdict.CROSSED): "(cancellation) 624: 2, 3, 120; 622:",
}


def story(steps: tuple[Step, ...]) -> str:
    """What arrives, in order, for a reader: statuses, instruction, result, disposition, bills, and what is awaited."""
    words = []
    for number, step in enumerate(steps):
        match step:
            case Receipt():
                words.append(step.status)
            case Bill():
                words.append("816")
            case Void():
                words.append("818 void")
            case Inspection():
                result = f"({step.outcome} by hand)" if step.by_hand else step.outcome.value
                words += ["instruction", result, story(step.then(step.outcome))]
            case Disposal():
                words.append(step.disposition.value)
            case Await(Request.CANCELLATION, Verdict.GRANTED):
                return ", ".join([*words, _ANSWERS[step.request, step.verdict]])
            case Await(Request.CANCELLATION, Verdict.CROSSED):
                rest = story(steps[number + 1 :])
                return ", ".join([*words, f"{_ANSWERS[step.request, step.verdict]} {rest}; 624: 399; 818 void"])
            case Await():
                words.append(_ANSWERS[step.request, step.verdict])
    return ", ".join(words).replace(":,", ":") or "nothing"
