"""`python -m gateway.payment_data`: delete what need not be kept any more, or test that customs would be answered."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from clearway.cli.payment_data import self_test
from clearway.contracts.base import legal_day
from models.database import Database, NoDatabase
from models.payment_data import purge
from models.settings import StoreSettings

app = typer.Typer(
    name="python -m gateway.payment_data",
    help="Original payment data: delete what was kept for three years, test the responder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("selftest")(self_test)


@app.command("purge")
def purge_old(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False) -> None:
    """Delete data whose last day is over, with its bytes and questions; run it once a day."""
    today = legal_day(datetime.now(UTC))  # noqa: TID251 - the command's clock
    try:
        database = Database.existing(StoreSettings().database_url)
        with database.transaction() as session:
            deleted = purge(session, today)
    except (NoDatabase, SQLAlchemyError) as error:
        sys.stderr.write(f"the database cannot be used: {str(error).splitlines()[0]}\n")
        raise typer.Exit(4) from None
    typer.echo(json.dumps({"deleted": deleted}) if as_json else f"{deleted} deleted, kept until before {today}")


if __name__ == "__main__":
    app()
