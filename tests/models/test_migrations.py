"""A database of 0.1.0 with lists under way: what they counted goes into the ledger, and from there on with them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import Session, select

from activities.closing import CaseRegister
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from activities.tax_payment import TaxOffice
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import BUYER_ID, sample_set
from models.database import Database
from models.ledger.accounts import Balance
from models.ledger.check import check
from models.ledger.quota import holding
from models.person_key import person_key
from models.registry import load, read
from models.tables import CaseRecord, LedgerTransfer
from models.tables.columns import AmountColumn, InstantColumn
from models.work import CloseRequest, ExamineRequest, PayRequest, ReleaseFact
from tests.postgres import new_database
from tests.standins import Authority, ScriptedBank

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
PERSON, OTHER = person_key(BUYER_ID, "test"), person_key("somebody else", "test")
CASE_RECORD = sa.table(
    "case_record",
    *(sa.column(name) for name in ("workflow_id", "ebc_code", "order_no", "attempt", "ebp_code", "state")),
    *(sa.column(name) for name in ("person_key", "quota_year", "judgement")),
    sa.column("counted_price", AmountColumn(length=24)),
    *(sa.column(name, InstantColumn(length=32)) for name in ("opened_at", "changed_at", "ended_at")),
)
COUNTED = [  # order, state, person, year, CNY counted
    ("matched", "matched", PERSON, 2026, "310.00"),
    ("inspected", "inspected", PERSON, 2026, "0.00001"),
    ("window", "return_window", PERSON, 2026, "500.00"),
    ("paying", "return_window", PERSON, 2026, "40.00"),
    ("taxed", "taxed", PERSON, 2026, "600.00"),
    ("failed", "match_failed", PERSON, 2026, "70.00"),
    ("over", "taxed", OTHER, 2026, "26500.00"),
    ("early", "taxed", PERSON, 2018, "19999.99"),
    ("rejected", "rejected", PERSON, 2026, "0"),
    ("submitted", "submitted", "", 0, "0"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as 0.1.0 left it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/old.db")
    else:
        database = Database(new_database(request.getfixturevalue("postgres_url"), template="template0"))
    config = Config()
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    config.attributes["url"] = database.url
    command.upgrade(config, "0001")
    with database.engine.begin() as connection:
        for order_no, state, person, year, counted in COUNTED:
            ended = AT if state in {"taxed", "rejected"} else None
            row = {"person_key": person, "quota_year": year, "counted_price": Decimal(counted), "judgement": ""}
            connection.execute(CASE_RECORD.insert().values(**_head(order_no), state=state, **row, ended_at=ended))
    yield database
    database.close()


def _key(order_no: str) -> CaseKey:
    return CaseKey(ebc_code="3301960A01", order_no=order_no)


def _head(order_no: str) -> dict[str, Any]:
    key = _key(order_no)
    case = {"workflow_id": key.workflow_id, "ebc_code": key.ebc_code, "order_no": order_no, "attempt": 1}
    return {**case, "ebp_code": "", "opened_at": AT, "changed_at": AT}


def _holding(session: Session, person: str = PERSON, year: int = 2026) -> Balance:
    return holding(session, person, year)


def test_what_was_counted_is_reserved_or_confirmed_list_by_list(old: Database) -> None:
    old.migrate()
    old.migrate()
    with old.transaction() as session:
        assert check(session) == []
        assert _holding(session) == Balance(Decimal(26000), Decimal("1140.00"), Decimal("380.00001"))
        assert _holding(session, OTHER) == Balance(Decimal(26500), Decimal(26500), Decimal(0))
        assert _holding(session, PERSON, 2018) == Balance(Decimal(20000), Decimal("19999.99"), Decimal(0))
        assert len(session.exec(select(CaseRecord)).all()) == len(COUNTED)


def test_lists_under_way_go_on_in_the_ledger(old: Database) -> None:
    old.migrate()
    load(old, read(ROOT / "deploy" / "registry.yaml"))
    receipt = CustomsReceipt(about=DocumentKind.DECLARATION_LIST, status="-621018", at=AT, info="")
    pay = PayRequest(key=_key("paying"), assessed=Decimal("3.64"), guarantor="3301960A01", now=AT, without_bill=True)
    for _ in range(2):
        LegalCalendar(old).set_legal_clocks(ReleaseFact(key=_key("matched"), released_at=AT, now=AT, profile="SEED"))
        TaxOffice(old, ScriptedBank()).pay_tax(pay)
        for order_no, end, refused_by in (
            ("inspected", State.REJECTED, receipt),
            ("window", State.RETURNED, None),
            ("failed", State.MATCH_FAILED, None),
        ):
            CaseRegister(old).close_case(CloseRequest(key=_key(order_no), state=end, now=AT, refused_by=refused_by))
    with old.transaction() as session:
        assert _holding(session) == Balance(Decimal(26000), Decimal("950.00"), Decimal(0))
        assert {row.reason for row in session.exec(select(LedgerTransfer).where(LedgerTransfer.kind == "reverse"))} == {
            "returned"
        }
    with old.transaction() as session:
        assert check(session) == []


def test_a_carried_list_that_is_judged_again_gives_up_what_it_counted_before(old: Database) -> None:
    old.migrate()
    load(old, read(ROOT / "deploy" / "registry.yaml"))
    sample = sample_set("failed", at=AT)
    declared = sample.declaration_list
    listed = Transmission(document=declared, sender=Sender(code=declared.agent_code))
    now = AT + timedelta(hours=1)
    request = ExamineRequest(
        key=sample.key,
        profile="SEED",
        now=now,
        opened_at=AT,
        arrivals=(*sample.transmissions, listed),
        open_for_change=True,
    )
    judgement = Examiner(old, Authority(), "test").examine_documents(request).judgement
    assert judgement is not None
    assert judgement.quota is not None, judgement.problems
    assert judgement.quota.used_before == Decimal("1450.00001")
    with old.transaction() as session:
        assert _holding(session).reserved == Decimal("620.00001")
