"""Whole lists through random lives, legal and illegal, in any order, with workers that die: nothing is lost or doubled.

The workflows' own code and the real activities run on a real database without a server, so that many events can be
tried in a second; `test_any_sequence.py` does the same on the real server, at its pace. After each event the books are
compared with the model in `reference.py`; after the last one every list is brought to its end.

A failure prints its events, and the line with which it is run again. `LIVES=200` tries so many lives instead.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import BaseModel

from clearway.contracts import names
from clearway.contracts.case import CancelRequest, CaseView, GoodsExit, LicenceSupply, ReturnRequest
from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.goods_return import RETURN_ENDS, AdmitLateReturn, ReturnShipment, ReturnView, WithdrawReturn
from clearway.contracts.keys import ReturnKey
from clearway.contracts.states import ENDS, State
from clearway.testing import AGENT, EBC, WAREHOUSE
from tests.sqlite import new_file
from tests.workflows.lives import Ended, Goods, Listed, Rejected, World
from tests.workflows.reference import (
    books_of,
    faults_of_bank,
    faults_of_books,
    faults_of_filings,
    faults_of_lives,
)

LISTS, LIVES, STEPS = 2, int(os.environ.get("LIVES", "14")), 40
TURNS = 16
"""So many times a list is given what it waits for, at most, until it is over."""
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)

DOCUMENT_CODES = ("3", "4", "100", "120", "120", "-301010", "777")
LIST_CODES = ("3", "4", "100", "120", "120", "300", "399", "399", "500", "501", "-621013")
CHANGE_CODES = ("4", "100", "120", "399", "399", "-623025", "777")
RETURN_CODES = ("4", "100", "120", "120", "120", "120", "-625022", "777")
FEES = ("0.00", "10.00", "90.00", "600.00")
SPANS = (A_MINUTE, timedelta(minutes=6), timedelta(hours=25), 3 * A_DAY, 9 * A_DAY)
PURSES = (None, None, None, "0", "20.00", "50.00")
DISPOSITIONS = (*Disposition, *((Disposition.RELEASE,) * 6))

which = st.integers(0, LISTS - 1)
place = st.integers(0, 5)
diligent = st.sampled_from((True, True, True, False))
goods = st.sampled_from(((), ((1, 1),), ((1, 1),), ((1, 2),), ((2, 1),), ((1, 1), (2, 1)), ((1, 3),), ((3, 1),)))
EARLY = (State.SUBMITTED, State.MATCH_FAILED, State.MATCHED)
FILED = (State.MATCHED, State.INSPECTED, State.DETAINED)


Kept = tuple[CaseView | None, list[ReturnView], object, int]
"""A list and its returns as anyone may read them, its books, and how much work is open."""


def seen(holds: Callable[[CaseView], object]) -> Callable[["WholeLives"], bool]:
    """Some list is such that the event may be lawful; whether it is for the list it happens to is another matter."""
    return lambda machine: any(holds(view) for view in machine.views if view is not None)


class WholeLives(RuleBasedStateMachine):
    """Two lists of one buyer and one agent, and everybody who has a hand in them."""

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

    # --- documents and customs' answers -------------------------------------------------------------------------------

    @precondition(lambda self: any(view is None or view.state in EARLY for view in self.views))
    @rule(number=which, kinds=st.sets(st.sampled_from(DocumentKind), min_size=1), busy=diligent)
    def hand_in(self, number: int, kinds: set[DocumentKind], busy: bool) -> None:
        """Some documents."""
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.hand_in(listed, *sorted(kinds))

    @precondition(lambda self: any(view is None or view.state in ENDS for view in self.views))
    @rule(number=which)
    def begin_after_the_retention(self, number: int) -> None:
        """All documents; if the list is over, the server has forgotten it."""
        listed = self.world.lists[number]
        with self.asked(listed):
            self.world.hand_in(listed, *DocumentKind, after_retention=True)

    @precondition(seen(lambda view: view.state in EARLY))
    @rule(number=which, kind=st.sampled_from(DocumentKind), wrong=st.booleans(), busy=diligent)
    def correct(self, number: int, kind: DocumentKind, wrong: bool, busy: bool) -> None:
        """A document in another version, which may contradict the others."""
        wrongly = {DocumentKind.PAYMENT: {"payer_name": "王五"}, DocumentKind.WAYBILL: {"order_no": "L9"}}
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.correct(listed, kind, **(wrongly.get(kind, {}) if wrong else {}))

    @precondition(seen(lambda view: view.state in EARLY and view.documents))
    @rule(
        number=which,
        kinds=st.sets(st.sampled_from(THREE_DOCUMENTS), min_size=1),
        status=st.sampled_from(DOCUMENT_CODES),
        busy=diligent,
    )
    def documents_answered(self, number: int, kinds: set[DocumentKind], status: str, busy: bool) -> None:
        """Customs on some of the three documents."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], status, about=sorted(kinds))

    @precondition(seen(lambda view: view.state in FILED))
    @rule(
        number=which,
        statuses=st.lists(st.sampled_from(LIST_CODES), min_size=1, max_size=2),
        late=st.sampled_from((0, 0, 0, 90)),
        busy=diligent,
    )
    def list_answered(self, number: int, statuses: list[str], late: int, busy: bool) -> None:
        """Customs on the list."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], *statuses, at=self.world.now - late * A_MINUTE)

    @precondition(seen(lambda view: view.state in FILED))
    @rule(number=which, days=st.sampled_from((0, 0, 20, 29, 30, 31, 44)), busy=diligent)
    def released(self, number: int, days: int, busy: bool) -> None:
        """Customs released it, which we may hear of long after."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], "800", at=self.world.now - days * A_DAY)

    @precondition(lambda self: any(each.said for each in self.world.lists))
    @rule(number=which, back=st.integers(0, 7))
    def repeat(self, number: int, back: int) -> None:
        """Something is said again, word for word: it changes nothing."""
        listed = self.world.lists[number]
        self.world.settle_down()
        if not listed.said:
            return
        before = _without_counts(self.kept(listed))
        with self.told():
            self.world.server.signal(*listed.said[-1 - back % len(listed.said)])
        after = _without_counts(self.kept(listed))
        assert after == before, (before, after)

    # --- control ------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.state not in ENDS and not view.instructions))
    @rule(number=which, name=st.sampled_from(("K-1", "K-2")), presence=st.booleans(), busy=diligent)
    def instruct(self, number: int, name: str, presence: bool, busy: bool) -> None:
        """Customs wants to inspect."""
        with self.told(busy=busy):
            self.world.instruct(self.world.lists[number], name, presence=presence)

    @precondition(seen(lambda view: len(view.instructions) > len(view.inspection_results)))
    @rule(number=which, name=st.sampled_from(("K-1", "K-2")), sound=st.booleans(), busy=diligent)
    def inspect(self, number: int, name: str, sound: bool, busy: bool) -> None:
        """Customs has inspected."""
        outcome = InspectionOutcome.NORMAL if sound else InspectionOutcome.ABNORMAL
        with self.told(busy=busy):
            self.world.inspect(self.world.lists[number], name, outcome)

    @precondition(seen(lambda view: view.state is State.DETAINED))
    @rule(number=which, disposition=st.sampled_from(DISPOSITIONS), busy=diligent)
    def dispose(self, number: int, disposition: Disposition, busy: bool) -> None:
        """Customs decides about what it found."""
        with self.told(busy=busy):
            self.world.dispose(self.world.lists[number], disposition)

    @rule(number=which, name=st.sampled_from(("H-1", "H-2")), lifted=st.booleans(), busy=diligent)
    def hold(self, number: int, name: str, lifted: bool, busy: bool) -> None:
        """Customs holds a list, or lets it go."""
        with self.told(busy=busy):
            self.world.hold(self.world.lists[number], name, lifted=lifted)

    @precondition(seen(lambda view: view.instructions))
    @rule(
        number=which,
        name=st.sampled_from(("K-1", "K-2")),
        by=st.sampled_from((EBC, AGENT)),
        letter=st.booleans(),
        busy=diligent,
    )
    def attend(self, number: int, name: str, by: str, letter: bool, busy: bool) -> None:
        """Somebody will be there when customs inspects."""
        self.ask(number, names.CONFIRM_PRESENCE, self.world.presence(name, by, letter=letter), busy)

    @precondition(seen(lambda view: view.state is State.DETAINED))
    @rule(number=which)
    def supply_licence(self, number: int) -> None:
        """A licence is handed in."""
        licence = LicenceSupply(actor=EBC, licence_type="import", licence_no="1")
        self.ask(number, names.SUPPLY_LICENCE, licence, True)

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, ahead=st.sampled_from((0, 0, 1)))
    def leave(self, number: int, ahead: int) -> None:
        """The goods go to the buyer."""
        left = GoodsExit(actor=WAREHOUSE, exited_at=self.world.now + ahead * A_MINUTE)
        self.ask(number, names.CONFIRM_EXIT, left, True)

    # --- changes ------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.state in FILED))
    @rule(number=which, fee=st.sampled_from(FEES), busy=diligent)
    def modify(self, number: int, fee: str, busy: bool) -> None:
        """Another price, which may be above every limit."""
        listed = self.world.lists[number]
        with self.asked(listed, busy=busy):
            self.world.modify(listed, Decimal(fee))

    @precondition(seen(lambda view: view.state not in (*ENDS, *EARLY)))
    @rule(number=which, busy=diligent)
    def cancel(self, number: int, busy: bool) -> None:
        """The buyer thinks better of it."""
        self.ask(number, names.CANCEL, CancelRequest(actor=EBC, reason="not wanted any more"), busy)

    @precondition(seen(lambda view: any(each.kind == "cancellation" for each in view.changes)))
    @rule(number=which, status=st.sampled_from(CHANGE_CODES), busy=diligent)
    def cancellation_answered(self, number: int, status: str, busy: bool) -> None:
        """Customs on an application to cancel."""
        with self.told(busy=busy):
            self.world.receipts(self.world.lists[number], status, about=(ApplicationKind.CANCELLATION,))

    # --- returns ------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, wanted=goods, again=st.sampled_from(("", "", "R-1")), busy=diligent)
    def ask_return(self, number: int, wanted: Goods, again: str, busy: bool) -> None:
        """An application to return goods."""
        request = ReturnRequest(actor=EBC, reason="wrong size", lines=self.world.lines(wanted), request_id=again)
        self.ask(number, names.REQUEST_RETURN, request, busy)

    @precondition(seen(lambda view: view.returns))
    @rule(number=which, nth=place, status=st.sampled_from(RETURN_CODES), busy=diligent)
    def return_answered(self, number: int, nth: int, status: str, busy: bool) -> None:
        """Customs on an application to return goods."""
        for listed, key in self.chosen(number, nth):
            with self.told(busy=busy):
                self.world.return_receipt(listed, key, status)

    @precondition(seen(lambda view: view.returns))
    @rule(number=which, nth=place, what=st.sampled_from(("ship", "withdraw", "admit")), busy=diligent)
    def act_on_return(self, number: int, nth: int, what: str, busy: bool) -> None:
        """The applicant and the operator."""
        acts: dict[str, tuple[str, BaseModel]] = {
            "ship": (names.NOTE_RETURN_SHIPMENT, ReturnShipment(actor=EBC)),
            "withdraw": (names.WITHDRAW_RETURN, WithdrawReturn(actor=EBC, reason="kept")),
            "admit": (names.ADMIT_LATE_RETURN, AdmitLateReturn(actor="op", reason="late", evidence="a log")),
        }
        for listed, key in self.chosen(number, nth):
            with self.asked(listed, busy=busy):
                self.world.ask(key.workflow_id, *acts[what])

    @precondition(seen(lambda view: view.returns))
    @rule(number=which, nth=place, came=goods, busy=diligent)
    def arrive(self, number: int, nth: int, came: Goods, busy: bool) -> None:
        """Goods pass the gate."""
        for listed, key in self.chosen(number, nth):
            with self.asked(listed, busy=busy):
                self.world.arrive(key, came)

    @precondition(seen(lambda view: view.returns))
    @rule(number=which, nth=place, looked_at=goods, original=st.sampled_from((True, True, False)), busy=diligent)
    def look_at(self, number: int, nth: int, looked_at: Goods, original: bool, busy: bool) -> None:
        """Goods are checked."""
        for listed, key in self.chosen(number, nth):
            with self.asked(listed, busy=busy):
                self.world.look_at(key, looked_at, original=original)

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, wanted=goods, until=st.sampled_from(("accepted", "arrived", "checked", "checked")))
    def return_happily(self, number: int, wanted: Goods, until: str) -> None:
        """What leads to a relief, one after another."""
        before = len(self.world.returns(self.world.lists[number]))
        self.ask_return(number, wanted, "", True)
        for listed, key in self.chosen(number, -1)[: len(self.world.returns(self.world.lists[number])) - before]:
            with contextlib.suppress(Ended, Rejected):
                self.world.return_receipt(listed, key, "120")
                if until != "accepted":
                    self.world.arrive(key)
                if until == "checked":
                    self.world.look_at(key, original=True)
        self.after(True)

    def chosen(self, number: int, nth: int) -> list[tuple[Listed, ReturnKey]]:
        """One of a list's returns, if it has any."""
        listed = self.world.lists[number]
        keys = self.world.returns(listed)
        return [(listed, keys[nth % len(keys)])] if keys else []

    # --- tax ----------------------------------------------------------------------------------------------------------

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, more=st.sampled_from(("0", "0", "1.00")), status=st.sampled_from(("1", "2", "3")))
    def bill(self, number: int, more: str, status: str) -> None:
        """Customs' tax bill, or that it is void."""
        listed = self.world.lists[number]
        with self.world.database.transaction() as session:
            due = books_of(session, listed.id).due
        if due is not None and not due.paid and due.returned_at is None:
            self.world.bill(listed, due.assessed + Decimal(more), status)

    @precondition(seen(lambda view: view.clocks))
    @rule(
        refusals=st.sampled_from((0, 1, 3)),
        down=st.sampled_from((0, 2)),
        lost=st.sampled_from((0, 1)),
        purse=st.sampled_from(PURSES),
    )
    def bank_changes(self, refusals: int, down: int, lost: int, purse: str | None) -> None:
        """The bank refuses, is away, loses its answer, or holds little."""
        bank = self.world.bank
        bank.refusals, bank.down, bank.lost = refusals, down, lost
        bank.purse = None if purse is None else Decimal(purse)

    @precondition(seen(lambda view: view.clocks))
    @rule(number=which, again=st.booleans(), busy=diligent)
    def call_guarantee(self, number: int, again: bool, busy: bool) -> None:
        """Customs takes the tax from the guarantee."""
        listed = self.world.lists[number]
        called = self.world.call_guarantee(listed, f"call-{number}")
        if called and again:
            assert self.world.call_guarantee(listed, f"call-{number}")
        self.after(busy)

    @rule(more=st.sampled_from(("-95.00", "-30.00", "30.00", "100.00")), busy=diligent)
    def guarantee_changes(self, more: str, busy: bool) -> None:
        """The guarantor puts up more, or takes back all but a little of what is free."""
        if Decimal(more) > 0:
            self.world.put_up(Decimal(more))
        else:
            self.world.take_back(-Decimal(more))
        self.after(busy)

    # --- what fits nowhere --------------------------------------------------------------------------------------------

    @rule(number=which, what=st.integers(0, 8), busy=diligent)
    def out_of_place(self, number: int, what: int, busy: bool) -> None:
        """An event wherever the list stands."""
        events: tuple[Callable[[], Any], ...] = (
            lambda: self.cancellation_answered(number, "399", busy),
            lambda: self.list_answered(number, ["700"], 0, busy),
            lambda: self.released(number, 0, busy),
            lambda: self.inspect(number, "K-2", False, busy),
            lambda: self.ask_return(number, ((1, 1),), "", busy),
            lambda: self.leave(number, 0),
            lambda: self.correct(number, DocumentKind.ORDER, False, busy),
            lambda: self.instruct(number, "K-2", False, busy),
            lambda: self.cancel(number, busy),
        )
        with contextlib.suppress(Ended):
            if self.world.view(self.world.lists[number]) is not None:
                events[what]()

    # --- workers, news, time ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.server.open_work)
    @rule(nth=place, twice=st.booleans(), hear=st.booleans())
    def do_one_thing(self, nth: int, twice: bool, hear: bool) -> None:
        """One piece of work, which may be done twice, or heard of later."""
        work = self.world.server.open_work
        self.world.carry_out(work[nth % len(work)], twice=twice, hear=hear)

    @precondition(lambda self: self.world.unheard)
    @rule(nth=place)
    def hear_of_it(self, nth: int) -> None:
        """A workflow hears of what was done before."""
        self.world.hear(nth % len(self.world.unheard))

    @precondition(lambda self: self.world.waiting_news())
    @rule(nth=place, times=st.integers(1, 2))
    def deliver_news(self, nth: int, times: int) -> None:
        """The dispatcher, in any order and more than once."""
        news = self.world.waiting_news()
        self.world.deliver(news[nth % len(news)], times=times)

    @rule(done=st.booleans(), begin_again=st.booleans(), drop_updates=st.booleans())
    def kill_worker(self, done: bool, begin_again: bool, drop_updates: bool) -> None:
        """All workers die, in the middle of what they did."""
        self.world.kill_worker(done=done, begin_again=begin_again, drop_updates=drop_updates)

    @rule(span=st.sampled_from(SPANS), idle=st.sampled_from((False, False, False, True)))
    def pass_time(self, span: timedelta, idle: bool) -> None:
        """Time goes by, with or without anybody at work."""
        self.world.pass_time(span, idle=idle)

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


def _without_counts(kept: Kept) -> Kept:
    """How often something was said is counted; nothing else may tell a repetition from the first time."""
    view, returns, books, work = kept
    none = {"duplicate_receipts": 0}
    return (view and view.model_copy(update=none), [each.model_copy(update=none) for each in returns], books, work)


TestWholeLives = WholeLives.TestCase
TestWholeLives.settings = settings(
    max_examples=LIVES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck), deadline=None
)
