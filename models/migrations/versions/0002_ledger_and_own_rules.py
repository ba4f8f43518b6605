"""The ledger, guarantees and own rules; what lists counted in the register goes into the ledger"""

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from models.tables.columns import AmountColumn, InstantColumn, UnitsColumn

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CONFIRMED = ("return_window", "taxed")
"""States in which the amount of a list was confirmed; before them it is reserved."""


def upgrade() -> None:
    accounts, transfers = _ledger()
    op.create_table(
        "customs_figure",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("account", sa.String(160), sa.ForeignKey("ledger_account.id"), nullable=False, index=True),
        sa.Column("figure", UnitsColumn(), nullable=False),
        sa.Column("ours", UnitsColumn(), nullable=False),
        sa.Column("at", InstantColumn(length=32), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_table(
        "guarantee",
        sa.Column("guarantor", sa.String(18), primary_key=True),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("called_at", InstantColumn(length=32), nullable=True),
    )
    op.create_table(
        "guarantee_wait",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("workflow_id", sa.String(120), nullable=False, unique=True),
        sa.Column("guarantor", sa.String(18), nullable=False, index=True),
        sa.Column("hold_id", sa.String(200), nullable=False),
        sa.Column("amount", UnitsColumn(), nullable=False),
        sa.Column("profile", sa.String(16), nullable=False),
        sa.Column("since", InstantColumn(length=32), nullable=False),
    )
    op.create_table(
        "rule_pack",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("loaded_at", InstantColumn(length=32), nullable=False),
    )
    _carry_over(accounts, transfers)
    with op.batch_alter_table("case_record") as batch:
        batch.add_column(sa.Column("judged", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("rule_pack", NUMBER, nullable=False, server_default="0"))
        batch.drop_index("ix_case_record_person_key")
        batch.drop_column("person_key")
        batch.drop_column("quota_year")
        batch.drop_column("counted_price")
    with op.batch_alter_table("case_record") as batch:
        batch.alter_column("judged", server_default=None)
        batch.alter_column("rule_pack", server_default=None)


def _ledger() -> tuple[sa.Table, sa.Table]:
    accounts = op.create_table(
        "ledger_account",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("ledger", sa.String(16), nullable=False, index=True),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.Column("credits", UnitsColumn(), nullable=False),
        sa.Column("debits", UnitsColumn(), nullable=False),
        sa.Column("reserved", UnitsColumn(), nullable=False),
        sa.CheckConstraint("credits >= 0 AND debits >= 0 AND reserved >= 0", name="ledger_account_sums"),
        sa.CheckConstraint("credits - debits - reserved >= 0", name="ledger_account_never_negative"),
    )
    transfers = op.create_table(
        "ledger_transfer",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.String(200), nullable=False, unique=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("debit", sa.String(160), sa.ForeignKey("ledger_account.id"), nullable=False, index=True),
        sa.Column("credit", sa.String(160), sa.ForeignKey("ledger_account.id"), nullable=False, index=True),
        sa.Column("amount", UnitsColumn(), nullable=False),
        sa.Column("settles", sa.String(200), nullable=True, unique=True),
        sa.Column("reverses", sa.String(200), nullable=True, index=True),
        sa.Column("expires_at", InstantColumn(length=32), nullable=True),
        sa.Column("reference", sa.String(160), nullable=False, index=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", InstantColumn(length=32), nullable=False),
        sa.CheckConstraint("amount > 0", name="ledger_transfer_amount"),
    )
    return accounts, transfers


def _carry_over(accounts: sa.Table, transfers: sa.Table) -> None:
    """What each person's lists counted in their year: granted, and reserved or confirmed list by list."""
    record = sa.table(
        "case_record",
        sa.column("workflow_id"),
        sa.column("person_key"),
        sa.column("quota_year"),
        sa.column("state"),
        sa.column("counted_price", AmountColumn(length=24)),
        sa.column("changed_at", InstantColumn(length=32)),
    )
    rows = [row for row in op.get_bind().execute(sa.select(record)).mappings() if row["counted_price"] > 0]
    nothing = Decimal(0)
    for side in ("quota/granted", "quota/used") if rows else ():
        op.get_bind().execute(
            accounts.insert().values(
                id=side, ledger="quota", unit="CNY", limited=False, credits=nothing, debits=nothing, reserved=nothing
            )
        )
    years: dict[str, list[sa.RowMapping]] = {}
    for row in rows:
        years.setdefault(f"quota/{row['person_key']}/{row['quota_year']}", []).append(row)
    for account, lists in years.items():
        confirmed = sum((row["counted_price"] for row in lists if row["state"] in CONFIRMED), nothing)
        reserved = sum((row["counted_price"] for row in lists if row["state"] not in CONFIRMED), nothing)
        limit = Decimal(26000 if int(account.rpartition("/")[2]) >= 2019 else 20000)
        granted = max(limit, confirmed + reserved)  # what was judged lawful then stays counted
        op.get_bind().execute(
            accounts.insert().values(
                id=account,
                ledger="quota",
                unit="CNY",
                limited=True,
                credits=granted,
                debits=confirmed,
                reserved=reserved,
            )
        )
        common = {"reason": "carried over from the register", "at": lists[0]["changed_at"]}
        grant = {"id": f"{account}|carried", "kind": "post", "debit": "quota/granted", "credit": account}
        op.get_bind().execute(transfers.insert().values(**grant, **common, amount=granted, reference=account))
        for row in lists:
            op.get_bind().execute(
                transfers.insert().values(
                    id=f"{row['workflow_id']}|1|quota",
                    kind="post" if row["state"] in CONFIRMED else "reserve",
                    debit=account,
                    credit="quota/used",
                    amount=row["counted_price"],
                    reference=row["workflow_id"],
                    **common,
                )
            )
