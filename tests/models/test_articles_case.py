"""Whatever is said to a List of Items, in any order: nothing raises, an end is an end, and the law's order is kept."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.contracts.articles import (
    ArticlesDecision,
    ArticlesJudgement,
    ArticlesKey,
    ArticlesOutcome,
    ArticlesState,
    ArticlesTax,
    ChooseDisposition,
    CustomsArticlesDecision,
    Disposition,
    StartArticles,
    SubmitArticles,
)
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.parties import Sender
from models.articles_case import ENDS, ArticlesCase
from models.articles_narrative import articles_attributes, articles_markdown, articles_view
from models.articles_refusals import (
    OFFERED,
    declined,
    refuse_approval,
    refuse_disposition,
    refuse_ended,
    refuse_submission,
)
from models.articles_work import ArticlesExamination
from models.lifecycle import ArticlesListChart
from tests.architecture.fingerprint import transitions
from tests.articles_desk import parcel

AT = datetime(2026, 3, 10, 1, tzinfo=UTC)
UNTIL = datetime.fromisoformat("2026-03-26T00:00:00+08:00")
KEY = ArticlesKey(declarant_code="3301960L01", list_no="A-1")
PASS, PENDING, OVER, REFUSED = (
    ArticlesOutcome.PASS,
    ArticlesOutcome.APPROVAL_PENDING,
    ArticlesOutcome.OVER_LIMIT,
    ArticlesOutcome.REFUSED,
)


def judged(outcome: ArticlesOutcome, due: str = "0", value: str = "300.00") -> ArticlesJudgement:
    """A judgement."""
    tax = ArticlesTax(
        regime="T-ARTICLES-2024",
        assessed_on=AT.date(),
        lines=(),
        total=Decimal(due) or Decimal("39.00"),
        exemption=Decimal("50.00"),
        due=Decimal(due),
    )
    return ArticlesJudgement(
        outcome=outcome, value=Decimal(value), limit=Decimal("2000.00"), indivisible=False, tax=tax
    )


class Driver:
    """Says things to a case the way its workflow says them: requests after their validators, chapters in order."""

    def __init__(self) -> None:
        self.case = ArticlesCase(StartArticles(key=KEY))
        self.now = AT
        self.said = 0

    def examine(self, outcome: ArticlesOutcome, due: str = "0", refused: str = "") -> None:
        """A paper was examined."""
        if refuse_ended(self.case, self.now):
            return
        self.said += 1
        judgement = judged(outcome, due, value=str(self.said))
        problems = (declined(refused),) if refused else (declined("E_DISPOSITION"),) if outcome is REFUSED else ()
        standing = self.case.judgement
        if standing and standing.outcome is PASS and self.case.state is not ArticlesState.DRAFT:
            problems, judgement = (declined("E_DUPLICATE"),), standing
        self.case.take_examination(
            ArticlesExamination(
                refused=problems,
                judgement=None if refused else judgement,
                port="2991",
                wait_until=self.now + timedelta(days=15),
                answer_by=self.now,
            ),
            self.now,
        )

    def decide(self, decision: ArticlesDecision, number: str = "", at: datetime | None = None) -> None:
        """Customs decides."""
        self.said += 1
        self.case.take_decision(
            CustomsArticlesDecision(
                decision_id=number or str(self.said), decision=decision, at=at or self.now, officer="7"
            ),
            self.now,
        )

    def dispose(self, disposition: Disposition) -> None:
        """The individual chooses."""
        request = ChooseDisposition(disposition=disposition, actor="IND", reason="r")
        if refuse_disposition(self.case, request, self.now) is None:
            self.case.dispose(request, self.now)

    def chapters(self) -> None:
        """What the workflow does by itself at once."""
        if self.case.state is ArticlesState.REVIEWED:
            self.case.assess_tax(self.now)
            self.case.paying = self.case.tax is not None and not self.case.tax.exempt
        if self.case.wait_until and self.now >= self.case.wait_until:
            self.case.expire_wait(self.now)

    def bank(self, outcome: PaymentOutcome) -> None:
        """The bank answers, or is asked again."""
        if self.case.state is not ArticlesState.TAX_ASSESSED:
            return
        if not self.case.paying:
            self.case.paying = True
            return
        paid = outcome is PaymentOutcome.PAID
        self.case.take_payment(
            TaxPayment(outcome=outcome, amount=Decimal("50.05"), paid_at=self.now if paid else None), self.now
        )


ACTS: dict[str, Any] = {
    "examine": st.builds(
        lambda outcome, due: ("examine", (outcome, due)), st.sampled_from(ArticlesOutcome), st.sampled_from(("0", "99"))
    ),
    "refuse": st.just(("examine", (PASS, "0", "E_ARTICLES_SENDER"))),
    "decide": st.builds(
        lambda decision, number, hours: ("decide", (decision, number, AT + timedelta(hours=hours))),
        st.sampled_from(ArticlesDecision),
        st.sampled_from(("", "D-1", "D-2")),
        st.integers(-5, 500),
    ),
    "dispose": st.builds(lambda disposition: ("dispose", (disposition,)), st.sampled_from(Disposition)),
    "bank": st.builds(
        lambda outcome: ("bank", (outcome,)), st.sampled_from((PaymentOutcome.PAID, PaymentOutcome.REFUSED))
    ),
    "wait": st.builds(lambda hours: ("wait", (hours,)), st.integers(1, 200)),
}


@settings(max_examples=300)
@given(st.lists(st.one_of(*ACTS.values()), max_size=25))
def test_anything_in_any_order_keeps_the_order_of_the_law(acts: list[tuple[str, tuple[Any, ...]]]) -> None:
    driver = Driver()
    for what, words in acts:
        ended, before = driver.case.over, articles_view(driver.case)
        if what == "wait":
            driver.now += timedelta(hours=words[0])
        else:
            getattr(driver, what)(*words)
        driver.chapters()
        view = articles_view(driver.case)
        articles_markdown(driver.case)
        articles_attributes(driver.case)
        if ended:
            assert view.passages == before.passages, "an end is an end"
        _check(driver, view.passages[-1].state if view.passages else ArticlesState.DRAFT)


def _check(driver: Driver, last: ArticlesState) -> None:
    case = driver.case
    passed = [passage.state for passage in case.passages]
    assert case.state is last
    assert len({decision.decision_id for decision in case.decisions}) == len(case.decisions)
    if ArticlesState.RELEASED in passed:
        assert {ArticlesState.REVIEWED, ArticlesState.TAX_ASSESSED} <= set(passed)
        assert {ArticlesState.PAID, ArticlesState.EXEMPT} & set(passed)
        assert case.judgement is not None
        assert case.judgement.outcome is PASS
    if not case.over and case.in_the_way:
        assert case.wait_until is not None
        assert case.wait_until > driver.now, "what is in the way never waits for ever"


def test_the_wait_is_fixed_when_it_begins_and_waiting_for_the_same_again_does_not_prolong_it() -> None:
    driver = Driver()
    driver.examine(PENDING)
    first = driver.case.wait_until
    driver.now += timedelta(days=3)
    driver.examine(PENDING)
    assert driver.case.wait_until == first
    driver.examine(OVER)
    assert driver.case.wait_until == driver.now + timedelta(days=15), "another thing in the way has its own time"


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [
        ((ArticlesDecision.RELEASED, 2), (ArticlesDecision.RETURNED, 1), ArticlesState.RELEASED),
        ((ArticlesDecision.RELEASED, 1), (ArticlesDecision.RETURNED, 2), ArticlesState.RETURNED),
    ],
)
def test_customs_last_word_counts_by_customs_own_time(
    first: tuple[ArticlesDecision, int], second: tuple[ArticlesDecision, int], end: ArticlesState
) -> None:
    driver = Driver()
    driver.examine(PENDING)
    for decision, hours in (first, second):
        driver.decide(decision, at=AT + timedelta(hours=hours))
    driver.examine(PASS)
    driver.chapters()
    assert driver.case.state is end


def test_a_return_while_the_bank_is_asked_waits_for_its_answer() -> None:
    driver = Driver()
    driver.examine(PASS, "50.05")
    driver.decide(ArticlesDecision.REVIEWED)
    driver.chapters()
    driver.decide(ArticlesDecision.RETURNED)
    assert driver.case.state is ArticlesState.TAX_ASSESSED
    request = ChooseDisposition(disposition=Disposition.RETURNED, actor="IND", reason="r")
    refused = refuse_disposition(driver.case, request, driver.now)
    assert refused is not None
    assert refused.code == "E_PAYMENT_UNDER_WAY"
    driver.bank(PaymentOutcome.PAID)
    assert [passage.state for passage in driver.case.passages][-2:] == [ArticlesState.PAID, ArticlesState.RETURNED]
    assert driver.case.alarms == ["RETURNED_AFTER_PAYMENT"]


@pytest.mark.parametrize(
    ("instant", "code"),
    [("2026-03-25T23:59:59.999999+08:00", None), ("2026-03-26T00:00:00+08:00", "E_ARTICLES_TOO_LATE")],
)
def test_the_last_instant_of_day_15_is_in_time_and_the_next_is_not(instant: str, code: str | None) -> None:
    driver = Driver()
    driver.case.take_examination(ArticlesExamination(judgement=judged(PENDING), wait_until=UNTIL, answer_by=AT), AT)
    now = datetime.fromisoformat(instant)
    articles = parcel(at=AT, list_no="A-1")
    told = (
        refuse_approval(driver.case, now),
        refuse_submission(driver.case, SubmitArticles(articles=articles, sender=Sender(code="L")), now),
        refuse_disposition(
            driver.case, ChooseDisposition(disposition=Disposition.RETURNED, actor="IND", reason="r"), now
        ),
    )
    assert {problem.code if problem else None for problem in told} == {code}


def test_a_list_sent_to_another_number_is_refused() -> None:
    driver = Driver()
    request = SubmitArticles(articles=parcel(at=AT, list_no="A-2"), sender=Sender(code="L"))
    refused = refuse_submission(driver.case, request, AT)
    assert refused is not None
    assert refused.code == "E_ARTICLES_OTHER_KEY"


@pytest.mark.parametrize("outcome", [OVER, PENDING])
@pytest.mark.parametrize("disposition", Disposition)
def test_what_is_offered_is_what_the_chart_admits(outcome: ArticlesOutcome, disposition: Disposition) -> None:
    driver = Driver()
    driver.examine(outcome)
    driver.dispose(disposition)
    assert (driver.case.state in ENDS) is (disposition in OFFERED[outcome])


def test_the_chart_has_the_states_and_ends_of_the_rulebook() -> None:
    assert {state.id for state in ArticlesListChart.states} == set(ArticlesState)
    assert {state.id for state in ArticlesListChart.states if state.final} == ENDS
    table = transitions(ArticlesListChart)
    assert not [
        line for line in table if line.endswith("--> released") and line.partition(" ")[0] not in ("paid", "exempt")
    ]
    assert "approval_pending --resume--> submitted" in table
