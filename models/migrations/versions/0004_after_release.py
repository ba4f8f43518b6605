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
    op.add_column("tax_bill", sa.Column("billed_at", InstantColumn(length=32), nullable=True))
    op.create_table(
        "tax_due",
        sa.Column("workflow_id", sa.String(120), primary_key=True),
        sa.Column("agent", sa.String(18), nullable=False),
        sa.Column("customs", sa.String(4), nullable=False),
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
        sa.Column("lowered", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("blocked", sa.String(60), nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("batch_id", sa.String(90), nullable=True, index=True),
        sa.Column("alarmed", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(60), nullable=False),
        sa.Column("tried_at", InstantColumn(length=32), nullable=True),
        sa.Column("unbilled_since", InstantColumn(length=32), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("settled_at", InstantColumn(length=32), nullable=True),
        sa.Column("changed_at", InstantColumn(length=32), nullable=False),
    )
    op.create_index("ix_tax_due_payable", "tax_due", ["agent", "customs", "state", "payable_from"])
    op.create_index("ix_tax_due_deadline", "tax_due", ["agent", "customs", "state", "pay_before"])
    op.create_index("ix_tax_due_watch", "tax_due", ["agent", "customs", "state", "released_at"])
    op.create_index("ix_tax_due_release", "tax_due", ["agent", "customs", "released_at"])
    op.create_index("ix_tax_due_unbilled", "tax_due", ["agent", "customs", "unbilled_since"])
    op.create_table(
        "tax_batch",
        sa.Column("batch_id", sa.String(90), primary_key=True),
        sa.Column("agent", sa.String(18), nullable=False),
        sa.Column("customs", sa.String(4), nullable=False),
        sa.Column("drawn_at", InstantColumn(length=32), nullable=False),
        sa.Column("lists", sa.Integer(), nullable=False),
        sa.Column("billed", UnitsColumn(), nullable=False),
        sa.Column("assessed", UnitsColumn(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("paid", UnitsColumn(), nullable=False),
        sa.Column("late_fee", UnitsColumn(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False, index=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("ended_at", InstantColumn(length=32), nullable=True),
    )
    op.create_index("ix_tax_batch_collection", "tax_batch", ["agent", "customs", "drawn_at"])
    op.create_table(
        "tax_order",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("batch_id", sa.String(90), nullable=False, index=True),
        sa.Column("payment_order_no", sa.String(120), nullable=False),
        sa.Column("amount", UnitsColumn(), nullable=False),
        sa.Column("lists", sa.Integer(), nullable=False),
        sa.Column("requested_at", InstantColumn(length=32), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("paid", UnitsColumn(), nullable=False),
        sa.Column("rest", UnitsColumn(), nullable=False),
        sa.Column("paid_at", InstantColumn(length=32), nullable=True),
        sa.Column("bank_reference", sa.String(60), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
    )
    op.create_table(
        "tax_share",
        sa.Column("order_number", NUMBER, primary_key=True),
        sa.Column("workflow_id", sa.String(120), primary_key=True, index=True),
        sa.Column("batch_id", sa.String(90), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("asked", UnitsColumn(), nullable=False),
        sa.Column("owed", UnitsColumn(), nullable=False),
        sa.Column("assessed", UnitsColumn(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("bill_no", sa.String(50), nullable=True),
        sa.Column("paid", UnitsColumn(), nullable=False),
        sa.Column("late_fee", UnitsColumn(), nullable=False),
        sa.Column("paid_at", InstantColumn(length=32), nullable=True),
        sa.Column("settled_at", InstantColumn(length=32), nullable=True),
    )
    op.create_index("ix_tax_share_open", "tax_share", ["batch_id", "settled_at"])
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
    op.create_table(
        "suspicion_report",
        sa.Column("workflow_id", sa.String(120), primary_key=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("acknowledgement_no", sa.String(60), nullable=True),
        sa.Column("acknowledged_at", InstantColumn(length=32), nullable=True),
        sa.Column("received_at", InstantColumn(length=32), nullable=False),
        sa.Column("changed_at", InstantColumn(length=32), nullable=False),
        sa.Column("ended_at", InstantColumn(length=32), nullable=True),
        sa.Column("ending", sa.Text(), nullable=False),
    )
    op.create_table(
        "list_change",
        sa.Column("workflow_id", sa.String(120), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("earlier_version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("earlier_judgement", sa.Text(), nullable=False),
        sa.Column("takes", sa.Text(), nullable=False),
        sa.Column("took", sa.Text(), nullable=False),
        sa.Column("asked_at", InstantColumn(length=32), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False, index=True),
        sa.Column("settled_at", InstantColumn(length=32), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("list_change")
    op.drop_table("suspicion_report")
    op.drop_table("goods_return")
    op.drop_table("notice")
    op.drop_table("tax_share")
    op.drop_table("tax_order")
    op.drop_table("tax_batch")
    op.drop_table("tax_due")
    op.drop_column("tax_bill", "billed_at")
