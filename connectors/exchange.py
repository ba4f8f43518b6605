"""One request and its answer, with every way HTTP can fail turned into `Unavailable` or `Refused`."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from connectors.errors import Refused, Unavailable

PATIENCE = httpx.Timeout(10.0, connect=3.0)
"""How long a platform may take before it counts as unavailable, in seconds."""

_LONGEST_REASON = 1000
_WORTH_REPEATING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})

Body = TypeVar("Body", bound=BaseModel)


class Refusal(BaseModel):
    """The body in which a platform says no; whatever else it holds is not repeated, it may be personal."""

    code: str = ""
    reason: str = ""


def door(base_url: str, path: str) -> httpx.URL:
    """The address of one door of a platform; raises ValueError for a base that is not an http(s) address."""
    try:
        url = httpx.URL(base_url.rstrip("/") + path)
    except httpx.InvalidURL as fault:
        raise ValueError(f"not an address: {base_url!r} ({fault})") from fault
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"an address starts with http:// or https:// and names a host, got {base_url!r}")
    return url


def post(
    http: httpx.Client,
    url: httpx.URL,
    content: bytes,
    *,
    platform: str,
    headers: Mapping[str, str],
    timeout: httpx.Timeout,
) -> httpx.Response:
    """POST once and return the platform's 2xx answer.

    Raises Unavailable for transport failures, timeouts, redirects, 408, 425, 429 and 5xx, Refused for every other 4xx.
    """
    try:
        answer = http.post(url, content=content, headers=headers, timeout=timeout, follow_redirects=False)
    except httpx.HTTPError as failure:
        raise Unavailable(platform, f"{type(failure).__name__} at {url.host}") from None
    if answer.is_success:
        return answer
    if answer.is_client_error and answer.status_code not in _WORTH_REPEATING:
        raise _refusal(platform, answer)
    raise Unavailable(platform, f"answered HTTP {answer.status_code}", _asked_pause(answer))


def post_json(
    http: httpx.Client,
    url: httpx.URL,
    request: BaseModel,
    expected: type[Body],
    *,
    platform: str,
    timeout: httpx.Timeout,
) -> Body:
    """POST `request` as JSON and read the answer; one that cannot be read counts as Unavailable, not as a no."""
    headers = {"content-type": "application/json"}
    content = request.model_dump_json().encode()
    answer = post(http, url, content, platform=platform, headers=headers, timeout=timeout)
    try:
        return expected.model_validate_json(answer.content)
    except ValidationError as fault:
        fields = ", ".join(".".join(map(str, error["loc"])) or "body" for error in fault.errors(include_input=False))
        # Without the cause: pydantic's text repeats the values it was given.
        raise Unavailable(platform, f"answered HTTP {answer.status_code} with an unreadable {fields}") from None


def _refusal(platform: str, answer: httpx.Response) -> Refused:
    try:
        told = Refusal.model_validate_json(answer.content)
    except ValidationError:
        told = Refusal()
    reason = told.reason or answer.reason_phrase or "no reason given"
    return Refused(platform, told.code or f"HTTP_{answer.status_code}", reason[:_LONGEST_REASON])


def _asked_pause(answer: httpx.Response) -> timedelta | None:
    """Retry-After in seconds; its other form, a date, needs a clock and is left to the caller's own pauses."""
    asked = answer.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
