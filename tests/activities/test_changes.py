"""Changes of a filed list: refused whole, or secured so that nothing customs decides can fail; undone to the fen."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from activities.changes import ChangeDesk
from activities.closing import CaseRegister
from activities.customs_filing import CustomsFiling
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.documents import CancelApplication, DeclarationList, DocumentKind
from clearway.contracts.facts import DocumentOnFile, GuaranteeOutcome, Judgement
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.messages import Transfer, read, write
from clearway.testing import AGENT, BUYER_ID, EBC, LOG, SampleSet, corrected, sample_set
from connectors.errors import Unavailable
from models.addresses import cases_at, list_address
from models.changes import overtake
from models.database import Database
from models.documents import latest, parse
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.guarantee import guarantee_account, top_up
from models.ledger.guarantee_care import lower
from models.ledger.quota import Limit, hold, holding, quota_account
from models.ledger.transfers import open_reservations
from models.person_key import person_key
from models.registry import load
from models.registry import read as read_registry
from models.tables import CaseRecord, FilingRecord, StoredDocument
from models.work import (
    ChangeDecided,
    CloseRequest,
    ExamineRequest,
    FileChange,
    FileRequest,
    ModificationAsked,
    PreparedChange,
    ReleaseFact,
    SettledChange,
)
from tests.standins import Authority, RecordingCustoms

ROOT = Path(__file__).parents[2]
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


@pytest.fixture
def bench(database: Database) -> Bench:
    """A bench on an empty database."""
    return Bench(database)


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


# --- sound modifications --------------------------------------------------------------------------------------------


def test_a_dearer_list_holds_the_larger_of_both_until_customs_decides(bench: Bench) -> None:
    sample = bench.filed()
    prepared = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    assert prepared.refused == ()
    assert prepared.changed == ("insured_fee",)
    assert prepared.document is not None
    assert prepared.document.version == 2
    assert (bench.year(), bench.occupied()) == (Decimal("400.00"), tax_of(Decimal(90)))
    assert prepared.judgement is not None
    assert prepared.judgement.quota is not None
    assert prepared.judgement.guarantee is not None
    assert (prepared.judgement.quota.counted, prepared.judgement.quota.used_before) == (Decimal(400), NOTHING)
    secured = prepared.judgement.guarantee
    assert (secured.outcome, secured.amount) == (GuaranteeOutcome.HELD, tax_of(Decimal(90)))
    assert bench.judgement(sample.key).tax != prepared.judgement.tax  # the old one stands until customs approves


def test_a_cheaper_list_goes_on_holding_what_it_held_until_customs_approves(bench: Bench) -> None:
    sample = bench.filed(sample=a_sample("CW-1").changed(LIST, insured_fee=Decimal(90)))
    before = bench.holds(sample.key)
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(0)))
    assert bench.holds(sample.key) == before
    settled = bench.settle(sample.key, approved=True)
    assert (bench.year(), bench.occupied()) == (Decimal("310.00"), tax_of(NOTHING))
    assert settled.judgement == bench.judgement(sample.key)


@pytest.mark.parametrize("fee", ["0.01", "90", "500"])
def test_approved_it_holds_exactly_the_new_judgement_in_one_reservation_each(bench: Bench, fee: str) -> None:
    sample = bench.filed()
    prepared = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(fee)))
    settled = bench.settle(sample.key, approved=True)
    assert prepared.judgement is not None
    assert settled.judgement is not None
    assert settled.judgement.tax == prepared.judgement.tax
    held = bench.holds(sample.key)
    assert sorted(held.values()) == sorted([Decimal(310) + Decimal(fee), tax_of(Decimal(fee))])
    assert settled.judgement.guarantee is not None
    assert held[settled.judgement.guarantee.hold_id] == tax_of(Decimal(fee))
    assert bench.on_file(sample.key)[0].insured_fee == Decimal(fee)
    assert {each.kind: each.version for each in settled.documents}[LIST] == 2


def test_refused_the_list_stands_exactly_as_it_was(bench: Bench) -> None:
    sample = bench.filed()
    holds, judgement, (content, _) = bench.holds(sample.key), bench.judgement(sample.key), bench.on_file(sample.key)
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    settled = bench.settle(sample.key, approved=False)
    assert bench.holds(sample.key) == holds
    assert settled.judgement == bench.judgement(sample.key) == judgement
    assert bench.on_file(sample.key) == (content, 3)  # stored once more: versions are only ever added
    assert {each.kind: each.version for each in settled.documents}[LIST] == 3
    again = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(50)), 2)
    assert again.document is not None
    assert again.document.version == 4


def test_a_change_that_moves_no_money_is_judged_and_moves_nothing(bench: Bench) -> None:
    sample = bench.filed()
    holds = bench.holds(sample.key)
    prepared = bench.prepare(sample.key, changed(sample, specification="保湿面霜|示例牌|50毫升|瓶装"))
    assert (prepared.refused, prepared.changed) == ((), ("lines[0].specification",))
    bench.settle(sample.key, approved=True)
    assert bench.holds(sample.key) == holds
    assert bench.judgement(sample.key).snapshot != ""


def test_another_group_of_the_positive_list_is_held_beside_the_one_it_replaces(bench: Bench) -> None:
    sugar = {"hs_code": "1701991090", "goods_name": "白砂糖", "qty1": Decimal("1.5"), "unit1": "035"}
    sample = bench.filed()
    other = bench.filed("CW-2", sample=_with_line(a_sample("CW-2"), **sugar | {"qty1": Decimal("0.6")}))
    assert codes(bench.prepare(sample.key, changed(sample, **sugar))) == ["E_OVER_QUANTITY"]
    prepared = bench.prepare(sample.key, changed(sample, **sugar | {"qty1": Decimal("1.4")}))
    assert prepared.refused == ()
    assert Decimal("1.4") in bench.holds(sample.key).values()
    bench.settle(sample.key, approved=False)
    assert Decimal("1.4") not in bench.holds(sample.key).values()
    more = bench.prepare(other.key, changed(other, qty1=Decimal(2)))
    assert more.refused == ()
    assert sum(bench.holds(other.key).values()) == sum(bench.holds(sample.key).values()) + 2


def _with_line(sample: SampleSet, **changes: Any) -> SampleSet:
    [line] = sample.declaration_list.lines
    return sample.changed(LIST, lines=(line.model_copy(update=changes),))


# --- what is refused -------------------------------------------------------------------------------------------------


def test_three_in_the_list_where_two_were_ordered_are_refused_by_the_match(bench: Bench) -> None:
    """RULEBOOK B.5.5: an order is never corrected to fit."""
    sample = a_sample("CW-1", goods_value=Decimal("300.00"))
    [ordered] = sample.order.lines
    two = {"qty": Decimal(2), "price": Decimal(150)}
    sample = _with_line(sample, **two).changed(DocumentKind.ORDER, lines=(ordered.model_copy(update=two),))
    bench.filed(sample=sample)
    three = changed(sample, qty=Decimal(3), total_price=Decimal(450), qty2=Decimal(3))
    prepared = bench.prepare(sample.key, three)
    assert codes(prepared) == ["M08"]
    pairs = [[(one.field, one.value) for one in each.fields] for each in prepared.refused]
    assert [("order.lines[0].qty", "2"), ("declaration_list.lines[0].qty", "3")] in pairs
    assert prepared.document is None
    assert bench.versions(sample.key) == 1


def test_everything_wrong_is_told_at_once_and_nothing_is_stored(bench: Bench) -> None:
    sample = bench.filed()
    bench.leave_guarantee(bench.occupied())
    holds = bench.holds(sample.key)
    wrong = changed(
        sample, insured_fee=Decimal(90), pack_no=2, agent_code="3301960X99", buyer_name="王五", app_type="1"
    )
    prepared = bench.prepare(sample.key, wrong, sender=LOG)
    expected = {"E_SENDER_ROLE", "E_DUPLICATE", "E_PACK_NO", "E_CHANGE_OF_KEY", "M10", "M15", "E_GUARANTEE_SHORT"}
    assert expected <= set(codes(prepared))
    assert (prepared.document, prepared.judgement) == (None, None)
    assert (bench.holds(sample.key), bench.versions(sample.key)) == (holds, 1)


def test_a_list_that_says_the_same_is_no_modification(bench: Bench) -> None:
    sample = bench.filed()
    assert codes(bench.prepare(sample.key, changed(sample))) == ["E_NOTHING_CHANGED"]


def test_an_older_version_is_refused(bench: Bench) -> None:
    sample = bench.filed()
    old = changed(sample, insured_fee=Decimal(1)).model_copy(update={"app_time": sample.declaration_list.app_time})
    assert codes(bench.prepare(sample.key, old)) == ["E_OLDER_VERSION"]


def test_the_guarantee_secures_the_last_fen_of_the_increase_and_not_one_more(bench: Bench) -> None:
    sample = bench.filed()
    bench.leave_guarantee(tax_of(Decimal(90)))
    short = bench.prepare(sample.key, changed(sample, insured_fee=Decimal("90.11")))
    assert tax_of(Decimal("90.11")) == tax_of(Decimal(90)) + Decimal("0.01")
    assert codes(short) == ["E_GUARANTEE_SHORT"]
    assert ("guarantee.reason", "INSUFFICIENT") in [(each.field, each.value) for each in short.refused[0].fields]
    assert bench.versions(sample.key) == 1
    assert bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90))).refused == ()


def test_an_increase_overtakes_no_list_that_waits_for_the_guarantee(bench: Bench) -> None:
    sample = bench.filed()
    bench.leave_guarantee(bench.occupied() + 10)
    waiting = a_sample("CW-2")
    bench_waits = bench.filed("CW-2", sample=waiting)
    assert bench.judgement(bench_waits.key).guarantee.outcome is GuaranteeOutcome.AWAITING  # type: ignore[union-attr]
    short = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(10)))
    assert codes(short) == ["E_GUARANTEE_SHORT"]
    assert ("guarantee.reason", "QUEUE") in [(each.field, each.value) for each in short.refused[0].fields]
    cheaper = bench.prepare(sample.key, changed(sample, gross_weight=Decimal("0.50"), net_weight=Decimal("0.45")))
    assert cheaper.refused == ()


def test_what_a_settled_change_frees_serves_the_list_that_waits(bench: Bench) -> None:
    sample = bench.filed(sample=a_sample("CW-1").changed(LIST, insured_fee=Decimal(500)))
    bench.leave_guarantee(bench.occupied())
    waiting = bench.filed("CW-2")
    assert bench.holds(waiting.key).keys() == {f"{waiting.key.workflow_id}|1|quota"}
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(0)))
    bench.settle(sample.key, approved=True)
    assert len(bench.holds(waiting.key)) == 2
    assert bench.occupied() == tax_of(NOTHING) * 2


def test_the_year_admits_the_last_fen_of_the_increase_and_not_one_more(bench: Bench) -> None:
    sample = bench.filed()
    with bench.database.transaction() as session:
        limit = Limit(quota_account(person_key(BUYER_ID, "test"), 2026), LIMIT)
        hold(session, limit, LIMIT - 400, case="earlier", hold_id="earlier", at=AT)
    over = bench.prepare(sample.key, changed(sample, insured_fee=Decimal("90.01")))
    assert codes(over) == ["E_OVER_LIMIT"]
    assert bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90))).refused == ()
    assert bench.year() == LIMIT


def test_a_released_and_an_ended_list_are_not_modified(bench: Bench) -> None:
    sample = bench.filed()
    release = ReleaseFact(key=sample.key, released_at=AT, now=LATER, profile="SEED")
    LegalCalendar(bench.database).set_legal_clocks(release)
    assert codes(bench.prepare(sample.key, changed(sample, insured_fee=Decimal(1)))) == ["E_ALREADY_RELEASED"]
    ended = bench.filed("CW-2")
    bench.close(ended.key, State.REJECTED)
    assert codes(bench.prepare(ended.key, changed(ended, insured_fee=Decimal(1)))) == ["E_ALREADY_ENDED"]


def test_a_second_modification_waits_until_the_first_is_settled(bench: Bench) -> None:
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    second = changed(sample, insured_fee=Decimal(50)).model_copy(update={"app_time": LATER})
    assert codes(bench.prepare(sample.key, second, 2)) == ["E_CHANGE_OPEN"]
    bench.settle(sample.key, approved=True)
    assert bench.prepare(sample.key, second, 2).refused == ()
    bench.settle(sample.key, 2, approved=False)
    assert bench.year() == Decimal("400.00")


def test_either_database_keeps_the_books_the_same(store: Database) -> None:
    load(store, read_registry(ROOT / "deploy" / "registry.yaml"))
    bench = Bench(store)
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    bench.settle(sample.key, approved=False)
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(50)), 2)
    assert bench.settle(sample.key, 2, approved=True).judgement == bench.judgement(sample.key)
    assert (bench.year(), bench.occupied()) == (Decimal("360.00"), tax_of(Decimal(50)))
    bench.close(sample.key)
    assert (bench.year(), bench.occupied()) == (NOTHING, NOTHING)
    with store.transaction() as session:
        assert check(session) == []


# --- again, and never heard ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("approved", [True, False])
def test_tried_again_after_the_commit_nothing_happens_twice(bench: Bench, approved: bool) -> None:
    sample = bench.filed()
    candidate = changed(sample, insured_fee=Decimal(90))
    assert len({bench.prepare(sample.key, candidate).model_dump_json() for _ in range(3)}) == 1
    assert bench.versions(sample.key) == 2
    assert bench.year() == Decimal("400.00")
    assert len({bench.settle(sample.key, approved=approved).model_dump_json() for _ in range(3)}) == 1
    bench.settle(sample.key, approved=not approved)  # what was decided stays decided
    assert bench.year() == Decimal("400.00" if approved else "310.00")


def test_a_modification_nobody_heard_of_gives_way_to_the_one_that_gets_its_number(bench: Bench) -> None:
    """The worker died before the workflow learned of it; the enterprise asks for something else instead."""
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(4000)))
    prepared = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    assert prepared.refused == ()
    assert bench.year() == Decimal("400.00")
    bench.settle(sample.key, approved=False)
    assert bench.on_file(sample.key)[0] == sample.declaration_list
    assert (bench.year(), bench.occupied()) == (Decimal("310.00"), tax_of(NOTHING))


def test_a_release_overtakes_a_modification_that_is_open(bench: Bench) -> None:
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    with bench.database.transaction() as session:
        overtake(session, session.get_one(CaseRecord, sample.key.workflow_id), LATER)
    assert bench.year() == Decimal("310.00")
    bench.settle(sample.key, approved=False)
    assert bench.on_file(sample.key)[0] == sample.declaration_list


def test_a_list_that_ended_before_its_change_was_settled_holds_nothing(bench: Bench) -> None:
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90)))
    bench.close(sample.key)
    bench.settle(sample.key, approved=True)
    assert (bench.year(), bench.occupied()) == (NOTHING, NOTHING)


# --- filing ----------------------------------------------------------------------------------------------------------


def _file(bench: Bench, key: CaseKey, document: DocumentOnFile | None) -> None:
    bench.desk.file_modification(FileChange(key=key, number=1, document=document, now=LATER, profile="SEED"))


@pytest.mark.parametrize("own", ["OWN-NO-1", None])
def test_a_modification_is_filed_under_the_number_customs_knows(bench: Bench, own: str | None) -> None:
    sample = bench.filed(sample=a_sample("CW-1").changed(LIST, cop_no=own))
    prepared = bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90), cop_no=None))
    for _ in range(2):
        _file(bench, sample.key, prepared.document)
    (first, original), *repeated = bench.customs.filed
    assert isinstance(original, DeclarationList)
    assert len(repeated) == 2
    assert len({guid for guid, _ in repeated} - {first}) == 1
    for _, record in repeated:
        assert isinstance(record, DeclarationList)
        assert (record.app_type, record.pre_no, record.invt_no) == ("2", PRE_NO, INVT_NO)
        assert record.cop_no == original.cop_no
        assert record.guid != original.guid


def test_an_application_to_cancel_names_the_list_and_finds_its_way_back(bench: Bench) -> None:
    sample = bench.filed()
    found: list[tuple[str, ...]] = []

    def look(kind: str) -> None:
        with bench.database.transaction() as session:
            row = session.exec(select(FilingRecord).where(FilingRecord.kind == "cancellation")).one()
            assert (row.version, kind) == (1, "cancellation")
            found.append(cases_at(session, list_address("cop", cop_no)))

    asked = FileChange(key=sample.key, number=1, reason="买家取消", pre_no=PRE_NO, invt_no=INVT_NO, now=LATER)
    cop_no = (bench.desk.file_cancellation(asked) and _last(bench).cop_no) or ""
    assert (len(cop_no), cop_no[:2]) == (20, "CX")
    bench.customs.meanwhile = look
    later = asked.model_copy(update={"now": LATER + timedelta(minutes=5)})
    assert bench.desk.file_cancellation(later).refused == ""
    assert found == [(sample.key.workflow_id,)]
    [(guid, one), (again, other)] = bench.customs.filed[1:]
    assert (guid, one) == (again, other)  # however late it is tried again
    application, listed = _last(bench), sample.declaration_list
    for name in ("order_no", "ebc_code", "ebp_name", "logistics_no", "buyer_id_number", "agent_code", "customs_code"):
        assert getattr(application, name) == getattr(listed, name)
    assert (application.reason, application.pre_no, application.invt_no) == ("买家取消", PRE_NO, INVT_NO)
    assert application.guid not in (guid, listed.guid)
    transfer = Transfer(cop_code=AGENT, cop_name="示例报关有限公司", dxp_id="DXPENT0000000001")
    assert read(write((application,), guid=guid, transfer=transfer)).records == (application,)


def test_the_address_of_an_application_is_known_before_customs_has_it(bench: Bench) -> None:
    sample = bench.filed()
    bench.customs.down = 1
    asked = FileChange(key=sample.key, number=1, reason="wrong", pre_no=PRE_NO, invt_no=INVT_NO, now=LATER)
    with pytest.raises(Unavailable):
        bench.desk.file_cancellation(asked)
    filing = bench.desk.file_cancellation(asked)
    assert (filing.documents, filing.refused, filing.answer_by > LATER) == ((), "", True)
    with bench.database.transaction() as session:
        assert cases_at(session, list_address("cop", _last(bench).cop_no or "")) == (sample.key.workflow_id,)
        assert session.exec(select(FilingRecord).where(FilingRecord.kind == "cancellation")).one().times == 2


def test_an_application_customs_would_not_take_says_why(bench: Bench) -> None:
    sample = bench.filed()
    bench.customs.refusing = {"cancellation"}
    asked = FileChange(key=sample.key, number=1, reason="wrong", pre_no=PRE_NO, invt_no=INVT_NO, now=LATER)
    assert bench.desk.file_cancellation(asked).refused.startswith("cancellation: ")


def test_a_cancellation_undoes_a_modification_that_had_its_number_and_was_never_heard_of(bench: Bench) -> None:
    sample = bench.filed()
    bench.prepare(sample.key, changed(sample, insured_fee=Decimal(90), license_no="L-1"))
    bench.desk.file_cancellation(
        FileChange(key=sample.key, number=1, reason="wrong", pre_no=PRE_NO, invt_no=INVT_NO, now=LATER)
    )
    assert (bench.year(), bench.on_file(sample.key)[0]) == (Decimal("310.00"), sample.declaration_list)


def _last(bench: Bench) -> CancelApplication:
    application = bench.customs.filed[-1][1]
    assert isinstance(application, CancelApplication)
    return application


# --- conservation ----------------------------------------------------------------------------------------------------

LISTS, EARLIER, GUARANTEED = 2, Decimal("24810.00"), Decimal("105.00")
FEES = st.sampled_from(["0", "0.01", "37.50", "90", "140", "260", "300", "570", "570.01"]).map(Decimal)
NTH = st.integers(0, LISTS - 1)
STEP = st.one_of(
    st.tuples(st.just("prepare"), NTH, FEES),
    st.tuples(st.sampled_from(["approve", "refuse"] * 4 + ["close"]), NTH, st.just(NOTHING)),
)
STEPS = st.lists(STEP, min_size=8, max_size=20)


@dataclass
class Reference:
    """What stands and what is asked for of each list: the insurance fee, from which everything else follows."""

    stands: dict[int, Decimal]
    asked: dict[int, Decimal] = field(default_factory=dict)

    def year(self) -> Decimal:
        """Held of the annual amount."""
        return EARLIER + sum((310 + self._larger(nth) for nth in self.stands), NOTHING)

    def guarantee(self) -> Decimal:
        """Held of the guarantee."""
        return sum((tax_of(self._larger(nth)) for nth in self.stands), NOTHING)

    def prepare(self, nth: int, fee: Decimal) -> bool:
        """Whether it is taken."""
        if nth not in self.stands or nth in self.asked or fee == self.stands[nth]:
            return False
        others = self.year() - 310 - self.stands[nth]
        more = tax_of(fee) - tax_of(self.stands[nth])
        if others + 310 + fee > LIMIT or (more > 0 and self.guarantee() + more > GUARANTEED):
            return False
        self.asked[nth] = fee
        return True

    def settle(self, nth: int, *, approved: bool) -> None:
        """Customs has decided; also about a list that has ended meanwhile."""
        fee = self.asked.pop(nth)
        if approved and nth in self.stands:
            self.stands[nth] = fee

    def _larger(self, nth: int) -> Decimal:
        return max(self.stands[nth], self.asked.get(nth, NOTHING))


def _buyer(serial: int) -> str:
    """A well-formed number, another for each serial; nobody's."""
    body = f"110105{1950 + serial // 1000 % 50}1231{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def test_in_any_sequence_nothing_is_lost_and_no_limit_is_passed(database: Database) -> None:
    bench, serial, told = Bench(database), 0, Counter[str]()
    bench.leave_guarantee(GUARANTEED)

    @given(steps=STEPS)
    @settings(max_examples=40, phases=(Phase.generate,), suppress_health_check=[HealthCheck.too_slow])
    def run(steps: list[tuple[str, int, Decimal]]) -> None:
        nonlocal serial
        serial += 1
        buyer = _buyer(serial)
        with database.transaction() as session:
            limit = Limit(quota_account(person_key(buyer, "test"), 2026), LIMIT)
            hold(session, limit, EARLIER, case=f"earlier-{serial}", hold_id=f"e-{serial}", at=AT)
        samples = {nth: bench.filed(sample=a_sample(f"CW-{serial}-{nth}", buyer_id=buyer)) for nth in range(LISTS)}
        model, numbers = Reference(dict.fromkeys(samples, NOTHING)), dict.fromkeys(samples, 1)
        for what, nth, fee in steps:
            key, number = samples[nth].key, numbers[nth]
            if what == "prepare":
                candidate = changed(samples[nth], insured_fee=fee, app_time=AT + timedelta(minutes=10 + number))
                open_number = number + 1 if nth in model.asked else number
                prepared = bench.prepare(key, candidate, open_number)
                taken = model.prepare(nth, fee)
                assert (not prepared.refused) is taken, codes(prepared)
                told["taken" if taken else "not taken"] += 1
            elif what == "close" and nth in model.stands:
                bench.close(key)
                del model.stands[nth]
            elif what in ("approve", "refuse") and nth in model.asked:
                told[what] += 1
                bench.settle(key, number, approved=what == "approve")
                model.settle(nth, approved=what == "approve")
                numbers[nth] += 1
            assert (bench.year(buyer), bench.occupied()) == (model.year(), model.guarantee())
            assert bench.year(buyer) <= LIMIT
            assert bench.occupied() <= GUARANTEED
        for sample in samples.values():
            bench.close(sample.key)
        assert (bench.year(buyer), bench.occupied()) == (EARLIER, NOTHING)

    run()
    assert all(told[each] > 10 for each in ("taken", "not taken", "approve", "refuse")), told
    with database.transaction() as session:
        assert not check(session)


def test_a_topped_up_guarantee_secures_what_it_was_short_of(bench: Bench) -> None:
    sample = bench.filed()
    bench.leave_guarantee(bench.occupied())
    candidate = changed(sample, insured_fee=Decimal(90))
    assert codes(bench.prepare(sample.key, candidate)) == ["E_GUARANTEE_SHORT"]
    with bench.database.transaction() as session:
        top_up(session, guarantor=EBC, amount=Decimal(10), transfer_id="more", at=LATER)
    assert bench.prepare(sample.key, candidate).refused == ()
