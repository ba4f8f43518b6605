"""Modifications of a filed list: what it holds until customs decides, and what stands afterwards (RULEBOOK B.4).

While customs decides, a list holds of each ledger account the larger of what it took before and what it would take by
the modification. So whatever customs decides, holds only go down, which no account can refuse.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import TypeAdapter
from sqlmodel import Session, select

from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import Judgement
from models.documents import latest
from models.ledger import guarantee_queue as queue
from models.ledger.accounts import NOTHING, Account, lock_opened
from models.ledger.guarantee_standing import LEDGER, PREFIX
from models.ledger.quota import LEDGERS
from models.ledger.transfers import Move, accounts_of, open_reservations, reserve, void
from models.tables import CaseRecord, LedgerAccount, LedgerTransfer, ListChange, StoredDocument

Amounts = Mapping[str, Decimal]
"""Amounts by ledger account; accounts with nothing are left out."""
AMOUNTS = TypeAdapter(dict[str, Decimal])
ALL_LEDGERS = (*LEDGERS, LEDGER)


class Outcome(StrEnum):
    """What became of a modification; the values stand in the table `list_change`."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


def find(session: Session, case: str, number: int) -> ListChange | None:
    """A modification of a list by its number."""
    return session.get(ListChange, (case, number), populate_existing=True)


def list_version(session: Session, case: str, version: int) -> StoredDocument:
    """One stored version of the list."""
    rows = select(StoredDocument).where(StoredDocument.workflow_id == case, StoredDocument.version == version)
    return session.exec(rows.where(StoredDocument.kind == DocumentKind.DECLARATION_LIST)).one()


def held(session: Session, case: str) -> dict[str, Decimal]:
    """What a list has reserved and neither used nor given back."""
    amounts: dict[str, Decimal] = {}
    for row in _open(session, case):
        amounts[row.debit] = amounts.get(row.debit, NOTHING) + row.amount
    return amounts


def settle(session: Session, record: CaseRecord, change: ListChange, outcome: Outcome, at: datetime) -> None:
    """Let the list hold what stands by customs' decision, and record it; what was settled before stays as it is.

    The caller keeps the case's row. A list that ended meanwhile holds nothing, and goes on holding nothing.
    """
    if change.outcome != Outcome.OPEN:
        return
    approved = outcome is Outcome.APPROVED
    record.judged += 1
    amounts = AMOUNTS.validate_json(change.takes if approved else change.took)
    bring_to(session, record.workflow_id, amounts, hold_id=f"{record.workflow_id}|{record.judged}", at=at)
    if approved:
        record.judgement = _with_hold(session, record.workflow_id, change.judgement)
    else:
        record.judgement = change.earlier_judgement
        _restore(session, change, at)
    record.changed_at = at
    change.outcome = outcome
    change.settled_at = at
    session.flush()


def drop_unheard(session: Session, record: CaseRecord, number: int, at: datetime) -> None:
    """Undo a modification whose number the list's workflow gives to another change: it never heard of it.

    The worker died after it was prepared, and it was not asked for again. Its documents and transfers stay on record.
    """
    if change := find(session, record.workflow_id, number):
        settle(session, record, change, Outcome.REFUSED, at)
        session.delete(change)
        session.flush()


def open_change(session: Session, case: str) -> ListChange | None:
    """The modification of the list that is not settled yet; there is never more than one."""
    rows = select(ListChange).where(ListChange.workflow_id == case, ListChange.outcome == Outcome.OPEN)
    return session.exec(rows).first()


def overtake(session: Session, record: CaseRecord, at: datetime) -> None:
    """Customs released the list before it decided the modification: what was released is the list as it was.

    The caller keeps the case's row, and has settled every modification that customs decided before.
    """
    if change := open_change(session, record.workflow_id):
        settle(session, record, change, Outcome.REFUSED, at)


def bring_to(session: Session, case: str, amounts: Amounts, *, hold_id: str, at: datetime) -> None:
    """Lower what a list holds of each account to an amount, each in one reservation; then serve who waits for it.

    Never raises what is held; accounts the list holds nothing of are left alone.
    """
    lock_opened(session, *accounts_of(session, case, *ALL_LEDGERS))
    freed: list[str] = []
    for place, (account, rows) in enumerate(_by_account(session, case).items(), 1):
        wanted = amounts.get(account, NOTHING)
        stays = next((row for row in rows if row.amount == wanted), None)
        for row in rows:
            if row is not stays:
                void(session, f"{row.id}|void", row.id, at, reason="change decided")
        if wanted and stays is None:
            move = Move(
                f"{hold_id}|{place}",
                _account(session, account),
                _account(session, rows[0].credit),
                wanted,
                at,
                reference=case,
            )
            reserve(session, move)
        freed.append(account)
    for account in freed:
        if account.startswith(PREFIX):
            queue.serve(session, account.removeprefix(PREFIX), at)


def _open(session: Session, case: str) -> list[LedgerTransfer]:
    return [row for ledger in ALL_LEDGERS for row in open_reservations(session, case, ledger=ledger)]


def _by_account(session: Session, case: str) -> dict[str, list[LedgerTransfer]]:
    found: dict[str, list[LedgerTransfer]] = {}
    for row in _open(session, case):
        found.setdefault(row.debit, []).append(row)
    return found


def _account(session: Session, account_id: str) -> Account:
    row = session.get_one(LedgerAccount, account_id)
    return Account(row.id, row.ledger, row.unit, row.limited)


def _with_hold(session: Session, case: str, judgement: str) -> str:
    """The judgement with the id of the reservation that secures its tax from now on."""
    judged = Judgement.model_validate_json(judgement)
    rows = open_reservations(session, case, ledger=LEDGER)
    if judged.guarantee is None or not rows:
        return judgement
    secured = judged.guarantee.model_copy(update={"hold_id": rows[0].id})
    return judged.model_copy(update={"guarantee": secured}).model_dump_json()


def _restore(session: Session, change: ListChange, at: datetime) -> None:
    """Store what stood before once more, as the newest version: rows are only ever added."""
    newest = latest(session, change.workflow_id)[DocumentKind.DECLARATION_LIST]
    stood = list_version(session, change.workflow_id, change.earlier_version)
    again = stood.model_dump(exclude={"id"}) | {"version": newest.version + 1, "accepted_at": at}
    session.add(StoredDocument(**again))
