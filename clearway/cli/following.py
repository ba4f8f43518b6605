"""`clearway show` and `clearway watch`: where a list stands, once or live."""

import contextlib
import sys
from collections.abc import Callable, Iterator

import typer
from rich.live import Live

from clearway.cli.case_picture import case_picture
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Address,
    AsJson,
    Attempt,
    Case,
    Endless,
    Language,
    Namespace,
    Seconds,
    case_key,
)
from clearway.cli.screen import Lang, screen
from clearway.client import ClearwayClient
from clearway.contracts.case import CaseView


def show(
    case: Case,
    attempt: Attempt = 1,
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show a list: how far it is, what is awaited from whom, its deadlines in Shanghai time."""
    key = case_key(case, attempt)
    line = Line(address, namespace, as_json, lang, timeout)
    view = line.ask(lambda client: client.view(key))
    line.tell(view, case_picture(view, lang))


def watch(
    case: Case,
    attempt: Attempt = 1,
    timeout: Endless = None,
    address: Address = None,
    namespace: Namespace = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Follow a list live until it is over; with --json one line per change."""
    key = case_key(case, attempt)

    async def follow(client: ClearwayClient) -> None:
        with _teller(as_json, lang) as tell:
            async for view in client.watch(key):
                tell(view)

    Line(address, namespace, as_json, lang, timeout).ask(follow)


@contextlib.contextmanager
def _teller(as_json: bool, lang: Lang) -> Iterator[Callable[[CaseView], None]]:
    """Tells each change: a line of JSON, the same place on a terminal, or one picture after the other."""
    if as_json:
        yield lambda view: typer.echo(view.model_dump_json())
    elif sys.stdout.isatty():
        with Live(console=screen(), auto_refresh=False) as live:
            yield lambda view: live.update(case_picture(view, lang), refresh=True)
    else:
        yield lambda view: screen().print(case_picture(view, lang), "")
