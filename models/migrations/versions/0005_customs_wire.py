"""The customs wire: whose signatures count, what was sent, who is told, and original payment data"""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import InstantColumn

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = InstantColumn(length=32)


def upgrade() -> None:
    op.add_column("raw_message", sa.Column("signed_by", sa.String(18), nullable=False, server_default=""))
    op.add_column("raw_message", sa.Column("key_name", sa.String(64), nullable=False, server_default=""))
    op.add_column("raw_message", sa.Column("cop_msg_id", sa.String(255), nullable=False, server_default=""))
    op.add_column("raw_message", sa.Column("detached", sa.Text(), nullable=False, server_default=""))
    op.add_column("raw_message", sa.Column("replays", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("raw_message", sa.Column("read_by", sa.String(40), nullable=False, server_default=""))
    op.add_column("inbox_item", sa.Column("remark", sa.String(300), nullable=False, server_default=""))
    # `undeliverable` has thirteen letters: where lengths count, it could not be written. A downgrade leaves it wide.
    with op.batch_alter_table("inbox_item") as table:
        table.alter_column("state", existing_type=sa.String(12), type_=sa.String(20), existing_nullable=False)
    op.create_index("ix_inbox_item_remark", "inbox_item", ["remark"])
    op.create_index("ix_filing_message_guid", "filing", ["message_guid"])
    op.create_table(
        "trusted_key",
        sa.Column("key_name", sa.String(64), primary_key=True),
        sa.Column("party_code", sa.String(18), nullable=False, index=True),
        sa.Column("roles", sa.String(60), nullable=False),
        sa.Column("algorithm", sa.String(10), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_before", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.create_table(
        "sent_message",
        sa.Column("cop_msg_id", sa.String(36), primary_key=True),
        sa.Column("workflow_id", sa.String(120), nullable=False, index=True),
        sa.Column("message_type", sa.String(20), nullable=False),
        sa.Column("key_name", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
    )
    _tell_enterprises()
    _payment_data()


def _tell_enterprises() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("recipient", sa.String(18), nullable=False, index=True),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=False),
        sa.Column("old_secret_until", MOMENT, nullable=True),
        sa.Column("kinds", sa.String(300), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("blocked_at", MOMENT, nullable=True),
        sa.Column("blocked_why", sa.String(300), nullable=False),
        sa.Column("try_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("busy_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "outbox_event",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("subscription_id", NUMBER, sa.ForeignKey("subscription.id"), nullable=False, index=True),
        sa.Column("notice_number", NUMBER, sa.ForeignKey("notice.number"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("fault", sa.String(300), nullable=False),
        sa.UniqueConstraint("subscription_id", "notice_number"),
    )


def _payment_data() -> None:
    op.create_table(
        "payment_evidence",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("pay_code", sa.String(18), nullable=False),
        sa.Column("pay_transaction_id", sa.String(60), nullable=False),
        sa.Column("ebp_code", sa.String(18), nullable=False, index=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("raw_id", sa.Integer(), sa.ForeignKey("raw_message.id"), nullable=True),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False, index=True),
        sa.UniqueConstraint("pay_code", "pay_transaction_id"),
    )
    op.create_table(
        "payment_evidence_order",
        sa.Column("order_no", sa.String(60), primary_key=True),
        sa.Column("evidence_id", NUMBER, sa.ForeignKey("payment_evidence.id"), primary_key=True),
    )
    op.create_table(
        "payment_pull",
        sa.Column("session_id", sa.String(64), primary_key=True),
        sa.Column("order_no", sa.String(60), nullable=False, index=True),
        sa.Column("raw_id", sa.Integer(), sa.ForeignKey("raw_message.id"), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False, index=True),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("upload", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("try_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "payment_pull",
        "payment_evidence_order",
        "payment_evidence",
        "outbox_event",
        "subscription",
        "sent_message",
        "trusted_key",
    ):
        op.drop_table(table)
    op.drop_index("ix_filing_message_guid", "filing")
    op.drop_index("ix_inbox_item_remark", "inbox_item")
    with op.batch_alter_table("inbox_item") as table:
        table.drop_column("remark")
    with op.batch_alter_table("raw_message") as table:
        for column in ("read_by", "replays", "detached", "cop_msg_id", "key_name", "signed_by"):
            table.drop_column(column)
