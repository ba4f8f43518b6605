"""A problem, told once and completely: what is wrong, where, with which values, who must mend it and how."""

from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.parties import Role


class Severity(StrEnum):
    """A hard problem stops the list; a warning is recorded and shown."""

    HARD = "hard"
    WARNING = "warning"


class FieldValue(Contract):
    """One side of a comparison; personal values arrive here already masked."""

    field: str = Field(description="Pointer, e.g. `order.actual_paid` or `declaration_list.lines[2].qty`")
    value: str | None = Field(None, description="The value found there, masked if it is personal")


class Problem(Contract):
    """One problem, in English and Chinese."""

    code: str = Field(description="Rule id (M05) or error code (E_SENDER_ROLE)")
    severity: Severity = Severity.HARD
    fields: tuple[FieldValue, ...] = Field((), description="Both values of a comparison, or the offending field")
    owner: Role | None = Field(None, description="Who must mend it")
    message_en: str = Field(description="What is wrong")
    message_zh: str = Field(description="问题说明")
    remedy_en: str = Field(description="What to do")
    remedy_zh: str = Field(description="处理办法")
    reference: str = Field("", description="Section of the rulebook or article of the law")
