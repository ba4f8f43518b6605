"""Lists of few persons and few guarantors, all at once: nobody waits in a ring, and the books are right."""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from activities.closing import CaseRegister
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from activities.tax_payment import TaxOffice
from clearway.contracts.case import Transmission
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.facts import Examination
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import EBC, EBP, LOG, SampleSet, corrected, sample_set
from models.database import Database
from models.ledger.check import check
from models.ledger.guarantee_care import top_up
from models.ledger.quota import note_customs_figure
from models.person_key import person_key
from models.registry import Registry, load, read
from models.tables import GuaranteeWait, LedgerAccount
from models.work import CloseRequest, ExamineRequest, PayRequest, ReleaseFact
from tests.postgres import new_database
from tests.standins import Authority, ScriptedBank

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
THREADS, LISTS = 8, 120
PERSONS = ("11010519491231002X", "110105194912310011", "110105194912310118")
GUARANTORS = (EBC, LOG, EBP)
FAR = date(2099, 12, 31)
ENDS = (State.REJECTED, State.CANCELLED, State.MATCH_FAILED, State.RETURNED)


@pytest.fixture
def busy(postgres_url: str) -> Any:
    """A PostgreSQL database that tells of a deadlock at once, with little guarantee for many lists."""
    database = Database(new_database(postgres_url))

    @event.listens_for(database.engine, "connect")
    def _impatient(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '20ms'")
        connection.commit()

    database.migrate()
    load(database, read(ROOT / "deploy" / "registry.yaml"))
    with database.transaction() as session:
        for guarantor in GUARANTORS[1:]:
            top_up(
                session,
                guarantor=guarantor,
                amount=Decimal("90.00"),
                transfer_id=f"first {guarantor}",
                at=AT,
                form="deposit",
                valid_to=FAR,
            )
    yield database
    database.close()


class Trader:
    """One list through its life, each step tried until the database does it, as Temporal does."""

    def __init__(self, database: Database, sample: SampleSet, chance: random.Random, troubles: Counter[str]) -> None:
        self._database = database
        self._sample = sample
        self._chance = chance
        self._troubles = troubles

    def live(self) -> None:
        """Judged, judged again with another guarantor, then ended in one of the ways."""
        declared = self._sample.declaration_list
        examined = self._try(self._examine, (*self._sample.transmissions, _by_agent(declared)))
        if self._chance.random() < 0.5:
            declared = corrected(declared, assure_code=self._chance.choice(GUARANTORS))
            examined = self._try(self._examine, (_by_agent(declared),))
        judgement = examined.judgement
        assert judgement is not None
        if self._chance.random() < 0.2:
            self._try(self._top_up, declared.assure_code)
        if self._chance.random() < 0.1:
            self._try(self._customs_figure)
        if self._chance.random() < 0.2:
            self._try(self._load_registry)
        if not judgement.matched or self._chance.random() < 0.5:
            end = self._chance.choice(ENDS if judgement.matched else ENDS[:3])
            if end is State.RETURNED:
                self._try(self._release)
            self._try(self._close, end)
            return
        self._try(self._release)
        self._try(self._pay, judgement.guarantee)

    def _try(self, step: Any, *given: Any) -> Any:
        while True:
            try:
                return step(*given)
            except OperationalError as error:
                self._troubles[type(error.orig).__name__] += 1

    def _examine(self, arrivals: tuple[Transmission, ...]) -> Examination:
        return Examiner(self._database, Authority(), "test").examine_documents(
            ExamineRequest(
                key=self._sample.key,
                profile="SEED",
                now=AT + timedelta(hours=1),
                opened_at=AT,
                arrivals=arrivals,
                open_for_change=True,
            )
        )

    def _release(self) -> None:
        fact = ReleaseFact(key=self._sample.key, released_at=AT, now=AT, profile="SEED")
        LegalCalendar(self._database).set_legal_clocks(fact)

    def _close(self, end: State) -> None:
        receipt = CustomsReceipt(about=DocumentKind.DECLARATION_LIST, status="-621018", at=AT, info="")
        refused_by = receipt if end is State.REJECTED and self._chance.random() < 0.1 else None
        request = CloseRequest(key=self._sample.key, state=end, now=AT, refused_by=refused_by)
        CaseRegister(self._database).close_case(request)

    def _pay(self, held: Any) -> None:
        request = PayRequest(
            key=self._sample.key, assessed=held.amount, guarantor=held.guarantor, now=AT, without_bill=True
        )
        TaxOffice(self._database, ScriptedBank()).pay_tax(request)

    def _top_up(self, guarantor: str) -> None:
        with self._database.transaction() as session:
            reference = f"{self._sample.order.order_no} more"
            top_up(session, guarantor=guarantor, amount=Decimal("5.00"), transfer_id=reference, at=AT)

    def _load_registry(self) -> None:
        later = self._chance.sample(GUARANTORS[1:], 2)
        guarantees = [{"guarantor": each, "form": "deposit", "total": "10.00", "valid_to": FAR} for each in later]
        load(self._database, Registry.model_validate({"enterprises": [], "guarantees": guarantees}), lambda: AT)

    def _customs_figure(self) -> None:
        with self._database.transaction() as session:
            note_customs_figure(
                session,
                person=person_key(self._sample.order.buyer_id_number, "test"),
                year=2026,
                figure=Decimal(self._chance.randint(1, 20000)),
                limit=Decimal(26000),
                at=AT,
                transfer_id=f"{self._sample.order.order_no} figure",
                reason="test",
            )


def _by_agent(declared: DeclarationList) -> Transmission:
    return Transmission(document=declared, sender=Sender(code=declared.agent_code))


def _sample(number: int, chance: random.Random) -> SampleSet:
    sample = sample_set(f"CW-{number}", at=AT, buyer_id=chance.choice(PERSONS))
    [line] = sample.declaration_list.lines
    sweet = chance.random() < 0.7
    sugar = {"hs_code": "1701991090", "goods_name": "白砂糖", "qty1": Decimal("0.12345"), "unit1": "035"}
    lines = (line.model_copy(update=sugar if sweet else {}),)
    return sample.changed(DocumentKind.DECLARATION_LIST, lines=lines, assure_code=chance.choice(GUARANTORS))


def test_eight_threads_with_lists_of_few_people_never_deadlock_and_leave_the_books_right(busy: Database) -> None:
    seed = int(os.environ["LEDGER_SEED"])
    chance, troubles = random.Random(seed), Counter[str]()
    traders = [
        Trader(busy, _sample(number, chance), random.Random(chance.random()), troubles) for number in range(LISTS)
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(Trader.live, traders))
    with busy.transaction() as session:
        assert check(session) == []
    with busy.transaction() as session:
        assert session.exec(select(GuaranteeWait)).all() == []
        assert not sum(each.reserved for each in session.exec(select(LedgerAccount)))
    assert not troubles
