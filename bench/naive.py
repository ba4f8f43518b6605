"""The list as a newcomer writes it: one activity per step, one signal per receipt, a timer for each period.

Nothing is passed through the sandbox, no step is local, no two go on at once, and every state is shown. What is judged,
reserved, stored and filed is the same as in the real workflow, by the same functions (bench.naive_steps).
"""

from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from bench.naive_work import Arrival, HandedIn, Holding, Judged, Owed, Released, Step
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.facts import (
    Filing,
    GuaranteeHold,
    IdentityOutcome,
    LegalClocks,
    LimitDecision,
    QuotaHold,
    TaxAssessment,
)
from clearway.contracts.problems import Problem

WORKFLOW, RECEIPT, TIME_PASSES, PAID, STATE = "NaiveList", "receipt", "time_passes", "paid", "state"
TIMEOUT = timedelta(minutes=1)
RETURNS, PAYMENT = timedelta(days=30), timedelta(days=45)
THREE = ("order", "payment", "waybill")
STORED, PASSED, RELEASE = "120", "120", "800"
_STATE = SearchAttributeKey.for_keyword("CustomsState")
T = TypeVar("T")


@workflow.defn(name=WORKFLOW)
class NaiveList:
    """One list, step by step."""

    def __init__(self) -> None:
        self._state = ""
        self._receipts: list[CustomsReceipt] = []
        self._window_over = False
        self._paid = False

    @workflow.run
    async def run(self, handed_in: HandedIn) -> str:
        """The story, one box of the drawing after the other."""
        self._enter("submitted")
        step: dict[str, Any] = {"key": handed_in.key, "profile": handed_in.profile}
        if not await self._take(handed_in, step) or not await self._match(step):
            self._enter("match_failed")
            return self._state
        self._enter("matched")
        for kind in THREE:
            await self._do("send_to_customs", Filing, self._now(step), kind)
        await workflow.wait_condition(lambda: all(self._has(kind, STORED) for kind in THREE))
        await self._do("send_to_customs", Filing, self._now(step), "declaration_list")
        await workflow.wait_condition(lambda: self._has("declaration_list", PASSED))
        self._enter("inspected")
        await workflow.wait_condition(lambda: self._has("declaration_list", RELEASE))
        self._enter("released")
        await self._settle(step)
        return self._state

    async def _take(self, handed_in: HandedIn, step: dict[str, Any]) -> bool:
        """Check each document, store each."""
        for each in handed_in.transmissions:
            if await self._do("check_one_document", list[Problem], Arrival(transmission=each, **self._args(step))):
                return False
        await self._do("open_case", None, self._now(step))
        for each in handed_in.transmissions:
            if await self._do("store_document", list[Problem], Arrival(transmission=each, **self._args(step))):
                return False
        return True

    async def _match(self, step: dict[str, Any]) -> bool:
        """Identity, comparison, limit, tax, then what is reserved, then the judgement on file."""
        identity = await self._do("verify_identity", IdentityOutcome, self._now(step))
        problems = await self._do("compare_documents", list[Problem], self._now(step), identity)
        limits = await self._do("decide_annual_limit", LimitDecision, self._now(step))
        tax = await self._do("assess_the_tax", TaxAssessment, self._now(step), limits)
        holding = Holding(limits=limits, tax=tax, **self._args(step))
        quota = await self._do("reserve_quota", QuotaHold, holding)
        guarantee = await self._do("reserve_guarantee", GuaranteeHold, holding)
        judged = Judged(
            problems=tuple(problems),
            identity=identity,
            limits=limits,
            tax=tax,
            quota=quota,
            guarantee=guarantee,
            **self._args(step),
        )
        return bool(await self._do("keep_judgement", bool, judged))

    async def _settle(self, step: dict[str, Any]) -> None:
        """Confirm, set the clocks, open what is owed; thirty days for returns, then the days for the tax."""
        at = next(each.at for each in self._receipts if each.status == RELEASE)
        await self._do("confirm_quota", None, Released(released_at=at, **self._args(step)))
        clocks = await self._do("set_clocks", LegalClocks, Released(released_at=at, **self._args(step)))
        await self._do("open_due", str, Owed(released_at=at, clocks=clocks, **self._args(step)))
        self._enter("return_window")
        await workflow.wait_condition(lambda: self._window_over, timeout=RETURNS)
        self._enter("tax_window")
        await workflow.wait_condition(lambda: self._paid, timeout=PAYMENT)
        self._enter("taxed")

    @workflow.signal(name=RECEIPT)
    def take_receipt(self, receipt: CustomsReceipt) -> None:
        """One receipt of customs."""
        self._receipts.append(receipt)

    @workflow.signal(name=TIME_PASSES)
    def pass_time(self) -> None:
        """Stands for the end of the thirty days."""
        self._window_over = True

    @workflow.signal(name=PAID)
    def note_payment(self) -> None:
        """The collection paid."""
        self._paid = True

    @workflow.query(name=STATE)
    def state(self) -> str:
        """Where it stands."""
        return self._state

    def _has(self, kind: str, status: str) -> bool:
        return any(each.about == kind and each.status == status for each in self._receipts)

    def _enter(self, state: str) -> None:
        self._state = state
        workflow.upsert_search_attributes([_STATE.value_set(state)])

    def _args(self, step: dict[str, Any]) -> dict[str, Any]:
        return step | {"now": workflow.now()}

    def _now(self, step: dict[str, Any]) -> Step:
        return Step(**self._args(step))

    async def _do(self, name: str, kind: type[T] | None, *arguments: Any) -> T:
        result: T = await workflow.execute_activity(
            name, args=arguments, result_type=kind, start_to_close_timeout=TIMEOUT
        )
        return result
