"""An individual's List of Items: what it holds, what is decided about it, and its life (RULEBOOK B.12, B.9.6)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from clearway.contracts.base import ONE_LINE, Amount, Contract, Day, Instant
from clearway.contracts.facts import IdentityOutcome, RulesUsed
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem

ARTICLES_PREFIX = "articles-list/"


class ArticleLine(Contract):
    """One kind of article in the parcel."""

    gnum: int = Field(ge=1, description="Line number, counting up from 1")
    name: str = Field(min_length=1, max_length=250)
    category: str = Field(min_length=1, max_length=40, description="Category of the article tax, e.g. `food`")
    qty: Amount = Field(gt=0)
    unit: str = Field(min_length=3, max_length=3, description="Customs unit code")
    value: Amount = Field(description="Actual (transaction) value of the whole line in CNY")
    table_value: Amount | None = Field(
        None, description="Value of the line by the official price table in CNY; the base before 2024-12-01"
    )
    controlled_as: str | None = Field(
        None, max_length=40, description="Category of controlled articles, e.g. `medicines`; None where free"
    )


class Approval(Contract):
    """The document that lets a controlled article pass (seed S0.7)."""

    controlled_as: str = Field(min_length=1, max_length=40)
    approval_type: str = Field(min_length=1, max_length=60)
    number: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    issuing_department: str = Field(min_length=1, max_length=100)
    valid_to: Day = Field(description="Last day of validity, Shanghai")
    holder_id_number: str = Field(min_length=1, max_length=60)
    quantity: Amount = Field(gt=0, description="Quantity approved, in the line's unit")


class ArticlesList(Contract):
    """The List of Items of one parcel, declared by the individual or by a logistics enterprise entrusted with it."""

    kind: Literal["articles_list"] = Field("articles_list", description="Which document this is, for readers of JSON")
    declarant_code: str = Field(
        min_length=1, max_length=18, pattern=ONE_LINE, description="Entrusted logistics or postal enterprise, or IND"
    )
    list_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE, description="The declarant's own number")
    individual_name: str = Field(min_length=1, max_length=60)
    individual_id_number: str = Field(min_length=1, max_length=60, description="Identity-card number")
    individual_telephone: str = Field(min_length=1, max_length=30)
    logistics_code: str = Field(min_length=1, max_length=18)
    logistics_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    departure_country: str = Field(min_length=3, max_length=3, description="Customs country code; 110, 121, 143 differ")
    customs_code: str = Field(min_length=4, max_length=4)
    declared_on: Day = Field(description="Acceptance day, Shanghai: its rules apply (D-01)")
    app_time: Instant = Field(description="When it was handed in")
    lines: tuple[ArticleLine, ...] = Field(min_length=1, max_length=50)
    approvals: tuple[Approval, ...] = ()


class ArticlesTaxLine(Contract):
    """Article tax of one line in CNY, rounded half up to the fen."""

    gnum: int
    category: str
    base: Amount
    rate: Decimal
    tax: Amount
    explanation: str = Field("", description="The arithmetic, for a clerk to check by hand")


class ArticlesTax(Contract):
    """Article tax of a parcel: at most the exemption is not levied, one fen more makes the whole amount due."""

    regime: str = Field(description="e.g. `T-ARTICLES-2024`")
    assessed_on: date
    lines: tuple[ArticlesTaxLine, ...]
    total: Amount = Field(description="Sum of the lines")
    exemption: Amount
    due: Amount = Field(description="0 where exempt, else the total")
    explanation: str = Field("", description="The sum against the exemption, for a clerk to check by hand")
    rules: RulesUsed = ()

    @property
    def exempt(self) -> bool:
        """Whether nothing is levied."""
        return self.due == 0


class ArticlesOutcome(StrEnum):
    """What a judgement lets happen next."""

    PASS = "PASS"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    OVER_LIMIT = "OVER_LIMIT"
    REFUSED = "REFUSED"


class ArticlesJudgement(Contract):
    """The whole judgement of a List of Items at one moment."""

    outcome: ArticlesOutcome
    problems: tuple[Problem, ...] = Field((), description="Everything that stands in the way, all at once")
    warnings: tuple[Problem, ...] = ()
    value: Amount | None = Field(
        None, description="Value of the parcel in CNY; None where no rule or sane figure gives one"
    )
    limit: Amount | None = Field(None, description="Value limit of the parcel in CNY; None where no rule is in force")
    indivisible: bool = Field(description="One single article, which may pass above the limit")
    approvals_missing: tuple[str, ...] = Field((), description="Categories of controlled articles without approval")
    identity: IdentityOutcome = IdentityOutcome.UNAVAILABLE
    tax: ArticlesTax | None = None
    explanation: str = Field("", description="The value against the limit, for a clerk to check by hand")
    rules: RulesUsed = ()
    profile: str = "SEED"


class ArticlesState(StrEnum):
    """States of a List of Items (RULEBOOK B.12)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVAL_PENDING = "approval_pending"
    REVIEWED = "reviewed"
    TAX_ASSESSED = "tax_assessed"
    PAID = "paid"
    EXEMPT = "exempt"
    RELEASED = "released"
    RETURNED = "returned"
    ABANDONED = "abandoned"
    TO_GOODS = "to_goods"


class ArticlesKey(Contract):
    """Business key of a List of Items."""

    declarant_code: str = Field(min_length=1, max_length=18, pattern=ONE_LINE)
    list_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)

    @property
    def workflow_id(self) -> str:
        """The workflow id: `articles-list/{declarant}/{list_no}`."""
        return f"{ARTICLES_PREFIX}{self.declarant_code}/{self.list_no}"

    @classmethod
    def of(cls, workflow_id: str) -> Self:
        """The key in a workflow id; raises ValueError for an id of something else."""
        if not workflow_id.startswith(ARTICLES_PREFIX):
            raise ValueError(f"{workflow_id!r} is not the id of a List of Items")
        declarant_code, _, list_no = workflow_id.removeprefix(ARTICLES_PREFIX).partition("/")
        return cls(declarant_code=declarant_code, list_no=list_no)


class StartArticles(Contract):
    """Input of the workflow."""

    key: ArticlesKey
    profile: str = Field("SEED", description="Rule profile: SEED or LAW_2026 (RULEBOOK D-02)")


class SubmitArticles(Contract):
    """The list handed in, or handed in again corrected."""

    articles: ArticlesList
    sender: Sender


class SubmitApproval(Contract):
    """An approval document handed in later."""

    approval: Approval
    sender: Sender


class Disposition(StrEnum):
    """What becomes of a parcel that cannot pass as articles."""

    RETURNED = "RETURNED"
    ABANDONED = "ABANDONED"
    TO_GOODS = "TO_GOODS"


class ChooseDisposition(Contract):
    """The individual's, or an operator's, choice."""

    disposition: Disposition
    actor: str = Field(min_length=1, max_length=60)
    reason: str = Field(min_length=1, max_length=200)


class ArticlesDecision(StrEnum):
    """What customs says of a List of Items."""

    REVIEWED = "REVIEWED"
    RELEASED = "RELEASED"
    RETURNED = "RETURNED"


class CustomsArticlesDecision(Contract):
    """Customs' act, as its signal brings it; the same id twice is one act."""

    decision_id: str = Field(min_length=1, max_length=60)
    decision: ArticlesDecision
    at: Instant
    officer: str = Field(min_length=1, max_length=60, description="Customs office or officer id")
    finding: str = Field("", max_length=1000, description="No personal data")


class ArticlesPassage(Contract):
    """The list entered a state."""

    state: ArticlesState
    at: datetime
    why: str = ""


class ArticlesAnswer(Contract):
    """Answer to a submission or request: taken or refused, where it stands, and every problem at once."""

    accepted: bool
    workflow_id: str
    state: ArticlesState
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class ArticlesView(Contract):
    """The whole list as anyone may read it; no personal data in clear."""

    key: ArticlesKey
    profile: str
    state: ArticlesState
    judgement: ArticlesJudgement | None = None
    awaited_from: str = Field("", description="Role awaited, e.g. IND or CUS; empty when none")
    awaited_until: datetime | None = None
    decisions: tuple[CustomsArticlesDecision, ...] = ()
    paid_amount: Amount = Decimal(0)
    paid_at: datetime | None = None
    reason: str = ""
    alarms: tuple[str, ...] = ()
    passages: tuple[ArticlesPassage, ...] = ()
