"""Posts one event to one address, and says how that ended."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus

import httpx

from gateway.outbox.reach import NotPermitted, Reach, aim

_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_LONGEST_ASKED = 3600


@dataclass(frozen=True)
class Sent:
    """How it ended; `fault` is empty when the address took the event."""

    fault: str = ""
    status: int | None = None
    milliseconds: int = 0
    passing: bool = False
    """The address may take it soon: it was overloaded or not reached, and did not say no."""
    asked: timedelta = timedelta(0)
    """The pause it asked for."""

    @property
    def taken(self) -> bool:
        """Whether the address has the event."""
        return not self.fault

    @property
    def gone(self) -> bool:
        """Whether the address says that it will never take events again."""
        return self.status == HTTPStatus.GONE


def new_client() -> httpx.AsyncClient:
    """A client for one turn; it goes straight to the address and keeps nothing that an answer sets."""
    return httpx.AsyncClient(verify=_trust(), trust_env=False, follow_redirects=False)


async def post(
    client: httpx.AsyncClient, address: str, body: bytes, headers: Mapping[str, str], *, reach: Reach, seconds: int
) -> Sent:
    """POST once; the answer must begin within `seconds`. Never raises for what the address does."""
    begun = time.monotonic()

    def ended(fault: str = "", **more: int | bool | timedelta | None) -> Sent:
        return Sent(fault=fault, milliseconds=int((time.monotonic() - begun) * 1000), **more)  # type: ignore[arg-type]

    try:
        async with asyncio.timeout(seconds):
            aimed = await aim(address, reach)
            request = client.build_request(
                "POST",
                aimed.url,
                content=body,
                headers={**headers, "Host": aimed.host, "Content-Type": "application/json", "User-Agent": "clearway"},
                extensions={"sni_hostname": aimed.name},
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()  # what it says besides its status is of no interest, however long it is
    except NotPermitted as refused:
        return ended(f"the address is not permitted: {refused}")
    except TimeoutError:
        return ended(f"no answer within {seconds} seconds", passing=True)
    except (httpx.HTTPError, OSError) as failure:
        return ended(type(failure).__name__, passing=True)
    finally:
        client.cookies.clear()
    if answer.is_success:
        return ended(status=answer.status_code)
    passing = answer.is_server_error or answer.status_code in _PASSING
    return ended(f"HTTP {answer.status_code}", status=answer.status_code, passing=passing, asked=_asked(answer))


def _asked(answer: httpx.Response) -> timedelta:
    """Retry-After in seconds, an hour at most."""
    told = answer.headers.get("retry-after", "").strip()
    wanted = int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0
    return timedelta(seconds=min(wanted, _LONGEST_ASKED))


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
