"""Collecting one withholding agent's taxes at one customs: a batch every night, and before a deadline (B.9.3)."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.collection import CollectionDesk
    from clearway.contracts import names
    from clearway.contracts.collection import CollectionView, CollectNow, RunNow, StartCollection
    from clearway.contracts.problems import FieldValue, Problem
    from models.collection.picture import collection_attributes, collection_markdown, collection_view
    from models.collection.work import CloseRun, PayOrders, PlanRun, SettleRows, Standing
    from workflows.conduct import DESK_RETRIES, DESK_TIMEOUT, OUTSIDE_RETRIES, Noticeboard, bank_queue, refuse, wait

RUNS_OF_ONE_HISTORY = 60
"""Two months of quiet days; a busy history continues as new when the server suggests it, and any when there is a newer
version of the worker, which takes it over then."""
PAYING_TIMEOUT = timedelta(minutes=20)
"""For the payment orders of one activity."""
BANK_SILENT = timedelta(seconds=20)
"""An activity that says nothing for so long is taken up by another worker."""
PATIENCE = timedelta(hours=2)
"""How long one run waits for a bank that cannot be reached; deadlines are looked after in between."""
BANK_PAUSE = timedelta(hours=1)
"""When a run that gave up goes on."""


@workflow.defn(name=names.TAX_COLLECTION)
class TaxCollectionWorkflow:
    """One agent at one customs. Lists, batches and payments are in the database; here is only the rhythm."""

    @workflow.init
    def __init__(self, start: StartCollection) -> None:
        self._key = start.key
        self._runs = start.runs
        self._first_of_history = start.runs
        self._last_of_history = start.runs + RUNS_OF_ONE_HISTORY
        self._woken = False
        self._asked: RunNow | None = None
        self._standing: Standing | None = None
        self._next_run_at: datetime | None = None
        self._alarms: list[str] = []
        self._bank_is_away = False
        self._board = Noticeboard()

    @workflow.run
    async def run(self, start: StartCollection) -> None:
        """The story of a collection: it pays what is payable, looks when there will be more, and sleeps until then.

        A history begins with a run, so what woke this one while it ended is not lost.
        """
        while not self._history_is_full:
            await self._collect()
            await self._sleep()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(
            StartCollection(key=self._key, runs=self._runs),
            initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE,
        )

    # --- chapters ----------------------------------------------------------------------------------------------

    async def _collect(self) -> None:
        """One run: batches are drawn and paid until nothing is payable, then the collection looks around itself."""
        self._runs += 1
        self._woken = False
        self._bank_is_away = False
        run_at = workflow.now()
        while (batch_id := await self._draw(run_at)) and await self._pay(batch_id):
            pass
        self._standing = await workflow.execute_local_activity_method(
            CollectionDesk.close_run,
            CloseRun(key=self._key, now=workflow.now()),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Look after deadlines and late bills",
        )
        self._alarms = [*self._standing.alarms]
        self._next_run_at = self._standing.next_run_at
        if self._bank_is_away:
            self._raise_alarm("BANK_UNAVAILABLE")
            self._next_run_at = min(self._next_run_at, workflow.now() + BANK_PAUSE)
        self._show()

    async def _sleep(self) -> None:
        """Until the next batch, or a list's own hour, or until somebody wakes us."""
        assert self._next_run_at is not None  # a run comes first
        await wait(lambda: self._woken, until=self._next_run_at, why="the next batch")

    async def _draw(self, run_at: datetime) -> str | None:
        plan = await workflow.execute_local_activity_method(
            CollectionDesk.plan_run,
            PlanRun(key=self._key, run_at=run_at, now=workflow.now()),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Draw what is payable",
        )
        return plan.batch_id

    async def _pay(self, batch_id: str) -> bool:
        """Have the bank pay a batch and tell its lists; whether the bank has answered all of it."""
        answered = await self._ask_bank(batch_id)
        more = True
        while more:
            settled = await workflow.execute_local_activity_method(
                CollectionDesk.settle_rows,
                SettleRows(batch_id=batch_id, now=workflow.now()),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Enter what was paid on its lists",
            )
            more = settled.more
        return answered

    async def _ask_bank(self, batch_id: str) -> bool:
        left = 1
        try:
            while left:
                orders = await workflow.execute_activity_method(
                    CollectionDesk.pay_orders,
                    PayOrders(key=self._key, batch_id=batch_id),
                    task_queue=bank_queue(),
                    start_to_close_timeout=PAYING_TIMEOUT,
                    schedule_to_close_timeout=PATIENCE,
                    heartbeat_timeout=BANK_SILENT,
                    retry_policy=OUTSIDE_RETRIES,
                    summary=f"Pay the orders of {batch_id}",
                )
                left = orders.left
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._bank_is_away = True
        return not left

    # --- signal, update and query --------------------------------------------------------------------------------

    @workflow.signal(name=names.COLLECT)
    def collect(self, now: CollectNow) -> None:
        """A list is to be paid before the next run."""
        self._woken = True

    @workflow.update(name=names.RUN_NOW)
    def run_now(self, request: RunNow) -> CollectionView:
        """An operator wants a run now; it begins at once, or after the one that is under way."""
        self._woken = True
        self._asked = request
        return self.view()

    @run_now.validator
    def _may_run(self, request: RunNow) -> None:
        refuse(None if request.actor.strip() and request.reason.strip() else _nameless(request))

    @workflow.query(name=names.VIEW)
    def view(self) -> CollectionView:
        """How the collection stands."""
        return collection_view(self._key, self._runs, self._standing, self._next_run_at, self._alarms)

    # --- how it is done ----------------------------------------------------------------------------------------

    @property
    def _history_is_full(self) -> bool:
        info = workflow.info()
        if self._runs >= self._last_of_history or info.is_continue_as_new_suggested():
            return True
        return self._runs > self._first_of_history and info.is_target_worker_deployment_version_changed()

    def _raise_alarm(self, alarm: str) -> None:
        self._alarms.append(alarm)

    def _show(self) -> None:
        page = collection_markdown(self.view(), self._asked)
        self._board.show(page, collection_attributes(self._key, self._standing, self._alarms))


def _nameless(request: RunNow) -> Problem:
    return Problem(
        code="E_NO_REASON",
        message_en="Who acts for the service says who and why.",
        message_zh="操作员须说明身份及理由。",
        remedy_en="Give an actor and a reason.",
        remedy_zh="请填写操作员和理由。",
        reference="DESIGN law 9",
        fields=(
            FieldValue(field="actor", value=request.actor or None),
            FieldValue(field="reason", value=request.reason or None),
        ),
    )
