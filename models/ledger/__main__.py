"""The ledger's command: `python -m models.ledger`; docs/ledger.md shows it at work."""

import sys

import typer

from clearway.cli.outcomes import Exit
from models.ledger.commands.books import check_books, show_drift, show_statement
from models.ledger.commands.guarantees import guarantee_app
from models.ledger.commands.line import EXIT_CODES
from models.ledger.commands.quotas import quota_app

app = typer.Typer(
    name="python -m models.ledger",
    help="Guarantees, annual amounts and account books: read them, check them, top guarantees up.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(guarantee_app, name="guarantee")
app.add_typer(quota_app, name="quota")
app.command("statement", epilog=EXIT_CODES)(show_statement)
app.command("drift", epilog=EXIT_CODES)(show_drift)
app.command("check", epilog=EXIT_CODES)(check_books)


def main() -> None:
    """Run the command; whatever happens, a person reads a sentence and never a traceback."""
    try:
        app()
    except Exception as error:  # noqa: BLE001  the outermost edge; the text may hold personal data, so only the type
        sys.stderr.write(f"unexpected {type(error).__name__}; please report it with the command you ran\n")
        sys.exit(Exit.DEFECT)


if __name__ == "__main__":
    main()
