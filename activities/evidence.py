"""What only the database knows for a comparison: registrations, earlier uses of numbers, verified identities."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam
from sqlalchemy import select as columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from clearway.contracts.base import legal_day
from clearway.contracts.documents import DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.parties import Role
from clearway.contracts.states import State
from clearway.rules.matching import MatchingFacts, PaymentUse, RegisteredParty, WaybillUse
from models.documents import business_key
from models.registry import Register, register_of
from models.tables import CaseRecord, IdentityCheck, StoredDocument
from models.work import ExamineRequest


def parties_of(order: Order, payment: Payment, waybill: Waybill, declaration: DeclarationList) -> set[str]:
    """The codes of every enterprise that the documents name."""
    codes = {
        *(order.ebc_code, order.ebp_code, order.pay_code, payment.pay_code, waybill.logistics_code),
        *(declaration.ebc_code, declaration.ebp_code, declaration.agent_code, declaration.logistics_code),
        *(declaration.area_code, declaration.assure_code),
    }
    return {code for code in codes if code}


def matching_facts(
    session: Session,
    request: ExamineRequest,
    order: Order,
    payment: Payment,
    waybill: Waybill,
    declaration: DeclarationList,
    identity: IdentityOutcome,
    *,
    register: Register | None = None,
) -> MatchingFacts:
    """Everything the matching rules ask of the database; of the register, what the caller has read of it already."""
    codes = parties_of(order, payment, waybill, declaration)
    waybill_uses, payment_uses = _uses(session, waybill, payment, request.key.order_no)
    return MatchingFacts(
        identity=identity,
        now=request.now,
        parties=_registered(register or register_of(session, codes), codes),
        waybill_uses=waybill_uses,
        payment_uses=payment_uses,
        profile=request.profile,
    )


def _registered(register: Register, codes: set[str]) -> tuple[RegisteredParty, ...]:
    rows = (register.enterprises.get(code) for code in sorted(codes))
    return tuple(
        RegisteredParty(
            code=row.code,
            roles=frozenset(Role(role) for role in row.roles.split(",")),
            suspended=row.suspended,
            registered_from=row.registered_from,
            registered_to=row.registered_to,
        )
        for row in rows
        if row is not None
    )


NOT_USED = {State.SUBMITTED, State.MATCH_FAILED, State.CANCELLED}
"""A list that never went to customs has not used the numbers of its documents."""

_USES = (
    columns(
        col(StoredDocument.workflow_id),
        col(StoredDocument.kind),
        col(StoredDocument.used_on),
        col(StoredDocument.body),
        col(CaseRecord.order_no),
    )
    .join(CaseRecord, col(CaseRecord.workflow_id) == StoredDocument.workflow_id)
    .where(col(StoredDocument.business_key).in_(bindparam("numbers", expanding=True)))
    .where(col(CaseRecord.state).not_in(sorted(NOT_USED)))
    .order_by(col(StoredDocument.version))
)


def _uses(
    session: Session, waybill: Waybill, payment: Payment, order_no: str
) -> tuple[tuple[WaybillUse, ...], tuple[PaymentUse, ...]]:
    """What the lists of other orders used of the waybill's number and of the payment, each by its latest document."""
    rows = session.connection().execute(_USES, {"numbers": (business_key(waybill), business_key(payment))})
    latest = {(workflow_id, kind): (used_on, body, served) for workflow_id, kind, used_on, body, served in rows}
    parcels = tuple(
        WaybillUse(
            logistics_code=waybill.logistics_code,
            logistics_no=waybill.logistics_no,
            order_no=served,
            used_on=legal_day(used_on),
        )
        for (_, kind), (used_on, _, served) in latest.items()
        if kind == DocumentKind.WAYBILL and served != waybill.order_no
    )
    amounts = {
        served: _share(body, served)
        for (_, kind), (_, body, served) in latest.items()
        if kind == DocumentKind.PAYMENT and served != order_no
    }
    return parcels, tuple(PaymentUse(order_no=served, amount=amount) for served, amount in sorted(amounts.items()))


def _share(body: str, order_no: str) -> Decimal:
    """What an order took of its payment: its share of a split one, or all of it."""
    stored = Payment.model_validate_json(body)
    shares = {part.order_no: part.amount for part in stored.allocations}
    return shares.get(order_no, stored.amount_paid)


_CHECKED = select(IdentityCheck.outcome, IdentityCheck.checked_at).where(
    col(IdentityCheck.person_key) == bindparam("person")
)


def known_identity(session: Session, person: str, *, since: datetime) -> IdentityOutcome | None:
    """A verification of this name and number that is still fresh."""
    checked = session.exec(_CHECKED, params={"person": person}).first()
    return IdentityOutcome(checked[0]) if checked and checked[1] >= since else None


def remember_identity(session: Session, person: str, outcome: IdentityOutcome, at: datetime) -> None:
    """Keep a verification; `person` is a keyed hash."""
    told = {"person_key": person, "outcome": outcome, "checked_at": at}
    session.connection().execute(_remember(session.get_bind().dialect.name), told)


@cache
def _remember(dialect: str) -> Insert:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    told = insert(IdentityCheck)
    newest = {"outcome": told.excluded.outcome, "checked_at": told.excluded.checked_at}
    keep: Insert = told.on_conflict_do_update(index_elements=["person_key"], set_=newest)
    return keep
