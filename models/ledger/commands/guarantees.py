"""`guarantee list`, `show`, `top-up`, `extend`, `let-pass` and `call` (RULEBOOK B.9.2)."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from sqlmodel import Session

from clearway.cli.options import Attempt, Case, case_key
from clearway.cli.outcomes import Exit
from clearway.cli.screen import shanghai
from models.collection import dues
from models.collection.calls import call_guarantee
from models.ledger import guarantee
from models.ledger.acts import note
from models.ledger.commands.line import (
    EXIT_CODES,
    Actor,
    Amount,
    AsJson,
    Day,
    Guarantor,
    MaybeDay,
    Reason,
    Reference,
    fail,
    in_transaction,
    now,
    tell,
)
from models.ledger.guarantee_care import top_up_id
from models.ledger.guarantee_report import GuaranteeView, guarantees, view
from models.ledger.guarantee_report import guarantee as shown_of
from models.ledger.guarantee_standing import LEDGER, PREFIX, Form
from models.ledger.transfers import open_reservations, posted_of

guarantee_app = typer.Typer(
    help="Guarantees for the tax of lists, and the lists that wait for one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@guarantee_app.command("list", epilog=EXIT_CODES)
def list_guarantees(as_json: AsJson = False) -> None:
    """Every guarantee: what is occupied, until when it is valid, and how many lists wait."""
    found = in_transaction(lambda session: guarantees(session, now()), as_json=as_json)
    tell([each.model_dump(mode="json") for each in found], lambda: _table(found), as_json=as_json)


@guarantee_app.command("show", epilog=EXIT_CODES)
def show_guarantee(guarantor: Guarantor, as_json: AsJson = False) -> None:
    """One guarantee and its queue."""
    found = in_transaction(lambda session: shown_of(session, guarantor, now()), as_json=as_json)
    if found is None:
        remedy = "Check the code with `guarantee list`, or put one up with `guarantee top-up`."
        fail(Exit.NOT_FOUND, f"There is no guarantee of {guarantor}.", remedy, as_json=as_json)
    _tell(found, as_json)


@guarantee_app.command("top-up", epilog=EXIT_CODES)
def top_up(
    guarantor: Guarantor,
    amount: Amount,
    reference: Reference,
    actor: Actor,
    reason: Reason,
    form: Annotated[Form | None, typer.Option(help="Needed for the first guarantee.")] = None,
    valid_to: MaybeDay = None,
    as_json: AsJson = False,
) -> None:
    """Add money to a guarantee, or put up the first one; then the lists that wait are served in their order."""
    if not amount:
        raise typer.BadParameter("more than nothing", param_hint="--amount")

    def work(session: Session) -> None:
        guarantee.top_up(
            session,
            guarantor=guarantor,
            amount=amount,
            transfer_id=top_up_id(guarantor, reference),
            at=now(),
            form=form,
            valid_to=valid_to,
            reason=f"{actor}: {reason}",
        )
        details = {"guarantor": guarantor, "id": reference, "amount": amount, "form": form, "valid_to": valid_to}
        note(session, "top-up", now(), actor=actor, reason=reason, **details)

    _do(guarantor, work, as_json)


@guarantee_app.command("extend", epilog=EXIT_CODES)
def extend(guarantor: Guarantor, valid_to: Day, actor: Actor, reason: Reason, as_json: AsJson = False) -> None:
    """Let a guarantee end later; then the lists that wait are served in their order."""

    def work(session: Session) -> None:
        guarantee.extend(session, guarantor=guarantor, valid_to=valid_to, at=now())
        note(session, "extend", now(), actor=actor, reason=reason, guarantor=guarantor, valid_to=valid_to)

    _do(guarantor, work, as_json)


@guarantee_app.command("let-pass", epilog=EXIT_CODES)
def let_pass(case: Case, actor: Actor, reason: Reason, attempt: Attempt = 1, as_json: AsJson = False) -> None:
    """Let one waiting list overtake those before it, if what is available is enough for it."""
    workflow_id = case_key(case, attempt).workflow_id

    def work(session: Session) -> GuaranteeView:
        guarantee.let_pass(session, workflow_id, now(), actor=actor, reason=reason)
        note(session, "let-pass", now(), actor=actor, reason=reason, case=workflow_id)
        return _of_account(session, open_reservations(session, workflow_id, ledger=LEDGER)[0].debit)

    _tell(in_transaction(work, as_json=as_json), as_json)


@guarantee_app.command("call", epilog=EXIT_CODES)
def call(case: Case, actor: Actor, reason: Reason, attempt: Attempt = 1, as_json: AsJson = False) -> None:
    """Note that customs took the unpaid tax of a list; the guarantor's lists then wait until it is made good."""
    workflow_id = case_key(case, attempt).workflow_id

    def work(session: Session) -> GuaranteeView:
        transfer_id = f"{workflow_id}|guarantee|called"
        if dues.find(session, workflow_id) is None:  # released under 0.2, or not yet
            guarantee.call(session, workflow_id, now(), transfer_id=transfer_id)
        else:
            call_guarantee(session, workflow_id, now(), transfer_id)
        note(session, "call", now(), actor=actor, reason=reason, case=workflow_id)
        (taken,) = (each for each in posted_of(session, workflow_id, ledger=LEDGER) if each.id == transfer_id)
        return _of_account(session, taken.debit)

    _tell(in_transaction(work, as_json=as_json), as_json)


def _do(guarantor: str, work: Callable[[Session], None], as_json: bool) -> None:
    """Do it, and show how the guarantee stands then."""

    def both(session: Session) -> GuaranteeView:
        work(session)
        return view(session, guarantor, now())

    _tell(in_transaction(both, as_json=as_json), as_json)


def _of_account(session: Session, account: str) -> GuaranteeView:
    return view(session, account.removeprefix(PREFIX), now())


def _tell(found: GuaranteeView, as_json: bool) -> None:
    tell(found.model_dump(mode="json"), lambda: _picture(found), as_json=as_json)


def _table(found: list[GuaranteeView]) -> RenderableType:
    if not found:
        return "No guarantee is on file; put one up with `guarantee top-up`, or load it with the registry."
    table = Table("guarantor", "form", title="Guarantees, CNY", title_justify="left")
    for heading in ("total", "occupied", "available", "share"):
        table.add_column(heading, justify="right")
    table.add_column("valid to")
    table.add_column("waiting", justify="right")
    table.add_column("standing")
    for each in found:
        amounts = (f"{amount:,.2f}" for amount in (each.total, each.occupied, each.available))
        row = (each.guarantor, each.form or "—", *amounts, f"{each.share:.2%}", str(each.valid_to or "—"))
        table.add_row(*row, str(len(each.waiting)), _standing(each))
    return table


def _standing(each: GuaranteeView) -> str:
    if each.obstacle:
        return each.obstacle
    return f"WARNING: {each.warning_share:.0%} reached" if each.warning else "secures new lists"


def _picture(found: GuaranteeView) -> RenderableType:
    if not found.waiting:
        return Group(_table([found]), "No list waits.")
    queue = Table("place", "list", title="Waiting, in order", title_justify="left")
    queue.add_column("tax, CNY", justify="right")
    queue.add_column("since, Shanghai")
    queue.add_column("why")
    for each in found.waiting:
        queue.add_row(str(each.place), each.workflow_id, f"{each.amount:,.2f}", shanghai(each.since), each.reason)
    return Group(_table([found]), queue)
