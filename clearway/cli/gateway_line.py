"""The line to the gateway: HTTP with the standard library alone, within a time; ends the command as it should end."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import RenderableType

from clearway.cli.outcomes import Exit, fail, not_in_time
from clearway.cli.screen import Lang, screen
from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem

C = TypeVar("C", bound=Contract)

_PROBLEMS = TypeAdapter(tuple[Problem, ...])
_KINDS_OF_EXIT = {404: Exit.NOT_FOUND, 422: Exit.USAGE, 409: Exit.REFUSED}


@dataclass(frozen=True)
class GatewayLine:
    """Where the gateway is and how to answer the caller."""

    url: str
    as_json: bool
    lang: Lang
    timeout: float

    def get(self, path: str, model: type[C], **query: object) -> C:
        """What the gateway shows at a path; ends the command where it does not."""
        return self._understood(self._call("GET", path, query), model)

    def post(self, path: str, model: type[C], **query: object) -> C:
        """What the gateway answers to a request without a body; ends the command where it refuses."""
        return self._understood(self._call("POST", path, query), model)

    def send(self, method: str, path: str, model: type[C], body: Contract | None = None) -> C:
        """What the gateway answers to a request with JSON, or without a body; ends the command where it refuses."""
        content = body.model_dump_json(exclude_none=True).encode() if body is not None else None
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return self._understood(self._call(method, path, {}, content, headers), model)

    def send_bytes(self, method: str, path: str, model: type[C], content: bytes, **headers: str) -> C:
        """What the gateway answers to these bytes; `_` in the name of a header stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._understood(self._call(method, path, {}, content, named), model)

    def delete(self, path: str) -> None:
        """Have something deleted; ends the command where the gateway refuses."""
        self._call("DELETE", path, {})

    def bytes_at(self, path: str) -> bytes:
        """The bytes at a path; ends the command where there are none."""
        return self._call("GET", path, {})

    def tell(self, result: Contract, picture: RenderableType) -> None:
        """Print the result: JSON for a program, the picture for a person."""
        if self.as_json:
            typer.echo(result.model_dump_json())
        else:
            screen().print(picture)

    def fail(self, code: Exit, *problems: Problem) -> NoReturn:
        """Tell the problems and end the command."""
        fail(code, problems, as_json=self.as_json, lang=self.lang)

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        given = {name: value for name, value in query.items() if value is not None}
        address = f"{self.url.rstrip('/')}{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        if not address.startswith(("http://", "https://")):
            self.fail(Exit.USAGE, _no_address(self.url))
        try:
            request = urllib.request.Request(address, method=method, data=content, headers=dict(headers or {}))
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                self.fail(_KINDS_OF_EXIT.get(refused.code, Exit.UNAVAILABLE), *self._problems(refused))
        except TimeoutError:
            self.fail(Exit.TIMEOUT, not_in_time(self.timeout))
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                self.fail(Exit.TIMEOUT, not_in_time(self.timeout))
            self.fail(Exit.UNAVAILABLE, self._unreachable(reason))

    def _problems(self, refused: urllib.error.HTTPError) -> tuple[Problem, ...]:
        try:
            return _PROBLEMS.validate_python(json.loads(refused.read())["problems"])
        except (OSError, ValueError, KeyError, TypeError):
            return (self._unreachable(f"HTTP {refused.code}"),)

    def _understood(self, answer: bytes, model: type[C]) -> C:
        try:
            return model.model_validate_json(answer)
        except ValidationError:
            self.fail(Exit.UNAVAILABLE, self._unreachable("what answers there is no gateway of this release"))

    def _unreachable(self, why: object) -> Problem:
        told = str(getattr(why, "strerror", None) or why)[:100]
        return Problem(
            code="E_UNAVAILABLE",
            fields=(FieldValue(field="--gateway", value=self.url),),
            message_en=f"The gateway cannot be reached: {told}.",
            message_zh=f"无法连接网关：{told}。",
            remedy_en="Check that it runs, and its address: --gateway or CLEARWAY_GATEWAY_URL.",
            remedy_zh="请确认网关正在运行，并检查地址：--gateway 或 CLEARWAY_GATEWAY_URL。",
        )


def _no_address(url: str) -> Problem:
    return Problem(
        code="E_SETTING",
        fields=(FieldValue(field="--gateway", value=url),),
        message_en="The gateway's address begins with http:// or https://.",
        message_zh="网关地址须以 http:// 或 https:// 开头。",
        remedy_en="Give it with --gateway or CLEARWAY_GATEWAY_URL, e.g. http://127.0.0.1:8000.",
        remedy_zh="请用 --gateway 或 CLEARWAY_GATEWAY_URL 指定，例如 http://127.0.0.1:8000。",
    )
