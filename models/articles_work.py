"""What the workflow of a List of Items asks of its activities, and what they answer (RULEBOOK B.12)."""

from datetime import datetime

from clearway.contracts.articles import Approval, ArticlesJudgement, ArticlesKey, ArticlesList
from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem


class ExamineArticles(Contract):
    """A list, new or corrected, or an approval for the list on file; exactly one of the two."""

    key: ArticlesKey
    profile: str
    now: Instant
    opened_at: Instant
    sender: Sender
    articles: ArticlesList | None = None
    approval: Approval | None = None


class ArticlesExamination(Contract):
    """What was made of it: taken and judged, or refused, and then nothing changed."""

    refused: tuple[Problem, ...] = ()
    judgement: ArticlesJudgement | None = None
    port: str = ""
    wait_until: Instant
    """If something is in the way from now on: when the parcel is returned, exclusive."""
    answer_by: Instant
    """Customs' silence after this instant shows as overdue."""


class PayArticles(Contract):
    """The article tax of one list, to be paid now by its declarant."""

    key: ArticlesKey
    amount: Amount
    now: Instant


class CloseArticles(Contract):
    """The end of a list, for the register that outlives the workflow."""

    key: ArticlesKey
    state: str
    now: datetime
