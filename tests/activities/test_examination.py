"""One submission is taken whole, once, however often the activity is tried."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities.examination import Examiner
from clearway.contracts.case import Transmission
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Sender
from clearway.testing import SampleSet, corrected, sample_set
from models.database import Database
from models.documents import latest
from models.ledger.transfers import open_reservations
from models.work import ExamineRequest
from tests.standins import Authority

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def _request(sample: SampleSet, *arrivals: Transmission) -> ExamineRequest:
    now = sample.declaration_list.app_time
    return ExamineRequest(
        key=sample.key, profile="SEED", now=now, opened_at=now, arrivals=arrivals, open_for_change=True
    )


def _declared(sample: SampleSet) -> tuple[Transmission, ...]:
    sender = Sender(code=sample.declaration_list.agent_code)
    return (*sample.transmissions, Transmission(document=sample.declaration_list, sender=sender))


def test_an_examination_tried_again_after_it_was_recorded_answers_the_same(database: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    examiner = Examiner(database, Authority(), "test")
    request = _request(sample, *_declared(sample))
    assert examiner.examine_documents(request) == examiner.examine_documents(request)


def test_an_examination_that_fails_between_storing_and_judging_is_made_good_by_the_retry(database: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    authority = Authority()

    def fail() -> None:
        raise ConnectionError("told to fail")

    request = _request(sample, *_declared(sample))
    broken = Authority(meanwhile=fail)
    with pytest.raises(ConnectionError):
        Examiner(database, broken, "test").examine_documents(request)
    again = Examiner(database, authority, "test").examine_documents(request)
    assert again.judgement is not None
    assert again.judgement.matched
    assert {document.version for document in again.on_file} == {1}


def test_two_contents_of_one_document_in_one_submission_are_refused_and_nothing_is_stored(database: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    other = sample.order.model_copy(update={"consignee_address": "浙江省宁波市示例路2号"})
    arrivals = (*_declared(sample), Transmission(document=other, sender=Sender(code=other.ebc_code)))
    answer = Examiner(database, Authority(), "test").examine_documents(_request(sample, *arrivals))
    assert "E_DUPLICATE" in {problem.code for problem in answer.refused}
    with database.transaction() as session:
        assert latest(session, sample.key.workflow_id) == {}


def test_a_list_that_matches_no_longer_counts_no_longer_in_the_year(database: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    examiner = Examiner(database, Authority(), "test")
    examiner.examine_documents(_request(sample, *_declared(sample)))
    wrong = corrected(sample.payment, amount_paid=Decimal("318.20"))
    answer = examiner.examine_documents(
        _request(sample, Transmission(document=wrong, sender=Sender(code=wrong.pay_code)))
    )
    assert answer.judgement is not None
    assert not answer.judgement.matched
    with database.transaction() as session:
        assert open_reservations(session, sample.key.workflow_id, ledger="quota") == []
        assert open_reservations(session, sample.key.workflow_id, ledger="guarantee") == []
        assert latest(session, sample.key.workflow_id)[DocumentKind.PAYMENT].version == 2
