"""Customs' side of a list at the desk: inspections, decisions and answers to changes; and the books a test looks at."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from clearway.client import ClearwayClient
from clearway.contracts.base import legal_day
from clearway.contracts.case import Answer, CaseKey, CaseView, GoodsExit, PresenceConfirmation
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsNews,
    CustomsReceipt,
    Disposition,
    DispositionOrder,
    Finding,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import ApplicationKind, CancelApplication, DeclarationList
from clearway.contracts.parties import Sender
from clearway.testing import AGENT, BUYER_ID, EBC, WAREHOUSE, SampleSet, corrected
from models.collection import dues
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.guarantee import guarantee_account
from models.ledger.quota import holding
from models.person_key import person_key
from models.tables import CaseRecord, LedgerTransfer, Notice, TaxDue
from tests.desk import INVT_NO, PRE_NO, Desk
from tests.patience import PATIENCE

PLAIN, PET_FOOD = "3304990029", "2309109000"
PRICE = Decimal("310.00")
TAX, PET_FOOD_TAX = Decimal("28.21"), Decimal("19.53")
"""Of the sample as it is, and by another HS code: 13 % and 9 % VAT at 70 %."""
NORMAL, ABNORMAL = InspectionOutcome.NORMAL, InspectionOutcome.ABNORMAL


@dataclass(frozen=True)
class Books:
    """What one list takes: reserved and confirmed of the year, reserved of the guarantee, and its tax."""

    year: Decimal
    guarantee: Decimal
    tax: str

    @classmethod
    def holding(cls, tax: str = "none") -> "Books":
        """The sample's amounts, kept."""
        return cls(PRICE, TAX, tax)


NOTHING = Books(Decimal(0), Decimal(0), "none")


@dataclass
class ControlOffice:
    """Plays customs' officers towards lists at a desk."""

    desk: Desk
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def client(self) -> ClearwayClient:
        """The library."""
        return self.desk.client

    async def filed(self) -> SampleSet:
        """A list that customs has accepted, by both its numbers."""
        sample = self.desk.sample()
        answer = await self.desk.declare(sample)
        assert answer.accepted, answer.problems
        await self.desk.accept_documents(sample.key)
        await self.desk.receipts(sample.key, "120", at=datetime.now(UTC) - timedelta(minutes=5))
        return sample

    async def released(self) -> SampleSet:
        """A list in its return window."""
        sample = self.desk.sample()
        await self.desk.declare(sample)
        await self.desk.release(sample.key)
        return sample

    # --- inspections -------------------------------------------------------------------------------------------------

    async def instruct(self, key: CaseKey, number: str = "K-1", **more: Any) -> CaseView:
        """Customs orders an inspection."""
        at = more.pop("issued_at", None) or datetime.now(UTC)
        order = ControlInstruction(instruction_id=number, issued_at=at, issuer="2991", **more)
        await self.client.instruct(key.workflow_id, order)
        return await self.client.view(key)

    async def found(
        self, key: CaseKey, outcome: InspectionOutcome, number: str = "K-1", *, kind: Finding | None = None
    ) -> CaseView:
        """Customs has inspected."""
        result = InspectionResult(
            instruction_id=number,
            outcome=outcome,
            kind=kind,
            finding="3 pieces instead of 1" if outcome is ABNORMAL else "",
            recorded_at=datetime.now(UTC),
            officer="7",
        )
        await self.client.record_inspection(key.workflow_id, result)
        return await self.client.view(key)

    async def dispose(self, key: CaseKey, disposition: Disposition, number: str = "", **more: Any) -> None:
        """Customs decides about the goods."""
        order = DispositionOrder(
            decision_id=number or f"D-{next(self.numbers)}",
            disposition=disposition,
            at=more.pop("at", None) or datetime.now(UTC),
            officer="7",
            **more,
        )
        await self.client.dispose(key.workflow_id, order)

    async def attend(self, key: CaseKey, number: str = "K-1", **more: Any) -> Answer:
        """Somebody will be there."""
        who = {"actor": EBC, "attendant": "Li Lei"} | more
        return await self.client.confirm_presence(key, PresenceConfirmation(instruction_id=number, **who))

    async def leave(self, key: CaseKey) -> Answer:
        """The goods pass the gate."""
        return await self.client.confirm_exit(key, GoodsExit(actor=WAREHOUSE, exited_at=datetime.now(UTC)))

    # --- changes -----------------------------------------------------------------------------------------------------

    def modified(self, sample: SampleSet, **changes: Any) -> DeclarationList:
        """The list as it shall read: `line` for what changes of its line, the rest of its head."""
        listed = sample.declaration_list
        line = changes.pop("line", {})
        if line:
            changes["lines"] = (listed.lines[0].model_copy(update=line),)
        numbers = {"pre_no": PRE_NO, "invt_no": INVT_NO, "app_time": datetime.now(UTC)}
        made: DeclarationList = corrected(listed, **(numbers | changes))
        return made

    def as_pet_food(self, sample: SampleSet) -> DeclarationList:
        """The same goods under another HS code, with a lower tax."""
        line = {"hs_code": PET_FOOD, "qty1": Decimal("0.40"), "qty2": None, "unit2": None}
        return self.modified(sample, line=line)

    async def modify(self, candidate: DeclarationList, *, sender: str = AGENT) -> Answer:
        """Ask for it."""
        return await self.client.modify(candidate, sender=Sender(code=sender), reason="wrong HS code")

    async def modifying(self, sample: SampleSet) -> DeclarationList:
        """A modification that customs has."""
        candidate = self.as_pet_food(sample)
        before = len(self.desk.customs.filed)
        answer = await self.modify(candidate)
        assert answer.accepted, answer.problems
        await self.sent(before + 1)
        return candidate

    async def cancelling(self, sample: SampleSet) -> CancelApplication:
        """An application to cancel that customs has."""
        before = len(self.desk.customs.filed)
        answer = await self.client.cancel(sample.key, actor=EBC, reason="the buyer changed their mind")
        assert answer.accepted, answer.problems
        await self.sent(before + 1)
        application = self.desk.customs.filed[-1][1]
        assert isinstance(application, CancelApplication)
        return application

    async def sent(self, number: int) -> None:
        """Wait until customs was handed so many documents in all."""
        async with asyncio.timeout(PATIENCE):
            while len(self.desk.customs.filed) < number:  # noqa: ASYNC110  an activity's thread fills it
                await asyncio.sleep(0.02)

    async def answer(self, key: CaseKey, application: CancelApplication, status: str, info: str = "") -> None:
        """Customs' receipt 624."""
        receipt = CustomsReceipt(
            about=ApplicationKind.CANCELLATION,
            status=status,
            at=datetime.now(UTC),
            info=info,
            cop_no=application.cop_no,
        )
        await self.client.deliver(key.workflow_id, CustomsNews(receipts=(receipt,)))

    # --- books -------------------------------------------------------------------------------------------------------

    def books(self, sample: SampleSet) -> Books:
        """What the ledger holds for the sample's buyer and guarantor, and what is due; the ledger itself is sound."""
        year = legal_day(sample.order.app_time).year
        with self.desk.database.transaction() as session:
            assert check(session) == []
            taken = holding(session, person_key(BUYER_ID, "test"), year)
            reserved = balance(session, guarantee_account(EBC).id).reserved
            row = dues.find(session, sample.key.workflow_id)
        return Books(taken.used, reserved, _told(row))

    def transfers(self) -> int:
        """Entries in the ledger."""
        with self.desk.database.transaction() as session:
            return len(session.exec(select(LedgerTransfer)).all())

    def registered(self, key: CaseKey) -> tuple[str, bool]:
        """The state in the register, and whether it is an end."""
        with self.desk.database.transaction() as session:
            record = session.get_one(CaseRecord, key.workflow_id)
            return record.state, record.ended_at is not None

    def notices(self, key: CaseKey, kind: str) -> list[tuple[str, str]]:
        """Recipients and payloads of one kind of notice about a list, in order."""
        rows = select(Notice).where(Notice.subject == key.workflow_id, Notice.kind == kind).order_by(col(Notice.number))
        with self.desk.database.transaction() as session:
            return [(row.recipient, row.payload) for row in session.exec(rows).all()]

    async def untouched(self, sample: SampleSet) -> tuple[int, int, Books, int]:
        """What a refusal must leave as it is: history, ledger, books, messages to customs."""
        counted, events = -1, 0
        while counted != events:  # what came before is still being written down
            counted = events
            await asyncio.sleep(0.15)
            events = len(await self.desk.events(sample.key))
        return events, self.transfers(), self.books(sample), len(self.desk.customs.filed)


def _told(row: TaxDue | None) -> str:
    if row is None:
        return "none"
    return "void" if row.state == dues.VOID else f"{row.due:.2f}"


def codes(problems: Any) -> list[str]:
    """Codes of problems, in order."""
    return [problem.code for problem in problems]


def lists_filed(desk: Desk) -> list[DeclarationList]:
    """The lists that customs was handed, in order."""
    return [record for _, record in desk.customs.filed if isinstance(record, DeclarationList)]
