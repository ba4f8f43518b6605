"""A folder as transport: whole files under their names, nothing overwritten, nothing half-written to be seen."""

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors import Refused, Unavailable
from connectors.customs.transports import FolderTransport
from tests.connectors.transports.conformance import HEADERS, TransportFacts
from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[3]


class Folder:
    """A folder that somebody else reads; it may be unmounted for a while."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def held(self) -> Mapping[str, bytes]:
        files = [entry for entry in self.path.iterdir() if not entry.name.startswith(".")]
        assert all(entry.name.endswith(".xml") for entry in files)
        return {entry.name: entry.read_bytes() for entry in files}

    def headers(self, name: str) -> None:
        return None

    @contextmanager
    def away(self) -> Iterator[None]:
        elsewhere = self.path.with_name("elsewhere")
        self.path.rename(elsewhere)
        yield
        assert not self.path.exists()
        elsewhere.rename(self.path)


@pytest.fixture
def other_side(tmp_path: Path) -> Folder:
    path = tmp_path / "out"
    path.mkdir()
    return Folder(path)


@pytest.fixture
def transport(other_side: Folder) -> FolderTransport:
    return FolderTransport(other_side.path)


class TestFolder(TransportFacts):
    """Everything that is true of every transport."""


def test_a_plain_name_is_the_files_name(transport: FolderTransport, other_side: Folder) -> None:
    transport.send("CEB621-4CDE1CFD", b"1", HEADERS)
    assert list(other_side.held()) == ["CEB621-4CDE1CFD.xml"]


def test_other_bytes_under_the_same_name_are_refused_and_change_nothing(
    transport: FolderTransport, other_side: Folder
) -> None:
    transport.send("CEB621-1", b"one", HEADERS)
    for other in (b"two", b"longer", b""):
        with pytest.raises(Refused, match="NAME_TAKEN"):
            transport.send("CEB621-1", other, HEADERS)
    assert other_side.held() == {"CEB621-1.xml": b"one"}


def test_of_many_that_want_one_name_at_once_one_has_it_and_keeps_it(
    transport: FolderTransport, other_side: Folder
) -> None:
    for number in range(40):
        name = f"CEB621-{number}"
        start = threading.Barrier(6)

        def send(who: int, name: str = name, start: threading.Barrier = start) -> bool:
            start.wait(PATIENCE)
            try:
                transport.send(name, b"%d" % who * 1000, HEADERS)
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            had_it = list(pool.map(send, range(6)))
        assert sum(had_it) == 1
        assert other_side.held()[f"{name}.xml"] == b"%d" % had_it.index(True) * 1000


def test_where_the_file_system_knows_no_links_a_name_is_given_all_the_same(
    transport: FolderTransport, other_side: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    for _ in range(2):
        transport.send("CEB621-1", b"one", HEADERS)
    with pytest.raises(Refused, match="NAME_TAKEN"):
        transport.send("CEB621-1", b"two", HEADERS)
    assert [path.name for path in other_side.path.iterdir()] == ["CEB621-1.xml"]


def test_nothing_hidden_is_left_behind(transport: FolderTransport, other_side: Folder) -> None:
    transport.send("CEB621-1", b"one", HEADERS)
    transport.send("CEB621-1", b"one", HEADERS)
    assert [entry.name for entry in other_side.path.iterdir()] == ["CEB621-1.xml"]


def test_a_message_that_was_taken_meanwhile_may_be_sent_again(transport: FolderTransport, other_side: Folder) -> None:
    transport.send("CEB621-1", b"one", HEADERS)
    (other_side.path / "CEB621-1.xml").unlink()
    transport.send("CEB621-1", b"one", HEADERS)
    assert other_side.held() == {"CEB621-1.xml": b"one"}


def test_others_may_read_the_file_as_the_umask_says(transport: FolderTransport, other_side: Folder) -> None:
    before = os.umask(0o022)
    try:
        transport.send("CEB621-1", b"one", HEADERS)
    finally:
        os.umask(before)
    assert (other_side.path / "CEB621-1.xml").stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_whole_is_unavailable_and_leaves_nothing(
    transport: FolderTransport, other_side: Folder
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # as on a full disk: the write itself fails
    try:
        with pytest.raises(Unavailable, match=os.strerror(errno.EFBIG)):
            transport.send("CEB621-1", bytes(200_000), HEADERS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(other_side.path.iterdir()) == []


def test_a_sender_killed_at_any_time_leaves_no_half_file(other_side: Folder) -> None:
    program = """
import sys, pathlib
from connectors.customs.transports import FolderTransport
transport = FolderTransport(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
for number in range(1_000_000):
    transport.send(f"CEB621-{number}", b"%d;" % number * 40_000, {})
"""
    for pause in (0.05, 0.1, 0.15):
        sender = subprocess.Popen(
            [sys.executable, "-c", program, str(other_side.path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert sender.stdout is not None
        assert sender.stdout.readline() == b"ready\n"
        wait_until(other_side.held, "nothing was handed over")
        time.sleep(pause)
        sender.send_signal(signal.SIGKILL)
        sender.communicate()
    for name, data in other_side.held().items():
        number = name.removeprefix("CEB621-").removesuffix(".xml")
        assert data == f"{number};".encode() * 40_000
