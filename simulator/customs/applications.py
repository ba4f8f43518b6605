"""Takes applications about a list, has them decided, and puts the answers into the list's story."""

from collections.abc import Iterable
from datetime import timedelta

from clearway.contracts.documents import CancelApplication, ReturnApplication
from simulator.customs import cancellations, returns
from simulator.customs.books import Books
from simulator.customs.decisions import Decision
from simulator.customs.filing import Application, Applied, Deed, Filing, Outcome, Reply, Standing, Withdrawal
from simulator.scenarios import Wish, wish_of
from simulator.steps import Receipt, Request, Verdict

_A_DAY_LATER = timedelta(days=1)


def judge_application(
    books: Books, application: Application, traceparent: str | None
) -> Filing | tuple[Reply, ...] | None:
    """The list whose story goes on with customs' answers, or the answers alone where customs has no such list.

    None for a repetition, which changes nothing.
    """
    if books.has_seen(application):
        return None
    books.remember(application, ())
    known = books.filings(application.ebc_code, application.order_no)
    filing = next((filing for filing in known if filing.invt_no == application.invt_no), None)
    if filing is None:
        unknown = cancellations.UNKNOWN if isinstance(application, CancelApplication) else returns.UNKNOWN
        return _replies(Applied(application, books.number(application), Outcome.REFUSED), unknown, traceparent)
    decision = _decide(filing, application)
    applied = Applied(application, filing.pre_no, decision.outcome)
    filing.applications.append(applied)
    answers = _replies(applied, decision.answers, traceparent)
    if isinstance(application, CancelApplication) and decision.outcome is Outcome.GRANTED:
        filing.standing = Standing.CANCELLED
        filing.story = _close(filing, answers)
    else:
        if decision.verdict is Verdict.REFUSED:
            _go_on_after(filing, answers)
        filing.story = (*answers, *filing.story)
    return filing


def _decide(filing: Filing, application: Application) -> Decision:
    if isinstance(application, ReturnApplication):
        return returns.decide(filing, application)
    return cancellations.decide(filing, application)


def _replies(applied: Applied, answers: Iterable[Receipt], traceparent: str | None) -> tuple[Reply, ...]:
    """The answers in the application's own time: seconds after its appTime, never a wall clock's."""
    filed = applied.application
    late = {"120", "399"} if wish_of(filed.reason) is Wish.LATE else set()
    return tuple(
        Reply(
            applied,
            answer.status,
            filed.app_time
            + timedelta(seconds=answer.after)
            + (_A_DAY_LATER if answer.status in late else timedelta(0)),
            answer.info,
            traceparent,
        )
        for answer in answers
    )


def _close(filing: Filing, answers: tuple[Reply, ...]) -> tuple[Deed, ...]:
    """The end of a cancelled list's story: nothing more is told of it, unless the two are to cross."""
    *taken, approved = answers
    crossing = filing.waits_for(Request.CANCELLATION) is Verdict.CROSSED
    if crossing:
        _go_on_after(filing, tuple(taken))
    return (*taken, *(filing.story if crossing else ()), approved, Withdrawal(approved.at))


def _go_on_after(filing: Filing, answers: tuple[Reply, ...]) -> None:
    filing.stop_waiting_for(Request.CANCELLATION)
    filing.delay_until(answers[-1].at, filing.reached)
