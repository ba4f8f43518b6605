"""The life of a released list: what it owes, its returns, and what is told to whom"""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import InstantColumn, UnitsColumn

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "tax_due",
        sa.Column("workflow_id", sa.String(120), primary_key=True),
        sa.Column("agent", sa.String(18), nullable=False, index=True),
        sa.Column("customs", sa.String(4), nullable=False, index=True),
        sa.Column("enterprise", sa.String(18), nullable=False, index=True),
        sa.Column("profile", sa.String(16), nullable=False),
        sa.Column("released_at", InstantColumn(length=32), nullable=False),
        sa.Column("payable_from", InstantColumn(length=32), nullable=False, index=True),
        sa.Column("held_until", InstantColumn(length=32), nullable=False),
        sa.Column("guard_at", InstantColumn(length=32), nullable=False),
        sa.Column("pay_before", InstantColumn(length=32), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("assessed", UnitsColumn(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("due", UnitsColumn(), nullable=False),
        sa.Column("held", UnitsColumn(), nullable=False),
        sa.Column("paid", UnitsColumn(), nullable=False),
        sa.Column("refund", UnitsColumn(), nullable=False),
        sa.Column("returned_at", InstantColumn(length=32), nullable=True),
        sa.Column("blocked", sa.String(60), nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("batch_id", sa.String(90), nullable=True, index=True),
        sa.Column("alarmed", sa.Integer(), nullable=False),
        sa.Column("changed_at", InstantColumn(length=32), nullable=False),
    )
    op.create_table(
        "notice",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("dedupe_key", sa.String(300), nullable=False, unique=True),
        sa.Column("recipient", sa.String(18), nullable=False, index=True),
        sa.Column("kind", sa.String(30), nullable=False, index=True),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("at", InstantColumn(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
    )
    op.create_table(
        "goods_return",
        sa.Column("workflow_id", sa.String(130), primary_key=True),
        sa.Column("case_id", sa.String(120), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=False),
        sa.Column("rejected", sa.Text(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=False),
        sa.Column("cop_no", sa.String(20), nullable=False),
        sa.Column("applied_at", InstantColumn(length=32), nullable=False),
        sa.Column("accepted_at", InstantColumn(length=32), nullable=True),
        sa.Column("ended_at", InstantColumn(length=32), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("goods_return")
    op.drop_table("notice")
    op.drop_table("tax_due")
