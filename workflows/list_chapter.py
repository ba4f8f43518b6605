"""What the chapters of a Declaration List's workflow share: the case, the desk, the noticeboard."""

import asyncio

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

    def _show(self) -> None:
        """Tell people where the case stands; filters change only when their values do."""
        passing = self.case.state is State.RELEASED  # left at once
        self._board.show(markdown(self.case), None if passing else attributes(self.case))
