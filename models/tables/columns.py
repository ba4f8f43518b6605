"""Column types that keep instants with their zone and amounts exact, on SQLite and on PostgreSQL alike."""

import base64
import hashlib
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric, String
from sqlalchemy.types import TypeDecorator, TypeEngine

PLACES = 5
"""Decimal places of an amount or quantity (N19,5)."""
LARGEST = 9 * 10**17
"""Largest whole number of 0.00001 in one amount; ten of them still fit into 64 bits."""
_WIDE = Context(prec=40)

NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A number that counts up by itself on both databases."""


class InstantColumn(TypeDecorator[datetime]):
    """An instant in UTC; refuses one without a time zone. SQLite keeps it as sortable ISO text."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


class AmountColumn(TypeDecorator[Decimal]):
    """An exact amount, N19,5; SQLite keeps it as text because its numbers are floats."""

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(24))
        return dialect.type_descriptor(Numeric(19, 5))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """From the database."""
        return None if value is None else Decimal(value)


class UnitsColumn(TypeDecorator[Decimal]):
    """An exact amount kept as a whole number of 0.00001, so that both databases compare and add it exactly.

    Raises ValueError for a finer amount, or one that no account can hold.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To the database."""
        if value is None:
            return None
        units = value.scaleb(PLACES, _WIDE)
        if units != units.to_integral_value() or abs(units) > LARGEST:
            raise ValueError(f"an amount has at most {PLACES} decimal places and 13 digits before them: {value:f}")
        return int(units)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From the database."""
        return None if value is None else Decimal(value).scaleb(-PLACES)


class DigestColumn(TypeDecorator[str]):
    """A key that is only ever compared: kept as 22 letters that stand for it. What comes back are these letters."""

    impl = String(300)  # keys of 0.4 were as long as that; nothing is rebuilt for its sake
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else digest(value)


def digest(key: str) -> str:
    """128 bits of a key's hash: no two keys share them by chance."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:16]).decode().rstrip("=")
