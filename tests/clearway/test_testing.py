"""The test kit's documents pass every check, and its changes break exactly what they change."""

from datetime import UTC, datetime
from decimal import Decimal

from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import IdentityOutcome
from clearway.messages import Transfer, document_from, write
from clearway.rules.documents import check_document
from clearway.rules.matching import MatchingFacts, compare
from clearway.testing import SampleSet, corrected, sample_set

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def _documents(sample: SampleSet) -> tuple[object, ...]:
    return sample.order, sample.payment, sample.waybill, sample.declaration_list


def test_a_sample_set_passes_every_rule_that_needs_no_register() -> None:
    sample = sample_set("CW-1", at=AT)
    facts = MatchingFacts(identity=IdentityOutcome.VERIFIED, now=sample.declaration_list.app_time)
    problems = compare(sample.order, sample.payment, sample.waybill, sample.declaration_list, facts)
    assert {problem.code for problem in problems} <= {"M15"}
    for document in (sample.order, sample.payment, sample.waybill, sample.declaration_list):
        assert check_document(document) == ()


def test_a_sample_set_travels_over_the_wire_unchanged() -> None:
    sample = sample_set("CW-1", at=AT)
    transfer = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")
    for document in (sample.order, sample.payment, sample.waybill, sample.declaration_list):
        assert document_from(write([document], guid=document.guid, transfer=transfer)) == (document,)


def test_a_change_changes_one_document_and_a_correction_says_so() -> None:
    sample = sample_set("CW-1", at=AT)
    changed = sample.changed(DocumentKind.PAYMENT, amount_paid=Decimal(1))
    assert changed.payment.amount_paid == 1
    assert changed.order == sample.order
    correction = corrected(changed.payment, amount_paid=sample.payment.amount_paid)
    assert correction.app_type == "2"
    assert correction.app_time > sample.payment.app_time
