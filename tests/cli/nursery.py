"""Bears commands for the tests, each a process of its own: `python -m tests.cli.nursery SOCKET`.

Most of what a short command costs is the importing of its modules; here they are imported once. A caller connects to
the socket and sends the words and the environment of a command with two files for what it writes; it is answered how
the command ended. The command is born by a fork: everything but the importing is as `python -m clearway.cli` does it.
"""

import contextlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import clearway.cli  # noqa: F401  so that it has been imported in whoever is born
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
ENDED = 4
"""Bytes that tell how a command ended."""


class Nursery:
    """Where commands are born, as the tests see it."""

    def __init__(self, address: Path) -> None:
        self._address = str(address)

    def run(self, words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[int, str, str]:
        """The exit code of a command and what it wrote to either side; negative for a signal, as in subprocess."""
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            line.settimeout(PATIENCE)
            line.connect(self._address)
            wanted = json.dumps({"words": words, "environment": dict(environment)}).encode()
            socket.send_fds(line, [len(wanted).to_bytes(4)], [out.fileno(), err.fileno()])
            line.sendall(wanted)
            ended = line.recv(ENDED, socket.MSG_WAITALL)
            assert len(ended) == ENDED, f"nobody knows how {words} ended"
            out.seek(0)
            err.seek(0)
            return int.from_bytes(ended, signed=True), out.read().decode(), err.read().decode()


@contextlib.contextmanager
def running_nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery for as long as the context lasts."""
    address = folder / "nursery"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.nursery", str(address)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", "the nursery ended"
        yield Nursery(address)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Bear whatever is asked for until killed, or until nobody is left to ask."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait for the commands
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(sys.argv[1])
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                serve(line)
                os._exit(0)
            line.close()


def serve(line: socket.socket) -> None:
    """Bear one command and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, files, _, _ = socket.recv_fds(line, 4, 2)
    wanted = json.loads(line.recv(int.from_bytes(length), socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        line.close()
        live(wanted["words"], wanted["environment"], *files)
    _, status = os.waitpid(child, 0)
    line.sendall(os.waitstatus_to_exitcode(status).to_bytes(ENDED, signed=True))


def live(words: list[str], environment: dict[str, str], out: int, err: int) -> None:
    """Be the command; it never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["clearway", *words]
    for module in ("clearway.cli.__main__", "__main__"):
        sys.modules.pop(module, None)
    runpy.run_module("clearway.cli", run_name="__main__", alter_sys=True)
    os._exit(1)  # the command ends the process by itself


if __name__ == "__main__":
    main()
