"""The JSON of customs' system: which list an instruction, a result or a decision is about, and what it says."""

from pydantic import Field

from clearway.contracts.articles import ArticlesKey, CustomsArticlesDecision
from clearway.contracts.base import Contract
from clearway.contracts.customs import ControlInstruction, InspectionResult


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
