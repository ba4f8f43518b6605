"""Addresses of folders and brokers, read from URLs; whatever is wrong with one is said without its password."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

PATIENCE_SECONDS = 10
"""How long a broker may take to let us in, be silent or take no more, before it counts as unavailable."""


@dataclass(frozen=True)
class FolderAddress:
    """A folder, and what else its URL says."""

    path: Path
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str, options: Collection[str] = ()) -> "FolderAddress":
        """Read `folder:///path`; raises ValueError with what is wrong."""
        parts = _split(url)
        if parts.netloc or not parts.path.startswith("/") or parts.path == "/":
            raise ValueError(f"a folder's address has three slashes and a full path, folder:///path, got {shown(url)}")
        return cls(Path(unquote(parts.path)), _options(parts, options))


@dataclass(frozen=True)
class BrokerAddress:
    """A broker, and one exchange or queue there."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    vhost: str
    name: str
    secure: bool
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str, options: Collection[str] = ()) -> "BrokerAddress":
        """Read `amqp://user:password@host:port/name` or `amqps://…/vhost/name`; raises ValueError with what is wrong.

        Without a vhost it is `/`; names are percent-encoded where they hold a slash.
        """
        parts = _split(url)
        steps = [unquote(step) for step in parts.path.removeprefix("/").split("/")]
        if not parts.hostname or len(steps) > 2 or (len(steps) == 2 and not steps[0]):
            raise ValueError(f"a broker's address is amqp://host/name or amqp://host/vhost/name, got {shown(url)}")
        secure = parts.scheme == "amqps"
        return cls(
            parts.hostname,
            parts.port or (5671 if secure else 5672),
            unquote(parts.username or "guest"),
            unquote(parts.password or "guest"),
            steps[0] if len(steps) == 2 else "/",
            steps[-1],
            secure,
            _options(parts, options),
        )


def shown(url: str) -> str:
    """The URL without user and password."""
    before, at, after = url.rpartition("@")
    scheme = before.partition("://")[0]
    return repr(f"{scheme}://…@{after}" if at else url)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is none is told only when it is asked for
    except ValueError as fault:
        raise ValueError(f"not an address: {shown(url)} ({fault})") from None
    return parts


def _options(parts: SplitResult, known: Collection[str]) -> dict[str, str]:
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if strange := sorted(set(given) - set(known)):
        told = ", ".join(known) or "none"
        raise ValueError(f"unknown option {', '.join(strange)} in {shown(parts.geturl())}; known: {told}")
    return given
