"""What the database contributes to a comparison: earlier uses of numbers, the year's amount, known identities."""

from datetime import UTC, datetime
from decimal import Decimal

from activities.closing import CaseRegister
from activities.examination import Examiner
from clearway.contracts.case import Transmission
from clearway.contracts.documents import Allocation
from clearway.contracts.facts import Examination, Treatment
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import SampleSet, sample_set
from models.database import Database
from models.work import CloseRequest, ExamineRequest
from tests.standins import Authority

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def _examine(database: Database, sample: SampleSet, authority: Authority | None = None) -> Examination:
    declaration = Transmission(document=sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code))
    now = sample.declaration_list.app_time
    return Examiner(database, authority or Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=now,
            opened_at=now,
            arrivals=(*sample.transmissions, declaration),
            open_for_change=True,
        )
    )


def _codes(examination: Examination) -> set[str]:
    assert examination.judgement is not None, examination.refused
    return {problem.code for problem in examination.judgement.problems}


def _with_waybill(sample: SampleSet, number: str) -> SampleSet:
    return SampleSet(
        order=sample.order.model_copy(update={"waybill_no": number}),
        payment=sample.payment,
        waybill=sample.waybill.model_copy(update={"logistics_no": number}),
        declaration_list=sample.declaration_list.model_copy(update={"logistics_no": number}),
    )


def test_a_waybill_number_comes_back_only_after_six_months(database: Database) -> None:
    _examine(database, _with_waybill(sample_set("CW-1", at=datetime(2026, 3, 1, 1, tzinfo=UTC)), "SF1"))
    on_the_day = _with_waybill(sample_set("CW-2", at=datetime(2026, 9, 1, 1, tzinfo=UTC)), "SF1")
    assert _codes(_examine(database, on_the_day)) == {"M03"}
    day_after = _with_waybill(sample_set("CW-3", at=datetime(2026, 9, 2, 1, tzinfo=UTC)), "SF1")
    assert _codes(_examine(database, day_after)) == set(), "the list that failed never used it"


def _split(sample: SampleSet, *parts: tuple[str, str]) -> SampleSet:
    payment = sample.payment.model_copy(
        update={
            "pay_transaction_id": "SPLIT-1",
            "amount_paid": Decimal("500.00"),
            "allocations": tuple(Allocation(order_no=order, amount=Decimal(amount)) for order, amount in parts),
        }
    )
    order = sample.order.model_copy(update={"pay_transaction_id": "SPLIT-1"})
    return sample.model_copy(update={"payment": payment, "order": order})


def test_a_split_payment_serves_its_orders_and_no_third_one(database: Database) -> None:
    parts = (("CW-1", "318.21"), ("CW-2", "181.79"))
    first = _split(sample_set("CW-1", at=AT), *parts)
    assert _codes(_examine(database, first)) == set()
    second = sample_set("CW-2", at=AT, goods_value=Decimal("156.63"), freight=Decimal(10), discount=Decimal(0))
    assert second.order.actual_paid == Decimal("181.79")
    assert _codes(_examine(database, _split(second, *parts))) == set()
    third = sample_set("CW-3", at=AT)
    assert "M04" in _codes(_examine(database, _split(third, *parts, ("CW-3", "318.21"))))


def test_the_years_amount_counts_other_lists_and_an_end_without_tax_gives_it_back(database: Database) -> None:
    for number in range(5):
        sample = sample_set(f"CW-{number}", at=AT, goods_value=Decimal("4990.00"))
        assert _codes(_examine(database, sample)) == set()
    over = sample_set("CW-9", at=AT, goods_value=Decimal("1000.00"))
    examination = _examine(database, over)
    assert _codes(examination) == {"E_OVER_LIMIT"}
    assert examination.judgement is not None
    assert examination.judgement.limits is not None
    assert examination.judgement.limits.used_before == Decimal("25000.00")
    CaseRegister(database).close_case(CloseRequest(key=sample_set("CW-0", at=AT).key, state=State.RETURNED, now=AT))
    again = _examine(database, sample_set("CW-10", at=AT, goods_value=Decimal("1000.00")))
    assert again.judgement is not None
    assert again.judgement.limits is not None
    assert again.judgement.limits.treatment is Treatment.IN_QUOTA


def test_a_verified_person_is_asked_about_once_a_year(database: Database) -> None:
    authority = Authority()
    for number, year in enumerate((2026, 2026, 2027)):
        _examine(database, sample_set(f"CW-{number}", at=datetime(year, 3, 10 + number, 1, tzinfo=UTC)), authority)
    assert authority.asked == 2


def test_asking_our_memory_does_not_prolong_the_year(database: Database) -> None:
    authority = Authority()
    for number, month in enumerate((1, 6, 12)):
        _examine(database, sample_set(f"CW-{number}", at=datetime(2025, month, 1, 1, tzinfo=UTC)), authority)
    _examine(database, sample_set("CW-9", at=datetime(2026, 1, 2, 1, tzinfo=UTC)), authority)
    assert authority.asked == 2


def test_examining_again_after_the_commit_changes_nothing(database: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    assert _examine(database, sample) == _examine(database, sample)
