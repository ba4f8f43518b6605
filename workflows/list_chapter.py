"""What the chapters of a Declaration List's workflow share: the case, the desk, the noticeboard."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from clearway.contracts.states import State
    from models.case import DeclarationCase
    from models.narrative import attributes, markdown
    from workflows.conduct import Noticeboard


class ListChapter:
    """One list's case, which all chapters tell of."""

    case: DeclarationCase
    _desk: asyncio.Lock
    """One examination, filing or change at a time."""
    _board: Noticeboard
    _beside: set[asyncio.Task[None]]
    """What goes on beside the story."""

    def _show(self) -> None:
        """Tell people where the case stands; filters change only when their values do."""
        passing = self.case.state is State.RELEASED  # left at once
        self._board.show(markdown(self.case), None if passing else attributes(self.case))

    def _aside(self, chapter: Coroutine[Any, Any, None]) -> None:
        """Let a chapter go on beside the story."""
        task = asyncio.create_task(chapter)
        self._beside.add(task)
        task.add_done_callback(self._forget)

    def _defect(self) -> BaseException | None:
        """A defect of ours in a chapter beside the story: it must show, or the list would wait for ever."""
        return next((task.exception() for task in self._beside if task.done() and not task.cancelled()), None)

    def _forget(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._beside.discard(task)
