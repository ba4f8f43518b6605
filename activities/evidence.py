"""What only the database knows for a comparison: registrations, earlier uses of numbers, verified identities."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from clearway.contracts.base import legal_day
from clearway.contracts.documents import DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.parties import Role
from clearway.contracts.states import State
from clearway.rules.matching import MatchingFacts, PaymentUse, RegisteredParty, WaybillUse
from models.documents import business_key, parse
from models.tables import CaseRecord, Enterprise, IdentityCheck, StoredDocument
from models.work import ExamineRequest


def matching_facts(
    session: Session,
    request: ExamineRequest,
    order: Order,
    payment: Payment,
    waybill: Waybill,
    declaration: DeclarationList,
    identity: IdentityOutcome,
) -> MatchingFacts:
    """Everything the matching rules ask of the database."""
    codes = {
        *(order.ebc_code, order.ebp_code, order.pay_code, payment.pay_code, waybill.logistics_code),
        *(declaration.ebc_code, declaration.ebp_code, declaration.agent_code, declaration.logistics_code),
        *(declaration.area_code, declaration.assure_code),
    }
    return MatchingFacts(
        identity=identity,
        now=request.now,
        parties=_registered(session, {code for code in codes if code}),
        waybill_uses=_waybill_uses(session, waybill),
        payment_uses=_payment_uses(session, payment, request.key.order_no),
        profile=request.profile,
    )


def _registered(session: Session, codes: set[str]) -> tuple[RegisteredParty, ...]:
    rows = session.exec(select(Enterprise).where(col(Enterprise.code).in_(codes)).order_by(Enterprise.code))
    return tuple(
        RegisteredParty(
            code=row.code,
            roles=frozenset(Role(role) for role in row.roles.split(",")),
            suspended=row.suspended,
            registered_from=row.registered_from,
            registered_to=row.registered_to,
        )
        for row in rows
    )


NOT_USED = {State.SUBMITTED, State.MATCH_FAILED, State.CANCELLED}
"""A list that never went to customs has not used the numbers of its documents."""


def _uses(session: Session, kind: DocumentKind, key: str, order_no: str) -> list[tuple[CaseRecord, StoredDocument]]:
    """Other orders' lists that used this number, each with its latest document."""
    rows = session.exec(
        select(StoredDocument)
        .where(StoredDocument.kind == kind, StoredDocument.business_key == key)
        .order_by(col(StoredDocument.version))
    )
    latest = {row.workflow_id: row for row in rows}
    cases = [(session.get_one(CaseRecord, workflow_id), row) for workflow_id, row in latest.items()]
    return [(case, row) for case, row in cases if case.order_no != order_no and case.state not in NOT_USED]


def _waybill_uses(session: Session, waybill: Waybill) -> tuple[WaybillUse, ...]:
    return tuple(
        WaybillUse(
            logistics_code=waybill.logistics_code,
            logistics_no=waybill.logistics_no,
            order_no=case.order_no,
            used_on=legal_day(row.used_on),
        )
        for case, row in _uses(session, DocumentKind.WAYBILL, business_key(waybill), waybill.order_no)
    )


def _payment_uses(session: Session, payment: Payment, order_no: str) -> tuple[PaymentUse, ...]:
    """What other orders took of this payment: their share of a split one, or all of it."""
    uses: dict[str, Decimal] = {}
    for case, row in _uses(session, DocumentKind.PAYMENT, business_key(payment), order_no):
        stored = parse(row)
        assert isinstance(stored, Payment)  # the row's kind says so
        shares = {part.order_no: part.amount for part in stored.allocations}
        uses[case.order_no] = shares.get(case.order_no, stored.amount_paid)
    return tuple(PaymentUse(order_no=served, amount=amount) for served, amount in sorted(uses.items()))


def known_identity(session: Session, person: str, *, since: datetime) -> IdentityOutcome | None:
    """A verification of this name and number that is still fresh."""
    row = session.get(IdentityCheck, person)
    return IdentityOutcome(row.outcome) if row and row.checked_at >= since else None


def remember_identity(session: Session, person: str, outcome: IdentityOutcome, at: datetime) -> None:
    """Keep a verification; `person` is a keyed hash."""
    session.merge(IdentityCheck(person_key=person, outcome=outcome, checked_at=at))
