"""The command `clearway`: check documents, hand them in, follow lists, ask for returns and cancellations."""

import sys
from typing import NoReturn

import typer

from clearway.cli.articles import articles_app
from clearway.cli.changes import cancel, confirm_arrival, modify, request_return
from clearway.cli.checking import check_files
from clearway.cli.codes import codes
from clearway.cli.collections import collection_app
from clearway.cli.control import confirm_exit, confirm_presence, supply_licence
from clearway.cli.drafts import draft_from_rejected
from clearway.cli.due import due
from clearway.cli.explaining import explain
from clearway.cli.following import show, watch
from clearway.cli.handing_in import declare, transmit
from clearway.cli.inbox import inbox_app
from clearway.cli.keys import keys_app
from clearway.cli.messages import app as messages_app
from clearway.cli.outcomes import EXIT_CODES, Exit
from clearway.cli.payment_data import payment_data_app
from clearway.cli.reasons import reasons
from clearway.cli.reports import report_app
from clearway.cli.returns import returns_app
from clearway.cli.rules_commands import rules_app
from clearway.cli.shards import shards_app
from clearway.cli.webhooks import webhooks_app
from clearway.ending import leave

app = typer.Typer(
    name="clearway",
    help="Hand in and follow cross-border e-commerce Declaration Lists.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("preflight", epilog=EXIT_CODES)(check_files)
app.command("declare", epilog=EXIT_CODES)(declare)
app.command("transmit", epilog=EXIT_CODES)(transmit)
app.command("show", epilog=EXIT_CODES)(show)
app.command("watch", epilog=EXIT_CODES)(watch)
app.command("due", epilog=EXIT_CODES)(due)
app.command("explain", epilog=EXIT_CODES)(explain)
app.command("return", epilog=EXIT_CODES)(request_return)
app.command("confirm-arrival", epilog=EXIT_CODES)(confirm_arrival)
app.command("modify", epilog=EXIT_CODES)(modify)
app.command("cancel", epilog=EXIT_CODES)(cancel)
app.command("draft-from-rejected", epilog=EXIT_CODES)(draft_from_rejected)
app.command("presence", epilog=EXIT_CODES)(confirm_presence)
app.command("licence", epilog=EXIT_CODES)(supply_licence)
app.command("exit", epilog=EXIT_CODES)(confirm_exit)
app.command("codes", epilog=EXIT_CODES)(codes)
# A code of customs begins with a minus, which would be taken for an option.
app.command("reasons", epilog=EXIT_CODES, context_settings={"ignore_unknown_options": True})(reasons)
app.add_typer(rules_app, name="rules")
app.add_typer(collection_app, name="collection")
app.add_typer(articles_app, name="articles")
app.add_typer(returns_app, name="returns")
app.add_typer(report_app, name="report")
app.add_typer(messages_app, name="messages")
app.add_typer(keys_app, name="keys")
app.add_typer(shards_app, name="shards")
app.add_typer(inbox_app, name="inbox")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(payment_data_app, name="payment-data")


def main() -> NoReturn:
    """Run the command; whatever happens, a person reads a sentence and never a traceback."""
    leave(_run())


def _run() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without Chinese shows "?"
    try:
        app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as error:  # noqa: BLE001  the outermost edge; the text may hold personal data, so only the type
        sys.stderr.write(f"clearway: unexpected {type(error).__name__}; please report it with the command you ran\n")
        return Exit.DEFECT
    return Exit.DONE
