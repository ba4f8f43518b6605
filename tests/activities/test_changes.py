"""Changes of a filed list: refused whole, or secured so that nothing customs decides can fail."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from activities.legal_clocks import LegalCalendar
from clearway.contracts.case import CaseKey
from clearway.contracts.documents import CancelApplication, DeclarationList, DocumentKind
from clearway.contracts.facts import DocumentOnFile, GuaranteeOutcome
from clearway.contracts.states import State
from clearway.messages import Transfer, read, write
from clearway.testing import AGENT, BUYER_ID, EBC, LOG, SampleSet
from connectors.errors import Unavailable
from models.addresses import cases_at, list_address
from models.changes import overtake
from models.database import Database
from models.ledger.check import check
from models.ledger.guarantee import top_up
from models.ledger.quota import Limit, hold, quota_account
from models.person_key import person_key
from models.registry import load
from models.registry import read as read_registry
from models.tables import CaseRecord, FilingRecord
from models.work import (
    FileChange,
    ReleaseFact,
)
from tests.changes_bench import (
    AT,
    INVT_NO,
    LATER,
    LIMIT,
    LIST,
    NOTHING,
    PRE_NO,
    Bench,
    a_sample,
    changed,
    codes,
    tax_of,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(database: Database) -> Bench:
    """A bench on an empty database."""
    return Bench(database)


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


def test_a_topped_up_guarantee_secures_what_it_was_short_of(bench: Bench) -> None:
    sample = bench.filed()
    bench.leave_guarantee(bench.occupied())
    candidate = changed(sample, insured_fee=Decimal(90))
    assert codes(bench.prepare(sample.key, candidate)) == ["E_GUARANTEE_SHORT"]
    with bench.database.transaction() as session:
        top_up(session, guarantor=EBC, amount=Decimal(10), transfer_id="more", at=LATER)
    assert bench.prepare(sample.key, candidate).refused == ()
