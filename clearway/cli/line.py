"""The line to the service: connect, ask within a time, and end the command with the right exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import typer
from rich.console import RenderableType

from clearway.cli.outcomes import Exit, bad_setting, code_of, fail, not_in_time
from clearway.cli.screen import Lang, screen
from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.base import Contract
from clearway.contracts.problems import Problem
from clearway.errors import ClearwayError, ServiceUnavailable

T = TypeVar("T")
INTERRUPTED = 130


@dataclass(frozen=True)
class Line:
    """Where the service is and how to answer the caller."""

    address: str | None
    namespace: str | None
    as_json: bool
    lang: Lang
    timeout: float | None = None
    task_queue: str = names.TASK_QUEUE

    def ask(self, call: Callable[[ClearwayClient], Awaitable[T]]) -> T:
        """What the service answers; ends the command when there is no answer or it is an error."""
        try:
            return asyncio.run(self._asked(call))
        except ClearwayError as error:
            self.fail(code_of(error), *error.problems)
        except TimeoutError:
            self.fail(Exit.TIMEOUT, not_in_time(self.timeout))
        except ValueError as error:  # of data_converter: it names the payload key, never its value
            self.fail(Exit.USAGE, bad_setting(str(error)))
        except OSError as error:  # a certificate or profile file that cannot be read
            self.fail(Exit.USAGE, bad_setting(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    def tell(self, result: Contract, picture: RenderableType) -> None:
        """Print the result: JSON for a program, the picture for a person."""
        if self.as_json:
            typer.echo(result.model_dump_json())
        else:
            screen().print(picture)

    def fail(self, code: Exit, *problems: Problem) -> NoReturn:
        """Tell the problems and end the command."""
        fail(code, problems, as_json=self.as_json, lang=self.lang)

    async def _asked(self, call: Callable[[ClearwayClient], Awaitable[T]]) -> T:
        # Temporal's client leaves the future of a failed start unread, and asyncio would print that with a traceback.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        limit = asyncio.timeout(self.timeout)
        try:
            async with limit:
                connected = await ClearwayClient.connect(self.address, self.namespace)
                return await call(ClearwayClient(connected.temporal, task_queue=self.task_queue))
        except ServiceUnavailable as error:
            if limit.expired():  # Temporal's client answers a cancellation with an error of its own
                raise TimeoutError from error
            raise
