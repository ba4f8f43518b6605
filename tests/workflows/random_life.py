"""A random life from its beginning to its end: what is always true of it, and how it is brought to an end."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from pydantic import BaseModel

from clearway.contracts.case import CaseView
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.goods_return import RETURN_ENDS, ReturnView
from clearway.contracts.states import ENDS, State
from tests.sqlite import new_file
from tests.workflows.lives import Ended, Listed, Rejected, World
from tests.workflows.reference import (
    books_of,
    faults_of_bank,
    faults_of_books,
    faults_of_filings,
    faults_of_lives,
)

LISTS = 2
TURNS = 16
"""So many times a list is given what it waits for, at most, until it is over."""
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)

which = st.integers(0, LISTS - 1)
diligent = st.sampled_from((True, True, True, False))
Kept = tuple[CaseView | None, list[ReturnView], object, int]
"""A list and its returns as anyone may read them, its books, and how much work is open."""


def seen(holds: Callable[[CaseView], object]) -> Callable[["RandomLife"], bool]:
    """Some list is such that the event may be lawful; whether it is for the list it happens to is another matter."""
    return lambda machine: any(holds(view) for view in machine.views if view is not None)


class RandomLife(RuleBasedStateMachine):
    """Two lists of one buyer and one agent; what happens to them is told elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="clearway-life-")
        self.world = World(new_file(Path(self.folder.name) / "lives.db"), LISTS)
        self.views: list[CaseView | None] = [None] * LISTS

    @initialize(
        stages=st.tuples(*(st.sampled_from((0, 1, 2, 3, 3, 4, 4, 4, 4)) for _ in range(LISTS))), rich=st.booleans()
    )
    def begin(self, stages: tuple[int, ...], rich: bool) -> None:
        """Some lists are on their way already; the guarantee may be a small one."""
        if not rich:
            self.world.take_back(Decimal("95.00"))
        for listed, stage in zip(self.world.lists, stages, strict=True):
            self.come_to(listed, stage, days=25 if stage == 4 else 0)

    def come_to(self, listed: Listed, stage: int, *, days: int) -> None:
        """Declared, with customs, filed, released some days ago."""
        if stage:
            self.world.hand_in(listed, *DocumentKind)
            self.world.settle_down()
        if stage > 1:
            self.world.receipts(listed, "120", about=THREE_DOCUMENTS)
            self.world.settle_down()
        if stage > 2:
            statuses = ("2", "120", "399", "800") if stage > 3 else ("2", "120")
            self.world.receipts(listed, *statuses, at=self.world.now - days * A_DAY)
            self.world.settle_down()

    def teardown(self) -> None:
        """Whatever happened, every list can be brought to its end, and then the books are even."""
        try:
            self.bring_to_an_end()
        finally:
            self.world.close()
            self.folder.cleanup()

    # --- what is always true ------------------------------------------------------------------------------------------

    @invariant()
    def one_lawful_state_and_nothing_lost_or_doubled(self) -> None:
        """After each event."""
        self.check(quiet=False)

    def check(self, *, quiet: bool) -> None:
        """Compare the books with the model."""
        self.views = [self.world.view(each) for each in self.world.lists]
        faults = [*faults_of_lives(filter(None, self.views)), *faults_of_filings(self.world.customs.filed)]
        with self.world.database.transaction() as session:
            faults += faults_of_books(session, [each.id for each in self.world.lists])
            faults += faults_of_bank(session, self.world.bank, quiet=quiet)
        assert not faults, faults

    @contextlib.contextmanager
    def asked(self, listed: Listed, *, busy: bool = True) -> Iterator[None]:
        """A request that may be refused, which then changes nothing."""
        before = self.kept(listed)
        try:
            yield
        except Rejected as refused:
            note(f"refused: {refused.code}")
            self.nothing_changed(listed, before)
        except Ended:
            note("over")
        self.after(busy)

    def nothing_changed(self, listed: Listed, before: object) -> None:
        """Of a list that refused something."""
        assert self.kept(listed) == before, before

    def kept(self, listed: Listed) -> Kept:
        """What a refused request leaves as it was."""
        returns = [self.world.return_view(key) for key in self.world.returns(listed)]
        with self.world.database.transaction() as session:
            books = books_of(session, listed.id)
        return (self.world.view(listed), returns, books, len(self.world.server.open_work))

    def after(self, busy: bool) -> None:
        """Workers are diligent, or not."""
        if busy:
            self.world.settle_down()

    def ask(self, number: int, name: str, request: BaseModel, busy: bool) -> None:
        """An update of a list."""
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.ask(listed.id, name, request)

    @contextlib.contextmanager
    def told(self, *, busy: bool = True) -> Iterator[None]:
        """News, which may come too late."""
        with contextlib.suppress(Ended):
            yield
        self.after(busy)

    # --- the end ------------------------------------------------------------------------------------------------------

    def bring_to_an_end(self) -> None:
        """Give every list what it waits for, until it and its returns are over."""
        bank = self.world.bank
        bank.refusals = bank.down = bank.lost = 0
        bank.purse = None
        self.world.put_up(Decimal(10000))
        self.world.settle_down()
        for _ in range(TURNS):
            self.check(quiet=True)
            waiting = [each for each in self.world.lists if self.world.lives(each)]
            if not waiting:
                break
            for listed in waiting:
                with contextlib.suppress(Ended, Rejected):
                    self.world.bring_on(listed)
                self.world.settle_down()
            self.world.pass_time(A_DAY * 4 if self.only_time_is_missing(waiting) else 6 * A_MINUTE)
        left = [each for each in self.world.lists if self.world.lives(each)]
        assert not left, [
            (each.key.order_no, view.state, view.detail) for each in left if (view := self.world.view(each))
        ]
        self.everything_is_as_it_ended()

    def only_time_is_missing(self, waiting: list[Listed]) -> bool:
        """All of them wait for their tax, or for goods on their way."""
        views = [self.world.view(each) for each in waiting]
        return all(view and view.state in (State.RETURN_WINDOW, *ENDS, State.DETAINED) for view in views)

    def everything_is_as_it_ended(self) -> None:
        """What the workflow says last, the register says too; no change or return is open, nothing is held."""
        for listed, view in zip(self.world.lists, self.views, strict=True):
            if view is None:
                continue
            with self.world.database.transaction() as session:
                books = books_of(session, listed.id)
            record = books.record
            if record is not None:
                assert record.ended_at is not None, record
                # One that was over is begun again after the retention, finds that out, and says no more.
                assert record.state == view.state or view.state is State.SUBMITTED, (record, view.state)
            assert books.change is None, books.change
            assert all(row.ended_at for row in books.returns), books.returns
            assert all(each.state in RETURN_ENDS for each in view.returns), view.returns
            assert books.guarantee + books.awaited == 0, books


def without_counts(kept: Kept) -> Kept:
    """How often something was said is counted; nothing else may tell a repetition from the first time."""
    view, returns, books, work = kept
    none = {"duplicate_receipts": 0}
    return (view and view.model_copy(update=none), [each.model_copy(update=none) for each in returns], books, work)
