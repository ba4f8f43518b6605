"""Record histories: `python -m tests.replay.record [outcome …]` plays outcomes and saves what is not saved yet.

A saved history is never edited or recorded again under its release: it is what stood in production. Delete one only
when no list that began under that release can still be open (forty-six days and a customs decision after it).
"""

import argparse
import asyncio
import json
import re
import socket
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

from clearway.client import ClearwayClient
from clearway.embedded import server_arguments, temporal_binary
from clearway.payloads import DATA_CONVERTER
from models.database import Database
from models.registry import load, read
from tests.desk import Desk
from tests.replay.later_outcomes import LATER
from tests.replay.outcomes import OUTCOMES, Outcome
from tests.returns_desk import two_lines

ROOT = Path(__file__).parents[2]
HISTORIES = Path(__file__).parent / "histories"
LISTS, RETURNS, COLLECTIONS, REPORTS = (
    HISTORIES / folder for folder in ("declaration-list", "goods-return", "tax-collection", "suspicion-report")
)
ALL = OUTCOMES | LATER
PATIENCE = 120
"""Seconds after which an outcome that does not come about is given up."""
IDENTITY = "recorder"
"""Stands where Temporal would write process id and host name."""
SERVER = "history-service"
"""The server itself, where one workflow signals another."""


def path_of(outcome: str, release: str) -> Path:
    """Where the history of an outcome under a release is kept."""
    return LISTS / f"{outcome}@{release}.json"


async def record(outcomes: dict[str, Outcome], release: str) -> None:
    """Play the outcomes one after another on one server and save their histories."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=server_arguments(),
        dev_server_log_level="error",
    )
    for folder in (LISTS, RETURNS, COLLECTIONS, REPORTS):
        folder.mkdir(parents=True, exist_ok=True)
    async with environment:
        for name, outcome in outcomes.items():
            played = await _play(ClearwayClient(environment.client, task_queue=name), name, outcome)
            for folder, texts in played.items():
                for number, text in enumerate(texts, 1):
                    path = folder / (f"{name}@{release}.json" if number == 1 else f"{name}-{number}@{release}.json")
                    path.write_text(text + "\n", encoding="utf-8")
                    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(text)} bytes\n")


async def _play(client: ClearwayClient, name: str, outcome: Outcome) -> dict[Path, list[str]]:
    """Play one outcome; the histories of the list, of its returns and of the collection that paid it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/clearway.db")
        database.migrate()
        load(database, read(ROOT / "deploy" / "registry.yaml"))
        desk = Desk(client, database, queue=name)
        async with desk.worker():
            sample = desk.sample()
            if outcome.two_lines:
                sample = two_lines(sample.order.order_no, sample.order.app_time)
            async with asyncio.timeout(PATIENCE):
                await outcome.play(desk, sample)
            if outcome.closed:
                await asyncio.wait_for(desk.handle(sample.key).result(), timeout=60)
            view = await desk.client.view(sample.key)
            if view.state is not outcome.state:
                raise RuntimeError(f"{name}: meant to be {outcome.state}, but is {view.state}: {view.reason}")
        returns = [each.workflow_id for each in view.returns] if outcome.returns else []
        paid = sorted(desk.collections) if outcome.collection else []
        reports = desk.written if outcome.reports else []
        wanted = {LISTS: [sample.key.workflow_id], RETURNS: returns, COLLECTIONS: paid, REPORTS: reports}
        played = {folder: [await _saved(client, name, each) for each in ids] for folder, ids in wanted.items()}
        await desk.end_collections()
        database.close()
        return played


async def _saved(client: ClearwayClient, name: str, workflow_id: str) -> str:
    handle = client.temporal.get_workflow_handle(workflow_id)
    return written(name, (await handle.fetch_history()).to_json_dict())


def written(name: str, history: dict[str, Any]) -> str:
    """The history as JSON, one event to a line; raises RuntimeError when it names this machine."""
    events = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in history["events"])
    text = '{"events":[\n' + ",\n".join(events) + "\n]}"
    strangers = set(re.findall(r'"identity":"([^"]*)"', text)) - {IDENTITY, SERVER}
    if strangers or f"@{socket.gethostname()}" in text:
        raise RuntimeError(f"{name}: the history names this machine ({strangers}); identities must be {IDENTITY!r}")
    return text


def main() -> None:
    """Record the outcomes named, or every one that has no history under this release yet."""
    release = version("clearway")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("outcomes", nargs="*", metavar="outcome", help=", ".join(ALL))
    parser.add_argument("--again", action="store_true", help="before a release only: replace what is saved under it")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.outcomes if name not in ALL]
    if unknown:
        parser.error(f"no such outcome: {', '.join(unknown)}; known are {', '.join(ALL)}")
    wanted = {name: ALL[name] for name in chosen.outcomes or ALL}
    missing = {name: each for name, each in wanted.items() if chosen.again or not path_of(name, release).exists()}
    if not missing:
        sys.stdout.write(f"nothing to record: every outcome is saved under {release}; see --again\n")
        return
    asyncio.run(record(missing, release))


if __name__ == "__main__":
    main()
