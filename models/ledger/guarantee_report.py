"""A guarantee as operators and other systems see it: what is occupied, what it still secures, and who waits."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from pydantic import Field
from sqlmodel import Session, select

from clearway.contracts.base import Amount, Contract, Instant
from models.ledger import guarantee_queue as queue
from models.ledger.guarantee_standing import FEN, Form, Why, in_fen, standing, terms_on
from models.tables import Guarantee, GuaranteeWait

_SHARE = Decimal("0.0001")


class WaitingList(Contract):
    """A list that waits for the guarantee."""

    place: int = Field(description="Place in the queue, from 1")
    workflow_id: str
    amount: Amount = Field(description="CNY of tax to be secured")
    since: Instant
    reason: Why


class GuaranteeView(Contract):
    """A guarantor's guarantee now; amounts in CNY."""

    guarantor: str
    form: Form | None = Field(description="None while nothing is on file")
    valid_to: date | None = Field(description="Last day, Shanghai")
    total: Amount
    occupied: Amount
    available: Amount
    share: Decimal = Field(description="Occupied share of the total, four decimals")
    warning: bool = Field(description="The share has reached the warning share")
    warning_share: Decimal
    called_at: Instant | None = Field(None, description="Customs called it, and it was not made good since")
    obstacle: Why | None = Field(description="Why even a list of 0.01 CNY would wait, the queue left aside")
    waiting: tuple[WaitingList, ...] = ()


def guarantees(session: Session, now: datetime) -> list[GuaranteeView]:
    """Every guarantee, and every guarantor for whom a list waits, in the order of their codes."""
    on_file = session.exec(select(Guarantee.guarantor)).all()
    waited_for = session.exec(select(GuaranteeWait.guarantor).distinct()).all()
    return [view(session, each, now) for each in sorted({*on_file, *waited_for})]


def guarantee(session: Session, guarantor: str, now: datetime) -> GuaranteeView | None:
    """One guarantee; None where nothing is on file and nobody waits."""
    shown = view(session, guarantor, now)
    return shown if shown.form or shown.waiting else None


def view(session: Session, guarantor: str, now: datetime) -> GuaranteeView:
    """What is known of a guarantor at `now`, by the rules for lists that are opened now."""
    found = standing(session, guarantor)
    terms = terms_on(queue.rules_of(session, None), now, "SEED")
    share = found.occupied / found.total if found.total else Decimal(0)
    return GuaranteeView(
        guarantor=guarantor,
        form=Form(found.on_file.form) if found.on_file else None,
        valid_to=found.on_file.valid_to if found.on_file else None,
        total=in_fen(found.total),
        occupied=in_fen(found.occupied),
        available=in_fen(found.balance.available),
        share=share.quantize(_SHARE, ROUND_HALF_UP),
        warning=found.warns(found.occupied, terms),
        warning_share=terms.warning.value,
        called_at=found.on_file.called_at if found.on_file else None,
        obstacle=found.obstacle(FEN, terms),
        waiting=tuple(
            WaitingList(
                place=place,
                workflow_id=wait.workflow_id,
                amount=in_fen(wait.amount),
                since=wait.since,
                reason=found.why_it_waits(wait.amount, queue.terms_of(session, wait, now), place),
            )
            for place, wait in enumerate(queue.queue_of(session, guarantor), start=1)
        ),
    )
