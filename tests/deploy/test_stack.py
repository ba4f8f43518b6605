"""The local stack: it starts, it says why when it cannot, and it leaves nothing behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.child import group_exists
from deploy.ports import LOOPBACK, Ports, is_taken
from deploy.record import Record
from deploy.stack import ROOT, THRIFTY, Stack, StackError
from tests.patience import PATIENCE


def test_free_ports_differ_and_are_free() -> None:
    ports = Ports.free()
    assert len({ports.temporal, ports.web_ui, ports.gateway, ports.simulator}) == 4
    assert ports.taken() == {}


def test_a_port_is_taken_while_somebody_listens(listener: int) -> None:
    assert is_taken(listener)
    assert Ports(listener, listener, 1, 1).taken() == {"temporal": listener, "web_ui": listener} | {
        part: 1 for part in ("gateway", "simulator") if is_taken(1)
    }


def test_a_taken_port_is_named_with_the_remedy_and_nothing_starts(data: Path, listener: int) -> None:
    stack = Stack(data, replace(Ports.free(), gateway=listener))
    with pytest.raises(StackError, match=rf"{LOOPBACK}:{listener} \(for gateway\).*make down.*choose another port"):
        stack.start()
    assert [child.pid for child in stack.children] == [None] * 4


def test_every_part_gives_memory_back_unless_the_user_says_otherwise(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "9")
    for child in Stack(data, Ports.free()).children:
        assert {name: child.environment[name] for name in THRIFTY} == THRIFTY | {"MALLOC_ARENA_MAX": "9"}


def test_a_part_that_dies_at_the_start_is_told_with_the_end_of_its_log(data: Path) -> None:
    (data / "temporal.db").mkdir(parents=True)
    stack = Stack(data, Ports.free())
    with (
        pytest.raises(StackError, match=r"(?s)temporal ended with status 1.*temporal\.log:\n  \| .*unable to open"),
        stack,
    ):
        pass
    assert stack.ports.taken() == {}


def test_a_database_that_is_none_is_told(data: Path) -> None:
    data.mkdir()
    (data / "clearway.db").write_bytes(b"no database" * 100)
    with (
        pytest.raises(StackError, match=r"(?s)the registry could not be loaded.*not a database"),
        Stack(data, Ports.free()),
    ):
        pass


@pytest.mark.stack
def test_the_stack_ends_without_a_process_or_a_port(data: Path) -> None:
    with Stack(data, Ports.free()) as stack:
        pids = [child.pid for child in stack.children]
        assert set(stack.ports.taken()) == {"temporal", "web_ui", "gateway", "simulator"}
        assert stack.fallen() == []
        record = Record.read(data)
        assert record is not None
        assert list(record.children.values()) == pids
    assert [pid for pid in pids if pid is None or group_exists(pid)] == []
    assert stack.ports.taken() == {}
    assert Record.read(data) is None
    with sqlite3.connect(data / "temporal.db") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    with sqlite3.connect(data / "clearway.db") as database:
        assert database.execute("SELECT count(*) FROM enterprise").fetchone()[0] >= 7
    database.close()


@pytest.mark.stack
def test_a_part_that_is_killed_has_not_fallen_and_is_started_again_on_its_port_and_its_data(stack: Stack) -> None:
    for name in ("temporal", "gateway", "worker"):
        before = stack.part(name).pid
        stack.part(name).kill()
        assert stack.fallen() == []
        stack.start_again(name)
        assert stack.part(name).pid != before
        record = Record.read(stack.data)
        assert record is not None
        assert record.children[name] == stack.part(name).pid
    assert set(stack.ports.taken()) == {"temporal", "web_ui", "gateway", "simulator"}


@pytest.mark.stack
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on every address of 127.0.0.0/8")
def test_only_loopback_listens(stack: Stack) -> None:
    for port in (stack.ports.temporal, stack.ports.web_ui, stack.ports.gateway, stack.ports.simulator):
        for address, answers in ((LOOPBACK, True), ("127.0.0.2", False)):  # a door to everybody would answer on both
            with socket.socket() as caller:
                caller.settimeout(2)
                assert (caller.connect_ex((address, port)) == 0) is answers, (address, port)


@pytest.mark.stack
def test_up_says_when_it_is_running_starts_a_dead_part_again_and_down_ends_it(data: Path) -> None:
    ports = Ports.free()
    first, second = _command("up", data, ports), _command("up", data, ports)
    try:
        assert first.returncode == 0, first.stderr
        assert f"http://{LOOPBACK}:{ports.web_ui}" in first.stdout
        assert "make down" in first.stdout
        assert f"export TEMPORAL_ADDRESS={LOOPBACK}:{ports.temporal}\n" in first.stdout
        assert second.returncode == 0
        assert "already running" in second.stdout
        _kill_and_await_successor(data, "worker")
    finally:
        ended = _command("down", data, ports)
    assert ended.returncode == 0
    assert "Ended" in ended.stdout
    assert ports.taken() == {}
    assert "Nothing to end" in _command("down", data, ports).stdout


def test_up_on_a_taken_port_fails_with_the_reason(data: Path, listener: int) -> None:
    failed = _command("up", data, replace(Ports.free(), web_ui=listener))
    assert failed.returncode == 1
    assert f"{LOOPBACK}:{listener} (for web ui)" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_up_refuses_what_is_no_port(data: Path) -> None:
    failed = _command("up", data, replace(Ports.free(), gateway=99999))
    assert failed.returncode == 2
    assert "a port is a number from 1 to 65535" in failed.stderr


def _kill_and_await_successor(data: Path, part: str) -> None:
    before = Record.read(data)
    assert before is not None
    os.kill(before.children[part], signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while (now := Record.read(data)) is None or now.children[part] == before.children[part]:
        assert time.monotonic() < deadline, "the part was not started again"
        time.sleep(0.1)
    assert {name for name, pid in now.children.items() if pid != before.children[name]} == {part}


def _command(action: str, data: Path, ports: Ports) -> subprocess.CompletedProcess[str]:
    numbers = (
        f"--temporal {ports.temporal} --web-ui {ports.web_ui} --gateway {ports.gateway} --simulator {ports.simulator}"
    )
    return subprocess.run(
        [sys.executable, "-m", "deploy.up", action, "--data", str(data), *numbers.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE,
    )
