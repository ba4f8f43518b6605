"""Individuals' Lists of Items: the register, and the papers taken for each"""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import InstantColumn

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "articles_record",
        sa.Column("workflow_id", sa.String(120), primary_key=True),
        sa.Column("declarant_code", sa.String(18), nullable=False, index=True),
        sa.Column("list_no", sa.String(60), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("person_key", sa.String(64), nullable=False, index=True),
        sa.Column("rule_pack", NUMBER, nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("opened_at", InstantColumn(length=32), nullable=False),
        sa.Column("changed_at", InstantColumn(length=32), nullable=False),
        sa.Column("ended_at", InstantColumn(length=32), nullable=True),
    )
    op.create_table(
        "articles_paper",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("workflow_id", sa.String(120), nullable=False, index=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("number", sa.String(130), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(18), nullable=False),
        sa.Column("used_on", InstantColumn(length=32), nullable=False),
        sa.Column("accepted_at", InstantColumn(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("articles_paper")
    op.drop_table("articles_record")
