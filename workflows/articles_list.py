"""An individual's List of Items: the desk, approvals, customs' review, the article tax, the release (RULEBOOK B.12)."""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.articles import ArticlesDesk
    from clearway.contracts import names
    from clearway.contracts.articles import (
        Approval,
        ArticlesAnswer,
        ArticlesList,
        ArticlesState,
        ArticlesView,
        ChooseDisposition,
        CustomsArticlesDecision,
        StartArticles,
        SubmitApproval,
        SubmitArticles,
    )
    from clearway.contracts.parties import Sender
    from models.articles_case import ArticlesCase
    from models.articles_narrative import articles_attributes, articles_markdown, articles_view
    from models.articles_refusals import refuse_approval, refuse_disposition, refuse_ended, refuse_submission
    from models.articles_work import CloseArticles, ExamineArticles, PayArticles
    from workflows.conduct import (
        DESK_RETRIES,
        DESK_TIMEOUT,
        OUTSIDE_RETRIES,
        OUTSIDE_TIMEOUT,
        Noticeboard,
        bank_queue,
        refuse,
        wait,
    )

NEXT_ATTEMPT = timedelta(days=1)
"""After the bank has refused a payment."""


@workflow.defn(name=names.ARTICLES_LIST)
class ArticlesListWorkflow:
    """One parcel. The individual and operators act by updates, customs by signals, anyone reads by the query."""

    @workflow.init
    def __init__(self, start: StartArticles) -> None:
        self.case = ArticlesCase(start)
        self._desk = asyncio.Lock()  # one examination at a time
        self._board = Noticeboard()

    @workflow.run
    async def run(self, start: StartArticles) -> ArticlesView:
        """The story of a parcel; whatever keeps it from passing is a named state, never a failed workflow."""
        await self._get_ready_for_customs()
        await self._wait_for_review()
        await self._settle_tax()
        await self._wait_for_release()
        await self._close()
        return articles_view(self.case)

    # --- chapters ----------------------------------------------------------------------------------------------

    async def _get_ready_for_customs(self) -> None:
        """Wait for what is in the way: a list that can pass, an approval, a choice; in the end the parcel goes back."""
        await workflow.wait_condition(lambda: self.case.examined or self.case.over)
        while not self.case.ready_for_customs:
            in_the_way, until = self.case.in_the_way, self.case.wait_until
            assert in_the_way is not None  # else it would be ready
            assert until is not None  # fixed when it came in the way
            if workflow.now() >= until:
                self.case.expire_wait(workflow.now())
            else:
                await wait(
                    lambda: self.case.in_the_way is not in_the_way,  # noqa: B023  awaited before the next turn
                    until=until,
                    why=f"{in_the_way}: the parcel is returned at the end of {until - timedelta(seconds=1):%Y-%m-%d}",
                )
            self._show()

    async def _wait_for_review(self) -> None:
        """Nothing is in the way: customs reviews the list."""
        await workflow.wait_condition(lambda: self.case.over or self.case.state is ArticlesState.REVIEWED)

    async def _settle_tax(self) -> None:
        """Assess the tax after the review, and pay it unless it is exempt; what the bank refuses is tried daily."""
        if self.case.over:
            return
        self.case.assess_tax(workflow.now())
        while self.case.state is ArticlesState.TAX_ASSESSED:
            await self._pay_tax()
            self._show()
            if self.case.state is ArticlesState.TAX_ASSESSED:
                await wait(
                    lambda: self.case.over,
                    until=workflow.now() + NEXT_ATTEMPT,
                    why="the next attempt to pay the tax",
                )

    async def _pay_tax(self) -> None:
        assert self.case.tax is not None  # assessed before
        self.case.paying = True
        self._show()
        payment = await workflow.execute_activity_method(
            ArticlesDesk.pay_articles_tax,
            PayArticles(key=self.case.key, amount=self.case.tax.due, now=workflow.now()),
            task_queue=bank_queue(),
            start_to_close_timeout=OUTSIDE_TIMEOUT,
            retry_policy=OUTSIDE_RETRIES,
            summary="Pay the article tax of this parcel",
        )
        self.case.take_payment(payment, workflow.now())

    async def _wait_for_release(self) -> None:
        """The tax is settled: customs releases the parcel, or returns it after all."""
        if not self.case.over:
            self._show()
            await workflow.wait_condition(lambda: self.case.over)

    async def _close(self) -> None:
        """Let open handlers finish, write the end into the register, show the end."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self.case.given_up:  # of which the register has the end, or nothing at all
            await workflow.execute_local_activity_method(
                ArticlesDesk.close_articles,
                CloseArticles(key=self.case.key, state=self.case.state, now=workflow.now()),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Write the end into the register",
            )
        self._show()

    # --- updates: the individual, who is entrusted, and operators act --------------------------------------------

    @workflow.update(name=names.SUBMIT_ARTICLES)
    async def submit_articles(self, request: SubmitArticles) -> ArticlesAnswer:
        """Hand in the list, or hand it in again corrected while something is in its way."""
        return await self._examine(request.sender, articles=request.articles)

    @submit_articles.validator
    def _may_submit(self, request: SubmitArticles) -> None:
        refuse(refuse_submission(self.case, request, workflow.now()))

    @workflow.update(name=names.SUBMIT_APPROVAL)
    async def submit_approval(self, request: SubmitApproval) -> ArticlesAnswer:
        """Hand in the approval of a controlled article."""
        return await self._examine(request.sender, approval=request.approval)

    @submit_approval.validator
    def _may_submit_approval(self, request: SubmitApproval) -> None:
        refuse(refuse_approval(self.case, workflow.now()))

    @workflow.update(name=names.CHOOSE_DISPOSITION)
    async def choose_disposition(self, request: ChooseDisposition) -> ArticlesAnswer:
        """Choose what becomes of a parcel that cannot pass as articles."""
        self.case.dispose(request, workflow.now())
        self._show()
        return self.case.answer()

    @choose_disposition.validator
    def _may_choose(self, request: ChooseDisposition) -> None:
        refuse(refuse_disposition(self.case, request, workflow.now()))

    # --- the signal: customs decides; the query -------------------------------------------------------------------

    @workflow.signal(name=names.ARTICLES_DECISION)
    def articles_decision(self, decision: CustomsArticlesDecision) -> None:
        """Customs has reviewed, released or returned the parcel, as the inbox read it."""
        self.case.take_decision(decision, workflow.now())
        self._show()

    @workflow.query(name=names.VIEW)
    def view(self) -> ArticlesView:
        """The whole list."""
        return articles_view(self.case)

    # --- how it is done ----------------------------------------------------------------------------------------

    async def _examine(
        self, sender: Sender, *, articles: ArticlesList | None = None, approval: Approval | None = None
    ) -> ArticlesAnswer:
        async with self._desk:
            if ended := refuse_ended(self.case, workflow.now()):
                return self.case.answer((ended,))
            examination = await workflow.execute_local_activity_method(
                ArticlesDesk.examine_articles,
                ExamineArticles(
                    key=self.case.key,
                    profile=self.case.profile,
                    now=workflow.now(),
                    opened_at=workflow.info().workflow_start_time,
                    sender=sender,
                    articles=articles,
                    approval=approval,
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Check and judge the list" if articles else "Check the approval and judge the list again",
            )
            if self.case.over and (ended := refuse_ended(self.case, workflow.now())):  # while it was examined
                return self.case.answer((ended,))
            self.case.take_examination(examination, workflow.now())
        self._show()
        return self.case.answer(examination.refused)

    def _show(self) -> None:
        """Tell people where the list stands; filters change only when their values do."""
        passing = self.case.state is ArticlesState.REVIEWED  # left at once
        self._board.show(articles_markdown(self.case), None if passing else articles_attributes(self.case))
