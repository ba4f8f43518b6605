"""The desk for individuals' Lists of Items: checks, keeps and judges them, pays their tax, writes their end (B.12)."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import is_registered
from activities.identity import IdentityAuthority, IdentityDesk, Person
from activities.tax_payment import Bank
from clearway.contracts.articles import Approval, ArticlesJudgement, ArticlesList, ArticlesOutcome, ArticlesState
from clearway.contracts.base import legal_day
from clearway.contracts.facts import IdentityOutcome, PaymentOutcome, TaxPayment
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.rules.articles import judge_articles
from clearway.rules.deadlines import articles_wait_ends
from clearway.rules.fingerprint import content_hash
from clearway.rules.parameters import parameters, rules_in_force
from connectors.errors import Refused
from models.addresses import articles_address, remember
from models.articles_papers import PaperKind, Papers, number_of
from models.articles_refusals import declined
from models.articles_work import ArticlesExamination, CloseArticles, ExamineArticles, PayArticles
from models.database import Database
from models.rule_packs import RulePacks, newest
from models.tables import ArticlesRecord, Enterprise, PaymentRecord

INDIVIDUAL = Role.IND.value
"""Declarant code of an individual who declares without an enterprise."""
DECLARANTS = {Role.LOG, Role.EXP, Role.POST}
STATES = {ArticlesOutcome.APPROVAL_PENDING: ArticlesState.APPROVAL_PENDING}


class ArticlesDesk:
    """Everything that is done for a List of Items outside its workflow; each step may be repeated after its commit."""

    def __init__(self, database: Database, authority: IdentityAuthority, bank: Bank, person_key_secret: str) -> None:
        self._database = database
        self._identity = IdentityDesk(authority, person_key_secret)
        self._bank = bank
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def examine_articles(self, request: ExamineArticles) -> ArticlesExamination:
        """Check a list or an approval, keep it and judge the list with it, in one transaction; or refuse it whole.

        The same content again gets the answer that stands. Other content is taken while something is in the way.
        """
        with self._database.reading() as session:
            settled = self._settle(session, request, lock=False)
            known = None if settled else self._known_identity(session, request)
        if settled is not None:
            return settled
        asked = None
        if known is None and request.articles is not None:
            asked = self._identity.ask(_individual(request.articles), at=request.now)
        with self._database.transaction() as session:
            if asked is not None and request.articles is not None:
                self._identity.remember(session, _individual(request.articles), asked, request.now)
            identity = asked or known or IdentityOutcome.UNAVAILABLE
            return self._settle(session, request, lock=True) or self._judge(session, request, identity)

    @activity.defn(no_thread_cancel_exception=True)
    def pay_articles_tax(self, request: PayArticles) -> TaxPayment:
        """Pay the tax in the declarant's name, once, however often it is asked for; a refusal is a fact as well."""
        workflow_id = request.key.workflow_id
        with self._database.transaction() as session:
            order = session.get(PaymentRecord, workflow_id)
            if order is None:
                order = PaymentRecord(
                    workflow_id=workflow_id,
                    amount=request.amount,
                    payment_order_no=workflow_id,
                    requested_at=request.now,
                )
                session.add(order)
        if order.paid_at is not None:
            return _paid(order)
        try:
            receipt = self._bank.pay(
                payment_order_no=order.payment_order_no,
                amount=order.amount,
                payer_code=request.key.declarant_code,
                requested_at=order.requested_at,
                idempotency_key=f"tax|{workflow_id}|{order.requested_at.astimezone(UTC).isoformat()}",
            )
        except Refused as error:
            with self._database.transaction() as session:
                kept = session.get(PaymentRecord, workflow_id)
                if kept is not None and kept.paid_at is None:
                    session.delete(kept)  # the next attempt is a new order
            return TaxPayment(outcome=PaymentOutcome.REFUSED, assessed=request.amount, reason=str(error))
        order.amount, order.bank_reference, order.paid_at = receipt.amount, receipt.reference, receipt.paid_at
        with self._database.transaction() as session:
            session.merge(order)
            record = session.get_one(ArticlesRecord, workflow_id)
            record.state = ArticlesState.PAID
            record.changed_at = request.now
        return _paid(order)

    @activity.defn(no_thread_cancel_exception=True)
    def close_articles(self, request: CloseArticles) -> None:
        """Write the end into the register, once: what ended before stays as it ended."""
        with self._database.transaction() as session:
            record = session.get(ArticlesRecord, request.key.workflow_id, with_for_update=True)
            if record is None:  # nothing of it was ever taken
                record = _new_record(request, request.now, newest(session))
                session.add(record)
            if record.ended_at is None:
                record.state = request.state
                record.changed_at = request.now
                record.ended_at = request.now

    # --- the examination ---------------------------------------------------------------------------------------

    def _settle(self, session: Session, request: ExamineArticles, *, lock: bool) -> ArticlesExamination | None:
        """The answer where there is nothing to judge: refused as it comes, or on file already with this content."""
        record = session.get(ArticlesRecord, request.key.workflow_id, with_for_update=lock)
        with rules_in_force(self._packs.numbered(session, record.rule_pack if record else newest(session))):
            if record is not None and record.ended_at is not None:
                return _answer(request, refused=(declined("E_ALREADY_ENDED", ("state", record.state)),))
            if wrong_sender := _wrong_sender(session, request):
                return _answer(request, refused=wrong_sender)
            papers = Papers(session, request.key.workflow_id)
            standing = ArticlesJudgement.model_validate_json(record.judgement) if record else None
            if standing is not None and _is_on_file(papers, request):
                return _answer(request, standing, port=_port(papers, request))
            refused = _refuse_paper(papers, standing, request)
            return _answer(request, refused=refused) if refused else None

    def _known_identity(self, session: Session, request: ExamineArticles) -> IdentityOutcome | None:
        """What is known of the individual: from the year, or for an approval from the judgement that stands."""
        if request.articles is not None:
            person = _individual(request.articles)
            return self._identity.known(session, person, now=request.now, profile=request.profile)
        record = session.get_one(ArticlesRecord, request.key.workflow_id)
        return ArticlesJudgement.model_validate_json(record.judgement).identity

    def _judge(self, session: Session, request: ExamineArticles, identity: IdentityOutcome) -> ArticlesExamination:
        """Judge the list with what was handed in, and keep it unless it is refused."""
        workflow_id = request.key.workflow_id
        record = session.get(ArticlesRecord, workflow_id)
        papers = Papers(session, workflow_id)
        candidate = papers.with_new(request)
        assert candidate is not None  # an approval without a list was refused before
        number = record.rule_pack if record else newest(session)
        with rules_in_force(self._packs.numbered(session, number)):
            judgement = judge_articles(candidate, identity=identity, now=request.now, profile=request.profile)
            if judgement.outcome is ArticlesOutcome.REFUSED:
                return _answer(request, judgement, port=candidate.customs_code, refused=judgement.problems)
            answer = _answer(request, judgement, port=candidate.customs_code)
        if record is None:
            record = _new_record(request, request.opened_at, number)
            session.add(record)
        papers.keep(request)
        record.person_key = self._identity.key(_individual(candidate))
        record.judgement = judgement.model_dump_json()
        record.state = STATES.get(judgement.outcome, ArticlesState.SUBMITTED)
        record.changed_at = request.now
        remember(session, workflow_id, [articles_address(request.key.declarant_code, request.key.list_no)])
        return answer


def _wrong_sender(session: Session, request: ExamineArticles) -> tuple[Problem, ...]:
    """Only the declarant sends: an individual, or a registered logistics or postal enterprise (RULEBOOK B.12)."""
    sender, declarant = request.sender.code, request.key.declarant_code
    enterprise = session.get(Enterprise, declarant)
    fits = sender == declarant and (
        declarant == INDIVIDUAL
        or (
            enterprise is not None
            and is_registered(enterprise, request.now)
            and bool(DECLARANTS & {Role(role) for role in enterprise.roles.split(",")})
        )
    )
    fields = (("sender.code", sender), ("key.declarant_code", declarant))
    return () if fits else (declined("E_ARTICLES_SENDER", *fields, owner=Role.LOG),)


def _is_on_file(papers: Papers, request: ExamineArticles) -> bool:
    """Whether the latest paper of this number has this content."""
    for kind, paper in ((PaperKind.LIST, request.articles), (PaperKind.APPROVAL, request.approval)):
        known = papers.latest(kind, number_of(paper)) if paper is not None else None
        if paper is not None and known is not None and known.content_hash == content_hash(paper):
            return True
    return False


def _refuse_paper(papers: Papers, standing: ArticlesJudgement | None, request: ExamineArticles) -> tuple[Problem, ...]:
    """A list that passed stands; a correction comes later than what it corrects; an approval is awaited."""
    if request.approval is not None:
        return _refuse_approval(standing, request.approval)
    assert request.articles is not None  # a request brings one of the two
    if standing is None:
        return ()
    if standing.outcome is ArticlesOutcome.PASS:
        return (declined("E_DUPLICATE", ("articles.list_no", request.articles.list_no)),)
    return _refuse_older(papers, request.articles)


def _refuse_approval(standing: ArticlesJudgement | None, approval: Approval) -> tuple[Problem, ...]:
    field = ("approval.controlled_as", approval.controlled_as)
    if standing is None:
        return (declined("E_NO_ARTICLES", field),)
    awaited = approval.controlled_as in standing.approvals_missing
    missing = ", ".join(standing.approvals_missing)
    return () if awaited else (declined("E_NO_APPROVAL_AWAITED", field, ("awaited", missing)),)


def _refuse_older(papers: Papers, articles: ArticlesList) -> tuple[Problem, ...]:
    known = papers.latest(PaperKind.LIST, articles.list_no)
    if known is None or articles.app_time > known.used_on:
        return ()
    return (
        declined(
            "E_OLDER_VERSION",
            ("articles.app_time", articles.app_time.isoformat()),
            ("on_file.app_time", known.used_on.isoformat()),
        ),
    )


def _port(papers: Papers, request: ExamineArticles) -> str:
    listed = papers.with_new(request)
    return listed.customs_code if listed else ""


def _answer(
    request: ExamineArticles,
    judgement: ArticlesJudgement | None = None,
    *,
    port: str = "",
    refused: tuple[Problem, ...] = (),
) -> ArticlesExamination:
    hours = parameters().value("customs.answer_wait_hours", on=legal_day(request.now), profile=request.profile).value
    return ArticlesExamination(
        refused=refused,
        judgement=judgement,
        port=port,
        wait_until=articles_wait_ends(request.now, profile=request.profile),
        answer_by=request.now + timedelta(hours=int(hours)),
    )


def _individual(articles: ArticlesList) -> Person:
    return Person(articles.individual_name, articles.individual_id_number)


def _new_record(request: ExamineArticles | CloseArticles, opened_at: datetime, rule_pack: int) -> ArticlesRecord:
    return ArticlesRecord(
        workflow_id=request.key.workflow_id,
        declarant_code=request.key.declarant_code,
        list_no=request.key.list_no,
        state=ArticlesState.SUBMITTED,
        rule_pack=rule_pack,
        opened_at=opened_at,
        changed_at=request.now,
    )


def _paid(order: PaymentRecord) -> TaxPayment:
    return TaxPayment(
        outcome=PaymentOutcome.PAID,
        amount=order.amount,
        assessed=order.amount,
        paid_at=order.paid_at,
        bank_reference=order.bank_reference,
    )
