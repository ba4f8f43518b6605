"""One child process of the local stack: it leads a process group of its own and is ended with all it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a child may take to end by itself."""
STEP = 0.05
"""Seconds between two looks at a process."""


class Child:
    """A named command with its log; `start` and `end` may follow each other any number of times."""

    def __init__(
        self, name: str, command: Sequence[str], *, log: Path, directory: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = log
        self._directory = directory
        self.environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self.is_away = False
        """Killed on purpose, until it is started again."""

    def start(self) -> None:
        """Run the command; what it prints is added to its log. Raises OSError when there is no such command."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self._directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end the parts in their order
            )
        self.is_away = False

    @property
    def pid(self) -> int | None:
        """Process id, once started."""
        return self._process.pid if self._process else None

    @property
    def exit_status(self) -> int | None:
        """How it ended: negative for a signal; None while it runs or before it starts."""
        return self._process.poll() if self._process else None

    def end(self, patience: float = PATIENCE) -> None:
        """Ask the process group to end, insist after `patience` seconds, and wait until nothing of it is left."""
        if self._process is None:
            return
        end_group(self._process.pid, patience, reap=self._process.poll)
        self._process.wait()

    def kill(self) -> None:
        """End the process group at once and without warning, as a crash does, until somebody starts it again."""
        self.is_away = True
        if self._process is not None:
            end_group(self._process.pid, reap=self._process.poll, demands=(signal.SIGKILL,))
            self._process.wait()

    def tail(self, lines: int = 15) -> str:
        """The last lines of the log."""
        try:
            written = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            written = []
        return "\n".join(f"  | {line}" for line in written[-lines:]) or "  | (nothing written)"


def end_group(
    leader: int,
    patience: float = PATIENCE,
    *,
    reap: object = None,
    demands: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGKILL),
) -> None:
    """End a process group by its leader's pid: SIGTERM, then SIGKILL for whoever is left after `patience` seconds.

    `reap` is called between looks, so that a child of ours does not linger as a zombie.
    """
    for demand in demands:
        seconds = patience if demand is signal.SIGTERM else PATIENCE
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, demand)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if callable(reap):
                reap()
            if not group_exists(leader):
                return
            time.sleep(STEP)


def group_exists(leader: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def command_of(pid: int) -> str:
    """The command line of a running process, empty when there is none; tells our process from a later one."""
    recorded = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return recorded.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
