"""What a preflight says, and what it cannot say because only the service knows."""

from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract
from clearway.contracts.facts import IdentityOutcome, LimitDecision, TaxAssessment
from clearway.contracts.problems import Problem


class NotMade(Contract):
    """A check that was not made, and what was assumed instead."""

    check: str = Field(description="Rule id or error code of the check")
    what_en: str
    what_zh: str


class Preflight(Contract):
    """Answer of a preflight; `would_match` speaks of the checks that were made."""

    would_match: bool
    all_read: bool = Field(description="Every file could be read as the document it should be")
    problems: tuple[Problem, ...] = Field((), description="Hard problems, all of them")
    warnings: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = Field((), description="Documents and fields that could not be read, so not compared")
    limits: LimitDecision | None = None
    tax: TaxAssessment | None = Field(None, description="None unless the list could be read as a whole")
    identity: IdentityOutcome = Field(description="Assumed answer of the identity authority")
    annual_used: Amount = Field(Decimal(0), description="Assumed CNY that the orderer used in the year before")
    profile: str = "SEED"
    not_made: tuple[NotMade, ...] = ()


ONLY_THE_SERVICE_KNOWS = (
    NotMade(
        check="M15",
        what_en="whether every enterprise is registered with customs in its role; assumed to be",
        what_zh="各企业是否已在海关办理相应类型的注册登记；此处假定已登记",
    ),
    NotMade(
        check="M03",
        what_en="whether the waybill number served another order in the last six months; assumed not",
        what_zh="运单号近六个月内是否已用于其他订单；此处假定未使用",
    ),
    NotMade(
        check="M04",
        what_en="whether the payment served other orders; assumed not",
        what_zh="支付交易是否已用于其他订单；此处假定未使用",
    ),
    NotMade(
        check="identity",
        what_en="what the identity authority says about the orderer; assumed as given (--identity)",
        what_zh="身份核验机构对订购人的核验结果；此处按 --identity 假定",
    ),
    NotMade(
        check="annual limit",
        what_en="how much of the annual limit the orderer used; assumed as given (--annual-used)",
        what_zh="订购人本年度已用额度；此处按 --annual-used 假定",
    ),
    NotMade(
        check="E_SENDER, E_DUPLICATE",
        what_en="whether the senders may send these documents, and whether the numbers are on file already",
        what_zh="发送方是否有权发送，以及相同编号的单证是否已存在",
    ),
)
"""Told with every preflight, so that a clean answer is not taken for more than it is."""
