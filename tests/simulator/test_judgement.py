"""Customs' own order of business, before any magic word counts."""

from collections.abc import Sequence
from datetime import timedelta

from clearway.contracts.documents import Allocation, DeclarationList
from simulator.customs.books import Books, Voucher
from simulator.customs.filing import Deed, Standing
from simulator.customs.judgement import judge_document, judge_list
from simulator.steps import Receipt
from tests.simulator.papers import Papers, new_guid, new_papers


def statuses(steps: Sequence[Deed]) -> list[str]:
    return [step.status for step in steps if isinstance(step, Receipt)]


def filed(papers: Papers) -> Books:
    books = Books()
    for document in (papers.order, papers.payment, papers.waybill):
        assert statuses(judge_document(books, document)) == ["2", "3", "120"]
    return books


def judged(books: Books, declaration: DeclarationList) -> list[str]:
    filing = judge_list(books, declaration)
    assert filing is not None
    return statuses(filing.story)


def voucher_statuses(books: Books, document: Voucher) -> list[str]:
    return statuses(judge_document(books, document))


def test_a_document_sent_again_hears_the_last_word_again() -> None:
    papers = new_papers("J-1-DOCREJECT")
    books = Books()
    assert voucher_statuses(books, papers.order) == ["2", "3", "120"]
    assert voucher_statuses(books, papers.payment) == ["2", "3", "100"]
    later = papers.order.model_copy(update={"app_time": papers.order.app_time + timedelta(minutes=5)})
    assert [voucher_statuses(books, again) for again in (papers.order, later)] == [["120"], ["120"]]
    assert voucher_statuses(books, papers.payment) == ["100"]
    assert books.payment(papers.declaration) is None


def test_a_second_document_with_the_same_number_is_refused_in_the_words_of_its_kind() -> None:
    papers = new_papers("J-2")
    books = filed(papers)
    copies = [document.model_copy(update={"guid": new_guid()}) for document in papers[:3]]
    assert [voucher_statuses(books, copy) for copy in copies] == [["-301010"], ["-401007"], ["-504015"]]


def test_a_change_needs_a_document_to_change() -> None:
    papers = new_papers("J-3")
    changes = [document.model_copy(update={"app_type": "2"}) for document in papers[:3]]
    assert [voucher_statuses(Books(), change) for change in changes] == [["-301009"], ["-401006"], ["-504014"]]


def test_a_change_must_not_be_older_than_what_it_changes() -> None:
    papers = new_papers("J-4")
    books = filed(papers)
    change = papers.order.model_copy(update={"guid": new_guid(), "app_type": "2", "note": "x"})
    older = change.model_copy(update={"guid": new_guid(), "app_time": change.app_time - timedelta(seconds=1)})
    assert voucher_statuses(books, older) == ["-301014"]
    assert voucher_statuses(books, change) == ["2", "3", "120"]
    kept = books.order(papers.declaration)
    assert kept is not None
    assert kept.note == "x"


def test_a_document_under_a_declared_list_can_no_longer_change() -> None:
    papers = new_papers("J-5")
    books = filed(papers)
    judged(books, papers.declaration)
    changes = [
        document.model_copy(update={"guid": new_guid(), "app_type": "2", "note": "x"}) for document in papers[:3]
    ]
    assert [voucher_statuses(books, change) for change in changes] == [["-301011"], ["-401008"], ["-504016"]]


def test_a_deleted_document_is_missing_afterwards() -> None:
    papers = new_papers("J-6")
    books = filed(papers)
    gone = papers.waybill.model_copy(update={"guid": new_guid(), "app_type": "3"})
    assert voucher_statuses(books, gone) == ["2", "3", "120"]
    assert books.waybill(papers.declaration) is None


def test_a_list_without_its_documents_is_returned_and_every_missing_one_is_named() -> None:
    papers = new_papers("J-7")
    books = Books()
    judge_document(books, papers.payment)
    filing = judge_list(books, papers.declaration)
    assert filing is not None
    assert statuses(filing.story) == ["2", "3", "100"]
    assert isinstance(filing.story[-1], Receipt)
    assert filing.story[-1].info == "未找到清单对应的订单、运单"
    assert filing.standing is Standing.RETURNED


def test_a_list_returned_for_missing_documents_starts_its_story_when_filed_anew() -> None:
    papers = new_papers("J-8-REJECT")
    books = Books()
    assert judged(books, papers.declaration) == ["2", "3", "100"]
    for document in papers[:3]:
        judge_document(books, document)
    anew = papers.declaration.model_copy(update={"guid": new_guid()})
    filing = judge_list(books, anew)
    assert filing is not None
    assert isinstance(filing.story[-1], Receipt)
    assert "1322" in filing.story[-1].info


def test_a_payment_is_found_through_the_transaction_that_the_order_names() -> None:
    papers = new_papers("J-9")
    order = papers.order.model_copy(
        update={"pay_code": papers.payment.pay_code, "pay_transaction_id": papers.payment.pay_transaction_id}
    )
    split = papers.payment.model_copy(update={"order_no": "J-9-other"})
    books = filed(papers._replace(order=order, payment=split))
    assert judged(books, papers.declaration)[-1] == "800"


def test_a_split_payment_serves_every_order_it_names() -> None:
    papers = new_papers("J-18")
    part = Allocation(order_no="J-18", amount=papers.payment.amount_paid)
    split = papers.payment.model_copy(update={"order_no": "J-18-other", "allocations": (part,)})
    assert judged(filed(papers._replace(payment=split)), papers.declaration)[-1] == "800"


def test_a_second_list_for_the_same_order_is_a_duplicate() -> None:
    papers = new_papers("J-10")
    books = filed(papers)
    assert judged(books, papers.declaration)[-1] == "800"
    other = papers.declaration.model_copy(update={"guid": new_guid(), "note": "other"})
    assert judged(books, other) == ["2", "3", "100"]
    first = books.open_filing(papers.declaration.ebc_code, "J-10")
    assert first is not None
    assert first.declaration.guid == papers.declaration.guid


def test_the_same_list_under_a_new_guid_is_already_declared() -> None:
    papers = new_papers("J-11")
    books = filed(papers)
    judged(books, papers.declaration)
    assert judged(books, papers.declaration.model_copy(update={"guid": new_guid()})) == ["-621004"]


def test_the_same_list_under_the_same_guid_changes_nothing() -> None:
    papers = new_papers("J-12")
    books = filed(papers)
    judged(books, papers.declaration)
    assert judge_list(books, papers.declaration) is None


def test_other_content_under_the_same_guid_is_refused() -> None:
    papers = new_papers("J-13")
    books = filed(papers)
    judged(books, papers.declaration)
    assert judged(books, papers.declaration.model_copy(update={"note": "other"})) == ["2", "3", "100"]
    assert judge_list(books, papers.declaration) is None


def test_a_change_needs_a_list_to_change_and_a_list_with_customs_is_not_deleted() -> None:
    papers = new_papers("J-14")
    change = papers.declaration.model_copy(update={"guid": new_guid(), "app_type": "2"})
    assert judged(filed(papers), change) == ["-621011"]
    books = filed(papers)
    judged(books, papers.declaration)
    assert judged(books, change.model_copy(update={"guid": new_guid(), "app_type": "3"})) == ["-621012"]


def test_a_draft_is_only_kept_at_the_port() -> None:
    papers = new_papers("J-15")
    books = filed(papers)
    draft = papers.declaration.model_copy(update={"app_status": "1"})
    assert judged(books, draft) == ["1"]
    assert judged(books, papers.declaration)[-1] == "800"


def test_two_enterprises_may_use_the_same_order_number() -> None:
    papers = new_papers("J-16")
    books = filed(papers)
    judged(books, papers.declaration)
    other = new_papers("J-16")
    order = other.order.model_copy(update={"ebc_code": "OTHER", "ebp_code": "OTHERPLAT"})
    payment = other.payment.model_copy(update={"ebp_code": "OTHERPLAT"})
    declaration = other.declaration.model_copy(update={"ebc_code": "OTHER", "ebp_code": "OTHERPLAT"})
    for document in (order, payment, other.waybill):
        assert voucher_statuses(books, document) == ["2", "3", "120"]
    assert judged(books, declaration)[-1] == "800"


def test_numbers_have_the_official_form_and_follow_the_guid() -> None:
    papers = new_papers("J-17")
    first, second = (judge_list(filed(papers), papers.declaration) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.pre_no, first.invt_no) == (second.pre_no, second.invt_no)
    assert first.pre_no[:9] == "B20310310"
    assert first.invt_no[:9] == "29912031I"
    assert len(first.pre_no) == len(first.invt_no) == 18
