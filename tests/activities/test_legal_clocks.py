"""A release fixes what the list as it stands owes: never what a modification would have made of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from activities.changes import ChangeDesk
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from clearway.contracts.case import Transmission
from clearway.contracts.parties import Sender
from clearway.testing import AGENT, BUYER_ID, EBC, corrected, sample_set
from models.collection import dues
from models.database import Database
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.guarantee import guarantee_account
from models.ledger.quota import holding
from models.person_key import person_key
from models.work import BlockRequest, ExamineRequest, ModificationAsked, ReleaseFact
from tests.standins import Authority, RecordingCustoms

AT = datetime(2026, 3, 10, 1, tzinfo=UTC)
RELEASED = AT + timedelta(hours=5)


def test_a_modification_nobody_heard_of_is_undone_by_the_release(database: Database) -> None:
    """The worker died after it was prepared, and the enterprise did not ask again."""
    sample = sample_set("CW-1", at=AT)
    sample = sample.model_copy(update={"waybill": sample.waybill.model_copy(update={"insured_fee": None})})
    listed = sample.declaration_list
    arrivals = (*sample.transmissions, Transmission(document=listed, sender=Sender(code=AGENT)))
    examined = Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=AT + timedelta(minutes=5),
            opened_at=AT,
            arrivals=arrivals,
            open_for_change=True,
        )
    )
    assert examined.judgement is not None
    assert examined.judgement.matched, examined.judgement.problems
    line = listed.lines[0].model_copy(
        update={"hs_code": "2309109000", "qty1": Decimal("0.30"), "qty2": None, "unit2": None}
    )
    prepared = ChangeDesk(database, RecordingCustoms(), "test").prepare_modification(
        ModificationAsked(
            key=sample.key,
            number=1,
            arrival=Transmission(
                document=corrected(listed, pre_no="P", invt_no="I", lines=(line,), insured_fee=Decimal(90)),
                sender=Sender(code=AGENT),
            ),
            profile="SEED",
            now=AT + timedelta(hours=1),
        )
    )
    assert prepared.document is not None, prepared.refused
    fact = ReleaseFact(key=sample.key, released_at=RELEASED, now=RELEASED, profile="SEED", collected=True)
    clocks = LegalCalendar(database).set_legal_clocks(fact)
    assert LegalCalendar(database).set_legal_clocks(fact) == clocks, "tried again, the same"
    assert [(each.gnum, each.qty) for each in clocks.goods] == [(1, Decimal(1))]
    with database.transaction() as session:
        assert check(session) == []
        year = holding(session, person_key(BUYER_ID, "test"), 2026)
        row = dues.find(session, sample.key.workflow_id)
        assert row is not None
        assert (row.due, row.assessed) == (Decimal("28.21"), Decimal("28.21"))
        assert balance(session, guarantee_account(EBC).id).reserved == Decimal("28.21")
    assert (year.debits, year.reserved) == (Decimal("310.00"), Decimal(0))


def test_a_list_without_a_row_is_blocked_by_nothing(database: Database) -> None:
    key = sample_set("CW-9", at=AT).key
    LegalCalendar(database).note_blocks(BlockRequest(key=key, reasons=("control",), now=AT))
    with database.transaction() as session:
        assert dues.find(session, key.workflow_id) is None
