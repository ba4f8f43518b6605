"""The TypeScript example against the real server and worker."""

import asyncio
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from clearway.contracts.documents import DocumentKind
from clearway.testing import SampleSet, sample_set
from tests.desk import Desk
from tests.patience import PATIENCE

EXAMPLE = Path(__file__).parents[2] / "examples" / "typescript"
INSTALL = ("install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with its packages installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the TypeScript example is not tested: node and npm are not on PATH")
    copy = tmp_path_factory.mktemp("examples") / "typescript"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("node_modules"))
    try:
        done = subprocess.run([npm, *INSTALL], cwd=copy, capture_output=True, text=True, timeout=150, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the TypeScript example is not tested: the package registry did not answer in time")
    if done.returncode and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")):
        pytest.skip("the TypeScript example is not tested: the package registry cannot be reached")
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture
def service(temporal: Client, desk: Desk) -> dict[str, str]:
    """The settings by which the example finds a running service."""
    return {
        **os.environ,
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": temporal.namespace,
        "CLEARWAY_TASK_QUEUE": desk.queue,
    }


async def run(example: Path, settings: dict[str, str], *words: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        "npm", "run", "--silent", *words, cwd=example, env=settings, stdout=-1, stderr=-1
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE)
    return process.returncode, out.decode(), err.decode()


def documents(example: Path, sample: SampleSet) -> str:
    path = example / f"{sample.order.order_no}.json"
    path.write_text(sample.model_dump_json(), encoding="utf-8")
    return str(path)


def a_sample(order_no: str) -> SampleSet:
    return sample_set(order_no, at=datetime.now(UTC) - timedelta(minutes=10))


def test_no_lock_file_and_exact_versions_are_committed() -> None:
    manifest: dict[str, Any] = json.loads((EXAMPLE / "package.json").read_text(encoding="utf-8"))
    versions = [*manifest["dependencies"].values(), *manifest["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions), versions
    assert not list(EXAMPLE.glob("*lock*"))


async def test_types_of_the_example_are_right(example: Path) -> None:
    code, out, err = await run(example, dict(os.environ), "check")
    assert code == 0, out + err


async def test_list_declared_and_held_from_typescript(example: Path, service: dict[str, str]) -> None:
    code, out, err = await run(example, service, "start", "--", documents(example, a_sample("TS-0001")))
    assert code == 0, out + err
    said = json.loads(out)
    assert said["answer"]["accepted"] is True
    assert said["answer"]["state"] == "matched"
    assert said["answer"]["workflow_id"] == "declaration-list/3301960A01/TS-0001"
    assert said["view"]["detail"] == "INSPECTION"
    assert said["view"]["tax_due"] == "28.21"
    assert said["goodsReturn"]["refused"] == said["goodsReturn"]["problem"]["code"] == "E_NOT_RELEASED"
    assert [each["instruction_id"] for each in said["view"]["instructions"]] == ["TS-TS-0001"]


async def test_mismatch_is_told_in_both_languages(example: Path, service: dict[str, str]) -> None:
    sample = a_sample("TS-0002").changed(DocumentKind.PAYMENT, amount_paid=Decimal("1.00"))
    code, out, err = await run(example, service, "start", "--", documents(example, sample))
    assert code == 1, out + err
    (problem,) = json.loads(out)["answer"]["problems"]
    assert problem["code"] == "M05"
    assert problem["message_en"]
    assert problem["message_zh"]


async def test_list_whose_life_is_over_takes_nothing_more(
    example: Path, temporal: Client, service: dict[str, str]
) -> None:
    sample = a_sample("TS-0003")
    mismatched = sample.changed(DocumentKind.PAYMENT, amount_paid=Decimal("1.00"))
    await run(example, service, "start", "--", documents(example, mismatched))
    handle = temporal.get_workflow_handle(sample.key.workflow_id)
    await handle.execute_update("cancel", {"actor": "3301960A01", "reason": "test"})
    await handle.result()
    code, out, err = await run(example, service, "start", "--", documents(example, sample))
    assert code == 1, out + err
    assert out, err
    assert json.loads(out)["refused"] == "E_ALREADY_ENDED"
