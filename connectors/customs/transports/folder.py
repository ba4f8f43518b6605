"""Messages as files in a folder, from which a client of the exchange takes them."""

import errno
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from connectors.customs.transports.transport import PLATFORM, file_name
from connectors.errors import Refused, Unavailable

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})
"""What file systems without hard links say."""


class FolderTransport:
    """Writes each message under a hidden temporary name, and gives it its own once it is whole and on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, name: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Put the message into the folder; a file carries no headers.

        The same bytes under the same name are there already: success. Other bytes are Refused and change nothing. A
        folder that is missing or full is Unavailable; it is never made, it may be a share that is not mounted.
        """
        target = self._folder / file_name(name)
        try:
            if (target.exists() or not self._put(target, data)) and not _holds(target, data):
                raise Refused(PLATFORM, "NAME_TAKEN", f"{target.name} is in the folder with other content")
            self._settle()
        except OSError as failure:
            raise Unavailable(PLATFORM, f"{type(failure).__name__} in {self._folder}: {failure.strerror}") from None

    def close(self) -> None:
        """Nothing is held open."""

    def _put(self, target: Path, data: bytes) -> bool:
        """Whether the file got its name: not when somebody else gave it to another meanwhile."""
        hidden = self._folder / f".{target.name[:100]}.{uuid.uuid4().hex}.part"
        try:
            with hidden.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _give_name(hidden, target)
        except FileExistsError:
            return False
        finally:
            hidden.unlink(missing_ok=True)
        return True

    def _settle(self) -> None:
        """Have the folder itself on the disk, so that the name survives a loss of power."""
        opened = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _holds(path: Path, data: bytes) -> bool:
    return path.stat().st_size == len(data) and path.read_bytes() == data


def _give_name(hidden: Path, target: Path) -> None:
    """Unlike a rename, a link never replaces a file; where there are no links, a rename has to do."""
    try:
        os.link(hidden, target)
    except OSError as failure:
        if failure.errno not in _NO_LINKS or target.exists():
            raise
        hidden.rename(target)
