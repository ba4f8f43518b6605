"""What a judged list takes of its orderer's annual amount and of its guarantor's guarantee, in one transaction."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from clearway.contracts.documents import DeclarationList
from clearway.contracts.facts import Judgement, QuantityHold, QuotaHold
from clearway.rules.judgement import uses_of
from models.ledger import guarantee, quota
from models.ledger.accounts import Account, balance, lock
from models.ledger.quota import Limit, quantity_account, quota_account
from models.ledger.transfers import accounts_of
from models.tables import CaseRecord


class Securities:
    """The accounts that one list moves."""

    def __init__(
        self, session: Session, record: CaseRecord, person: str, declared: DeclarationList, profile: str
    ) -> None:
        self._session = session
        self._record = record
        self._declared = declared
        self._judged_before = record.judged > 0  # else it holds nothing that would have to be looked for
        year = declared.declared_on.year
        self._quota = quota_account(person, year)
        self._quantities = {
            use.group: (quantity_account(person, use.group, year), use) for use in uses_of(declared, profile=profile)
        }

    def keep(self) -> None:
        """Keep the accounts to this transaction, from before the judgement to the commit.

        So are those it took from when it was judged before: by another guarantor, for another person or year.
        """
        case, guarantors = self._record.workflow_id, {self._declared.assure_code}
        if self._judged_before:
            guarantors.update(guarantee.guarantors_of(self._session, case))
        lock(
            self._session,
            self._quota,
            *(account for account, _ in self._quantities.values()),
            *(guarantee.guarantee_account(each) for each in guarantors),
            opened_before=accounts_of(self._session, case, *quota.LEDGERS) if self._judged_before else (),
        )

    def used(self) -> Decimal:
        """CNY confirmed and reserved for the orderer in the list's year, by all other lists and by customs' word."""
        return self._used(self._quota)

    def quantities_used(self) -> dict[str, Decimal]:
        """Kilograms of each group that this list takes of, by all other lists of the orderer in the list's year."""
        return {group: self._used(account) for group, (account, _) in self._quantities.items()}

    def hold(self, judgement: Judgement, now: datetime) -> Judgement:
        """Reserve what a matched list takes; one that does not match gives back what it held."""
        case = self._record.workflow_id
        self._record.judged += 1
        if not judgement.matched or judgement.limits is None or judgement.tax is None:
            guarantee.release(self._session, case, now, reason="no longer matched")
            quota.give_back(self._session, case, now, reason="no longer matched")
            return judgement
        holds = f"{case}|{self._record.judged}"
        secured = guarantee.hold(
            self._session,
            guarantor=self._declared.assure_code,
            amount=judgement.tax.total,
            case=case,
            hold_id=f"{holds}|guarantee",
            now=now,
            profile=judgement.profile,
        )
        if self._judged_before:
            quota.let_go(self._session, case, now, but=f"{holds}|")
        limits = judgement.limits
        quota.hold(
            self._session,
            Limit(self._quota, limits.annual_limit),
            limits.counted,
            case=case,
            hold_id=f"{holds}|quota",
            at=now,
        )
        quantities = [self._hold_quantity(group, f"{holds}|quantity|{group}", now) for group in self._quantities]
        annual = QuotaHold(
            year=self._declared.declared_on.year,
            counted=limits.counted,
            used_before=limits.used_before,
            limit=limits.annual_limit,
            quantities=tuple(quantities),
        )
        return judgement.model_copy(update={"quota": annual, "guarantee": secured})

    def _hold_quantity(self, group: str, hold_id: str, now: datetime) -> QuantityHold:
        account, use = self._quantities[group]
        case = self._record.workflow_id
        before = self._used(account)
        quota.hold(self._session, Limit(account, use.limit), use.quantity, case=case, hold_id=hold_id, at=now)
        return QuantityHold(group=group, quantity=use.quantity, limit=use.limit, used_before=before)

    def _used(self, account: Account) -> Decimal:
        if self._judged_before:
            return quota.used_by_others(self._session, account, self._record.workflow_id)
        return balance(self._session, account.id).used
