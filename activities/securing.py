"""What a judged list takes of its orderer's annual amount and of its guarantor's guarantee, in one transaction."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from clearway.contracts.documents import DeclarationList
from clearway.contracts.facts import (
    GuaranteeHold,
    GuaranteeOutcome,
    Judgement,
    LimitDecision,
    QuantityHold,
    QuotaHold,
    TaxAssessment,
)
from clearway.rules.judgement import uses_of
from clearway.rules.parameters import parameters
from models.changes import held
from models.ledger import guarantee, quota
from models.ledger import guarantee_queue as queue
from models.ledger.accounts import NOTHING, Account, balance, lock
from models.ledger.guarantee_standing import SECURED, Why, in_fen, standing, terms_on
from models.ledger.quota import Limit, quantity_account, quota_account
from models.ledger.transfers import accounts_of
from models.tables import CaseRecord, GuaranteeWait


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
        persons = (self._quota, *(account for account, _ in self._quantities.values()))
        lock(
            self._session,
            *persons,
            *(side for account in persons for side in quota.sides(account)),
            *(guarantee.guarantee_account(each) for each in guarantors),
            SECURED,
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
            if self._judged_before:
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
            first=not self._judged_before,
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
        for group, (account, use) in self._quantities.items():
            hold_id = f"{holds}|quantity|{group}"
            quota.hold(self._session, Limit(account, use.limit), use.quantity, case=case, hold_id=hold_id, at=now)
        return judgement.model_copy(update={"quota": self._annual(limits), "guarantee": secured})

    def shortage(self, tax: TaxAssessment, now: datetime, profile: str) -> GuaranteeHold | None:
        """What keeps the guarantee from securing more than it does, where a modified list needs more; else None.

        Lists that wait for the same guarantee come first: no list overtakes another (RULEBOOK B.9.5).
        """
        more = tax.total - held(self._session, self._record.workflow_id).get(self._guarantee.id, NOTHING)
        if more <= 0:
            return None
        found, terms = standing(self._session, self._declared.assure_code), terms_on(parameters(), now, profile)
        waiting = queue.queue_of(self._session, self._declared.assure_code)
        why = found.obstacle(more, terms) or (Why.QUEUE if waiting else None)
        return found.recorded(GuaranteeOutcome.AWAITING, "", more, terms, why=why) if why else None

    def hold_larger(self, judgement: Judgement, now: datetime) -> Judgement:
        """Hold of each account the larger of what the list holds and what a modification of it takes.

        The judgement matched, and the guarantee is not short of it. What is held already stays as it is; the rest is
        reserved beside it, until customs decides.
        """
        assert judgement.limits is not None  # it matched
        assert judgement.tax is not None
        case, before = self._record.workflow_id, held(self._session, self._record.workflow_id)
        self._record.judged += 1
        holds = f"{case}|{self._record.judged}"
        limits = {self._quota: judgement.limits.annual_limit}
        limits |= {account: use.limit for account, use in self._quantities.values()}
        takes = self.takes(judgement)
        for place, (account, limit) in enumerate(limits.items(), 1):
            more = takes.get(account.id, NOTHING) - before.get(account.id, NOTHING)
            if more > 0:
                hold_id = f"{holds}|more|{place}"
                quota.hold(self._session, Limit(account, limit), more, case=case, hold_id=hold_id, at=now)
        secured = self._secure_more(judgement, before.get(self._guarantee.id, NOTHING), f"{holds}|more", now)
        return judgement.model_copy(update={"quota": self._annual(judgement.limits), "guarantee": secured})

    def takes(self, judgement: Judgement) -> dict[str, Decimal]:
        """What a matched list takes of each account; accounts it takes nothing of are left out."""
        amounts = {account.id: use.quantity for account, use in self._quantities.values()}
        amounts[self._quota.id] = judgement.limits.counted if judgement.limits else NOTHING
        amounts[self._guarantee.id] = judgement.tax.total if judgement.tax else NOTHING
        return {account: amount for account, amount in amounts.items() if amount}

    def _secure_more(self, judgement: Judgement, before: Decimal, hold_id: str, now: datetime) -> GuaranteeHold:
        assert judgement.tax is not None  # it matched
        total, guarantor = judgement.tax.total, self._declared.assure_code
        terms = terms_on(parameters(), now, judgement.profile)
        if total <= before:
            outcome = GuaranteeOutcome.HELD if total else GuaranteeOutcome.NOT_NEEDED
            return standing(self._session, guarantor).recorded(outcome, hold_id, total, terms)
        wish = GuaranteeWait(
            workflow_id=self._record.workflow_id,
            guarantor=guarantor,
            hold_id=hold_id,
            amount=total - before,
            profile=judgement.profile,
            since=now,
        )
        secured = queue.secure(self._session, wish, terms, now, why="list modified")
        return secured.model_copy(update={"amount": in_fen(total)})

    def _annual(self, limits: LimitDecision) -> QuotaHold:
        quantities = (
            QuantityHold(group=group, quantity=use.quantity, limit=use.limit, used_before=self._used(account))
            for group, (account, use) in self._quantities.items()
        )
        return QuotaHold(
            year=self._declared.declared_on.year,
            counted=limits.counted,
            used_before=limits.used_before,
            limit=limits.annual_limit,
            quantities=tuple(quantities),
        )

    @property
    def _guarantee(self) -> Account:
        return guarantee.guarantee_account(self._declared.assure_code)

    def _used(self, account: Account) -> Decimal:
        if self._judged_before:
            return quota.used_by_others(self._session, account, self._record.workflow_id)
        return balance(self._session, account.id).used
