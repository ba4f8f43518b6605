"""The desk for returns: registers them, files the application, settles what came back, writes the end (RULEBOOK B.8).

Every step is one transaction at most and may be repeated after its commit. It locks the list's record first, then what
the list owes, then accounts of the ledger, as all who move these do.
"""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, select
from temporalio import activity

from activities.customs_filing import CustomsDoor, CustomsFiling, Draft, filed, own_guid, own_number
from clearway.contracts.documents import DeclarationList, ReturnApplication, ReturnApplicationLine
from clearway.contracts.facts import Filing
from clearway.contracts.goods_return import ReturnSettlement
from clearway.contracts.keys import CaseKey, ReturnKey
from clearway.contracts.problems import Problem
from models.addresses import list_address, remember
from models.collection import dues
from models.database import Database
from models.ledger import guarantee, quota
from models.ledger.accounts import lock_opened
from models.ledger.guarantee_standing import LEDGER as GUARANTEES
from models.ledger.transfers import accounts_of, open_reservations, posted_of, reversed_of
from models.notices import tell
from models.return_quantities import NOTHING, as_lines, quantities, together
from models.return_refusals import declined, exceeds
from models.return_work import CloseReturn, FileReturn, OpenReturn, ReturnClosing, SettleGoods
from models.returns import OPEN, ListReturns, keep_settlement, read, settlements, written
from models.rule_packs import RulePacks
from models.tables import Address, CaseRecord, GoodsReturnRecord


class ReturnDesk:
    """Everything that is done for a return outside its workflow."""

    def __init__(self, database: Database, customs: CustomsDoor) -> None:
        self._database = database
        self._filing = CustomsFiling(database, customs)
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def open_return(self, request: OpenReturn) -> tuple[Problem, ...]:
        """Register a return and suspend the tax of its goods, or answer why not; the same again changes nothing.

        The list's own workflow calls it, before it starts the return's.
        """
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.case.workflow_id, with_for_update=True)
            known = session.get(GoodsReturnRecord, request.key.workflow_id)
            wanted = quantities(request.lines)
            if known is not None:
                number = ("number", str(request.key.number))
                return () if read(known.lines) == wanted else (declined("E_RETURN_NUMBER", number),)
            if record is not None and record.ended_at is not None:
                return (declined("E_LIST_ENDED", ("state", record.state)),)
            listed = record and self._listed(session, record, request.profile)
            if not record or not listed:
                return (declined("E_NOT_RELEASED", ("state", record.state if record else None)),)
            if too_much := exceeds(request.lines, listed.returnable):
                return (too_much,)
            row = GoodsReturnRecord(
                workflow_id=request.key.workflow_id,
                case_id=record.workflow_id,
                number=request.key.number,
                state=OPEN,
                lines=written(wanted),
                cop_no=_cop_no(request.key),
                applied_at=request.now,
            )
            session.add(row)
            listed.rows.append(row)
            remember(session, row.workflow_id, [list_address("cop", row.cop_no)])
            dues.hold(session, record.workflow_id, listed.held, request.now)
            return ()

    @activity.defn(no_thread_cancel_exception=True)
    def file_return_application(self, request: FileReturn) -> Filing:
        """Hand the application (CEB625) to customs, under one guid however often it is tried; a refusal is a fact."""
        case, cop_no = request.key.case, _cop_no(request.key)
        with self._database.reading() as session:
            record = session.get_one(CaseRecord, case.workflow_id)
            listed = self._listed(session, record, request.profile)
            assert listed is not None  # it was registered for a released list
            pre_no = request.pre_no or _customs_number(session, case, "pre")
            invt_no = request.invt_no or _customs_number(session, case, "invt")
            rules = self._packs.of(session, record)
        if invt_no is None:
            refused = "customs' number of the list (invtNo) is not known"
        else:
            application = _application(request, listed.declared, cop_no, pre_no, invt_no)
            draft = Draft(request.key.workflow_id, application, own_guid(f"{request.key.workflow_id}|message"))
            _, refused = self._filing.hand_over([draft], request.now)
        return filed((), refused, rules, request.now, request.profile)

    @activity.defn(no_thread_cancel_exception=True)
    def settle_goods(self, request: SettleGoods) -> ReturnSettlement:
        """Give the original goods their relief: tax, annual amount of the original year, guarantee (B.8, D-12).

        Other goods get none, and their tax is suspended no longer. The same step again answers the same.
        """
        case_id = request.key.case.workflow_id
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, case_id, with_for_update=True)
            row = session.get_one(GoodsReturnRecord, request.key.workflow_id, populate_existing=True)
            if known := settlements(row).get(request.step):
                return known
            listed = self._listed(session, record, request.profile)
            assert listed is not None  # it was registered for a released list
            before, goods = listed.standing(), quantities(request.lines)
            if request.original:
                row.confirmed = written(together(read(row.confirmed), goods))
            else:
                row.rejected = written(together(read(row.rejected), goods))
            after, at = listed.standing(), request.now
            step = f"{row.workflow_id}|{request.step}"
            refund = dues.reassess(session, case_id, after.due, listed.held, at)
            lock_opened(session, *accounts_of(session, case_id, GUARANTEES, *quota.LEDGERS))
            reversal = before.due - after.due
            settlement = ReturnSettlement(
                lines=as_lines(goods),
                tax_before=before.due,
                tax_due=after.due,
                reversal=reversal,
                restored=_restore(session, case_id, after.restored - before.restored, at, step),
                guarantee_freed=_free(session, case_id, reversal, at, step),
                refund=refund,
                explanation=after.explanation
                if request.original
                else "非原货，不予减免 not the original goods: no relief",
                at=at,
                rules=(after.tax or listed.assessed).rules,
            )
            keep_settlement(row, request.step, settlement)
            _tell_of_goods(session, request, listed.declared, settlement)
            return settlement

    @activity.defn(no_thread_cancel_exception=True)
    def close_return(self, request: CloseReturn) -> ReturnClosing:
        """Write the end into the register, once; its goods hold no tax any more."""
        case_id = request.key.case.workflow_id
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, case_id, with_for_update=True)
            row = session.get_one(GoodsReturnRecord, request.key.workflow_id, populate_existing=True)
            listed = self._listed(session, record, request.profile)
            assert listed is not None  # it was registered for a released list
            if row.ended_at is None:
                row.state, row.accepted_at, row.ended_at = request.state, request.accepted_at, request.now
                session.flush()
                dues.hold(session, case_id, listed.held, request.now)
                _tell_of_end(session, request, listed.declared)
            owed = dues.find(session, case_id)
            return ReturnClosing(
                confirmed=as_lines(read(row.confirmed)),
                tax_due=listed.standing().due if listed.confirmed else None,
                refund=owed.refund if owed else NOTHING,
            )

    def _listed(self, session: Session, record: CaseRecord, profile: str) -> ListReturns | None:
        return ListReturns.of(session, record, self._packs.of(session, record), profile)


def _restore(session: Session, case_id: str, amount: Decimal, at: datetime, step: str) -> Decimal:
    """Give back to the annual amount of the original year, never more than the list still has of it."""
    taken = posted_of(session, case_id, ledger="quota")
    left = sum((each.amount - reversed_of(session, each.id) for each in taken), NOTHING)
    restored = min(amount, left)
    if restored > 0:
        quota.restore(session, case_id, restored, at, transfer_id=f"{step}|quota", reason="goods came back")
    return max(restored, NOTHING)


def _free(session: Session, case_id: str, amount: Decimal, at: datetime, step: str) -> Decimal:
    """Free the guarantee of tax that is not levied, never more than is held: a payment may have freed it all."""
    held = sum((each.amount for each in open_reservations(session, case_id, ledger=GUARANTEES)), NOTHING)
    freed = min(amount, held)
    if freed > 0:
        guarantee.free_part(session, case_id, freed, at, transfer_id=f"{step}|guarantee")
    return freed


def _application(
    request: FileReturn, declared: DeclarationList, cop_no: str, pre_no: str | None, invt_no: str
) -> ReturnApplication:
    of_list = {line.gnum: line for line in declared.lines}
    return ReturnApplication(
        guid=own_guid(f"{request.key.workflow_id}|record"),
        app_type="1",
        app_time=request.applied_at,
        app_status="2",
        **{name: getattr(declared, name) for name in _SHARED},
        cop_no=cop_no,
        pre_no=pre_no,
        invt_no=invt_no,
        reason=request.reason,
        lines=tuple(
            ReturnApplicationLine(
                gnum=gnum,
                hs_code=of_list[gnum].hs_code,
                goods_name=of_list[gnum].goods_name,
                qty=quantity,
                unit=of_list[gnum].unit,
            )
            for gnum, quantity in sorted(quantities(request.lines).items())
        ),
    )


_SHARED = (
    *("customs_code", "order_no", "ebp_code", "ebp_name", "ebc_code", "ebc_name"),
    *("logistics_no", "logistics_code", "logistics_name", "buyer_id_number", "buyer_name", "buyer_telephone"),
    *("agent_code", "agent_name"),
)
"""What an application repeats of its list, under the same names."""


def _customs_number(session: Session, case: CaseKey, kind: str) -> str | None:
    """A number by which customs has spoken of the list."""
    begins = list_address(kind, "")
    known = session.exec(select(Address.key).where(Address.workflow_id == case.workflow_id))
    return max((key.removeprefix(begins) for key in known if key.startswith(begins)), default=None)


def _tell_of_goods(
    session: Session, request: SettleGoods, declared: DeclarationList, settlement: ReturnSettlement
) -> None:
    """The platform refunds the buyer for what is confirmed (RULEBOOK B.8, step 6)."""
    for recipient in dict.fromkeys((declared.ebp_code, declared.ebc_code)):
        tell(
            session,
            recipient=recipient,
            kind="RETURN_CONFIRMED" if request.original else "RETURN_NOT_ORIGINAL",
            subject=request.key.workflow_id,
            at=request.now,
            key=f"{request.key.workflow_id}|{request.step}",
            order_no=declared.order_no,
            lines={str(line.gnum): f"{line.qty:f}" for line in settlement.lines},
            tax_not_levied=f"{settlement.reversal:f}",
        )


def _tell_of_end(session: Session, request: CloseReturn, declared: DeclarationList) -> None:
    for recipient in dict.fromkeys((declared.ebp_code, declared.ebc_code)):
        tell(
            session,
            recipient=recipient,
            kind="RETURN_ENDED",
            subject=request.key.workflow_id,
            at=request.now,
            key=request.key.workflow_id,
            order_no=declared.order_no,
            state=request.state,
        )


def _cop_no(key: ReturnKey) -> str:
    """Our own number of the application, by which customs answers."""
    return own_number("CR", key.workflow_id)
