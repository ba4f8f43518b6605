"""worker.py on a machine where no thread for an activity of the lists comes to life; all else works."""

import concurrent.futures
import runpy
from typing import Any

from clearway.contracts.names import TASK_QUEUE


def _fail() -> None:
    raise MemoryError("no room for a thread")


class _Executor(concurrent.futures.ThreadPoolExecutor):
    def __init__(self, max_workers: int | None = None, thread_name_prefix: str = "", **of: Any) -> None:
        initializer = _fail if thread_name_prefix == TASK_QUEUE else None
        super().__init__(max_workers, thread_name_prefix, initializer=initializer, **of)


if __name__ == "__main__":
    concurrent.futures.ThreadPoolExecutor = _Executor  # type: ignore[assignment, misc]
    runpy.run_path("worker.py", run_name="__main__")
