"""`make storm SEED=…`: hundreds of lists through the whole stack while the world misbehaves, and the accounts after."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import httpx

from clearway.ending import leave
from clearway.errors import ClearwayError
from deploy.performance import ORDERED_BEFORE
from deploy.ports import Ports
from deploy.report import Progression, console_for
from deploy.stack import REGISTRY, RUN, Stack, StackError, end_on_signal, told_of
from deploy.storm import handing_in
from deploy.storm.accounts import Outside, make_up
from deploy.storm.breaking import Breaker, possible
from deploy.storm.cast import cast
from deploy.storm.faults import IDENTITY, Fault, Kind, draw
from deploy.storm.hour import let_an_hour_pass
from deploy.storm.insisting import RETRIES, InsistingClient
from deploy.storm.performance import Storm
from deploy.storm.processes import Meter
from deploy.storm.reading import read_again
from deploy.storm.report import Report
from deploy.storm.saboteur import Saboteur, rows
from deploy.storm.watch import Watch
from models.database import Database

LISTS, MOST = 500, 20_000
MINUTES, LISTS_OF_A_MINUTE = 15, 50
"""After so many real minutes, and one more for so many lists, a storm has failed."""
EVERY = 25
"""Without a terminal one line for so many lists."""


def stack_for(
    data: Path, seed: str, mishaps: Decimal, lists: int = LISTS, *, database_url: str = "", worker_processes: int = 1
) -> Stack:
    """A fresh stack on a data directory, its outside world set to misbehave; every enterprise has a key.

    Customs remembers so many `lists`: of one that it had forgotten it would take neither documents nor changes.
    """
    return Stack(
        data,
        Ports.free(),
        fresh=True,
        signing=handing_in.SIGNING,
        registries=(REGISTRY, handing_in.REGISTRY),
        settings={
            "CLEARWAY_SIMULATOR_SEED": seed,
            "CLEARWAY_SIMULATOR_MISHAPS": str(mishaps),
            "CLEARWAY_SIMULATOR_LISTS_KEPT": str(lists),
            "CLEARWAY_GATEWAY_BILL_RIDE_SECONDS": "10",
        },
        database_url=database_url,
        worker_processes=worker_processes,
    )


async def weather(
    stack: Stack, seed: str, lists: int, progress: Progression, minutes: int = MINUTES, faults: Sequence[Fault] = ()
) -> Report:
    """Let a storm pass over a running stack and make up the accounts, also where time runs out. Raises StackError."""
    now = datetime.now(UTC)  # noqa: TID251 - the orders are of today
    database, meter = Database(stack.database_url), Meter(stack.children)
    async with AsyncExitStack() as open_things:
        open_things.callback(database.close)
        http = await open_things.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        client = InsistingClient(await stack.connect(RETRIES))
        watch = Watch(client, http, database, stack.gateway_url, stack.simulator_url)
        counter = handing_in.Counter(client, http, stack.gateway_url, stack.simulator_url, stack.keys)

        async def meanwhile(fault: Fault) -> None:
            if fault.kind is Kind.PLATFORM:
                for part in parts:
                    part.unverified |= fault.platform == IDENTITY
                await let_an_hour_pass(client.temporal, storm.chapter)

        saboteur = Saboteur([*faults], Breaker(stack, http), meanwhile, progress.say)
        parts = cast(seed, lists, now - ORDERED_BEFORE)
        storm = Storm(stack, client, watch, counter, parts, progress, saboteur.reached, saboteur.rest)
        metering = asyncio.create_task(meter.run())
        try:
            async with asyncio.timeout(minutes * 60):
                await _watched(stack, storm, saboteur)
        except TimeoutError:
            storm.trouble.append(f"not over after {minutes} minutes, in: {storm.chapter or 'the start'}")
        finally:
            await saboteur.leave()
            metering.cancel()
        outside = Outside(
            await watch.post(), await watch.payments(), frozenset(counter.messages), counter.halves, watch.asked
        )
        standings, servers = await watch.standings(), await watch.server()
        with database.transaction() as session:
            lines = make_up(session, outside, storm.parts, standings, storm.trouble, servers)
        repeats = {
            "clients": client.repeats,
            "enterprises at the door": counter.repeats,
            "ourselves at platforms that were down": await watch.turned_away(),
        }
        meter.look()
        lines.append(await read_again(client.temporal, progress))
        return Report(lines, rows(saboteur.happened), repeats, meter.costs, storm.seconds)


async def _watched(stack: Stack, storm: Storm, saboteur: Saboteur) -> None:
    """Not without the stack: raises StackError as soon as a part falls, or does not come back."""
    task = asyncio.ensure_future(storm.run())
    try:
        while not task.done():
            if failure := saboteur.failure():
                raise failure
            if fallen := stack.fallen():
                raise StackError(told_of(fallen[0]))
            await asyncio.wait({task}, timeout=1)
        task.result()
    finally:
        task.cancel()


def main() -> int:
    """Let a storm pass; 0 only if every line of the accounts holds."""
    arguments = options(sys.argv[1:])
    end_on_signal()
    console = console_for(sys.stdout)
    started = time.monotonic()
    seed, lists = arguments.seed, arguments.lists
    minutes = arguments.minutes or MINUTES + lists // LISTS_OF_A_MINUTE
    again = (
        f"make storm SEED={seed} LISTS={lists} MISHAPS={arguments.mishaps} ARGS='--faults {_named(arguments.faults)}'"
    )
    console.print(f"Storm of seed {seed}: {lists} lists, {arguments.mishaps} mishaps; {again}", soft_wrap=True)
    kinds = [kind for kind in arguments.faults if possible(kind, arguments.database)]
    if left_out := [kind for kind in arguments.faults if kind not in kinds]:
        console.print(f"left out, for it cannot be broken here: {', '.join(left_out)}")
    faults = draw(seed, kinds, lists)
    data = RUN / arguments.data
    try:
        with (
            stack_for(
                data,
                seed,
                arguments.mishaps,
                lists,
                database_url=arguments.database,
                worker_processes=arguments.processes,
            ) as stack,
            Progression(console, EVERY) as progress,
        ):
            console.print(f"Watch in the Web UI: {stack.web_ui_url}")
            report = asyncio.run(weather(stack, seed, lists, progress, minutes, faults))
    except (StackError, ClearwayError, httpx.HTTPError) as error:
        told = str(error) or type(error).__name__  # a time-out of httpx says nothing
        sys.stderr.write(f"{told}\nSeed {seed}; the data stay in .run/{arguments.data}.\n")
        return 1
    seconds = time.monotonic() - started
    report.show(console)
    if arguments.json:
        arguments.json.write_text(report.as_json(seed, seconds), encoding="utf-8")
    if report.failed:
        told = f"\nSeed {seed}: NOT: {'; '.join(report.failed)}. The data stay in .run/{arguments.data}."
        console.print(f"{told}\nOnce more: {again}", soft_wrap=True)
    else:
        console.print(f"\nSeed {seed}: all {len(report.lines)} lines hold, {seconds:.0f} s.")
    return 1 if report.failed else 0


def options(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; leaves with 2 and the reason where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m deploy.storm", description=__doc__)
    parser.add_argument("--seed", default=secrets.token_hex(3), help="chooses all that happens (default: by chance)")
    parser.add_argument("--lists", type=_count, default=LISTS, help="how many lists (%(default)s)")
    parser.add_argument("--mishaps", type=_part, default=Decimal("0.2"), help="part of all messages (%(default)s)")
    kinds = ",".join(Kind)
    parser.add_argument("--faults", type=_kinds, default=tuple(Kind), help=f"all, none, or some of {kinds} (all)")
    told = f"give up after so many ({MINUTES}, and one for {LISTS_OF_A_MINUTE} lists)"
    parser.add_argument("--minutes", type=_count, help=told)
    parser.add_argument("--processes", type=_count, default=1, help="processes of the worker (%(default)s)")
    parser.add_argument("--database", default="", metavar="URL", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--data", default="storm", help="folder of .run/ for the data (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there, too")
    return parser.parse_args(given)


def _named(kinds: Sequence[Kind]) -> str:
    return "all" if len(kinds) == len(Kind) else ",".join(kinds) or "none"


def _kinds(text: str) -> tuple[Kind, ...]:
    if text in ("all", "none"):
        return tuple(Kind) if text == "all" else ()
    named = text.split(",")
    if unknown := [each for each in named if each not in tuple(Kind)]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: one of all, none, {', '.join(Kind)}")
    return tuple(kind for kind in Kind if kind in named)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}")
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
