"""The collection's command: `python -m models.collection`; docs/tax-collection.md shows it at work."""

import sys

import typer

from clearway.cli.outcomes import Exit
from models.collection.commands import list_collections, show_collection, show_statement
from models.ledger.commands.line import EXIT_CODES

app = typer.Typer(
    name="python -m models.collection",
    help="The tax of released lists: what is open, what was paid in which batch, and the statement of a month.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("list", epilog=EXIT_CODES)(list_collections)
app.command("show", epilog=EXIT_CODES)(show_collection)
app.command("statement", epilog=EXIT_CODES)(show_statement)


def main() -> None:
    """Run the command; whatever happens, a person reads a sentence and never a traceback."""
    try:
        app()
    except Exception as error:  # noqa: BLE001  the outermost edge; the text may hold personal data, so only the type
        sys.stderr.write(f"unexpected {type(error).__name__}; please report it with the command you ran\n")
        sys.exit(Exit.DEFECT)


if __name__ == "__main__":
    main()
