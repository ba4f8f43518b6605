"""The note `stack.json` in a data directory: who runs there, so that nothing is started twice or left behind."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from deploy.child import command_of, end_group

NAME = "stack.json"
PARTS = ("worker.py", "-m simulator", "-m gateway", "start-dev")
"""What the command lines of our parts hold; a pid that belongs to anything else by now is left alone."""


@dataclass(frozen=True)
class Record:
    """One running stack: its supervisor, its parts, its addresses."""

    pid: int
    command: str
    detached: bool
    ready: bool
    web_ui_url: str
    gateway_url: str
    simulator_url: str
    temporal_address: str
    children: dict[str, int] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether the supervisor is alive, and is not a later process that was given the same pid."""
        return command_of(self.pid) == self.command

    def write(self, data: Path) -> None:
        """Replace the note."""
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f"{NAME}.new"
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        draft.replace(data / NAME)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """The note, or None where there is none that can be read."""
        try:
            return cls(**json.loads((data / NAME).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @classmethod
    def remove(cls, data: Path, pid: int) -> None:
        """Take the note away if it is ours."""
        record = cls.read(data)
        if record is not None and record.pid == pid:
            (data / NAME).unlink(missing_ok=True)


def clear_leftovers(data: Path) -> None:
    """End parts whose supervisor was killed before it could end them; a running stack is left alone."""
    record = Record.read(data)
    if record is None or record.is_running:
        return
    for pid in reversed(record.children.values()):
        if any(mark in command_of(pid) for mark in PARTS):
            end_group(pid)
    (data / NAME).unlink(missing_ok=True)
