"""Which version a worker is."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.common import VersioningBehavior

from workers.settings import WorkerSettings
from workers.versions import CODE, ROOT, NoVersion, default_build_id, deployment_config, drained


def test_versioning_is_off_unless_a_deployment_is_named() -> None:
    assert deployment_config(WorkerSettings(build_id="1")) is None


def test_lists_stay_with_the_version_that_opened_them() -> None:
    config = deployment_config(WorkerSettings(deployment="clearway", build_id="1"))
    assert config is not None
    assert config.use_worker_versioning
    assert config.version.to_canonical_string() == "clearway.1"
    assert config.default_versioning_behavior is VersioningBehavior.PINNED


def test_a_deployment_has_no_dot_in_its_name_because_versions_are_written_with_one() -> None:
    with pytest.raises(ValidationError):
        WorkerSettings(deployment="clear.way")


def test_the_build_id_is_the_release_and_a_fingerprint_of_the_code() -> None:
    config = deployment_config(WorkerSettings(deployment="clearway"))
    assert config is not None
    assert config.version.build_id == default_build_id()
    assert re.fullmatch(r"[0-9a-z.+]+-[0-9a-f]{8}", default_build_id())
    assert [name for name in CODE if not (ROOT / name).exists()] == []


def test_another_line_of_code_is_another_build_and_the_same_code_elsewhere_is_not(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        (root / "workflows").mkdir(parents=True)
        (root / "workflows" / "list.py").write_text("A = 1\n")
        (root / "worker.py").write_text("")
    assert default_build_id(here) == default_build_id(there)
    (there / "workflows" / "notes.txt").write_text("no code")
    assert default_build_id(here) == default_build_id(there)
    (there / "workflows" / "list.py").write_text("A = 2\n")
    assert default_build_id(here) != default_build_id(there)


async def test_a_worker_without_a_version_cannot_wait_for_its_end(temporal: Client) -> None:
    with pytest.raises(NoVersion, match="CLEARWAY_DEPLOYMENT"):
        await drained(temporal, None)
