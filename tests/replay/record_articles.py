"""Record histories of Lists of Items: `python -m tests.replay.record_articles [--again]` saves what is not saved yet.

As for Declaration Lists (`tests.replay.record`): a saved history is never edited or recorded again under its release.
"""

import argparse
import asyncio
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from clearway.client import ClearwayClient
from clearway.embedded import server_arguments, temporal_binary
from clearway.payloads import DATA_CONVERTER
from models.database import Database
from models.registry import load, read
from tests.articles_desk import ArticlesCounter
from tests.desk import Desk
from tests.replay.articles_outcomes import OUTCOMES, Outcome
from tests.replay.record import IDENTITY, ROOT, written

HISTORIES = Path(__file__).parent / "histories" / "articles-list"


async def record(outcomes: dict[str, Outcome], release: str) -> None:
    """Play the outcomes one after another on one server and save their histories."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=server_arguments(),
        dev_server_log_level="error",
    )
    HISTORIES.mkdir(parents=True, exist_ok=True)
    async with environment:
        for name, outcome in outcomes.items():
            text = await _history(ClearwayClient(environment.client, task_queue=name), name, outcome)
            path = HISTORIES / f"{name}@{release}.json"
            path.write_text(text + "\n", encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}: {len(text)} bytes\n")


async def _history(client: ClearwayClient, name: str, outcome: Outcome) -> str:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/clearway.db")
        database.migrate()
        load(database, read(ROOT / "deploy" / "registry.yaml"))
        counter = ArticlesCounter(Desk(client, database, queue=name))
        async with counter.desk.worker():
            key = await outcome.play(counter)
            view = await asyncio.wait_for(counter.ended(key), timeout=60)
            if view.state is not outcome.state:
                raise RuntimeError(f"{name}: meant to be {outcome.state}, but is {view.state}: {view.reason}")
        database.close()
        return written(name, (await counter.handle(key).fetch_history()).to_json_dict())


def main() -> None:
    """Record every outcome that has no history under this release yet."""
    release = version("clearway")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--again", action="store_true", help="before a release only: replace what is saved under it")
    again = parser.parse_args().again
    missing = {
        name: each for name, each in OUTCOMES.items() if again or not (HISTORIES / f"{name}@{release}.json").exists()
    }
    asyncio.run(record(missing, release))


if __name__ == "__main__":
    main()
