"""The production stack says what is meant; Docker Compose itself checks it where it is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearway.embedded import FAIRNESS
from deploy.stack import THRIFTY
from workers.ending import LAST_BREATH

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"cluster", "registry", "gateway", "worker", "simulator"}
JOBS = {"temporal-schema", "cluster", "registry"}
SECRETS = {"CLEARWAY_PAYLOAD_KEYS", "CLEARWAY_PERSON_KEY_SECRET", "CLEARWAY_DB_PASSWORD", "TEMPORAL_DB_PASSWORD"}


def _compose() -> list[str] | None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


def _config(command: list[str], secrets: dict[str, str], empty: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS} | secrets
    return subprocess.run(
        [*command, "--file", str(FILE), "--env-file", str(empty), "config", "--quiet"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_docker_compose_reads_it_and_asks_for_the_secrets(tmp_path: Path) -> None:
    (empty := tmp_path / "empty.env").touch()  # not the user's own .env
    command = _compose()
    if command is None:
        pytest.skip("neither `docker compose` nor `docker-compose` is installed: the file is checked as YAML only")
    complete = _config(command, dict.fromkeys(SECRETS, "given"), empty)
    assert complete.returncode == 0, complete.stderr
    for secret in SECRETS:
        lacking = _config(command, dict.fromkeys(SECRETS - {secret}, "given"), empty)
        assert lacking.returncode != 0
        assert secret in lacking.stderr


def test_every_part_is_there_with_its_image() -> None:
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert images == dict.fromkeys(OURS, "clearway:local") | {
        "temporal-database": "postgres:17-alpine",
        "database": "postgres:17-alpine",
        "temporal-schema": "temporalio/admin-tools:1.32.0",
        "temporal": "temporalio/server:1.32.0",
        "temporal-ui": "temporalio/ui:2.54.1",
    }


def test_the_secrets_have_no_default_and_their_absence_is_clear() -> None:
    uses = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", TEXT)
    for secret in SECRETS:
        endings = {ending for name, ending in uses if name == secret}
        assert endings == {":?set it, see the top of docker-compose.yml"}, secret
    assert {name for name, ending in uses if ending.startswith(":?")} == SECRETS
    top = TEXT[: TEXT.index("x-clearway:")]
    assert [secret for secret in SECRETS if secret not in top] == []


def test_parts_wait_for_what_they_need() -> None:
    needs = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    done, healthy = "service_completed_successfully", "service_healthy"
    conditions = {
        name: {other: each["condition"] for other, each in need.items()} for name, need in needs.items() if need
    }
    assert conditions == {
        "temporal-schema": {"temporal-database": healthy},
        "temporal": {"temporal-schema": done},
        "temporal-ui": {"temporal": healthy},
        "cluster": {"temporal": healthy},
        "registry": {"database": healthy},
        "gateway": {"cluster": done, "registry": done},
        "worker": {"cluster": done, "registry": done},
    }


def test_everything_that_goes_on_has_a_health_check_and_comes_back() -> None:
    for name, service in SERVICES.items():
        if name in JOBS:
            assert service["restart"].startswith("on-failure"), name
        else:
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service or name == "temporal-ui", name


def test_only_this_host_reaches_a_published_port() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_gateway_and_worker_share_one_postgresql_and_one_cluster() -> None:
    gateway, worker = SERVICES["gateway"]["environment"], SERVICES["worker"]["environment"]
    for name in ("CLEARWAY_DATABASE_URL", "CLEARWAY_PERSON_KEY_SECRET", "CLEARWAY_PAYLOAD_KEYS", "TEMPORAL_ADDRESS"):
        assert gateway[name] == worker[name]
    assert gateway["CLEARWAY_DATABASE_URL"].startswith("postgresql://")
    assert "--processes" in SERVICES["worker"]["command"]


def test_a_worker_has_finished_or_left_its_work_before_docker_kills_it() -> None:
    worker = SERVICES["worker"]
    grace = float(worker["environment"]["CLEARWAY_WORKER_GRACE_SECONDS"])
    assert float(worker["stop_grace_period"].removesuffix("s")) > grace + LAST_BREATH.total_seconds() + 2


def test_the_cluster_does_for_us_what_the_embedded_server_does() -> None:
    server = SERVICES["temporal"]
    [mount] = server["volumes"]
    host, inside, _ = mount.split(":")
    assert inside == f"/etc/temporal/{server['environment']['DYNAMIC_CONFIG_FILE_PATH']}"
    settings = yaml.safe_load((ROOT / host).read_text(encoding="utf-8"))
    assert {name: each["value"] for name, [each] in settings.items()} == {FAIRNESS.removesuffix("=true"): True}


def test_volumes_named_are_declared_and_files_mounted_exist() -> None:
    mounts = [
        mount.rsplit(":", 2 if mount.endswith(":ro") else 1)[0]
        for s in SERVICES.values()
        for mount in s.get("volumes", [])
    ]
    files = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", mount) for mount in mounts]
    assert {name for name in files if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert [name for name in files if name.startswith(".") and not (ROOT / name).is_file()] == []


def test_the_image_copies_what_exists_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    folders = {
        "clearway",
        "workflows",
        "activities",
        "models",
        "connectors",
        "gateway",
        "simulator",
        "workers",
        "deploy",
    }
    assert folders <= set(copied)
    assert "FROM python:3.11-slim" in lines
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER clearway"]


def test_the_schema_job_prepares_both_databases() -> None:
    script = ROOT / "deploy" / "temporal-schema.sh"
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    assert re.findall(r"^bring_up (.+)$", script.read_text(encoding="utf-8"), re.MULTILINE) == [
        "temporal temporal",
        "temporal_visibility visibility",
    ]


def test_the_image_gives_memory_back_as_the_desk_does() -> None:
    said = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert " ".join(f"{name}={value}" for name, value in THRIFTY.items()) in said
