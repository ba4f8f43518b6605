"""Runs the migrations against the database whose URL `Database.migrate` hands over."""

from alembic import context

from models.database import MIGRATING, Database
from models.tables import CaseRecord

database = Database(context.config.attributes["url"])
with database.engine.begin() as connection:
    if connection.dialect.name == "postgresql":  # SQLite lets one write at a time anyhow
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
    context.configure(connection=connection, target_metadata=CaseRecord.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
database.close()
