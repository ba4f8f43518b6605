"""How a message type is laid out: its edition, its flow, its elements, and who sends it (REFERENCE §1, §2)."""

from enum import StrEnum
from typing import NamedTuple

from clearway.contracts.base import Contract
from clearway.contracts.parties import Role
from clearway.messages.fields import lengths, nested_model, snake_case

NAMESPACE = "http://www.chinaport.gov.cn/ceb"

MOST_RECORDS = 100
"""Most business records in one message, unless its form says otherwise (REFERENCE §2)."""

MOST_SUBSCRIBERS = 5
"""Most subscribers of one message (REFERENCE §2)."""


class Edition(StrEnum):
    """Editions of customs' specification for enterprises; the values are the names people give them."""

    E2018 = "2018"
    E202205 = "202205"


class Flow(StrEnum):
    """Which way the goods go. The schemas differ: an export message is signed before its extension, not after."""

    IMPORT = "import"
    EXPORT = "export"


BOTH_EDITIONS = (Edition.E2018, Edition.E202205)


class Form(NamedTuple):
    """How one message type lays out its records. A record without `head` holds its fields directly.

    Each type has a model of its own, even where two have the same fields: the model tells the type.
    """

    message_type: str
    model: type[Contract]
    record: str
    head: str | None
    lines: str | None
    owner: Role
    """Who mends a fault in it; customs, where customs sends it."""
    title_en: str
    title_zh: str
    flow: Flow = Flow.IMPORT
    editions: tuple[Edition, ...] = BOTH_EDITIONS
    most_records: int | None = MOST_RECORDS
    """Most records in one message; None for any number."""
    signature_due: bool = False
    """The specification demands a signature; the schemas do so only of imports (REFERENCE §2)."""
    earlier_lines: tuple[int, int | None] | None = None
    """Least and most lines of one record in the edition of 2018, where they were other than the model's."""

    @property
    def root(self) -> str:
        """Name of the message's root element."""
        return f"{self.message_type}Message"

    @property
    def by_customs(self) -> bool:
        """Customs sends it: no transfer, no signature, a default namespace, and read with more patience."""
        return self.owner is Role.CUS

    @property
    def signature_in_schema(self) -> bool:
        """Without a signature the message is not valid."""
        return self.signature_due and self.flow is Flow.IMPORT

    @property
    def pointer(self) -> str:
        """How pointers into a record begin, e.g. `declaration_list`."""
        return snake_case(self.model.__name__)

    @property
    def line_model(self) -> type[Contract] | None:
        """The model of one line, or None where a record has no lines."""
        model = nested_model(self.model, "lines") if self.lines else None
        return model if model is not None and issubclass(model, Contract) else None

    def line_limits(self, edition: Edition) -> tuple[int, int | None]:
        """Least and most lines of one record in an edition; None for any number."""
        if edition is Edition.E2018 and self.earlier_lines is not None:
            return self.earlier_lines
        return lengths(self.model, "lines")
