"""Messages posted to customs' door over HTTP."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from connectors.customs.transports.transport import PLATFORM, check_name
from connectors.exchange import PATIENCE, door, post

DOOR = "/customs/messages"
"""Where customs takes messages, below an address that names no path."""

CONTENT_TYPE = "application/xml"


class HttpTransport:
    """Posts each message; one `httpx.Client` may serve many threads, and belongs to whoever made it."""

    def __init__(self, url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> None:
        """Take an address as it is, or with DOOR behind it when it has no path. Raises ValueError for a bad one."""
        address = door(url, "")
        self._url = address if address.path != "/" else door(url, DOOR)
        self._http = http
        self._timeout = timeout

    def send(self, name: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Post the message; its name goes along as `idempotency-key`, percent-encoded.

        Any 2xx is taken as having it. Raises Unavailable for failures of the connection, timeouts, redirects, 408, 425,
        429 and 5xx, Refused for every other 4xx.
        """
        all_headers = {"content-type": CONTENT_TYPE, "idempotency-key": quote(check_name(name))} | dict(headers)
        post(self._http, self._url, data, platform=PLATFORM, headers=all_headers, timeout=self._timeout)

    def close(self) -> None:
        """The client is not ours."""
