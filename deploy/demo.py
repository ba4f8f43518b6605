"""`make demo`: sixty lists through the whole stack, each over its real 45 days, in about a minute."""

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable
from datetime import UTC, datetime

from clearway.client import ClearwayClient
from clearway.ending import leave
from clearway.errors import ClearwayError
from deploy.parcels import perform_parcels
from deploy.performance import Ending, perform
from deploy.ports import Ports
from deploy.reconciliation import show_reconciliation
from deploy.report import Progression, as_json, console_for, show_tables
from deploy.scenes import CHAPTERS
from deploy.stack import RUN, Stack, StackError, end_on_signal, told_of


async def perform_all(stack: Stack, progress: Progression) -> Ending:
    """Play every Declaration List and every List of Items. Raises StackError when a part falls."""
    ending = await perform(stack, CHAPTERS, progress)
    now = datetime.now(UTC)  # noqa: TID251 - the demo's parcels are of today
    client = ClearwayClient(await stack.connect())
    first = len(ending.outcomes) + 1
    ending.outcomes += await perform_parcels(client, stack.gateway, now, first, progress)
    return ending


async def _watched(stack: Stack, work: Awaitable[Ending]) -> Ending:
    """Do the work, but not without the stack: raises StackError as soon as a part falls."""
    task = asyncio.ensure_future(work)
    while not task.done():
        fallen = stack.fallen()
        if fallen:
            task.cancel()
            raise StackError(told_of(fallen[0]))
        await asyncio.wait({task}, timeout=1)
    return task.result()


def main() -> int:
    """Run the demo; 0 only when every list ended as expected."""
    arguments = _parser().parse_args()
    end_on_signal()
    console = console_for(sys.stderr if arguments.json else sys.stdout)
    started = time.monotonic()
    try:
        console.print("Starting Temporal, simulator, gateway and worker on free ports …")
        with Stack(RUN / "demo", Ports.free(), fresh=True) as stack:
            console.print(f"Ready. Watch in the Web UI: {stack.web_ui_url}\n")
            with Progression(console) as progress:
                ending = asyncio.run(_watched(stack, perform_all(stack, progress)))
            outcomes = ending.outcomes
            failed = [each for each in outcomes if each.faults]
            seconds = time.monotonic() - started
            if arguments.json:
                sys.stdout.write(as_json(outcomes, ending.collections, ending.trouble, seconds) + "\n")
            show_tables(console, outcomes)
            show_reconciliation(console, ending.collections)
            for outcome in failed:
                console.print(f"NOT as expected: {outcome.order_no}: {'; '.join(outcome.faults)}", markup=False)
            for fault in ending.trouble:
                console.print(f"NOT as expected: {fault}", markup=False)
            console.print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} lists as expected, {seconds:.0f} s.")
            if arguments.keep:
                console.print(f"\nThe stack stays up until Ctrl-C. Web UI: {stack.web_ui_url}")
                with contextlib.suppress(SystemExit):
                    while not stack.fallen():
                        time.sleep(1)
    except (StackError, ClearwayError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    console.print(DIRECTIONS, markup=False, soft_wrap=True)
    return 1 if failed or ending.trouble else 0


DIRECTIONS = """
The lists are kept in .run/demo. Look at them in the Web UI:
  make up DATA=demo        serves them; then open http://127.0.0.1:8233
  make down                ends it
Filters to try there: CustomsState="taxed" · AwaitedFrom="CUS" · Alarms="BILL_DIFFERS" (more in docs/operating.md)
Guarantees and annual amounts of these lists, by docs/ledger.md:
  CLEARWAY_DATABASE_URL=sqlite:///.run/demo/clearway.db .venv/bin/python -m models.ledger guarantee list"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="the outcome as JSON on stdout; people read stderr")
    parser.add_argument("--keep", action="store_true", help="leave the stack running until Ctrl-C, to look around")
    return parser


if __name__ == "__main__":
    leave(main())
