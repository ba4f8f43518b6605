"""A judgement told step by step: the figures a clerk needs, from the recorded facts and nothing else."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import CaseKey, CaseView, ReturnCase
from clearway.contracts.facts import (
    GuaranteeHold,
    GuaranteeOutcome,
    IdentityOutcome,
    Judgement,
    PaymentOutcome,
    QuantityHold,
    QuotaHold,
    TaxPayment,
)
from clearway.contracts.states import Detail, State
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from clearway.rules.explanation import Chapter, Step, Verdict, explain
from clearway.rules.late_fee import late_fee
from clearway.rules.meanings import MATCHING_RULES
from tests.rules.law_cases import judge_case, limits_case, tax_case

SPRING = frozenset(date(2026, 2, day) for day in range(15, 24))
CALENDAR = WorkCalendar(days_off=SPRING, announced_years=frozenset({2026}))


def view(judgement: Judgement | None = None, **more: Any) -> CaseView:
    key = CaseKey(ebc_code="3301960A01", order_no="X-1")
    return CaseView(
        key=key, profile="SEED", state=State.MATCHED, detail=Detail.WITH_CUSTOMS, judgement=judgement, **more
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def chapters(case: CaseView) -> dict[str, Chapter]:
    return {chapter.name: chapter for chapter in explain(case).chapters}


def told(chapter: Chapter) -> str:
    return "\n".join(step.text_en for step in chapter.steps)


def step(chapter: Chapter, rule: str) -> Step:
    return next(each for each in chapter.steps if each.rule == rule)


def goods(case: dict[str, Any]) -> CaseView:
    """A judged case with the limits and tax of some goods."""
    return view(judge_case({}).model_copy(update={"limits": limits_case(case), "tax": tax_case(case)}))


def test_every_matching_rule_is_told_when_all_hold() -> None:
    chapter = chapters(view(judge_case({})))["matching"]
    passed = [each.rule for each in chapter.steps if each.verdict is Verdict.PASSED and each.rule]
    assert passed == list(MATCHING_RULES)
    assert chapter.steps[-1].text_en.startswith("→ matched")


def test_a_rule_that_failed_or_warned_is_told_with_its_problem_and_the_others_still_pass() -> None:
    given = {"payment.amount_paid": "318.20", "declaration_list.net_weight": "9"}
    chapter = chapters(view(judge_case({"given": given})))["matching"]
    assert step(chapter, "M05").verdict is Verdict.FAILED
    assert "318.20" in step(chapter, "M05").text_en
    assert step(chapter, "M16").verdict is Verdict.WARNED
    assert step(chapter, "M06").verdict is Verdict.PASSED
    assert chapter.steps[-1].text_zh.startswith("→ 比对不通过")


def test_a_rule_without_a_value_that_day_is_told_as_not_made() -> None:
    chapter = chapters(view(judge_case({"given": {"declaration_list.declared_on": "1999-12-31"}})))["matching"]
    assert step(chapter, "M05").verdict is Verdict.NOT_MADE
    assert step(chapter, "M01").verdict is Verdict.PASSED
    assert step(chapter, "E_NO_RULE").verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (IdentityOutcome.VERIFIED, Verdict.PASSED),
        (IdentityOutcome.UNAVAILABLE, Verdict.WARNED),
        (IdentityOutcome.MISMATCH, Verdict.FAILED),
    ],
)
def test_the_authoritys_answer_is_told(outcome: IdentityOutcome, verdict: Verdict) -> None:
    chapter = chapters(view(judge_case({"facts": {"identity": outcome}})))["identity"]
    assert step(chapter, "E_IDENTITY_MISMATCH").verdict is verdict
    assert step(chapter, "E_ID_NUMBER").verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            {"day": "2026-03-10", "used": "25000.00", "lines": [{"total_price": "1000.00"}]},
            "25,000.00 used + 1,000.00 = 26,000.00 ≤ 26,000.00 annual limit\n→ IN_QUOTA (T-CBEC-2018)",
        ),
        (
            {"day": "2026-03-10", "used": "25000.00", "lines": [{"total_price": "1000.01"}]},
            "26,000.01 > 26,000.00 annual limit\n→ OUT_OF_CHANNEL (T-CBEC-2018): above the annual limit",
        ),
        (
            {"day": "2026-03-10", "lines": [{"total_price": "5000.00"}, {"total_price": "0.01"}]},
            "0.00 used + 5,000.01 = 5,000.01 ≤ 26,000.00 annual limit\n"
            "→ OUT_OF_CHANNEL (T-CBEC-2018): above the single limit and more than one single item",
        ),
        (
            {"day": "2026-03-10", "lines": [{"total_price": "5000.01"}]},
            "5,000.01 > 5,000.00 single-transaction limit",
        ),
        (
            {"day": "2026-03-10", "lines": [{"total_price": "5000.01"}]},
            "→ FULL_TAX (T-CBEC-2018): above the single limit, but one single item",
        ),
        (
            {"day": "2018-12-31", "lines": [{"total_price": "2900.00"}, {"total_price": "100.00"}]},
            "→ FULL_TAX (T-CBEC-2016): a limit is exceeded",
        ),
    ],
)
def test_the_limits_are_written_out(case: dict[str, Any], expected: str) -> None:
    chapter = chapters(goods(case))["limits"]
    assert expected in told(chapter)
    assert {"limits.single", "limits.annual"} <= {use.rule for use in chapter.rules}
    assert all(use.effective_from and use.reference for use in chapter.rules)


def test_each_line_is_told_with_its_share_of_the_freight_and_the_sums_add_up() -> None:
    lines = [{"total_price": "199.00"}, {"total_price": "350.00", "hs_code": "3304990099", "qty1": "0.02"}]
    chapter = chapters(goods({"day": "2026-03-10", "freight": "12.00", "lines": lines}))["tax"]
    for expected in (
        "line 1 (1905310000): base 199.00 + freight and insurance 4.35 = 203.35",
        "× 0.70 = 18.50",
        "taxable price of all lines: 203.35 + 357.65 = 561.00",
        "→ total: 0.00 + 44.18 + 56.79 = 100.97",
    ):
        assert expected in told(chapter)
    chinese = "\n".join(each.text_zh for each in chapter.steps)
    assert "第 1 项（1905310000）：完税价格 199.00 + 运保费 4.35 = 203.35" in chinese
    assert "freight" not in chinese
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told(chapter))
    assert Verdict.FAILED not in {each.verdict for each in chapter.steps}


def test_a_sum_that_does_not_add_up_is_told_as_wrong() -> None:
    case = goods({"day": "2026-03-10", "lines": [{"total_price": "300.00"}]})
    assert case.judgement is not None
    assert case.judgement.tax is not None
    wrong = case.judgement.tax.model_copy(update={"total": Decimal("27.31")})
    chapter = chapters(view(case.judgement.model_copy(update={"tax": wrong})))["tax"]
    assert [each.verdict for each in chapter.steps][-1] is Verdict.FAILED


def test_what_could_not_be_decided_is_told_as_not_made() -> None:
    told_by = chapters(view(judge_case({"given": {"declaration_list.lines[0].hs_code": "0000000000"}})))
    assert told_by["tax"].steps[0].verdict is Verdict.NOT_MADE
    assert "E_UNKNOWN_HS" in {each.rule for each in told_by["matching"].steps}


def test_the_annual_amount_reserved_is_written_out_and_so_are_quantities() -> None:
    sugar = QuantityHold(
        group="sugar", quantity=Decimal("0.50"), limit=Decimal("2.00"), used_before=Decimal("1.50000"), unit="kg"
    )
    hold = QuotaHold(
        year=2026, counted=Decimal(600), used_before=Decimal(25000), limit=Decimal(26000), quantities=(sugar,)
    )
    chapter = chapters(view(judge_case({}).model_copy(update={"quota": hold})))["quota"]
    assert "reserved 600.00 CNY of 2026: 25,000.00 + 600.00 = 25,600.00 ≤ 26,000.00; 400.00 left" in told(chapter)
    assert "sugar, per person and year: 1.5 + 0.5 = 2 ≤ 2 kg" in told(chapter)


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        (
            {"outcome": GuaranteeOutcome.HELD, "amount": "20.00", "total": "100.00", "occupied": "100.00"},
            "→ HELD: G secures 20.00: occupied 80.00 + 20.00 = 100.00 ≤ 100.00",
        ),
        (
            {
                "outcome": GuaranteeOutcome.AWAITING,
                "amount": "27.30",
                "total": "100.00",
                "occupied": "80.00",
                "place": 1,
                "reason": "INSUFFICIENT",
            },
            "→ AWAITING: G: the guarantee does not suffice: occupied 80.00 + 27.30 = 107.30 > 100.00, place 1",
        ),
        ({"outcome": GuaranteeOutcome.NOT_NEEDED, "amount": "0"}, "→ NOT_NEEDED"),
    ],
)
def test_the_guarantee_is_written_out(hold: dict[str, Any], expected: str) -> None:
    held = GuaranteeHold.model_validate({"guarantor": "G", **hold})
    chapter = chapters(view(judge_case({}).model_copy(update={"guarantee": held})))["guarantee"]
    assert expected in told(chapter)


def test_a_deadline_is_counted_from_the_release_day_and_its_roll_over_told() -> None:
    clocks = legal_clocks(moment("2026-01-02T14:23:05"), CALENDAR, profile="SEED")
    chapter = chapters(view(clocks=clocks))["deadlines"]
    for expected in (
        "return application: until D0 + 30 = 2026-02-01 24:00; at 2026-02-02 00:00:00 it is too late",
        "tax payable from D0 + 31 = 2026-02-02 00:00:00",
        "returned goods back: until D0 + 45 = 2026-02-16 24:00",
        "D0 + 45 = 2026-02-16, a day off, so it rolls 8 days to the next working day, 2026-02-24",
    ):
        assert expected in told(chapter)
    assert Verdict.WARNED not in {each.verdict for each in chapter.steps}


def test_a_deadline_on_a_working_day_does_not_roll_and_a_provisional_one_warns() -> None:
    clocks = legal_clocks(moment("2026-03-10T14:23:05"), WorkCalendar(), profile="SEED")
    chapter = chapters(view(clocks=clocks))["deadlines"]
    assert "D0 + 45 = 2026-04-24, a working day, so it does not roll" in told(chapter)
    assert "PROVISIONAL" in told(chapter)


@pytest.mark.parametrize(
    ("applied", "verdict"), [("2026-04-09T23:59:59", Verdict.PASSED), ("2026-04-10T00:00:00", Verdict.FAILED)]
)
def test_a_return_is_told_against_its_clock(applied: str, verdict: Verdict) -> None:
    clocks = legal_clocks(moment("2026-03-10T14:23:05"), CALENDAR, profile="SEED")
    case = ReturnCase(applied_at=moment(applied), reason="size", actor="A")
    chapter = chapters(view(clocks=clocks, goods_return=case))["return"]
    assert chapter.steps[0].verdict is verdict


def test_a_payment_is_told_against_the_bill_and_the_deadline() -> None:
    clocks = legal_clocks(moment("2026-01-02T14:23:05"), CALENDAR, profile="SEED")
    paid = TaxPayment(
        outcome=PaymentOutcome.PAID,
        amount=Decimal("28.25"),
        assessed=Decimal("28.21"),
        bill_no="B-1",
        difference=Decimal("0.04"),
        differs=True,
        paid_at=moment("2026-02-25T00:00:00"),
    )
    chapter = chapters(view(clocks=clocks, payment=paid))["payment"]
    assert "bill B-1 − our figure: 28.25 − 28.21 = 0.04; the bill wins" in told(chapter)
    assert "paid 2026-02-25 00:00:00 ≥ 2026-02-25 00:00:00: too late" in told(chapter)
    assert [each.verdict for each in chapter.steps] == [Verdict.WARNED, Verdict.PASSED, Verdict.TOLD, Verdict.FAILED]


def test_a_late_fee_is_told_with_its_arithmetic() -> None:
    clocks = legal_clocks(moment("2026-01-02T14:23:05"), CALENDAR, profile="SEED")
    fee = late_fee(Decimal("12345.67"), clocks.payment_deadline, date(2026, 3, 6), profile="SEED")
    paid = TaxPayment(outcome=PaymentOutcome.PAID, amount=fee.tax, paid_at=moment("2026-03-06T09:00:00"), late_fee=fee)
    chapter = chapters(view(clocks=clocks, payment=paid))["payment"]
    assert "12345.67 × 0.0005 × 10 = 61.73 → 61.73" in told(chapter)


def test_a_list_that_was_not_judged_has_no_chapter() -> None:
    assert explain(view()).chapters == ()


def test_the_version_of_the_rules_is_the_judgements() -> None:
    judged = judge_case({}).model_copy(update={"rules_version": "f" * 64, "profile": "LAW_2026"})
    explanation = explain(view(judged))
    assert (explanation.rules_version, explanation.profile) == ("f" * 64, "LAW_2026")
