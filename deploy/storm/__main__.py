"""`make storm SEED=…`: hundreds of lists through the whole stack while the world misbehaves, and the accounts after."""

import argparse
import asyncio
import json
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearway.errors import ClearwayError
from deploy.leaving import leave
from deploy.performance import ORDERED_BEFORE
from deploy.ports import Ports
from deploy.report import Progression, console_for
from deploy.stack import REGISTRY, RUN, Stack, StackError, end_on_signal, told_of
from deploy.storm import handing_in
from deploy.storm.accounts import Line, Outside, make_up
from deploy.storm.cast import cast
from deploy.storm.insisting import InsistingClient
from deploy.storm.performance import Storm
from deploy.storm.watch import Watch
from models.database import Database

MINUTES = 20
"""After so many real minutes a storm has failed."""
EVERY = 25
"""Without a terminal one line for so many lists."""


def stack_for(data: Path, seed: str, mishaps: Decimal) -> Stack:
    """A fresh stack on a data directory, its outside world set to misbehave; every enterprise has a key."""
    return Stack(
        data,
        Ports.free(),
        fresh=True,
        signing=handing_in.SIGNING,
        registries=(REGISTRY, handing_in.REGISTRY),
        settings={
            "CLEARWAY_SIMULATOR_SEED": seed,
            "CLEARWAY_SIMULATOR_MISHAPS": str(mishaps),
            "CLEARWAY_GATEWAY_BILL_RIDE_SECONDS": "10",
        },
    )


async def weather(stack: Stack, seed: str, lists: int, progress: Progression, minutes: int = MINUTES) -> list[Line]:
    """Let a storm pass over a running stack and make up the accounts, also where time runs out. Raises StackError."""
    now = datetime.now(UTC)  # noqa: TID251 - the orders are of today
    database = Database(f"sqlite:///{stack.data / 'clearway.db'}")
    async with AsyncExitStack() as open_things:
        open_things.callback(database.close)
        http = await open_things.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        client = InsistingClient(await stack.connect())
        watch = Watch(client.temporal, http, database, stack.gateway_url, stack.simulator_url)
        counter = handing_in.Counter(client, http, stack.gateway_url, stack.simulator_url, stack.keys)
        storm = Storm(stack, client, watch, counter, cast(seed, lists, now - ORDERED_BEFORE), progress)
        try:
            async with asyncio.timeout(minutes * 60):
                await _watched(stack, storm)
        except TimeoutError:
            storm.trouble.append(f"not over after {minutes} minutes, in: {storm.chapter}")
        outside = Outside(
            await watch.post(), await watch.payments(), frozenset(counter.messages), counter.halves, watch.asked
        )
        standings = await watch.standings()
        with database.transaction() as session:
            return make_up(session, outside, storm.parts, standings, storm.trouble)


async def _watched(stack: Stack, storm: Storm) -> None:
    """Not without the stack: raises StackError as soon as a part falls."""
    task = asyncio.ensure_future(storm.run())
    try:
        while not task.done():
            if fallen := stack.fallen():
                raise StackError(told_of(fallen[0]))
            await asyncio.wait({task}, timeout=1)
        task.result()
    finally:
        task.cancel()


def show(console: Console, lines: Sequence[Line]) -> None:
    """The accounts, a line each with its verdict, and everything that is to blame."""
    table = Table(title="The accounts", title_justify="left", title_style="bold")
    for title in ("what must be equal", "here", "there", "made of"):
        table.add_column(title, overflow="fold", justify="right" if title in ("here", "there") else "left")
    table.add_column("", no_wrap=True)
    for line in lines:
        verdict = "[green]ok[/]" if line.holds else "[red]NOT[/]"
        table.add_row(line.what, str(line.ours), str(line.theirs), escape(line.told), verdict)
    console.print(table)
    for line in lines:
        for blamed in line.blamed:
            console.print(f"NOT: {line.what}: {blamed}", markup=False, soft_wrap=True)


def main() -> int:
    """Let a storm pass; 0 only if every line of the accounts holds."""
    arguments = options(sys.argv[1:])
    end_on_signal()
    console = console_for(sys.stdout)
    started = time.monotonic()
    again = f"make storm SEED={arguments.seed} LISTS={arguments.lists} MISHAPS={arguments.mishaps}"
    console.print(f"Storm of seed {arguments.seed}: {arguments.lists} lists, {arguments.mishaps} mishaps; {again}")
    data = RUN / "storm"
    try:
        with stack_for(data, arguments.seed, arguments.mishaps) as stack, Progression(console, EVERY) as progress:
            console.print(f"Watch in the Web UI: {stack.web_ui_url}")
            lines = asyncio.run(weather(stack, arguments.seed, arguments.lists, progress, arguments.minutes))
    except (StackError, ClearwayError, httpx.HTTPError) as error:
        sys.stderr.write(f"{error}\nSeed {arguments.seed}; the data stay in .run/storm.\n")
        return 1
    seconds = time.monotonic() - started
    show(console, lines)
    failed = [line.what for line in lines if not line.holds]
    if arguments.json:
        _write(arguments.json, arguments.seed, lines, seconds)
    if failed:
        console.print(
            f"\nSeed {arguments.seed}: NOT: {'; '.join(failed)}. The data stay in .run/storm.", soft_wrap=True
        )
        console.print(f"Once more: {again}", soft_wrap=True)
    else:
        console.print(f"\nSeed {arguments.seed}: all {len(lines)} lines hold, {seconds:.0f} s.")
    return 1 if failed else 0


def _write(file: Path, seed: str, lines: Sequence[Line], seconds: float) -> None:
    told = [
        {
            "what": line.what,
            "here": str(line.ours),
            "there": str(line.theirs),
            "made_of": line.told,
            "holds": line.holds,
            "blamed": line.blamed,
        }
        for line in lines
    ]
    text = json.dumps({"seed": seed, "lines": told, "seconds": round(seconds, 1)}, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8")


def options(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; leaves with 2 and the reason where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m deploy.storm", description=__doc__)
    parser.add_argument("--seed", default=secrets.token_hex(3), help="chooses stories and mishaps (default: by chance)")
    parser.add_argument("--lists", type=_count, default=500, help="how many lists (%(default)s)")
    parser.add_argument("--mishaps", type=_part, default=Decimal("0.2"), help="part of all messages (%(default)s)")
    parser.add_argument("--minutes", type=_count, default=MINUTES, help="give up after so many (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the accounts there, too")
    return parser.parse_args(given)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 9999:
        raise argparse.ArgumentTypeError("a number from 1 to 9999")
    return int(text)


def _part(text: str) -> Decimal:
    try:
        part = Decimal(text)
    except InvalidOperation:
        part = Decimal(-1)
    if not 0 <= part <= 1:
        raise argparse.ArgumentTypeError("a part from 0 to 1")
    return part


if __name__ == "__main__":
    leave(main())
