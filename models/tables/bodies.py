"""Column types of large bodies: kept packed, read exactly as they were; so are those that 0.4 did not pack."""

from typing import Any

from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.tables.packing import pack, unpack
from models.tables.shelf import shelf_of


class _AsTheyAre(Text):
    """SQLite keeps text and bytes in one column, and so it has rows of 0.4 beside packed ones: nothing is rebuilt."""

    def bind_processor(self, dialect: Dialect) -> None:
        """To the database."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """From the database."""


class PackedBytes(TypeDecorator[bytes]):
    """A message: any bytes in, the same bytes out. Not for searching: the database sees only packed bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """To the database."""
        return None if value is None else _pack(value, dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """From the database."""
        return None if value is None else _unpack(value, dialect)


class PackedText(TypeDecorator[str]):
    """A long text, mostly JSON. Not for searching: the database sees only packed bytes."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        return dialect.type_descriptor(_AsTheyAre() if dialect.name == "sqlite" else LargeBinary())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the database."""
        return None if value is None else _pack(value.encode(), dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """From the database; SQLite has what 0.4 wrote as text."""
        return value if value is None or isinstance(value, str) else _unpack(value, dialect).decode()


def _pack(content: bytes, dialect: Dialect) -> bytes:
    shelf = shelf_of(dialect)
    return pack(content, shelf.number_of) if shelf else pack(content)


def _unpack(kept: bytes | memoryview, dialect: Dialect) -> bytes:
    shelf = shelf_of(dialect)

    def certificate(number: int) -> bytes:
        if shelf is None:
            raise LookupError(f"kept_certificate {number} cannot be read before a connection is made")
        return shelf.certificate(number)

    return unpack(bytes(kept), certificate)
