"""The JSON of other systems: what customs says of which list, and what a guarantor adds to a guarantee."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.articles import ArticlesKey, CustomsArticlesDecision
from clearway.contracts.base import ONE_LINE, Amount, Contract, Day
from clearway.contracts.customs import ControlInstruction, InspectionResult
from models.ledger.guarantee_standing import Form


class Notice(Contract):
    """The list it is about."""

    ebc_code: str = Field(min_length=1, max_length=18, description="E-commerce enterprise: customs or credit code")
    order_no: str = Field(min_length=1, max_length=60, description="Order number of the list")


class ControlNotice(Notice):
    """Customs holds a list for inspection."""

    instruction: ControlInstruction


class ResultNotice(Notice):
    """What an inspection found."""

    result: InspectionResult


class ArticlesNotice(ArticlesKey):
    """What customs decided of an individual's List of Items."""

    decision: CustomsArticlesDecision


class TopUp(Contract):
    """Money added to a guarantee, or the first one put up."""

    id: str = Field(
        min_length=1, max_length=60, pattern=ONE_LINE, description="Reference of the payment; again, it changes nothing"
    )
    amount: Annotated[Amount, Field(gt=0, max_digits=14, decimal_places=2, description="CNY")]
    actor: str = Field(min_length=1, max_length=60, pattern=ONE_LINE, description="Who acts")
    reason: str = Field(min_length=1, max_length=120, pattern=ONE_LINE)
    form: Form | None = Field(None, description="Needed for the first guarantee")
    valid_to: Day | None = Field(None, description="New last day, Shanghai; needed for the first guarantee")
