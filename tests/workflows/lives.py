"""Whole lives of lists without a server: the workflows' own code, the real activities on a database, stand-ins outside.

What happens to a list is one method each; what comes of it waits as open work or as news until the test lets it land.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlmodel import col, select

from activities.changes import ChangeDesk
from activities.closing import CaseRegister
from activities.collection import CollectionDesk
from activities.customs_filing import CustomsFiling
from activities.examination import Examiner
from activities.goods_returns import ReturnDesk
from activities.inspections import InspectionOffice
from activities.legal_clocks import LegalCalendar
from clearway.contracts import names
from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import (
    CaseKey,
    CaseView,
    DeclareList,
    EntrustmentLetter,
    ModifyRequest,
    PresenceConfirmation,
    StartCase,
    Transmission,
)
from clearway.contracts.collection import StartCollection
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsNews,
    CustomsReceipt,
    Disposition,
    DispositionOrder,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.goods_return import ArrivedGoods, GoodsCheck, ReturnLine, ReturnView
from clearway.contracts.keys import CollectionKey, ReturnKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import EBC, WAREHOUSE, SampleSet, corrected
from connectors.errors import Unavailable
from gateway.news import news_from
from models.collection.calls import call_guarantee
from models.database import Database
from models.inbox import ItemState
from models.ledger.guarantee_care import lower, top_up
from models.ledger.guarantee_standing import standing
from models.ledger.transfers import Conflict
from models.tables import BillRecord, GoodsReturnRecord, InboxItem
from tests.collection_office import PurseBank
from tests.desk import INVT_NO, OWN_NEWS, PRE_NO
from tests.returns_desk import two_lines
from tests.sqlite import opened_file
from tests.standins import Authority, RecordingCustoms
from tests.workflows.server_by_hand import Ended, Rejected, ServerByHand, Work
from workflows.declaration_list import DeclarationListWorkflow
from workflows.goods_return import GoodsReturnWorkflow
from workflows.tax_collection import TaxCollectionWorkflow

LIST = DocumentKind.DECLARATION_LIST
BEGINNING = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
Goods = tuple[tuple[int, int], ...]
"""Quantities by line; nothing means everything that is left."""
NEWS = ("grant", *OWN_NEWS)


@dataclass
class Listed:
    """One list, and what its parties remember of it."""

    sample: SampleSet
    said: list[tuple[str, str, BaseModel]] = field(default_factory=list)
    """Everything it was told by signals, by whom they are told and as what."""
    corrections: int = 0

    @property
    def key(self) -> CaseKey:
        """Its case."""
        return self.sample.key

    @property
    def id(self) -> str:
        """Its workflow."""
        return self.sample.key.workflow_id


class World:
    """A few lists, their agent's collection, customs, a bank and a guarantee, on one clock."""

    def __init__(self, database: Database, lists: int = 2) -> None:
        self.database = database
        self.customs, self.bank, self.authority = RecordingCustoms(), PurseBank(), Authority()
        plain = (two_lines(f"L{number}", BEGINNING) for number in range(1, lists + 1))
        # Its list may say what was insured without contradicting its waybill.
        self.lists = [Listed(each.changed(DocumentKind.WAYBILL, insured_fee=None)) for each in plain]
        self.unheard: list[tuple[Work, Any]] = []
        self.numbers = 0
        changes = ChangeDesk(database, self.customs, "test")
        filing = CustomsFiling(database, self.customs)
        calendar, inspections = LegalCalendar(database), InspectionOffice(database)
        returns = ReturnDesk(database, self.customs)
        collection = CollectionDesk(database, self.bank)
        self.server = ServerByHand(
            (DeclarationListWorkflow, GoodsReturnWorkflow, TaxCollectionWorkflow),
            (
                Examiner(database, self.authority, "test").examine_documents,
                *(filing.send_documents_to_customs, filing.file_declaration_list),
                *(changes.prepare_modification, changes.settle_modification),
                *(changes.file_modification, changes.file_cancellation),
                *(calendar.set_legal_clocks, calendar.note_blocks),
                *(inspections.call_to_inspection, inspections.tell_disposition),
                CaseRegister(database).close_case,
                *(returns.open_return, returns.file_return_application, returns.settle_goods, returns.close_return),
                *(collection.plan_run, collection.pay_orders, collection.settle_rows, collection.close_run),
            ),
            BEGINNING + timedelta(minutes=10),
        )

    def copy(self, folder: Path) -> "World":
        """Another world in which the same has happened; nothing must be under way in this one."""
        with self.database.engine.connect() as connection:
            connection.connection.execute("VACUUM INTO ?", (str(folder / "lives.db"),))
        again = World(opened_file(folder / "lives.db"), 0)
        again.lists = [Listed(each.sample, list(each.said), each.corrections) for each in self.lists]
        again.numbers = self.numbers
        again.server.take_over(self.server)
        return again

    def close(self) -> None:
        """The end of the world."""
        self.server.close()
        self.database.close()

    @property
    def now(self) -> datetime:
        """The one clock."""
        return self.server.now

    def number(self) -> int:
        """A number not used before."""
        self.numbers += 1
        return self.numbers

    # --- enterprises --------------------------------------------------------------------------------------------------

    def hand_in(self, listed: Listed, *kinds: DocumentKind, after_retention: bool = False) -> None:
        """Hand in some of the documents, the list by an update of its own kind; the first opens the case.

        One that is over is begun again only where the server has forgotten it.
        """
        known = self.server.plays.get(listed.id)
        if known is not None and known.over:
            if not after_retention:
                raise Ended(listed.id)
            listed.said.clear()
        self.server.start(names.DECLARATION_LIST, listed.id, StartCase(key=listed.key))
        senders = {DocumentKind(each.document.kind): each for each in listed.sample.transmissions}
        if LIST in kinds:
            declared = listed.sample.declaration_list
            others = tuple(senders[kind] for kind in kinds if kind is not LIST)
            sender = Sender(code=declared.agent_code)
            request = DeclareList(declaration_list=declared, sender=sender, documents=others)
            self.server.ask(listed.id, names.DECLARE, request)
            return
        for kind in kinds:
            self.server.ask(listed.id, names.TRANSMIT_DOCUMENT, senders[kind])

    def correct(self, listed: Listed, kind: DocumentKind, **changes: Any) -> None:
        """A correction of one document on file."""
        listed.corrections += 1
        sent = next(each for each in self._transmissions(listed) if each.document.kind == kind)
        document = corrected(sent.document, **({"note": f"correction {listed.corrections}"} | changes))
        document = document.model_copy(update={"app_time": self.now + timedelta(seconds=listed.corrections)})
        handed_in = Transmission(document=document, sender=sent.sender)
        self.server.ask(listed.id, names.TRANSMIT_DOCUMENT, handed_in)

    def _transmissions(self, listed: Listed) -> Sequence[Transmission]:
        declared = listed.sample.declaration_list
        return (
            *listed.sample.transmissions,
            Transmission(document=declared, sender=Sender(code=declared.agent_code)),
        )

    def modify(self, listed: Listed, fee: Decimal) -> None:
        """Another insurance fee: another taxable price and tax."""
        listed.corrections += 1
        declared = listed.sample.declaration_list
        document = corrected(declared, insured_fee=fee, pre_no=PRE_NO, invt_no=INVT_NO)
        document = document.model_copy(update={"app_time": self.now})
        sender = Sender(code=declared.agent_code)
        request = ModifyRequest(declaration_list=document, sender=sender, reason="insured after all")
        self.server.ask(listed.id, names.MODIFY, request)

    def ask(self, workflow_id: str, name: str, request: BaseModel) -> None:
        """Any other update."""
        self.server.ask(workflow_id, name, request)

    # --- customs ------------------------------------------------------------------------------------------------------

    def tell(self, listed: Listed, workflow_id: str, name: str, argument: BaseModel) -> None:
        """A signal, which may be repeated later."""
        self.server.signal(workflow_id, name, argument)
        listed.said.append((workflow_id, name, argument))

    def receipts(
        self,
        listed: Listed,
        *statuses: str,
        about: Sequence[DocumentKind | ApplicationKind] = (LIST,),
        at: datetime | None = None,
    ) -> None:
        """Customs' answers, all in one piece of news."""
        numbers = {"pre_no": PRE_NO, "invt_no": INVT_NO} if tuple(about) == (LIST,) else {}
        found = tuple(
            CustomsReceipt(about=kind, status=status, at=at or self.now, **numbers)
            for kind in about
            for status in statuses
        )
        self.tell(listed, listed.id, names.CUSTOMS_NEWS, CustomsNews(receipts=found))

    def return_receipt(self, listed: Listed, key: ReturnKey, status: str, at: datetime | None = None) -> None:
        """Customs' answer to an application to return goods."""
        about = ApplicationKind.GOODS_RETURN
        receipt = CustomsReceipt(about=about, status=status, at=at or self.now, cop_no=f"CR{key.number}")
        self.tell(listed, key.workflow_id, names.CUSTOMS_NEWS, CustomsNews(receipts=(receipt,)))

    def bill(self, listed: Listed, total: Decimal, status: str = "1") -> None:
        """Customs' tax bill, as the inbox keeps it."""
        with self.database.transaction() as session:
            session.merge(
                BillRecord(
                    bill_no=f"B-{listed.key.order_no}",
                    invt_no=INVT_NO,
                    workflow_id=listed.id,
                    status=status,
                    total=total,
                    payment_order_no=None,
                    at=self.now,
                )
            )

    def put_up(self, amount: Decimal) -> None:
        """More guarantee; who waits is served."""
        with self.database.transaction() as session:
            top_up(
                session,
                guarantor=EBC,
                amount=amount,
                transfer_id=f"put-up-{self.number()}",
                at=self.now,
                form="deposit",
                valid_to=date(2099, 12, 31),
            )

    def call_guarantee(self, listed: Listed, transfer_id: str) -> bool:
        """Customs takes what the list holds; whether it could."""
        try:
            with self.database.transaction() as session:
                call_guarantee(session, listed.id, self.now, transfer_id)
        except Conflict:
            return False
        return True

    def take_back(self, left: Decimal) -> None:
        """The guarantor takes back all of the guarantee that is free, but for a little."""
        with self.database.transaction() as session:
            found = standing(session, EBC)
            more = found.total - found.occupied - left
            if more > 0:
                transfer_id = f"less-{self.number()}"
                lower(session, guarantor=EBC, amount=more, transfer_id=transfer_id, at=self.now, reason="test")

    def instruct(self, listed: Listed, name: str, *, presence: bool = False) -> None:
        """Customs wants to inspect."""
        instruction = ControlInstruction(
            instruction_id=name, issued_at=self.now, issuer="2991", presence_required=presence
        )
        self.tell(listed, listed.id, names.CONTROL_INSTRUCTION, instruction)

    def inspect(self, listed: Listed, name: str, outcome: InspectionOutcome = InspectionOutcome.NORMAL) -> None:
        """Customs has inspected."""
        result = InspectionResult(instruction_id=name, outcome=outcome, recorded_at=self.now, officer="7")
        self.tell(listed, listed.id, names.INSPECTION_RESULT, result)

    def dispose(self, listed: Listed, disposition: Disposition) -> None:
        """Customs decides about what it found."""
        order = DispositionOrder(
            decision_id=f"D-{self.number()}",
            disposition=disposition,
            at=self.now,
            officer="7",
            due_by=self.now + timedelta(days=1),
        )
        self.tell(listed, listed.id, names.DISPOSITION, order)

    def hold(self, listed: Listed, name: str, *, lifted: bool) -> None:
        """Customs holds the list without inspecting it, or lets it go."""
        self.tell(listed, listed.id, names.CUSTOMS_HOLD, CustomsHold(hold_id=name, at=self.now, lifted=lifted))

    # --- returns and inspections, by those who are there --------------------------------------------------------------

    def presence(self, name: str, by: str, *, letter: bool) -> PresenceConfirmation:
        """Somebody who will be there when customs inspects."""
        a_day = timedelta(days=1)
        written = EntrustmentLetter(
            number="W-1", principal=EBC, agent=by, valid_from=self.now - a_day, valid_before=self.now + a_day
        )
        return PresenceConfirmation(
            instruction_id=name, actor=by, attendant="staff 7", letter=written if letter else None
        )

    def lines(self, goods: Goods) -> tuple[ReturnLine, ...]:
        """Quantities by line."""
        return tuple(ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in goods)

    def arrive(self, key: ReturnKey, came: Goods = ()) -> None:
        """Goods pass the gate."""
        arrival = ArrivedGoods(actor=WAREHOUSE, arrived_at=self.now, lines=self.lines(came))
        self.ask(key.workflow_id, names.CONFIRM_RETURN_ARRIVAL, arrival)

    def look_at(self, key: ReturnKey, goods: Goods = (), *, original: bool) -> None:
        """Goods are checked."""
        found = GoodsCheck(actor=WAREHOUSE, checked_at=self.now, original=original, lines=self.lines(goods))
        self.ask(key.workflow_id, names.CHECK_RETURNED_GOODS, found)

    # --- the end ------------------------------------------------------------------------------------------------------

    def lives(self, listed: Listed) -> bool:
        """Whether the list, or one of its returns, is not over."""
        ids = (listed.id, *(key.workflow_id for key in self.returns(listed)))
        return any(each in self.server.plays and not self.server.plays[each].over for each in ids)

    def bring_on(self, listed: Listed) -> None:
        """The lawful next step from wherever the list stands."""
        self._bring_back(listed)
        view = self.view(listed)
        if view is None or self.server.plays[listed.id].over:
            return
        if view.held_by_customs:
            self.hold(listed, "H-1", lifted=True)
            self.hold(listed, "H-2", lifted=True)
        for name in {each.instruction_id for each in view.instructions}:
            if name not in {each.instruction_id for each in view.inspection_results}:
                self.inspect(listed, name)
        if view.changes and view.changes[-1].outcome == "FILED":
            modifies = view.changes[-1].kind == "modification"
            self.receipts(listed, "100", about=(LIST if modifies else ApplicationKind.CANCELLATION,))
        filed = any(document.kind is LIST for filing in view.filings for document in filing.documents)
        if view.state in (State.SUBMITTED, State.MATCH_FAILED):
            self.pass_time(timedelta(hours=73))
        elif view.state is State.DETAINED:
            self.dispose(listed, Disposition.RELEASE)
            self.receipts(listed, "800")
        elif view.state is State.MATCHED and not filed:
            self.receipts(listed, "120", about=THREE_DOCUMENTS)
        elif view.state is not State.RETURN_WINDOW:
            self.settle_down()
            self.receipts(listed, "800", at=self.now - timedelta(days=30))

    def _bring_back(self, listed: Listed) -> None:
        """Customs accepts each return that it has not, and whatever goods arrived are checked."""
        for key in self.returns(listed):
            view = self.return_view(key)
            if self.server.plays[key.workflow_id].over:
                continue
            if view.accepted_at is None:
                self.return_receipt(listed, key, "120", at=view.applied_at)
            with contextlib.suppress(Rejected, Ended):
                self.look_at(key, original=True)
            self.settle_down()

    # --- what is seen -------------------------------------------------------------------------------------------------

    def view(self, listed: Listed) -> CaseView | None:
        """The list as anyone may read it; None before anything was handed in."""
        return self.server.view(listed.id, CaseView) if listed.id in self.server.plays else None

    def returns(self, listed: Listed) -> list[ReturnKey]:
        """Returns of a list whose workflow was started."""
        with self.database.transaction() as session:
            rows = select(GoodsReturnRecord.workflow_id).where(GoodsReturnRecord.case_id == listed.id)
            found = session.exec(rows.order_by(col(GoodsReturnRecord.number))).all()
        return [ReturnKey.of(each) for each in found if each in self.server.plays]

    def return_view(self, key: ReturnKey) -> ReturnView:
        """A return as anyone may read it."""
        return self.server.view(key.workflow_id, ReturnView)

    # --- workers and the dispatcher -----------------------------------------------------------------------------------

    def carry_out(self, work: Work, *, twice: bool = False, hear: bool = True) -> None:
        """Do some open work; its answer may be lost, so that it is done again, and may be heard of later."""
        try:
            result = self.server.carry_out(work)
            if twice:
                result = self.server.carry_out(work)
        except Unavailable:
            return  # tried again later
        if hear:
            self.server.hear(work, result)
        else:
            self.unheard.append((work, result))

    def hear(self, place: int) -> None:
        """A workflow hears of work that was done before."""
        self.server.hear(*self.unheard.pop(place))

    def waiting_news(self) -> list[int]:
        """News of our own ledger and collection that is not delivered yet."""
        with self.database.transaction() as session:
            rows = select(InboxItem.id).where(col(InboxItem.kind).in_(NEWS), InboxItem.state == ItemState.WAITING)
            return [number for number in session.exec(rows.order_by(col(InboxItem.id))) if number is not None]

    def deliver(self, number: int, *, times: int = 1) -> None:
        """What the dispatcher does with one piece of news; it may do so more than once."""
        with self.database.transaction() as session:
            row = session.get_one(InboxItem, number)
            workflow_id, news, row.state = str(row.workflow_id), news_from(row.payload), ItemState.DELIVERED
        for _ in range(times):
            try:
                if news.grant:
                    self.server.signal(workflow_id, names.GUARANTEE_GRANTED, news.grant)
                elif news.tax:
                    self.server.signal(workflow_id, names.TAX_NEWS, news.tax)
                elif news.due_alarm:
                    self.server.signal(workflow_id, names.DUE_ALARM, news.due_alarm)
                elif news.collect:
                    start = StartCollection(key=CollectionKey.of(workflow_id))
                    self.server.start(names.TAX_COLLECTION, workflow_id, start)
                    self.server.signal(workflow_id, names.COLLECT, news.collect)
            except Ended:
                return

    def settle_down(self) -> None:
        """Everything that can be done is done and heard, and all news is delivered."""
        for _ in range(300):
            while self.unheard:
                self.hear(0)
            news = self.waiting_news()
            if news:
                self.deliver(news[0])
                continue
            before = self.server.open_work
            for work in before:
                if work.play.open.get(work.seq) is work:
                    self.carry_out(work)
            if not before or self.server.open_work == before:
                return
        raise AssertionError(f"never settles down: {[work.label for work in self.server.open_work]}")

    def pass_time(self, span: timedelta, *, idle: bool = False) -> None:
        """Time goes by; where workers are idle nothing is done meanwhile."""
        until = self.now + span
        while self.server.advance(until):
            if not idle:
                self.settle_down()

    def kill_worker(self, *, done: bool, begin_again: bool, drop_updates: bool) -> None:
        """All workers die: what they did may be committed, though nobody heard; tasks may begin again."""
        for work in self.server.open_work:
            if done and work.local:
                self.carry_out(work, hear=False)
        self.unheard.clear()
        for play in list(self.server.plays.values()):
            self.server.kill_worker(play, begin_again=begin_again, drop_updates=drop_updates)


__all__ = ["BEGINNING", "LIST", "Ended", "Goods", "Listed", "Rejected", "World"]
