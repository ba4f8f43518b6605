"""Whole lists through random lives, legal and illegal, in any order, with workers that die: nothing is lost or doubled.

The workflows' own code and the real activities run on a real database without a server, so that many events can be
tried in a second; `test_any_sequence.py` does the same on the real server, at its pace. After each event the books are
compared with the model in `reference.py`; after the last one every list is brought to its end.

What happens until the release is in `random_life_at_customs.py`. A failure prints its events, and the line with which
it is run again. `LIVES=200` tries so many lives, `HYPOTHESIS_PROFILE=search` others each time (`tests/conftest.py`).
"""

import contextlib
import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from pydantic import BaseModel

from clearway.contracts import names
from clearway.contracts.case import ReturnRequest
from clearway.contracts.documents import DocumentKind
from clearway.contracts.goods_return import AdmitLateReturn, ReturnShipment, WithdrawReturn
from clearway.contracts.keys import ReturnKey
from clearway.testing import EBC
from tests.workflows.lives import Ended, Goods, Listed, Rejected
from tests.workflows.random_life import A_DAY, A_MINUTE, diligent, seen, which
from tests.workflows.random_life_at_customs import RandomLifeAtCustoms
from tests.workflows.reference import books_of

LIVES, STEPS = int(os.environ.get("LIVES", "12")), 40
RETURN_CODES = ("4", "100", "120", "120", "120", "120", "-625022", "777")
SPANS = (A_MINUTE, timedelta(minutes=6), timedelta(hours=25), 3 * A_DAY, 9 * A_DAY)
PURSES = (None, None, None, "0", "20.00", "50.00")

place = st.integers(0, 5)
goods = st.sampled_from(((), ((1, 1),), ((1, 1),), ((1, 2),), ((2, 1),), ((1, 1), (2, 1)), ((1, 3),), ((3, 1),)))


class WholeLives(RandomLifeAtCustoms):
    """Two lists of one buyer and one agent, and everybody who has a hand in them."""

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


TestWholeLives = pytest.mark.timeout(60 + 60 * LIVES)(WholeLives.TestCase)
TestWholeLives.settings = settings(
    max_examples=LIVES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck), deadline=None
)
