"""Drawing a batch: what is payable now, in payment orders; a list is in one batch at a time (RULEBOOK B.9.3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert, or_, update
from sqlmodel import Session, col, func, select

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.keys import CollectionKey
from clearway.rules.allocation import differs
from clearway.rules.parameters import rules_in_force
from models.collection.billing import AT_A_TIME, BINDING, NOTHING, bills_of, owed
from models.collection.dues import OPEN
from models.rule_packs import RulePacks
from models.tables import BillRecord, CaseRecord, TaxBatch, TaxDue, TaxOrder, TaxShare

DRAWN, PAID, PART_PAID, REFUSED = "DRAWN", "PAID", "PART_PAID", "REFUSED"
DRAWN_AT_ONCE = 5000
"""Lists in one batch at most; a run draws as many batches as it takes."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one list brings into a batch; amounts in CNY."""

    row: TaxDue
    bill: BillRecord | None
    owed: Decimal
    asked: Decimal
    differs: bool

    @property
    def difference(self) -> Decimal:
        """Customs' figure less ours."""
        return self.owed - self.row.due

    @property
    def ends(self) -> bool:
        """Nothing is left to be paid, now or later."""
        return self.owed <= self.row.paid and self.row.held == NOTHING


def draw(session: Session, packs: RulePacks, key: CollectionKey, *, run_at: datetime, now: datetime) -> str | None:
    """The batch to be paid now: the one left unfinished, or a new one; None where nothing is payable.

    A run, known by its first instant, looks at each list once: what the bank refused waits for the next run.
    """
    if (unfinished := unfinished_batch(session, key)) is not None:
        return unfinished.batch_id
    while rows := _candidates(session, key, run_at, now):
        parts = _parts(session, packs, rows, now)
        taken = [part for part in parts if part.asked or part.ends]
        batch_id = _keep(session, key, taken, now) if taken else None
        _mark(session, rows, {"tried_at": run_at})
        if batch_id is not None:
            _mark(session, [part.row for part in taken], {"batch_id": batch_id})
            return batch_id
    return None


def unfinished_batch(session: Session, key: CollectionKey) -> TaxBatch | None:
    """The batch that is being paid; a collection has one at most."""
    batches = select(TaxBatch).where(TaxBatch.agent == key.agent, TaxBatch.customs == key.customs)
    return session.exec(batches.where(TaxBatch.outcome == DRAWN).limit(1)).first()


def _candidates(session: Session, key: CollectionKey, run_at: datetime, now: datetime) -> Sequence[TaxDue]:
    """Lists that may be payable, the earliest deadline first; without a bill only from the guard on."""
    billed = select(BillRecord.bill_no).where(BillRecord.workflow_id == TaxDue.workflow_id, *BINDING).exists()
    all_back = (col(TaxDue.due) == NOTHING) & (col(TaxDue.assessed) > NOTHING)
    retained = col(TaxDue.due) - col(TaxDue.held) > col(TaxDue.paid)
    rows = (
        select(TaxDue)
        .where(TaxDue.agent == key.agent, TaxDue.customs == key.customs, TaxDue.state == OPEN)
        .where(TaxDue.payable_from <= now, TaxDue.blocked == "", col(TaxDue.batch_id).is_(None))
        .where(or_(col(TaxDue.tried_at).is_(None), col(TaxDue.tried_at) < run_at))
        .where(or_(billed, col(TaxDue.guard_at) <= now, all_back))
        .where(or_(col(TaxDue.held) == NOTHING, col(TaxDue.held_until) <= now, retained))
        .order_by(col(TaxDue.pay_before), col(TaxDue.workflow_id))
        .limit(DRAWN_AT_ONCE)
        .with_for_update()
    )
    return session.exec(rows.execution_options(populate_existing=True)).all()


def _parts(session: Session, packs: RulePacks, rows: Sequence[TaxDue], now: datetime) -> list[Part]:
    ids = [row.workflow_id for row in rows]
    bills, numbers = bills_of(session, ids), pack_numbers(session, ids)
    by_pack: dict[int, list[TaxDue]] = defaultdict(list)
    for row in rows:
        by_pack[numbers.get(row.workflow_id, 0)].append(row)
    parts: list[Part] = []
    for number, of_pack in by_pack.items():
        with rules_in_force(packs.numbered(session, number)):
            parts += [_part(row, bills.get(row.workflow_id), now) for row in of_pack]
    return sorted(parts, key=lambda part: (part.row.deadline, part.row.workflow_id))


def _part(row: TaxDue, bill: BillRecord | None, now: datetime) -> Part:
    by_customs = owed(row, bill)
    held = NOTHING if now >= row.held_until else row.held
    off = differs(by_customs - row.due, lines=row.lines, on=legal_day(now), profile=row.profile)
    return Part(row, bill, by_customs, max(by_customs - held - row.paid, NOTHING), off)


def pack_numbers(session: Session, workflow_ids: Sequence[str]) -> Mapping[str, int]:
    """Under which own rules each list was opened."""
    found: dict[str, int] = {}
    for start in range(0, len(workflow_ids), AT_A_TIME):
        part = col(CaseRecord.workflow_id).in_(workflow_ids[start : start + AT_A_TIME])
        found.update(session.exec(select(CaseRecord.workflow_id, CaseRecord.rule_pack).where(part)).all())
    return found


def _keep(session: Session, key: CollectionKey, parts: Sequence[Part], now: datetime) -> str:
    """Write the batch, its payment orders and every list's share of them."""
    earlier = select(func.count()).where(TaxBatch.agent == key.agent, TaxBatch.customs == key.customs)
    number = session.exec(earlier).one() + 1
    batch_id = f"{key.agent}-{key.customs}-{now.astimezone(SHANGHAI):%Y%m%d}-{number}"
    session.add(
        TaxBatch(
            batch_id=batch_id,
            agent=key.agent,
            customs=key.customs,
            drawn_at=now,
            lists=len(parts),
            billed=sum((part.asked for part in parts), NOTHING),
            assessed=sum((max(part.asked - part.difference, NOTHING) for part in parts), NOTHING),
            differing=sum(part.differs for part in parts),
            outcome=DRAWN,
        )
    )
    by_order: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_order[_order_no(part, batch_id)].append(part)
    orders = [_order(batch_id, order_no, members, now) for order_no, members in by_order.items()]
    numbered = insert(TaxOrder).returning(col(TaxOrder.payment_order_no), col(TaxOrder.number))
    written = session.connection().execute(numbered, [order.model_dump(exclude={"number"}) for order in orders])
    numbers = {row.payment_order_no: row.number for row in written}
    shares = [_share(part, batch_id, numbers[order_no]) for order_no, members in by_order.items() for part in members]
    session.connection().execute(insert(TaxShare), shares)
    return batch_id


def _order(batch_id: str, order_no: str, members: Sequence[Part], now: datetime) -> TaxOrder:
    amount = sum((part.asked for part in members), NOTHING)
    return TaxOrder(
        batch_id=batch_id,
        payment_order_no=order_no,
        amount=amount,
        lists=len(members),
        requested_at=now,
        state="drawn" if amount else "paid",
    )


def _order_no(part: Part, batch_id: str) -> str:
    """Customs' payment order, else ours: the batch's; a list paid without a bill is paid by itself."""
    if not part.asked:
        return ""
    if part.bill is None:
        return part.row.workflow_id
    return part.bill.payment_order_no or batch_id


def _share(part: Part, batch_id: str, order_number: int | None) -> dict[str, object]:
    return {
        "order_number": order_number,
        "workflow_id": part.row.workflow_id,
        "batch_id": batch_id,
        "deadline": part.row.deadline,
        "asked": part.asked,
        "owed": part.owed,
        "assessed": part.row.due,
        "differs": part.differs,
        "bill_no": part.bill.bill_no if part.bill else None,
        "paid": NOTHING,
        "late_fee": NOTHING,
    }


def _mark(session: Session, rows: Sequence[TaxDue], values: Mapping[str, object]) -> None:
    for start in range(0, len(rows), AT_A_TIME):
        ids = [row.workflow_id for row in rows[start : start + AT_A_TIME]]
        session.execute(
            update(TaxDue).where(col(TaxDue.workflow_id).in_(ids)).values(**values),
            execution_options={"synchronize_session": False},
        )
