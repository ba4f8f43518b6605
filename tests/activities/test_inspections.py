"""What enterprise, agent and warehouse are told of customs' control: once each, nothing personal, at the right time."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from activities.examination import Examiner
from activities.inspections import InspectionOffice
from clearway.contracts.case import Transmission
from clearway.contracts.customs import ControlInstruction, Disposition, DispositionOrder, Finding
from clearway.contracts.parties import Sender
from clearway.testing import AGENT, EBC, WAREHOUSE, SampleSet, sample_set
from models.database import Database
from models.tables import Notice
from models.work import DispositionHeard, DispositionTold, ExamineRequest, InspectionCall
from tests.standins import Authority

AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR


@dataclass
class Bench:
    """The office, a list on file, and the notices."""

    database: Database

    def __post_init__(self) -> None:
        self.office = InspectionOffice(self.database)
        self.sample: SampleSet = sample_set("CW-1", at=AT)

    def on_file(self) -> None:
        """The list is handed in."""
        listed = self.sample.declaration_list
        arrival = Transmission(document=listed, sender=Sender(code=AGENT))
        Examiner(self.database, Authority(), "test").examine_documents(
            ExamineRequest(
                key=self.sample.key, profile="SEED", now=AT, opened_at=AT, arrivals=(arrival,), open_for_change=True
            )
        )

    def call(self, number: int, now: datetime, **more: object) -> datetime:
        """Call to the inspection; when to call again."""
        order = ControlInstruction.model_validate({"instruction_id": "K-1", "issued_at": AT, "issuer": "2991"} | more)
        call = InspectionCall(key=self.sample.key, instruction=order, number=number, now=now, profile="SEED")
        return self.office.call_to_inspection(call).next_at

    def decide(self, disposition: Disposition, finding: Finding | None) -> DispositionTold:
        """Customs decides."""
        order = DispositionOrder(decision_id="D-1", disposition=disposition, at=AT, officer="7", note="secret of 张三")
        heard = DispositionHeard(
            key=self.sample.key, order=order, finding=finding, trade_mode="1210", now=AT, profile="SEED"
        )
        return self.office.tell_disposition(heard)

    def notices(self) -> list[tuple[str, str, dict[str, object]]]:
        """Recipient, kind and content of every notice."""
        with self.database.transaction() as session:
            rows = session.exec(select(Notice).order_by(col(Notice.number))).all()
            return [(row.recipient, row.kind, json.loads(row.payload)) for row in rows]


@pytest.fixture
def bench(database: Database) -> Bench:
    """An office with a list on file."""
    made = Bench(database)
    made.on_file()
    return made


def test_everybody_concerned_is_called_once_for_each_notice(bench: Bench) -> None:
    for number in (1, 1, 2):
        bench.call(number, AT)
    assert [(recipient, each["notice"]) for recipient, _, each in bench.notices()] == [
        *((EBC, 1), (AGENT, 1), (WAREHOUSE, 1), (EBC, 2), (AGENT, 2), (WAREHOUSE, 2))
    ]


def test_before_the_list_is_on_file_the_enterprise_alone_is_called(database: Database) -> None:
    bench = Bench(database)
    bench.call(1, AT)
    assert [recipient for recipient, _, _ in bench.notices()] == [EBC]


def test_a_notice_says_where_when_and_how_and_names_nobody(bench: Bench) -> None:
    bench.call(1, AT, target="VEHICLE", target_no="V-7", method="MACHINE_XRAY", due_by=AT + 3 * HOUR)
    for _, kind, told in bench.notices():
        assert kind == "INSPECTION"
        assert told == {
            "instruction_id": "K-1",
            "notice": 1,
            "order_no": "CW-1",
            "method": "MACHINE_XRAY",
            "target": "VEHICLE",
            "target_no": "V-7",
            "presence_required": True,
            "due_by": "2026-03-10T13:00:00+08:00",
        }


@pytest.mark.parametrize(
    ("number", "now", "next_at"),
    [
        (1, AT, AT + DAY),
        (2, AT + DAY, AT + 2 * DAY),
        (3, AT + 2 * DAY, AT + 3 * DAY),
        (1, AT + DAY - timedelta(minutes=1), AT + DAY + timedelta(minutes=59)),
        (1, AT + 40 * DAY, AT + 40 * DAY + HOUR),
    ],
)
def test_the_next_call_keeps_customs_times_and_leaves_a_late_heard_one_an_hour(
    bench: Bench, number: int, now: datetime, next_at: datetime
) -> None:
    assert bench.call(number, now) == next_at


@pytest.mark.parametrize(
    ("disposition", "finding", "warned"),
    [
        (Disposition.MODIFY, Finding.CLERICAL_ERROR, []),
        (Disposition.DESTROY, Finding.CLERICAL_ERROR, ["W_DISPOSITION_UNUSUAL"]),
        (Disposition.DESTROY, None, []),
    ],
)
def test_a_decision_is_told_without_what_customs_adds_and_held_against_the_table(
    bench: Bench, disposition: Disposition, finding: Finding | None, warned: list[str]
) -> None:
    for _ in range(2):
        assert [each.code for each in bench.decide(disposition, finding).warnings] == warned
    assert [(recipient, kind) for recipient, kind, _ in bench.notices()] == [
        (recipient, "DISPOSITION") for recipient in (EBC, AGENT, WAREHOUSE)
    ]
    for _, _, told in bench.notices():
        assert told == {"decision_id": "D-1", "order_no": "CW-1", "disposition": disposition, "due_by": None}
