"""What the workflow of an individual's List of Items carries: recorded facts and the chart (RULEBOOK B.12).

Nothing here decides money, a limit or a date: those come in as facts (DESIGN law 1). Customs' decisions may come twice,
early or in any order: each is kept once, and takes effect when the list is where it can.
"""

from datetime import datetime

from clearway.contracts.articles import (
    ArticlesAnswer,
    ArticlesDecision,
    ArticlesJudgement,
    ArticlesOutcome,
    ArticlesPassage,
    ArticlesState,
    ArticlesTax,
    ChooseDisposition,
    CustomsArticlesDecision,
    Disposition,
    StartArticles,
)
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.problems import Problem
from models.articles_work import ArticlesExamination
from models.lifecycle import ArticlesListChart, Standing

ENDS = frozenset({ArticlesState.RELEASED, ArticlesState.RETURNED, ArticlesState.ABANDONED, ArticlesState.TO_GOODS})
THROUGH_BUT_FOR_US = frozenset({ArticlesState.SUBMITTED, ArticlesState.APPROVAL_PENDING})
SETTLED = frozenset({ArticlesState.PAID, ArticlesState.EXEMPT})
NOT_THROUGH = frozenset({ArticlesState.DRAFT, ArticlesState.SUBMITTED, ArticlesState.APPROVAL_PENDING})
IN_THE_WAY = {
    ArticlesOutcome.REFUSED: "no list that can pass was handed in",
    ArticlesOutcome.APPROVAL_PENDING: "no approval was handed in",
    ArticlesOutcome.OVER_LIMIT: "nobody chose what becomes of a parcel over the limit",
}
"""What keeps a list from going on, and what is told when the time for it is over."""
EVENTS = {
    Disposition.RETURNED: "send_back",
    Disposition.ABANDONED: "abandon",
    Disposition.TO_GOODS: "treat_as_goods",
}


class ArticlesCase:
    """One List of Items, from the first submission to its end."""

    def __init__(self, start: StartArticles) -> None:
        self.key = start.key
        self.profile = start.profile
        self.standing = Standing(ArticlesListChart)
        self.judgement: ArticlesJudgement | None = None
        self.port = ""
        self.examined = False
        self.given_up = False
        self.waits: dict[ArticlesOutcome, datetime] = {}  # by what is in the way, fixed when it first was
        self.answer_by: datetime | None = None
        self.decisions: list[CustomsArticlesDecision] = []
        self.overruled = False  # customs released a parcel that we held up
        self.paying = False
        self.payment: TaxPayment | None = None
        self.reason = ""
        self.alarms: list[str] = []
        self.passages: list[ArticlesPassage] = []

    @property
    def state(self) -> ArticlesState:
        """The published state."""
        return ArticlesState(self.standing.state)

    @property
    def over(self) -> bool:
        """The list has reached its end."""
        return self.given_up or self.state in ENDS

    @property
    def in_the_way(self) -> ArticlesOutcome | None:
        """What keeps the list from going on to customs; None when nothing does, or nothing was handed in yet."""
        if self.over or not self.examined or self.state not in NOT_THROUGH:
            return None
        if self.state is ArticlesState.DRAFT or self.judgement is None:
            return ArticlesOutcome.REFUSED
        passes = self.overruled or self.judgement.outcome is ArticlesOutcome.PASS
        return None if passes else self.judgement.outcome

    @property
    def wait_until(self) -> datetime | None:
        """When the parcel is returned unless what is in the way is mended, exclusive."""
        return self.waits.get(self.in_the_way) if self.in_the_way else None

    @property
    def ready_for_customs(self) -> bool:
        """Nothing stands in the way any more, or the list is over."""
        return self.over or (self.examined and self.in_the_way is None)

    @property
    def tax(self) -> ArticlesTax | None:
        """The tax that the judgement assessed."""
        return self.judgement.tax if self.judgement else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that must be mended now."""
        return self.judgement.problems if self.judgement and self.in_the_way else ()

    # --- what happens to it ------------------------------------------------------------------------------------

    def take_examination(self, examination: ArticlesExamination, at: datetime) -> None:
        """Record what was made of a list or an approval; a refused one changes nothing once another is on file."""
        if self.over:
            return  # it ended while it was examined
        self.examined = True
        if examination.refused:
            self._take_refusal(examination)
        elif examination.judgement is not None and examination.judgement != self.judgement:
            self.judgement, self.port = examination.judgement, examination.port
            self.answer_by = examination.answer_by
            self._go_by(examination.judgement.outcome, examination.wait_until, at)
            self.heed_customs(at)

    def _take_refusal(self, examination: ArticlesExamination) -> None:
        if self.state is not ArticlesState.DRAFT:
            return
        if any(problem.code == "E_ALREADY_ENDED" for problem in examination.refused):
            self.given_up = True
            self.reason = "this list ended earlier; the register has its end"
            return
        self.judgement = examination.judgement or self.judgement
        self.waits.setdefault(ArticlesOutcome.REFUSED, examination.wait_until)
        self.reason = "refused: " + ", ".join(dict.fromkeys(problem.code for problem in examination.refused))
        self.raise_alarm("ARTICLES_REFUSED")

    def _go_by(self, outcome: ArticlesOutcome, wait_until: datetime, at: datetime) -> None:
        """Enter the state that a judgement leads to; waiting for the same thing again does not prolong the wait."""
        self.drop_alarms("ARTICLES_REFUSED", "OVER_LIMIT")
        self.reason = ""
        if outcome is not ArticlesOutcome.PASS:
            self.waits.setdefault(outcome, wait_until)
        if self.state is ArticlesState.DRAFT:
            self._enter("submit", at)
        if outcome is ArticlesOutcome.APPROVAL_PENDING:
            if self.state is ArticlesState.SUBMITTED:
                missing = self.judgement.approvals_missing if self.judgement else ()
                self._enter("await_approval", at, "approval missing: " + ", ".join(missing))
        elif self.state is ArticlesState.APPROVAL_PENDING:
            self._enter("resume", at)
        if outcome is ArticlesOutcome.OVER_LIMIT:
            self.reason = "over the limit of a parcel and divisible"
            self.raise_alarm("OVER_LIMIT")

    def expire_wait(self, at: datetime) -> None:
        """The time is over: the parcel goes back; if nothing that could be judged came, there is none to speak of.

        A parcel that customs released meanwhile is gone: customs' word is the truth, and only its tax is left.
        """
        final = self._final_decision
        if final and final.decision is ArticlesDecision.RELEASED and self.tax and self.state in THROUGH_BUT_FOR_US:
            self._be_overruled(at)
            return
        why = IN_THE_WAY[self.in_the_way or ArticlesOutcome.REFUSED] + " in time"
        if self.judgement is None:
            self.given_up = True
            self.reason = why
        else:
            self._enter("send_back", at, why)

    def dispose(self, request: ChooseDisposition, at: datetime) -> None:
        """The individual or an operator has chosen what becomes of the parcel."""
        self.drop_alarms("ARTICLES_REFUSED", "OVER_LIMIT")
        self._enter(EVENTS[request.disposition], at, f"{request.disposition} by {request.actor}: {request.reason}")

    def take_decision(self, decision: CustomsArticlesDecision, at: datetime) -> None:
        """Record a decision of customs; the same id again changes nothing."""
        if any(each.decision_id == decision.decision_id for each in self.decisions):
            return
        self.decisions.append(decision)
        self.heed_customs(at)

    def heed_customs(self, at: datetime) -> None:
        """Let customs' decisions take effect as far as the list is; what came early waits for its time."""
        if self.over or not self.examined:
            return
        final = self._final_decision
        if final and final.decision is ArticlesDecision.RETURNED and not self.paying:
            if self.state is ArticlesState.PAID:
                self.raise_alarm("RETURNED_AFTER_PAYMENT")
            self._enter("send_back", self._moment(final, at), f"customs returned it: {final.finding}".strip(": "))
            return
        review = next((each for each in self.decisions if each.decision is ArticlesDecision.REVIEWED), final)
        if review and self.state is ArticlesState.SUBMITTED and self.in_the_way is None:
            self._enter("review", self._moment(review, at))
        if final and final.decision is ArticlesDecision.RELEASED and self.state in SETTLED:
            self._enter("release", self._moment(final, at), final.finding)

    def _be_overruled(self, at: datetime) -> None:
        self.overruled = True
        self.drop_alarms("OVER_LIMIT")
        self.raise_alarm("CUSTOMS_OVERRULED")
        if self.state is ArticlesState.APPROVAL_PENDING:
            self._enter("resume", at, "customs released it")
        self.heed_customs(at)

    @property
    def _final_decision(self) -> CustomsArticlesDecision | None:
        """Customs' last word, by customs' own time: released, or returned."""
        words = [each for each in self.decisions if each.decision is not ArticlesDecision.REVIEWED]
        return max(words, key=lambda each: each.at, default=None)

    def _moment(self, decision: CustomsArticlesDecision, at: datetime) -> datetime:
        """When customs acted; where the list was not ready for it then, when it was."""
        entered = self.passages[-1].at if self.passages else at
        return decision.at if entered <= decision.at <= at else at

    def assess_tax(self, at: datetime) -> None:
        """The review is over: the tax is what the judgement assessed; up to the exemption nothing is levied."""
        assert self.tax is not None  # whatever passes was assessed
        self._enter("assess_tax", at, f"{self.tax.total:f} CNY by {self.tax.regime}")
        if self.tax.exempt:
            self._enter("exempt_from_tax", at, f"at most {self.tax.exemption:f} CNY are not levied")
            self.heed_customs(at)

    def take_payment(self, payment: TaxPayment, at: datetime) -> None:
        """Record an attempt to pay; a refusal is shown and tried again."""
        self.paying = False
        self.payment = payment
        if payment.outcome is PaymentOutcome.PAID:
            self.drop_alarms(PaymentOutcome.REFUSED)
            self._enter("pay_tax", at)
        else:
            self.reason = payment.reason
            self.raise_alarm(PaymentOutcome.REFUSED)
        self.heed_customs(at)

    # --- the small changes that every other one is made of -----------------------------------------------------

    def _enter(self, event: str, at: datetime, why: str = "") -> None:
        self.standing.move(event)
        self.reason = why
        self.passages.append(ArticlesPassage(state=self.state, at=at, why=why))

    def raise_alarm(self, alarm: str) -> None:
        """Show an alarm that operators can filter by."""
        if alarm not in self.alarms:
            self.alarms.append(alarm)

    def drop_alarms(self, *alarms: str) -> None:
        """Take alarms back whose cause is gone."""
        self.alarms = [each for each in self.alarms if each not in alarms]

    def answer(self, refused: tuple[Problem, ...] = ()) -> ArticlesAnswer:
        """Where the list stands now, with everything that is wrong."""
        return ArticlesAnswer(
            accepted=not refused,
            workflow_id=self.key.workflow_id,
            state=self.state,
            problems=refused or self.problems,
            warnings=self.judgement.warnings if self.judgement else (),
        )
