"""Collecting the tax of one withholding agent's lists at one customs: draw, pay, settle, look after (B.9.3)."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select
from temporalio import activity

from activities.legal_clocks import clocks_of
from activities.tax_payment import Bank
from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.keys import CollectionKey
from connectors.errors import Refused
from models.collection import paying
from models.collection.drawing import draw
from models.collection.dues import OPEN, settle_clocks
from models.collection.settling import settle
from models.collection.standing import standing
from models.collection.sweeping import AT_ONCE, compare_late_bills, tell_overdue
from models.collection.work import CloseRun, OrdersLeft, PayOrders, PlanRun, RowsLeft, RunPlan, SettleRows, Standing
from models.database import Database
from models.due_watch import watch
from models.rule_packs import RulePacks
from models.tables import CaseRecord, TaxDue, TaxOrder

ORDERS_AT_ONCE = 50
"""Payment orders that one activity has paid, one after another."""


class CollectionDesk:
    """Everything about a collection is in the database; whatever is done again goes on where it stopped."""

    def __init__(self, database: Database, bank: Bank) -> None:
        self._database = database
        self._bank = bank
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def plan_run(self, request: PlanRun) -> RunPlan:
        """Draw the next batch of this run, or go on with the one left unfinished."""
        with self._database.transaction() as session:
            self._settle_calendars(session, request.key, request.now)
            batch_id = draw(session, self._packs, request.key, run_at=request.run_at, now=request.now)
            return RunPlan(batch_id=batch_id)

    @activity.defn(no_thread_cancel_exception=True)
    def pay_orders(self, request: PayOrders) -> OrdersLeft:
        """Have the bank pay, each order once; raises Unavailable while the bank cannot be reached."""
        with self._database.reading() as session:
            orders = paying.orders_to_pay(session, request.batch_id, ORDERS_AT_ONCE)
        for order in orders:
            activity.heartbeat()
            self._pay(order, request.key)
        with self._database.reading() as session:
            return OrdersLeft(left=paying.count_to_pay(session, request.batch_id))

    @activity.defn(no_thread_cancel_exception=True)
    def settle_rows(self, request: SettleRows) -> RowsLeft:
        """Enter the bank's answers on the next lists of the batch, in one transaction."""
        with self._database.transaction() as session:
            return RowsLeft(more=settle(session, self._packs, request.batch_id, request.now))

    @activity.defn(no_thread_cancel_exception=True)
    def close_run(self, request: CloseRun) -> Standing:
        """Warn of what came near or is over, compare bills that came late, and see how the collection stands."""
        self._sweep(request.key, request.now)
        with self._database.reading() as session:
            return standing(session, self._packs, request.key, request.now)

    def _pay(self, order: TaxOrder, key: CollectionKey) -> None:
        number = order.number
        assert number is not None  # it is stored
        try:
            receipt = self._bank.pay(
                payment_order_no=order.payment_order_no,
                amount=order.amount,
                payer_code=key.agent,
                requested_at=order.requested_at,
                idempotency_key=paying.idempotency_key(order),
            )
        except Refused as error:
            with self._database.transaction() as session:
                paying.note_refused(session, number, str(error))
            return
        with self._database.transaction() as session:
            paying.note_paid(
                session, number, amount=receipt.amount, paid_at=receipt.paid_at, reference=receipt.reference
            )

    def _sweep(self, key: CollectionKey, now: datetime) -> None:
        """Each turn is a transaction of its own, so that no one waits for all of them."""
        more = True
        while more:
            with self._database.transaction() as session:
                more = watch(session, agent=key.agent, customs=key.customs, now=now).more
        looks: tuple[Callable[[Session], int], ...] = (
            lambda session: tell_overdue(session, key, now),
            lambda session: compare_late_bills(session, self._packs, key, now),
        )
        for look in looks:
            found = AT_ONCE
            while found == AT_ONCE:
                with self._database.transaction() as session:
                    found = look(session)

    def _settle_calendars(self, session: Session, key: CollectionKey, now: datetime) -> None:
        """Deadlines that were computed before a year's holidays were announced are settled once they are (C.8)."""
        near = (
            select(TaxDue.workflow_id, TaxDue.released_at, TaxDue.profile, CaseRecord.rule_pack)
            .join(CaseRecord, col(CaseRecord.workflow_id) == TaxDue.workflow_id)
            .where(TaxDue.agent == key.agent, TaxDue.customs == key.customs, TaxDue.state == OPEN)
            .where(col(TaxDue.provisional), TaxDue.payable_from <= now + timedelta(days=7))
        )
        released: defaultdict[tuple[date, str, int], list[str]] = defaultdict(list)
        for case, at, profile, pack in session.exec(near):
            released[legal_day(at), profile, pack].append(case)
        for (day, profile, _), cases in released.items():
            record = session.get_one(CaseRecord, cases[0])
            noon = datetime.combine(day, time(12), SHANGHAI)  # deadlines hang on the day alone
            clocks = clocks_of(session, self._packs, record, noon, profile)
            if not clocks.provisional:
                settle_clocks(session, sorted(cases), clocks)
