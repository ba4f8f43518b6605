"""Content hashes: the same content has the same one, whatever its envelope and spelling."""

from clearway.rules.fingerprint import content_hash
from tests.rules.law_cases import papers


def test_the_envelope_does_not_count() -> None:
    again = papers(
        {
            "order.guid": "A" * 36,
            "order.app_type": "2",
            "order.app_time": "2026-03-11T09:00:00+08:00",
            "order.app_status": "1",
        }
    )
    assert content_hash(again.order) == content_hash(papers().order)


def test_an_amount_counts_by_value_and_an_instant_by_moment() -> None:
    spelled = papers({"payment.amount_paid": "318.2100", "payment.pay_time": "2026-03-10T01:05:00Z"})
    assert content_hash(spelled.payment) == content_hash(papers().payment)


def test_zero_has_one_spelling() -> None:
    zeros = {"waybill.insured_fee": "0.00"}
    assert content_hash(papers(zeros).waybill) == content_hash(papers().waybill)


def test_every_other_change_counts() -> None:
    original = content_hash(papers().declaration_list)
    for change in (
        {"declaration_list.lines[0].qty": "3"},
        {"declaration_list.declared_on": "2026-03-11"},
        {"declaration_list.note": "x"},
        {"declaration_list.buyer_name": "李四"},
    ):
        assert content_hash(papers(change).declaration_list) != original


def test_documents_of_another_kind_never_have_the_same_content() -> None:
    assert len({content_hash(document) for document in papers()}) == 4
