"""Work that is done together: whoever comes while one round is under way shares the next, and its one commit."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Gathers what many callers want done; `work` does it in a thread, for at most `most` of them at a time.

    It gives one result for each, in order. Where it fails for several, each is done by itself: one that cannot be done
    takes nobody else's with it. Whose turn does not come within `patience` seconds then hears of the failure of all:
    a database that is away has each wait for it, and meanwhile everybody would.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, most: int = 100, patience: float = 5) -> None:
        self._work = work
        self._most = most
        self._patience = patience
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._rounds: asyncio.Task[None] | None = None

    async def do(self, one: T) -> R:
        """Have it done, and wait until it is. Raises what the work raised for it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = loop.create_future()
        self._waiting.append((one, done))
        if self._rounds is None:
            self._rounds = loop.create_task(self._go_round(), name="gateway-together")
        return await done

    async def _go_round(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._serve(batch)
        finally:
            self._rounds = None

    async def _serve(self, batch: Sequence[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await asyncio.to_thread(self._work, [one for one, _ in batch])
        except Exception as error:  # noqa: BLE001  it is raised at whoever waits for it
            if len(batch) > 1:
                loop = asyncio.get_running_loop()
                until = loop.time() + self._patience
                for each in batch:
                    if loop.time() < until:
                        await self._serve([each])
                    else:
                        _end(each[1], error)
            else:
                _end(batch[0][1], error)
        except BaseException as error:  # the process ends: nobody is to wait for ever
            for _, done in batch:
                _end(done, error)
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():  # whoever asked may have gone
                    done.set_result(result)


def _end(done: "asyncio.Future[R]", error: BaseException) -> None:
    if done.done():
        return
    if isinstance(error, asyncio.CancelledError):
        done.cancel()
    else:
        done.set_exception(error)
