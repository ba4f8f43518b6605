"""The JSON of other systems: what customs says of which list, and what a guarantor adds to a guarantee."""

from typing import Annotated

from pydantic import Field, field_validator

from clearway.contracts.articles import ArticlesKey, CustomsArticlesDecision
from clearway.contracts.base import ONE_LINE, Amount, Contract, Day, Instant
from clearway.contracts.customs import (
    ControlInstruction,
    ControlTarget,
    CustomsHold,
    DispositionOrder,
    InspectionResult,
)
from clearway.contracts.reports import REPORT_NO, ReportDecision
from models.ledger.guarantee_standing import Form


class Notice(Contract):
    """The list it is about."""

    ebc_code: str = Field(min_length=1, max_length=18, description="E-commerce enterprise: customs or credit code")
    order_no: str = Field(min_length=1, max_length=60, description="Order number of the list")


class ControlNotice(Notice):
    """Customs holds a list for inspection."""

    instruction: ControlInstruction


class ListNamed(Notice):
    """One of the lists among which is drawn."""

    ebc_code: str = Field(min_length=1, max_length=18, pattern=r"^[^/\x00-\x1f\x7f-\x9f]*$")
    order_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)


class SampleNotice(Contract):
    """Customs inspects what a vehicle or an exit release list carries: a share of its lists, drawn here, or all."""

    instruction: ControlInstruction
    lists: tuple[ListNamed, ...] = Field(
        min_length=1, max_length=5_000, description="All lists that it carries, in any order; named twice counts once"
    )
    seed: str = Field(
        "",
        max_length=200,
        pattern=ONE_LINE,
        description="What the draw is seeded with; left out, `instruction_id|issued_at` in Shanghai time",
    )

    @field_validator("instruction")
    @classmethod
    def _carries_lists(cls, instruction: ControlInstruction) -> ControlInstruction:
        if instruction.target in (ControlTarget.LIST, ControlTarget.PARCEL):
            raise ValueError("`target` must name what carries the lists, e.g. VEHICLE or EXIT_RELEASE_LIST")
        return instruction


class ResultNotice(Notice):
    """What an inspection found."""

    result: InspectionResult


class DispositionNotice(Notice):
    """What customs does with goods that an inspection found abnormal."""

    order: DispositionOrder


class HoldNotice(Notice):
    """Customs holds a list without inspecting it, or lets it go."""

    hold: CustomsHold


class ArticlesNotice(ArticlesKey):
    """What customs decided of an individual's List of Items."""

    decision: CustomsArticlesDecision


class ReportNotice(Contract):
    """What customs decided of a suspicion report."""

    report_no: str = Field(pattern=REPORT_NO, description="The number under which the report was filed with customs")
    decision: ReportDecision


class CalledList(Contract):
    """A list whose tax customs takes from its guarantee."""

    ebc_code: str = Field(min_length=1, max_length=18, description="E-commerce enterprise: customs or credit code")
    order_no: str = Field(min_length=1, max_length=60, description="Order number of the list")


class GuaranteeCall(Contract):
    """Customs takes unpaid tax from a guarantee."""

    id: str = Field(
        min_length=1, max_length=50, pattern=ONE_LINE, description="Customs' number; again, it changes nothing"
    )
    lists: tuple[CalledList, ...] = Field(min_length=1, max_length=100)
    at: Instant
    officer: str = Field(min_length=1, max_length=60, pattern=ONE_LINE, description="Customs office or officer id")


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
