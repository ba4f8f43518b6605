"""A folder into which the exchange's client puts messages: each is stored, and then moved out of the way.

A file is taken once it has stood still for a while, so that one still being written is left alone; hidden files and
those that end in .part, .tmp or .filepart are somebody's unfinished work. Stored files go to `taken/`, those that
cannot be stored to `refused/`, with a note that says why. Killed between storing and moving, we find the same file
again: the inbox knows it by its content, and nothing happens twice.
"""

import errno
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from connectors.customs.transports.addresses import FolderAddress
from gateway.intake.source import Keep

log = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
"""How long a file stands still before it is taken, unless the address says otherwise (`?settle=`)."""

AT_ONCE = 200
"""Most files taken between two looks at the folder."""

_UNFINISHED = (".part", ".tmp", ".filepart")
_LONGEST_NAME = 200
_PAUSE_AFTER_FAILURE = 60.0
"""How long a file that can be neither taken nor moved is left alone, in seconds."""

Stamp = tuple[int, int, int]
"""Which file it is and how it looked: inode, size and time of the last change."""


class Unfit(Exception):
    """The file cannot be stored; the texts say why, in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.english = english
        self.chinese = chinese


class FolderSource:
    """Looks into one folder again and again."""

    def __init__(
        self,
        address: FolderAddress,
        keep: Keep,
        *,
        poll_seconds: float,
        max_bytes: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the address; `now` counts seconds. Raises ValueError for a settling time that is none."""
        self._folder = address.path
        self._keep = keep
        self._poll_seconds = poll_seconds
        self._max_bytes = max_bytes
        self._now = now
        self._settle_seconds = _seconds(address.options.get("settle"))
        self._seen: dict[str, tuple[Stamp, float]] = {}
        self._left_until: dict[str, float] = {}
        self._stored: dict[str, tuple[Stamp, int]] = {}
        self.name = f"folder {self._folder}"
        self.failure: str | None = None

    def work(self, ending: threading.Event) -> None:
        """Look until told to end."""
        while not ending.is_set():
            busy = False
            try:
                busy = self.look() > 0
                self.failure = None
            except Exception as error:  # noqa: BLE001 - a missing share or database must not end the intake
                if self.failure != type(error).__name__:
                    log.error("%s gives nothing: %s", self.name, type(error).__name__)
                self.failure = type(error).__name__
            if not busy:
                ending.wait(self._poll_seconds)

    def look(self) -> int:
        """Take what stands still, oldest first, at most AT_ONCE; how many files were taken or refused.

        Raises OSError when the folder cannot be read, and whatever keeping a message raises; that file stays.
        """
        now = self._now()
        found = {path.name: _stamp(status) for path, status in self._files()}
        for known in (self._seen, self._stored, self._left_until):
            for gone in known.keys() - found.keys():
                known.pop(gone)
        ready = [name for name, stamp in found.items() if self._stands_still(name, stamp, now)]
        ready.sort(key=lambda name: (found[name][2], name))
        return sum(self._take(name, found[name]) for name in ready[:AT_ONCE])

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.endswith(_UNFINISHED):
                    continue
                try:
                    if not entry.is_dir(follow_symlinks=False):
                        yield Path(entry.path), entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # somebody moved it between listing and looking

    def _stands_still(self, name: str, stamp: Stamp, now: float) -> bool:
        if now < self._left_until.get(name, now):
            return False
        known = self._seen.get(name)
        if known is None or known[0] != stamp:
            self._seen[name] = known = (stamp, now)
        return now - known[1] >= self._settle_seconds

    def _take(self, name: str, stamp: Stamp) -> int:
        """Store a file and move it; 1 when it is out of the way, 0 when it is left where it is."""
        path = self._folder / name
        try:
            try:
                raw_id = self._store(path, stamp)
            except Unfit as unfit:
                self._refuse(path, unfit)
                return 1
            if raw_id is None:
                return 0
            self._move(path, self._folder / "taken" / f"{raw_id}_{_shortened(name)}")
        except FileNotFoundError:
            return 0  # another gateway on the same folder was faster
        except OSError as failure:
            log.error("%s: %s stays where it is: %s", self.name, name, type(failure).__name__)
            self._left_until[name] = self._now() + _PAUSE_AFTER_FAILURE
            return 0
        return 1

    def _store(self, path: Path, stamp: Stamp) -> int | None:
        """The number under which the file is kept, None when it moves after all; one we could not move is kept once."""
        known = self._stored.get(path.name)
        if known is not None and known[0] == stamp:
            return known[1]
        body = self._read(path, stamp)
        if body is None:
            return None
        raw_id = self._keep(body)
        self._stored[path.name] = stamp, raw_id
        log.info("message %s stored from %s: %d bytes", raw_id, self.name, len(body))
        return raw_id

    def _read(self, path: Path, stamp: Stamp) -> bytes | None:
        """The file's bytes, None when it moves after all; raises Unfit for what cannot be a message."""
        try:
            opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as failure:
            if failure.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
                raise _not_a_file() from None
            if isinstance(failure, PermissionError):
                raise Unfit("the gateway may not read this file", "网关无权读取该文件") from None
            raise
        with os.fdopen(opened, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _not_a_file()
            if status.st_size > self._max_bytes:
                raise Unfit(
                    f"the file has {status.st_size} bytes, more than the permitted {self._max_bytes}",
                    f"文件大小 {status.st_size} 字节，超过允许的 {self._max_bytes} 字节",
                )
            if status.st_size == 0:
                raise Unfit("the file is empty", "文件为空")
            body = file.read(self._max_bytes + 1)
            return body if _stamp(os.fstat(file.fileno())) == stamp and len(body) == status.st_size else None

    def _refuse(self, path: Path, unfit: Unfit) -> None:
        """Put the file aside with a note, the note first: a file there without one would be a riddle."""
        target = _free_name(self._folder / "refused" / _shortened(path.name))
        target.parent.mkdir(exist_ok=True)
        target.with_name(f"{target.name}.why.txt").write_text(
            f"{path.name}\n{unfit.english}\n{unfit.chinese}\n"
            "To have it read, mend what is wrong and move it back.\n更正后请将文件移回原目录。\n"
        )
        self._move(path, target)
        log.warning("%s: %s was put into refused/: %s", self.name, path.name, unfit.english)

    def _move(self, path: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        for known in (self._seen, self._stored, self._left_until):
            known.pop(path.name, None)


def _seconds(text: str | None) -> float:
    if text is None:
        return SETTLE_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ValueError(f"settle is 0 to 3600 seconds, got {text!r}")
    return seconds


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _shortened(name: str) -> str:
    """The end of a long name, so that something may be put before and behind it."""
    return os.fsencode(name)[-_LONGEST_NAME:].decode(errors="ignore")


def _free_name(path: Path) -> Path:
    """The path, or one like it that does not exist yet."""
    number, free = 1, path
    while os.path.lexists(free):
        number, free = number + 1, path.with_name(f"{number}_{path.name}")
    return free


def _not_a_file() -> Unfit:
    return Unfit("this is a link or a device, not a file", "这是链接或设备，不是普通文件")
