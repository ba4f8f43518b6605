"""A collection's surroundings: lists that owe tax, customs' bills, a bank, and runs without a workflow."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import col, select
from temporalio.testing import ActivityEnvironment

from activities.collection import CollectionDesk
from activities.work_calendar import calendar_around
from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.collection import TaxNews
from clearway.contracts.facts import LegalClocks, TaxAssessment, TaxLine, Treatment
from clearway.contracts.keys import CollectionKey
from clearway.rules.deadlines import legal_clocks
from connectors.bank import BankReceipt
from models.collection import dues
from models.collection.work import CloseRun, PayOrders, PlanRun, SettleRows, Standing
from models.database import Database
from models.ledger import guarantee
from models.ledger.guarantee_care import top_up
from models.tables import BillRecord, CaseRecord, InboxItem, Notice, TaxDue
from tests.standins import ScriptedBank

AGENT, CUSTOMS, ENTERPRISE = "3301960A01", "2991", "3301960E01"
KEY = CollectionKey(agent=AGENT, customs=CUSTOMS)
RELEASED = datetime(2026, 1, 2, 12, tzinfo=SHANGHAI)
PAYABLE = datetime(2026, 2, 2, tzinfo=SHANGHAI)
FIRST_RUN = PAYABLE + timedelta(hours=2)
PAY_BEFORE = datetime(2026, 2, 25, tzinfo=SHANGHAI)


@dataclass
class PurseBank(ScriptedBank):
    """A bank that may hold less than it is asked to pay, and keeps its own calendar."""

    purse: Decimal | None = None
    day: datetime | None = None
    refusing: set[str] = field(default_factory=set)

    def pay(
        self, *, payment_order_no: str, amount: Decimal, payer_code: str, requested_at: datetime, idempotency_key: str
    ) -> BankReceipt:
        """Pay what the purse holds, on the bank's day."""
        if payment_order_no in self.refusing:
            self.refusals += 1
        able = amount if self.purse is None or idempotency_key in self.paid else min(amount, self.purse)
        before = len(self.paid)
        receipt = super().pay(
            payment_order_no=payment_order_no,
            amount=able,
            payer_code=payer_code,
            requested_at=self.day or requested_at,
            idempotency_key=idempotency_key,
        )
        if self.purse is not None and len(self.paid) > before:
            self.purse -= able
        return receipt


def clocks_at(released_at: datetime) -> LegalClocks:
    """Every deadline of a release."""
    return legal_clocks(released_at, calendar_around(legal_day(released_at)), profile="SEED")


def tax_of(total: Decimal) -> TaxAssessment:
    """A figure of ours, of one line."""
    line = TaxLine(gnum=1, hs_code="3304990039", base=total, duty=Decimal(0), consumption_tax=Decimal(0), vat=total)
    return TaxAssessment(
        regime="T-CBEC-2018",
        treatment=Treatment.IN_QUOTA,
        assessed_on=date(2026, 1, 2),
        lines=(line,),
        duty=Decimal(0),
        consumption_tax=Decimal(0),
        vat=total,
        total=total,
    )


@dataclass
class Office:
    """Opens lists by hand and runs a collection."""

    database: Database
    bank: PurseBank = field(default_factory=PurseBank)

    def __post_init__(self) -> None:
        self.desk = CollectionDesk(self.database, self.bank)

    def release(
        self,
        number: int,
        total: str = "27.30",
        *,
        at: datetime = RELEASED,
        customs: str = CUSTOMS,
        agent: str = AGENT,
        secured: bool = False,
        bill: str | None = None,
    ) -> str:
        """A released list that owes tax; with `bill`, customs billed it too."""
        workflow_id = f"declaration-list/{ENTERPRISE}/L{number:04d}"
        with self.database.transaction() as session:
            session.add(
                CaseRecord(
                    workflow_id=workflow_id,
                    ebc_code=ENTERPRISE,
                    order_no=f"L{number:04d}",
                    state="return_window",
                    opened_at=at,
                    changed_at=at,
                )
            )
            session.flush()
            if secured:
                guarantee.hold(
                    session,
                    guarantor=agent,
                    amount=Decimal(total),
                    case=workflow_id,
                    hold_id=f"{workflow_id}|1|guarantee",
                    now=at,
                    profile="SEED",
                )
            dues.open_due(
                session,
                workflow_id=workflow_id,
                clocks=clocks_at(at),
                tax=tax_of(Decimal(total)),
                agent=agent,
                customs=customs,
                enterprise=ENTERPRISE,
                profile="SEED",
                at=at,
            )
        if bill is not None:
            self.bill(workflow_id, bill)
        return workflow_id

    def put_up(self, amount: str, guarantor: str = AGENT) -> None:
        """A deposit, valid for ages."""
        with self.database.transaction() as session:
            top_up(
                session,
                guarantor=guarantor,
                amount=Decimal(amount),
                transfer_id=f"put-up-{guarantor}",
                at=RELEASED,
                form="deposit",
                valid_to=date(2099, 12, 31),
            )

    def bill(
        self, workflow_id: str, total: str, *, order_no: str | None = None, at: datetime = RELEASED, status: str = "1"
    ) -> None:
        """Customs' bill, or its later status."""
        with self.database.transaction() as session:
            session.merge(
                BillRecord(
                    bill_no=f"B-{workflow_id[-5:]}",
                    invt_no="299120261000000001",
                    workflow_id=workflow_id,
                    status=status,
                    total=Decimal(total),
                    payment_order_no=order_no,
                    at=at,
                )
            )

    def run(self, at: datetime, key: CollectionKey = KEY) -> Standing:
        """One run at an instant, as the workflow does it."""
        environment = ActivityEnvironment()
        while batch_id := environment.run(self.desk.plan_run, PlanRun(key=key, run_at=at, now=at)).batch_id:
            while environment.run(self.desk.pay_orders, PayOrders(key=key, batch_id=batch_id)).left:
                pass
            while environment.run(self.desk.settle_rows, SettleRows(batch_id=batch_id, now=at)).more:
                pass
        closed: Standing = environment.run(self.desk.close_run, CloseRun(key=key, now=at))
        return closed

    def due(self, workflow_id: str) -> TaxDue:
        """What a list owes now."""
        with self.database.transaction() as session:
            row = dues.find(session, workflow_id)
            assert row is not None
            return row

    def news(self, workflow_id: str) -> list[TaxNews]:
        """What a list was told of its tax, in order."""
        with self.database.transaction() as session:
            rows = select(InboxItem).where(InboxItem.kind == "tax", InboxItem.workflow_id == workflow_id)
            found = session.exec(rows.order_by(col(InboxItem.id))).all()
        return [TaxNews.model_validate(json.loads(row.payload)["tax"]) for row in found]

    def items(self, kind: str) -> list[InboxItem]:
        """Everything of one kind in the inbox."""
        with self.database.transaction() as session:
            return list(session.exec(select(InboxItem).where(InboxItem.kind == kind).order_by(col(InboxItem.id))))

    def notices(self, kind: str) -> list[Notice]:
        """What enterprises were told."""
        with self.database.transaction() as session:
            return list(session.exec(select(Notice).where(Notice.kind == kind).order_by(col(Notice.number))))

    @property
    def bank_paid(self) -> Decimal:
        """What the bank paid in all."""
        return sum((receipt.amount for receipt in self.bank.paid.values()), Decimal(0))
