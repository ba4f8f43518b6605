"""The command as people run it: a process of its own, and a running service where one is needed."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from typer.testing import CliRunner, Result

from clearway.cli import app
from clearway.contracts.documents import DocumentKind
from clearway.testing import SampleSet
from tests.cli.nursery import Nursery, running_nursery
from tests.desk import Desk

SAMPLES = Path(__file__).parents[1] / "samples"
OPTIONS = {
    DocumentKind.ORDER: "--order",
    DocumentKind.PAYMENT: "--payment",
    DocumentKind.WAYBILL: "--waybill",
    DocumentKind.DECLARATION_LIST: "--list",
}


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


Command = Callable[..., Any]


def four_files(folder: Path, suffix: str = "xml", **others: Path) -> list[str]:
    """The options for the four files of a folder, single ones replaced by others."""
    files = {kind: others.get(kind, folder / f"{kind}.{suffix}") for kind in DocumentKind}
    return [word for kind, file in files.items() for word in (OPTIONS[kind], str(file))]


def written(sample: SampleSet, folder: Path) -> list[str]:
    """The options for a sample's documents, written as JSON files."""
    for kind in DocumentKind:
        (folder / f"{kind}.json").write_text(getattr(sample, kind).model_dump_json(), encoding="utf-8")
    return four_files(folder, "json")


def codes(problems: list[dict[str, Any]]) -> list[str]:
    """The codes of problems, each once, sorted."""
    return sorted({problem["code"] for problem in problems})


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command in this process, on paper wide enough to keep sentences together."""
    monkeypatch.setenv("COLUMNS", "500")
    return lambda *words: CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture
def settings(temporal: Client, desk: Desk) -> dict[str, str]:
    """The environment in which the command finds the running service."""
    return {
        **os.environ,
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": temporal.namespace,
        "CLEARWAY_TASK_QUEUE": desk.queue,
        "COLUMNS": "500",
    }


@pytest.fixture
def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Starts the command as a process beside the running service."""

    async def run(*words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "clearway.cli", *words, env=settings, stdout=-1, stderr=-1
        )

    return run


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where commands are born."""
    with tempfile.TemporaryDirectory(prefix="clearway-cli-") as folder, running_nursery(Path(folder)) as running:
        yield running


@pytest.fixture
def clearway(settings: dict[str, str], nursery: Nursery) -> Command:
    """Runs the command as a process against the running service."""

    async def run(*words: str) -> Ended:
        ended = Ended(*await asyncio.to_thread(nursery.run, words, settings))
        assert "Traceback" not in ended.err, ended.err
        return ended

    return run
