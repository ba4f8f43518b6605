"""What guarantors and operators do with a guarantee: top it up, extend it, lower it, let one list pass."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.ledger import guarantee_queue as queue
from models.ledger.accounts import NOTHING, lock
from models.ledger.guarantee_standing import DEPOSITED, LEDGER, guarantee_account, standing
from models.ledger.transfers import LedgerRefused, Move, find, open_reservations, post
from models.tables import Guarantee, LedgerTransfer


class NotOnFile(LedgerRefused):
    """The guarantor has put up nothing yet."""

    def __init__(self, guarantor: str) -> None:
        super().__init__(f"{guarantor}: no guarantee is on file; the first one needs its form and its last day")


class EndsEarlier(LedgerRefused):
    """A guarantee does not end earlier than was agreed."""

    def __init__(self, guarantor: str, known: date, asked: date) -> None:
        super().__init__(f"{guarantor}: is valid to {known}; it cannot end earlier, on {asked}")


class CannotPass(LedgerRefused):
    """A list does not wait, or what is on file would not secure it either."""


def top_up_id(guarantor: str, reference: str) -> str:
    """The transfer id of a top-up that its payer knows by a reference."""
    return f"{guarantee_account(guarantor).id}|top-up|{reference}"


def top_up(
    session: Session,
    *,
    guarantor: str,
    amount: Decimal,
    transfer_id: str,
    at: datetime,
    form: str | None = None,
    valid_to: date | None = None,
    reason: str = "",
) -> None:
    """Add CNY to a guarantee, or put up the first one, which needs `form` and `valid_to`; then serve the queue.

    A guarantee that customs called secures new lists again once as much was added as customs took. Raises Conflict for
    the same id with another amount, NotOnFile, EndsEarlier.
    """
    account = guarantee_account(guarantor)
    lock(session, account)
    on_file = session.get(Guarantee, guarantor, populate_existing=True)
    if on_file is None:
        if form is None or valid_to is None:
            raise NotOnFile(guarantor)
        on_file = Guarantee(guarantor=guarantor, form=form, valid_to=valid_to)
    repeated = find(session, transfer_id) is not None
    post(session, Move(transfer_id, DEPOSITED, account, amount, at, reference=account.id, reason=reason[:200]))
    if repeated:
        return
    on_file.form = form or on_file.form
    on_file.valid_to = _later(on_file, valid_to or on_file.valid_to)
    if on_file.called_at and _made_good(session, account.id, on_file.called_at):
        on_file.called_at = None
    session.add(on_file)
    session.flush()
    queue.serve(session, guarantor, at)


def extend(session: Session, *, guarantor: str, valid_to: date, at: datetime) -> None:
    """Let a guarantee end later, then serve the queue. Raises EndsEarlier, NotOnFile."""
    lock(session, guarantee_account(guarantor))
    on_file = session.get(Guarantee, guarantor, populate_existing=True)
    if on_file is None:
        raise NotOnFile(guarantor)
    on_file.valid_to = _later(on_file, valid_to)
    session.flush()
    queue.serve(session, guarantor, at)


def lower(session: Session, *, guarantor: str, amount: Decimal, transfer_id: str, at: datetime, reason: str) -> None:
    """Give CNY of a guarantee back. Raises Insufficient below what lists hold, Conflict."""
    account = guarantee_account(guarantor)
    post(session, Move(transfer_id, account, DEPOSITED, amount, at, reference=account.id, reason=reason[:200]))


def put_up(session: Session, *, guarantor: str, form: str, total: Decimal, valid_to: date, at: datetime) -> None:
    """Bring what the registry says was put up to `total`, in CNY; what was topped up otherwise stays beside it.

    The same again changes nothing, and neither does an earlier `valid_to` than is known. Raises LedgerRefused for a
    total that would leave less than lists hold.
    """
    account = guarantee_account(guarantor)
    lock(session, account)
    prefix = f"{account.id}|registry|"
    loaded = session.exec(
        select(LedgerTransfer).where(col(LedgerTransfer.id).startswith(prefix, autoescape=True))
    ).all()
    more = total - sum((row.amount if row.credit == account.id else -row.amount for row in loaded), NOTHING)
    transfer_id, reason = f"{prefix}{len(loaded) + 1}", f"registry: {total:f}"
    on_file = session.get(Guarantee, guarantor, populate_existing=True)
    if more > 0:
        top_up(
            session,
            guarantor=guarantor,
            amount=more,
            transfer_id=transfer_id,
            at=at,
            form=form,
            valid_to=_latest(on_file, valid_to),
            reason=reason,
        )
    elif more < 0:
        lower(session, guarantor=guarantor, amount=-more, transfer_id=transfer_id, at=at, reason=reason)
    if on_file:
        on_file.form = form
        extend(session, guarantor=guarantor, valid_to=_latest(on_file, valid_to), at=at)


def let_pass(session: Session, case: str, at: datetime, *, actor: str, reason: str) -> None:
    """Let one list overtake those before it, if it fits (RULEBOOK B.9.5); one that was served meanwhile stays so.

    Raises CannotPass where it neither waits nor was served, or does not fit.
    """
    if wait := queue.wait_of(session, case):
        lock(session, guarantee_account(wait.guarantor))
        wait = queue.wait_of(session, case)
    if wait is None:
        if open_reservations(session, case, ledger=LEDGER):
            return
        raise CannotPass(f"{case}: does not wait for a guarantee")
    terms = queue.terms_of(session, wait, at)
    if why := standing(session, wait.guarantor).obstacle(wait.amount, terms):
        raise CannotPass(f"{case}: cannot pass, {why}")
    held = queue.secure(session, wait, terms, at, why=f"let pass by {actor}: {reason}")
    queue.tell(session, wait, held, at)
    queue.serve(session, wait.guarantor, at)


def _latest(on_file: Guarantee | None, valid_to: date) -> date:
    return max(on_file.valid_to, valid_to) if on_file else valid_to


def _later(on_file: Guarantee, valid_to: date) -> date:
    if valid_to < on_file.valid_to:
        raise EndsEarlier(on_file.guarantor, on_file.valid_to, valid_to)
    return valid_to


def _made_good(session: Session, account: str, called_at: datetime) -> bool:
    """Whether as much was put up since customs called the guarantee as it took."""
    taken = select(func.min(LedgerTransfer.number), func.sum(LedgerTransfer.amount)).where(
        LedgerTransfer.debit == account, LedgerTransfer.kind == "confirm", col(LedgerTransfer.at) >= called_at
    )
    first, amount = session.exec(taken).one()
    given = select(func.sum(LedgerTransfer.amount)).where(
        LedgerTransfer.credit == account, LedgerTransfer.kind == "post", col(LedgerTransfer.number) > first
    )
    return (session.exec(given).one() or NOTHING) >= amount
