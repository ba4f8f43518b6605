"""What customs refused, read off the receipts: with reasons, without what it took later or has already."""

from datetime import UTC, datetime, timedelta

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.messages.reasons import reasons_of, rejections

AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
LIST, ORDER, PAYMENT = DocumentKind.DECLARATION_LIST, DocumentKind.ORDER, DocumentKind.PAYMENT


def receipt(
    about: DocumentKind | ApplicationKind, status: str, minutes: int = 0, info: str = "", cop_no: str | None = None
) -> CustomsReceipt:
    return CustomsReceipt(about=about, status=status, at=AT + timedelta(minutes=minutes), info=info, cop_no=cop_no)


def told(*receipts: CustomsReceipt) -> list[tuple[str, str]]:
    return [(each.about, each.status) for each in rejections(receipts)]


def test_a_rejection_carries_every_reason_of_its_receipt() -> None:
    info = "[Code:1313;Desc:超限][Code:1322;Desc:不一致]"
    (rejection,) = rejections([receipt(LIST, "100", info=info)])
    assert (rejection.about, rejection.status, rejection.at) == (LIST, "100", AT)
    assert rejection.reasons == reasons_of(LIST, "100", info)
    assert len(rejection.reasons) == 2


def test_only_what_refuses_is_told_in_the_order_of_customs_times() -> None:
    receipts = (
        receipt(LIST, "-621017", 9),
        receipt(PAYMENT, "100", 3),
        receipt(ORDER, "2", 1),
        receipt(ORDER, "120", 2),
        receipt(LIST, "500", 4),
        receipt(LIST, "4", 5),
        receipt(LIST, "777", 6),
    )
    assert told(*receipts) == [(PAYMENT, "100"), (LIST, "4"), (LIST, "777"), (LIST, "-621017")]


def test_what_customs_took_later_is_no_rejection_any_more() -> None:
    assert told(receipt(PAYMENT, "100", 1), receipt(PAYMENT, "120", 2)) == []
    assert told(receipt(PAYMENT, "120", 2), receipt(PAYMENT, "100", 1)) == [], "in any order of arrival"
    assert told(receipt(PAYMENT, "120", 1), receipt(PAYMENT, "100", 2)) == [(PAYMENT, "100")]
    assert told(receipt(PAYMENT, "100", 1), receipt(ORDER, "120", 2)) == [(PAYMENT, "100")]


def test_of_two_applications_each_has_its_own_answer() -> None:
    kind = ApplicationKind.GOODS_RETURN
    first, second = receipt(kind, "100", 1, cop_no="A"), receipt(kind, "120", 2, cop_no="B")
    assert [each.cop_no for each in rejections([first, second])] == ["A"]


def test_what_customs_has_already_is_no_rejection() -> None:
    assert told(receipt(LIST, "-621004"), receipt(ORDER, "-301010"), receipt(ORDER, "-301014")) == []


def test_without_receipts_nothing_is_refused() -> None:
    assert rejections([]) == ()
