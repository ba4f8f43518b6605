"""Who takes part, and in whose name (RULEBOOK B.0.3, B.1)."""

from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract


class Role(StrEnum):
    """Roles of the parties; an enterprise may hold several (seed S3.24)."""

    EBC = "EBC"
    EBP = "EBP"
    AGENT = "AGENT"
    PAY = "PAY"
    LOG = "LOG"
    EXP = "EXP"
    POST = "POST"
    WH = "WH"
    SITE = "SITE"
    IND = "IND"
    GUAR = "GUAR"
    CUS = "CUS"


ROLE_NAMES: dict[Role, tuple[str, str]] = {
    Role.EBC: ("e-commerce enterprise", "电商企业"),
    Role.EBP: ("e-commerce platform", "电商平台"),
    Role.AGENT: ("declaring agent", "申报企业"),
    Role.PAY: ("payment enterprise", "支付企业"),
    Role.LOG: ("logistics enterprise", "物流企业"),
    Role.EXP: ("express operator", "快件运营人"),
    Role.POST: ("postal enterprise", "邮政企业"),
    Role.WH: ("in-zone warehouse", "区内仓储企业"),
    Role.SITE: ("supervision site operator", "监管场所经营人"),
    Role.IND: ("individual", "个人"),
    Role.GUAR: ("guarantor", "担保企业"),
    Role.CUS: ("customs", "海关"),
}
"""English and Chinese names of the roles, for messages to people."""


class Sender(Contract):
    """Who hands a document in; `on_behalf_of` names the principal of an entrusted transmission (seed S1.2)."""

    code: str = Field(min_length=1, max_length=18, description="The transmitter's customs or credit code")
    on_behalf_of: str | None = Field(None, max_length=18, description="The principal's code, if entrusted")
