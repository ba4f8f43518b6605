"""What every row of a parameter table has in common, and how its figures are written."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _read_quoted(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", value):
        return Decimal(value)
    raise ValueError(f'a number must be a quoted decimal such as "0.13", not {value!r}')


QuotedDecimal = Annotated[Decimal, BeforeValidator(_read_quoted)]
"""A decimal written in quotes; a bare YAML number is refused, for YAML would read it as a binary fraction."""


Rate = Annotated[QuotedDecimal, Field(ge=0, lt=1)]
"""A fraction of 1: 13 % is "0.13"."""


Quantity = Annotated[QuotedDecimal, Field(ge=0)]
"""A quantity or an amount in CNY, never negative."""


class Row(BaseModel):
    """What one code of a table stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
