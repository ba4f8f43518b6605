"""Drafting a corrected copy of a list that failed: its documents as they stood, and what is to be corrected."""

from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.case import Transmission
from clearway.contracts.documents import DeclarationList
from clearway.contracts.keys import ID_PREFIX, CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem

COPY_PREFIX = "corrected-copy/"


class DraftCopy(Contract):
    """Input of the workflow that drafts."""

    key: CaseKey = Field(description="The list that ended as rejected, cancelled or match_failed")

    @property
    def workflow_id(self) -> str:
        """The workflow id: `corrected-copy/{ebcCode}/{orderNo}`, the list named as in its own id."""
        return COPY_PREFIX + self.key.workflow_id.removeprefix(ID_PREFIX)


class CorrectedCopy(Contract):
    """What to declare as the next attempt, once it is corrected; nothing is declared by drafting it."""

    attempt: int = Field(ge=2, le=99, description="The attempt to declare it as")
    corrects: str = Field(description="Workflow id of the list it corrects")
    declaration_list: DeclarationList = Field(
        description="As it stood, but new: own guid, declared today, without the numbers of the list it corrects"
    )
    sender: Sender = Field(description="Who handed the list in")
    documents: tuple[Transmission, ...] = Field((), description="Order, payment and waybill that are on file, as new")
    problems: tuple[Problem, ...] = Field((), description="What to correct: what customs refused, what did not match")


class Draft(Contract):
    """Result of the workflow: the copy, or why there is none."""

    drafted: CorrectedCopy | None = None
    refused: tuple[Problem, ...] = ()
