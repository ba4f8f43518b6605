"""A Declaration List's whole life: three documents, comparison, filing, release, the return window, the tax."""

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.common import Priority

with workflow.unsafe.imports_passed_through():
    from activities.closing import CaseRegister
    from activities.customs_filing import CustomsFiling
    from activities.examination import Examiner
    from clearway.contracts import names
    from clearway.contracts.case import Answer, CaseEnd, CaseView, DeclareList, StartCase, Transmission
    from clearway.contracts.customs import CustomsNews
    from clearway.contracts.documents import DocumentKind
    from clearway.contracts.facts import DocumentOnFile, Filing, GuaranteeGranted
    from clearway.contracts.states import State
    from clearway.contracts.urgency import Urgency
    from models.case import DeclarationCase
    from models.case_refusals import refuse_closed
    from models.narrative import end_of, markdown, view_of
    from models.work import CloseRequest, ExamineRequest, FileRequest
    from workflows.conduct import (
        DESK_RETRIES,
        DESK_TIMEOUT,
        OUTSIDE_RETRIES,
        OUTSIDE_TIMEOUT,
        RESEND_PAUSE,
        Noticeboard,
        customs_queue,
        ranked,
        refuse,
        wait,
    )
    from workflows.list_changes import ChangesChapter
    from workflows.list_control import ControlChapter
    from workflows.list_under_0_2 import EarlierListsChapter


@workflow.defn(name=names.DECLARATION_LIST)
class DeclarationListWorkflow(ControlChapter, ChangesChapter, EarlierListsChapter):
    """One list. Enterprises and operators act by updates, customs by signals, anyone reads by the query."""

    @workflow.init
    def __init__(self, start: StartCase) -> None:
        self.case = DeclarationCase(start)
        self._desk = asyncio.Lock()
        self._board = Noticeboard()
        self._beside = set()
        self._untold = 0

    @workflow.run
    async def run(self, start: StartCase) -> CaseEnd:
        """The story of a list; a business refusal is a named state, never a failed workflow."""
        self._aside(self._see_changes_through())
        story = asyncio.create_task(self._live())
        await workflow.wait_condition(lambda: story.done() or self._defect() is not None)
        if defect := self._defect():
            raise defect
        return story.result()

    # --- chapters ----------------------------------------------------------------------------------------------

    async def _live(self) -> CaseEnd:
        await self._match_and_file()
        await self._clear_customs()
        if self.case.release is not None and not self.case.over:
            await self._open_return_window()
            if self.case.collected:
                await self._keep_until_settled()
            else:
                await self._keep_whole_return_window()
                await self._pay_own_tax()
        await self._close()
        return end_of(self.case)

    async def _match_and_file(self) -> None:
        """From the first document until the list is with customs; a refused document leads back to the comparison."""
        await workflow.wait_condition(lambda: self.case.examination is not None or self.case.over)
        while not (self.case.over or self.case.list_filed):
            await self._wait_for_match()
            await self._send_documents()
            await self._file_list()

    async def _wait_for_match(self) -> None:
        """Wait for missing or corrected documents; remind after 24 hours, give up after 72 (D-04)."""
        while self.case.state in (State.SUBMITTED, State.MATCH_FAILED) and not self.case.over:
            entered, examination, give_up_at = self.case.state, self.case.examination, self.case.gives_up_at
            assert examination is not None  # the first examination opens the case
            assert give_up_at is not None
            now = workflow.now()
            if now >= give_up_at:
                self.case.give_up(now)
            elif now >= examination.remind_at or entered is State.MATCH_FAILED:
                await wait(
                    lambda: self.case.state is not entered,  # noqa: B023  awaited before the next turn
                    until=give_up_at,
                    why="last call for missing or corrected documents",
                )
            elif not await wait(
                lambda: self.case.state is not entered,  # noqa: B023  awaited before the next turn
                until=examination.remind_at,
                why="24 hours for the missing documents",
            ):
                self.case.raise_alarm("DOCS_REMINDER")
            self._show()

    async def _send_documents(self) -> None:
        """Hand the three documents to customs and wait until each is stored, or one is refused."""
        while self.case.state is State.MATCHED and self.case.unaccepted_documents:
            if self.case.documents_to_send:
                if any(document.kind in self.case.to_resend for document in self.case.documents_to_send):
                    await self._pause_before_resending(lambda: not self._documents_wait())
                if self._documents_wait():
                    await self._file(
                        CustomsFiling.send_documents_to_customs,
                        self.case.documents_to_send,
                        "Send order, payment and waybill to customs",
                    )
            else:
                await workflow.wait_condition(
                    lambda: (
                        self.case.state is not State.MATCHED
                        or not self.case.unaccepted_documents
                        or bool(self.case.documents_to_send)
                    )
                )

    async def _file_list(self) -> None:
        """File the list once its tax is secured; from here on its documents can no longer change."""
        if self.case.awaits_guarantee:  # nothing else makes it wait: exhaustion of a guarantee ends no list
            await workflow.wait_condition(
                lambda: not self.case.awaits_guarantee or bool(self.case.unaccepted_documents)
            )
        async with self._desk:
            if self.case.state is not State.MATCHED or self.case.unaccepted_documents or self.case.awaits_guarantee:
                return
            self.case.list_filed = True
        await self._file_list_itself()

    async def _file_list_itself(self) -> None:
        declaration = [each for each in self.case.documents if each.kind is DocumentKind.DECLARATION_LIST]
        await self._file(
            CustomsFiling.file_declaration_list, tuple(declaration), "File the Declaration List with customs"
        )

    async def _clear_customs(self) -> None:
        """Wait for customs: review, inspection, detention and release come as signals, in any order."""
        while not self._customs_is_done():
            await workflow.wait_condition(lambda: self._customs_is_done() or self._list_waits())
            if self._list_waits():
                await self._pause_before_resending(lambda: not self._list_waits())
                if self._list_waits():
                    await self._file_list_itself()

    def _customs_is_done(self) -> bool:
        return self.case.over or self.case.release is not None

    def _list_waits(self) -> bool:
        return DocumentKind.DECLARATION_LIST in self.case.to_resend and not self._customs_is_done()

    def _documents_wait(self) -> bool:
        return self.case.state is State.MATCHED and bool(self.case.documents_to_send)

    async def _close(self) -> None:
        """Let open handlers finish, write the end into the register, show the end."""
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._untold)
        if self.case.state is not State.TAXED or not self._payment_wrote_the_end():
            await workflow.execute_local_activity_method(
                CaseRegister.close_case,
                CloseRequest(
                    key=self.case.key,
                    state=self.case.state,
                    now=workflow.now(),
                    refused_by=self.case.refused_by,
                    released=self.case.release is not None,
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Write the end into the register",
            )
        self._show()

    def _payment_wrote_the_end(self) -> bool:
        return not self.case.collected or (self.case.tax_settled and not self.case.returns)

    # --- updates: enterprises and operators act ----------------------------------------------------------------

    @workflow.update(name=names.DECLARE)
    async def declare(self, request: DeclareList) -> Answer:
        """Hand in the list, alone or with documents; the first call opens the case."""
        handed_in = Transmission(document=request.declaration_list, sender=request.sender)
        return await self._examine((*request.documents, handed_in))

    @declare.validator
    def _may_declare(self, request: DeclareList) -> None:
        refuse(refuse_closed(self.case))

    @workflow.update(name=names.TRANSMIT_DOCUMENT)
    async def transmit_document(self, transmission: Transmission) -> Answer:
        """Hand in one document, new or corrected."""
        return await self._examine((transmission,))

    @transmit_document.validator
    def _may_transmit(self, transmission: Transmission) -> None:
        refuse(refuse_closed(self.case))

    # --- signals: customs and our ledger speak; the query ------------------------------------------------------

    @workflow.signal(name=names.CUSTOMS_NEWS)
    def customs_news(self, news: CustomsNews) -> None:
        """Receipts and tax bills, as the inbox read them."""
        self.case.take_news(news, workflow.now())
        self._show()

    @workflow.signal(name=names.GUARANTEE_GRANTED)
    def guarantee_granted(self, granted: GuaranteeGranted) -> None:
        """The guarantee that this list waited for is there."""
        self.case.take_grant(granted)
        self._show()

    @workflow.query(name=names.VIEW)
    def view(self) -> CaseView:
        """The whole case."""
        return view_of(self.case)

    # --- how it is done ----------------------------------------------------------------------------------------

    async def _examine(self, arrivals: tuple[Transmission, ...]) -> Answer:
        async with self._desk:
            if ended := refuse_closed(self.case):
                return self.case.answer((ended,))
            examination = await workflow.execute_local_activity_method(
                Examiner.examine_documents,
                ExamineRequest(
                    key=self.case.key,
                    profile=self.case.profile,
                    now=workflow.now(),
                    opened_at=workflow.info().workflow_start_time,
                    arrivals=arrivals,
                    open_for_change=not self.case.list_filed,
                    under_control=self.case.under_control,
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Check the documents and compare them",
            )
            if ended := refuse_closed(self.case):  # while the documents were examined
                return self.case.answer((ended,))
            self.case.take_examination(examination, workflow.now())
        self._show()
        return self.case.answer(examination.refused)

    async def _file(
        self, how: Callable[[CustomsFiling, FileRequest], Filing], documents: tuple[DocumentOnFile, ...], summary: str
    ) -> None:
        self.case.begin_filing(documents)
        now, examination = workflow.now(), self.case.examination
        reminded = examination is not None and now >= examination.remind_at
        filing = await workflow.execute_activity_method(
            how,
            FileRequest(key=self.case.key, documents=documents, now=now, profile=self.case.profile),
            task_queue=customs_queue(),
            start_to_close_timeout=OUTSIDE_TIMEOUT,
            retry_policy=OUTSIDE_RETRIES,
            priority=ranked(Urgency.PRESSING) if reminded else Priority.default,
            summary=summary,
        )
        self.case.take_filing(filing, workflow.now())
        if filing.refused:
            self._show()
        else:
            workflow.set_current_details(markdown(self.case))

    async def _pause_before_resending(self, needless: Callable[[], bool]) -> None:
        until = workflow.now() + RESEND_PAUSE
        await wait(needless, until=until, why="customs could not take it; a pause before sending again")
