"""What the workflow of a return carries: recorded facts and the chart, changed only by the methods here (B.8).

Nothing here decides money, a limit or a date: those come in as facts (DESIGN law 1). Receipts may come twice, early or
in any order: each is kept once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.facts import Filing
from clearway.contracts.goods_return import (
    RETURN_ENDS,
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnPassage,
    ReturnRecord,
    ReturnSettlement,
    ReturnShipment,
    ReturnState,
    StartReturn,
    WithdrawReturn,
)
from models.lifecycle import Standing
from models.return_chart import GoodsReturnChart
from models.return_effects import ReturnEffect, effect_of
from models.return_quantities import NOTHING, Quantities, as_lines, less, quantities, together, told
from models.return_work import ReturnClosing

TOO_LATE, UNSETTLED = "E_RETURN_LATE_APPLY", "RETURN_UNSETTLED"


class Step(NamedTuple):
    """A check whose consequences are due."""

    number: int
    check: GoodsCheck


class GoodsReturnCase:
    """One return, from the application to its end."""

    def __init__(self, start: StartReturn) -> None:
        self.start = start
        self.clocks = start.clocks
        self.applied = quantities(start.lines)
        self.standing = Standing(GoodsReturnChart)
        self.filing: Filing | None = None
        self.to_resend = False
        self.accepted_at: datetime | None = None
        self.admission: AdmitLateReturn | None = None
        self.shipment: ReturnShipment | None = None
        self.arrivals: list[ArrivedGoods] = []
        self.checks: list[GoodsCheck] = []
        self.settling: GoodsCheck | None = None  # what the books are being changed for this moment
        self.settlements: list[ReturnSettlement] = []  # one for each check, in their order
        self.expired: Quantities = {}
        self.closing: ReturnClosing | None = None
        self.receipts: list[CustomsReceipt] = []
        self.duplicate_receipts = 0
        self.alarms: list[str] = []
        self.why = ""
        self.passages = [ReturnPassage(state=self.state, at=start.applied_at, why=start.reason)]

    @property
    def state(self) -> ReturnState:
        """The published state."""
        return ReturnState(self.standing.state)

    @property
    def over(self) -> bool:
        """The return has reached its end."""
        return self.state in RETURN_ENDS

    @property
    def arrived(self) -> Quantities:
        """What passed the gate."""
        return _sum(self.arrivals)

    @property
    def on_their_way(self) -> Quantities:
        """What may still arrive."""
        return less(self.applied, self.arrived, self.expired)

    @property
    def unchecked(self) -> Quantities:
        """What arrived and waits for the original-goods check."""
        return less(self.arrived, _sum(self.checks))

    @property
    def confirmed(self) -> Quantities:
        """What came back, passed the check and has its relief."""
        return _sum(check for check in self._settled_checks if check.original)

    @property
    def rejected(self) -> Quantities:
        """What came back and is not what was sent out."""
        return _sum(check for check in self._settled_checks if not check.original)

    @property
    def due_step(self) -> Step | None:
        """The next check whose consequences are due; goods are given relief only once customs has accepted."""
        done = len(self.settlements)
        if self.over or done == len(self.checks):
            return None
        check = self.checks[done]
        return Step(done + 1, check) if self.accepted_at or not check.original else None

    # --- what happens to it --------------------------------------------------------------------------------------

    def take_filing(self, filing: Filing, at: datetime) -> None:
        """Record that the application was handed to customs, or that customs would not even take it."""
        self.filing = filing
        if filing.refused and self.accepted_at is None and not self.over:
            self._enter("refuse", at, filing.refused)

    def take_news(self, news: CustomsNews, at: datetime) -> None:
        """Record receipts; those already known are counted and change nothing."""
        known = {receipt.key for receipt in self.receipts}
        for receipt in sorted(news.receipts, key=lambda each: each.at):
            if receipt.key in known:
                self.duplicate_receipts += 1
                continue
            known.add(receipt.key)
            self.receipts.append(receipt)
            self._apply(receipt, at)

    def _apply(self, receipt: CustomsReceipt, at: datetime) -> None:
        effect = effect_of(receipt.status, receipt.info)
        if effect is ReturnEffect.UNKNOWN:
            self.raise_alarm("UNKNOWN_RECEIPT")
        elif self.over or effect is ReturnEffect.NOTE:
            return
        elif effect is ReturnEffect.RESEND:
            self.to_resend = self.accepted_at is None
        elif effect is ReturnEffect.ACCEPT:
            self._be_accepted(receipt, at)
        else:
            self._be_refused(receipt, effect, at)

    def _be_accepted(self, receipt: CustomsReceipt, at: datetime) -> None:
        """Customs' own time decides whether it was in time (D-20); a second receipt only makes it earlier."""
        self.to_resend = False
        if self.accepted_at is not None:
            self.accepted_at = min(self.accepted_at, receipt.at)
            return
        if receipt.at >= self.clocks.return_application_before and self.admission is None:
            last = self.clocks.return_application_before
            self._enter("refuse", at, f"{TOO_LATE}: accepted {receipt.at.isoformat()}, not before {last.isoformat()}")
            return
        self.accepted_at = receipt.at
        if self.state is ReturnState.APPLIED:
            self._enter("accept", receipt.at, f"{receipt.status} {receipt.info}".strip())

    def _be_refused(self, receipt: CustomsReceipt, effect: ReturnEffect, at: datetime) -> None:
        if self.accepted_at is not None and receipt.at <= self.accepted_at:
            return  # customs thought better of it
        if self.confirmed or (self.settling and self.settling.original):
            self.raise_alarm("REFUSED_AFTER_RELIEF")
            return
        if effect is ReturnEffect.CALL_OPERATOR:
            self.raise_alarm("RETURN_NEEDS_OPERATOR")
        self._enter("refuse", at, f"{receipt.status} {receipt.info}".strip())

    def admit(self, admission: AdmitLateReturn) -> None:
        """Customs' answer, if it comes late, comes late for the platform's reason (D-20)."""
        self.admission = admission

    def note_shipment(self, shipment: ReturnShipment, at: datetime) -> None:
        """The goods are on their way; a later word about it replaces the earlier one."""
        self.shipment = shipment
        if self.state in (ReturnState.APPLIED, ReturnState.ACCEPTED):
            self._enter("ship", at, " ".join(filter(None, (shipment.carrier, shipment.waybill_no))))

    def take_arrival(self, arrival: ArrivedGoods, at: datetime) -> None:
        """Goods passed the gate in time; without lines it is everything still on its way."""
        came = arrival.lines or as_lines(self.on_their_way)
        self.arrivals.append(arrival.model_copy(update={"lines": came}))
        self._enter("arrive", at, f"{told(quantities(came))} at {arrival.arrived_at.isoformat()}")

    def take_check(self, check: GoodsCheck, at: datetime) -> int:
        """Goods were looked at; which check it is. Without lines it is about everything that arrived."""
        seen = check.lines or as_lines(self.unchecked)
        self.checks.append(check.model_copy(update={"lines": seen}))
        found = "the original goods" if check.original else "not the original goods"
        self._enter("check", at, f"{told(quantities(seen))}: {found}")
        if not check.original:
            self.raise_alarm("RETURN_NOT_ORIGINAL")
        return len(self.checks)

    def take_settlement(self, settlement: ReturnSettlement, at: datetime) -> None:
        """Record what a check changed; with the last unit the return ends."""
        self.settling = None
        self.settlements.append(settlement)
        self._end_if_done(at)

    def expire(self, at: datetime) -> None:
        """Day 45 is over: what has not arrived does not count any more (B.8); what has is shown to wait for people."""
        if not self.over:
            self.expired = self.on_their_way
            self._end_if_done(at)
            if not self.over:
                self.raise_alarm("RETURN_UNSETTLED")

    def withdraw(self, request: WithdrawReturn, at: datetime) -> None:
        """The applicant takes it back; the goods stay with the buyer."""
        self._enter("withdraw", at, f"withdrawn by {request.actor}: {request.reason}")

    def _end_if_done(self, at: datetime) -> None:
        """It ends when every unit is confirmed, rejected or expired."""
        confirmed, rejected = self.confirmed, self.rejected
        if self.over or less(self.applied, confirmed, rejected, self.expired):
            return
        parts = {"confirmed": confirmed, "not the original": rejected, "not back by day 45": self.expired}
        why = "; ".join(f"{what}: {told(each)}" for what, each in parts.items() if each)
        if confirmed:
            self._enter("confirm", at, why)
        else:
            self._enter("find_not_original" if rejected else "expire", at, why)

    # --- the small changes that every other one is made of -------------------------------------------------------

    @property
    def _settled_checks(self) -> list[GoodsCheck]:
        return self.checks[: len(self.settlements)]

    def _enter(self, event: str, at: datetime, why: str) -> None:
        self.standing.move(event)
        if self.over:
            self.alarms = [alarm for alarm in self.alarms if alarm != UNSETTLED]
        self.why = why
        self.passages.append(ReturnPassage(state=self.state, at=at, why=why))

    def raise_alarm(self, alarm: str) -> None:
        """Show an alarm that operators can filter by."""
        if alarm not in self.alarms:
            self.alarms.append(alarm)

    def record(self) -> ReturnRecord:
        """The return as its list knows it."""
        return ReturnRecord(
            number=self.start.key.number,
            workflow_id=self.start.key.workflow_id,
            state=self.state,
            lines=self.start.lines,
            confirmed=as_lines(self.confirmed),
            applied_at=self.start.applied_at,
            reason=self.start.reason,
            actor=self.start.actor,
            ended_at=self.passages[-1].at if self.over else None,
            why=self.why,
            tax_due=self.closing.tax_due if self.closing else None,
            refund=self.closing.refund if self.closing else NOTHING,
        )


def _sum(events: Iterable[ArrivedGoods | GoodsCheck]) -> Quantities:
    return together(*(quantities(event.lines) for event in events))
