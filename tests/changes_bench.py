"""A bench for changes of filed lists: the desk, a list that is with customs, and what the books say of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import select

from activities.changes import ChangeDesk
from activities.closing import CaseRegister
from activities.customs_filing import CustomsFiling
from activities.examination import Examiner
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.facts import Judgement
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import AGENT, BUYER_ID, EBC, SampleSet, corrected, sample_set
from models.database import Database
from models.documents import latest, parse
from models.ledger.accounts import balance
from models.ledger.guarantee import guarantee_account
from models.ledger.guarantee_care import lower
from models.ledger.quota import holding
from models.ledger.transfers import open_reservations
from models.person_key import person_key
from models.tables import CaseRecord, StoredDocument
from models.work import (
    ChangeDecided,
    CloseRequest,
    ExamineRequest,
    FileRequest,
    ModificationAsked,
    PreparedChange,
    SettledChange,
)
from tests.standins import Authority, RecordingCustoms

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
PRE_NO, INVT_NO = "B20260310000000001", "29912026I000000001"
LIMIT, PUT_UP = Decimal("26000.00"), Decimal("100000000.00")
NOTHING = Decimal(0)
LIST = DocumentKind.DECLARATION_LIST


@dataclass
class Bench:
    """A desk, and what a test looks at."""

    database: Database
    customs: RecordingCustoms = field(default_factory=RecordingCustoms)

    def __post_init__(self) -> None:
        self.desk = ChangeDesk(self.database, self.customs, "test")

    def filed(self, order_no: str = "CW-1", *, sample: SampleSet | None = None) -> SampleSet:
        """A list that matched and is with customs; its waybill leaves the insurance fee to the list."""
        sample = sample or a_sample(order_no)
        sender = Sender(code=sample.declaration_list.agent_code)
        declared = Transmission(document=sample.declaration_list, sender=sender)
        answer = Examiner(self.database, Authority(), "test").examine_documents(
            ExamineRequest(
                key=sample.key,
                profile="SEED",
                now=sample.declaration_list.app_time,
                opened_at=AT,
                arrivals=(*sample.transmissions, declared),
                open_for_change=True,
            )
        )
        assert answer.judgement is not None
        assert answer.judgement.matched, answer.judgement.problems
        listed = tuple(each for each in answer.on_file if each.kind is LIST)
        filing = CustomsFiling(self.database, self.customs)
        filing.file_declaration_list(FileRequest(key=sample.key, documents=listed, now=AT, profile="SEED"))
        return sample

    def prepare(self, key: CaseKey, candidate: DeclarationList, number: int = 1, sender: str = AGENT) -> PreparedChange:
        """Ask for a modification."""
        arrival = Transmission(document=candidate, sender=Sender(code=sender))
        return self.desk.prepare_modification(
            ModificationAsked(key=key, number=number, arrival=arrival, profile="SEED", now=LATER)
        )

    def settle(self, key: CaseKey, number: int = 1, *, approved: bool) -> SettledChange:
        """Customs has decided."""
        return self.desk.settle_modification(
            ChangeDecided(key=key, number=number, approved=approved, now=LATER, profile="SEED")
        )

    def close(self, key: CaseKey, state: State = State.CANCELLED) -> None:
        """The list ends."""
        CaseRegister(self.database).close_case(CloseRequest(key=key, state=state, now=LATER))

    def year(self, person: str = BUYER_ID) -> Decimal:
        """Reserved of the person's annual amount."""
        with self.database.transaction() as session:
            return holding(session, person_key(person, "test"), 2026).reserved

    def occupied(self) -> Decimal:
        """Reserved of the guarantee."""
        with self.database.transaction() as session:
            return balance(session, guarantee_account(EBC).id).reserved

    def holds(self, key: CaseKey) -> dict[str, Decimal]:
        """The open reservations of a list."""
        with self.database.transaction() as session:
            ledgers = ("quota", "quantity", "guarantee")
            rows = [row for each in ledgers for row in open_reservations(session, key.workflow_id, ledger=each)]
            return {row.id: row.amount for row in rows}

    def judgement(self, key: CaseKey) -> Judgement:
        """What stands by the register."""
        with self.database.transaction() as session:
            return Judgement.model_validate_json(session.get_one(CaseRecord, key.workflow_id).judgement)

    def on_file(self, key: CaseKey) -> tuple[DeclarationList, int]:
        """The list that stands, and its version."""
        with self.database.transaction() as session:
            row = latest(session, key.workflow_id)[LIST]
            found = parse(row)
        assert isinstance(found, DeclarationList)
        return found, row.version

    def versions(self, key: CaseKey) -> int:
        """How many versions of the list were ever stored."""
        with self.database.transaction() as session:
            rows = select(StoredDocument).where(StoredDocument.workflow_id == key.workflow_id)
            return len(session.exec(rows.where(StoredDocument.kind == LIST)).all())

    def leave_guarantee(self, left: Decimal) -> None:
        """Let the guarantor have that much in all."""
        with self.database.transaction() as session:
            lower(session, guarantor=EBC, amount=PUT_UP - left, transfer_id="less", at=AT, reason="test")


def a_sample(order_no: str, **changes: Any) -> SampleSet:
    """A set whose list may say what was insured without contradicting its waybill."""
    return sample_set(order_no, at=AT, **changes).changed(DocumentKind.WAYBILL, insured_fee=None)


def changed(sample: SampleSet, **changes: Any) -> DeclarationList:
    """The list as it shall read, with customs' numbers; fields of its line are changed with those of its head."""
    [line] = sample.declaration_list.lines
    of_line = {name: changes.pop(name) for name in tuple(changes) if name in type(line).model_fields}
    if of_line:
        changes["lines"] = (line.model_copy(update=of_line),)
    found = corrected(sample.declaration_list, **({"pre_no": PRE_NO, "invt_no": INVT_NO} | changes))
    assert isinstance(found, DeclarationList)
    return found


def codes(prepared: PreparedChange) -> list[str]:
    """Codes of what was refused."""
    return sorted({each.code for each in prepared.refused})


def tax_of(fee: Decimal) -> Decimal:
    """13 % VAT at 70 % on 310.00 CNY and the insurance fee (RULEBOOK B.9.1)."""
    return ((Decimal("310.00") + fee) * Decimal("0.091")).quantize(Decimal("0.01"), ROUND_HALF_UP)
