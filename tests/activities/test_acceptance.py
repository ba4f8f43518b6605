"""Who may send what, to the second."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.examination import Examiner
from clearway.contracts.case import Transmission
from clearway.contracts.parties import Sender
from clearway.testing import EXPRESS, sample_set
from models.database import Database
from models.registry import Registry, load
from models.work import ExamineRequest
from tests.standins import Authority

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def _examine(database: Database, sender: Sender, now: datetime, kind: str = "order") -> list[str]:
    sample = sample_set("CW-1", at=AT)
    examination = Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=now,
            opened_at=now,
            arrivals=(Transmission(document=getattr(sample, kind), sender=sender),),
            open_for_change=True,
        )
    )
    return [problem.code for problem in examination.refused]


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        ("2025-12-31T23:59:59+08:00", ["E_NO_COMMITMENT"]),
        ("2026-01-01T00:00:00+08:00", []),
        ("2026-12-31T23:59:59+08:00", []),
        ("2027-01-01T00:00:00+08:00", ["E_NO_COMMITMENT"]),
    ],
)
def test_a_commitment_covers_its_period_to_the_second(database: Database, now: str, codes: list[str]) -> None:
    load(
        database,
        Registry.model_validate(
            {
                "enterprises": [],
                "entrustments": [
                    {
                        "transmitter": EXPRESS,
                        "principal": "3301960A01",
                        "document_kinds": ["order"],
                        "valid_from": "2026-01-01T00:00:00+08:00",
                        "valid_before": "2027-01-01T00:00:00+08:00",
                        "commitment_sha256": "0" * 64,
                    }
                ],
            }
        ),
    )
    sender = Sender(code=EXPRESS, on_behalf_of="3301960A01")
    assert _examine(database, sender, datetime.fromisoformat(now)) == codes


@pytest.mark.parametrize(
    ("kind", "code", "codes"),
    [
        ("order", "3301960A01", []),
        ("order", "3301960P01", []),
        ("order", "3301960Y01", ["E_SENDER_ROLE"]),
        ("payment", "3301960Y01", []),
        ("payment", "3301960A01", ["E_SENDER_ROLE"]),
        ("waybill", "3301960L01", []),
        ("waybill", "3301960Y01", ["E_SENDER_ROLE"]),
        ("declaration_list", "3301960A01", []),
        ("declaration_list", "3301960G01", []),
        ("declaration_list", "3301960P01", ["E_SENDER_ROLE"]),
    ],
)
def test_each_document_is_sent_by_its_own_party(database: Database, kind: str, code: str, codes: list[str]) -> None:
    assert _examine(database, Sender(code=code), AT, kind) == codes


def test_a_waybill_is_never_sent_for_somebody_else(database: Database) -> None:
    assert _examine(database, Sender(code=EXPRESS, on_behalf_of="3301960L01"), AT, "waybill") == ["E_SENDER_ROLE"]


def test_a_suspended_enterprise_sends_nothing(database: Database, tmp_path: Path) -> None:
    load(
        database,
        Registry.model_validate(
            {
                "enterprises": [
                    {
                        "code": "3301960A01",
                        "name": "示例",
                        "roles": ["EBC"],
                        "registered_from": "2014-01-01",
                        "suspended": True,
                    }
                ]
            }
        ),
    )
    assert _examine(database, Sender(code="3301960A01"), AT) == ["E_SENDER_UNKNOWN"]
