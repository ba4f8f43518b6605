"""Packed bodies: fewer bytes for a list that sleeps, certificates kept once, no index that nobody asks"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.tables.columns import digest
from models.tables.packing import MARK, pack, unpack

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXTS = {
    "articles_paper": ("id", ("body",)),
    "articles_record": ("workflow_id", ("judgement",)),
    "case_record": ("workflow_id", ("judgement",)),
    "inbox_item": ("id", ("payload",)),
    "list_change": ("workflow_id, number", ("judgement", "earlier_judgement")),
    "notice": ("number", ("payload",)),
    "payment_evidence": ("id", ("head", "lists")),
    "payment_pull": ("session_id", ("upload", "answer")),
    "stored_document": ("id", ("body",)),
    "suspicion_report": ("workflow_id", ("body", "ending")),
}
BYTES = {"raw_message": ("id", ("body",)), "sent_message": ("cop_msg_id", ("body",))}
INDEXES = [
    ("case_record", "ebc_code"),
    ("case_record", "state"),
    ("filing", "workflow_id"),
    ("notice", "kind"),
    ("raw_message", "sha256"),
    ("sent_message", "state"),
    ("stored_document", "order_no"),
    ("stored_document", "workflow_id"),
    ("tax_bill", "invt_no"),
]
AT_A_TIME = 500


def upgrade() -> None:
    op.create_table(
        "kept_certificate",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("content", sa.LargeBinary(), nullable=False, unique=True),
    )
    op.add_column("raw_message", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE raw_message SET size = length(body)")
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps bytes beside text in one column
        for table, (_, columns) in TEXTS.items():
            for column in columns:
                _retype(table, column, sa.LargeBinary(), f"convert_to({column}, 'UTF8')")
    for table, (key, columns) in BYTES.items():
        for column in columns:  # bytes that only happen to begin as packed ones do
            _rewrite(table, key, column, pack, begins=MARK)
    _rewrite("notice", "number", "dedupe_key", digest)


def downgrade() -> None:
    """Everything is unpacked again. Keys of notices stay digests: 0.4 tells once more what is said to it once more."""
    found = op.get_bind().exec_driver_sql("SELECT number, content FROM kept_certificate")
    certificates = {int(number): bytes(content) for number, content in found}
    for table, (key, columns) in {**BYTES, **TEXTS}.items():
        for column in columns:
            _rewrite(table, key, column, lambda body: _unpacked(body, certificates))
    if op.get_bind().dialect.name == "postgresql":
        for table, (_, columns) in TEXTS.items():
            for column in columns:
                _retype(table, column, sa.Text(), f"convert_from({column}, 'UTF8')")
    else:
        for table, (_, columns) in TEXTS.items():
            for column in columns:
                op.execute(f"UPDATE {table} SET {column} = CAST({column} AS TEXT) WHERE typeof({column}) = 'blob'")
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_column("raw_message", "size")
    op.drop_table("kept_certificate")


def _unpacked(body: str | bytes, certificates: Mapping[int, bytes]) -> str | bytes:
    return body if isinstance(body, str) else unpack(bytes(body), certificates.__getitem__)


def _retype(table: str, column: str, type_: sa.types.TypeEngine[Any], using: str) -> None:
    op.alter_column(table, column, type_=type_, existing_nullable=False, postgresql_using=using)


def _rewrite(table: str, key: str, column: str, change: Callable[[Any], object], *, begins: bytes = b"") -> None:
    """Change a column of every row, or of those that begin so, some rows at a time; only where the change is one."""
    names = key.split(", ")
    rows = sa.table(table, *(sa.column(name) for name in (*names, column)))
    keys = [rows.c[name] for name in names]
    bind, last = op.get_bind(), None
    matches = sa.and_(*(each == sa.bindparam(f"key_{each.name}") for each in keys))
    while True:
        page = sa.select(*keys, rows.c[column]).order_by(*keys).limit(AT_A_TIME)
        if begins:
            page = page.where(sa.func.substr(rows.c[column], 1, len(begins)) == sa.literal(begins, sa.LargeBinary))
        if last is not None:
            page = page.where(sa.tuple_(*keys) > sa.tuple_(*last))
        found = bind.execute(page).all()
        if not found:
            return
        changed = [
            {**{f"key_{name}": value for name, value in zip(names, row, strict=False)}, "changed": new}
            for row in found
            if (new := change(row[-1])) != row[-1]
        ]
        if changed:
            bind.execute(sa.update(rows).where(matches).values({column: sa.bindparam("changed")}), changed)
        last = tuple(found[-1][:-1])
