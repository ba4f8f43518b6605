"""Code tables of the customs wire, dated: what a code stands for, which code has a name (REFERENCE §5)."""

from clearway.messages.codes.entries import Entry, find, look_up, nearest, rows, tables_of
from clearway.messages.codes.tables import TABLE_OF_ELEMENT, TABLES, Table, table_of

__all__ = [
    "TABLES",
    "TABLE_OF_ELEMENT",
    "Entry",
    "Table",
    "find",
    "look_up",
    "nearest",
    "rows",
    "table_of",
    "tables_of",
]
