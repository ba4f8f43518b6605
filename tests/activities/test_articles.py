"""The desk for Lists of Items: the same again is the same answer, also after a commit whose answer was lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select

from activities.articles import ArticlesDesk
from clearway.contracts.articles import Approval, ArticlesJudgement, ArticlesList, ArticlesOutcome, ArticlesState
from clearway.contracts.facts import IdentityOutcome, PaymentOutcome
from clearway.contracts.parties import Sender
from connectors.errors import Unavailable
from models.addresses import articles_address, cases_at
from models.articles_work import ArticlesExamination, CloseArticles, ExamineArticles, PayArticles
from models.database import Database
from models.registry import load as load_registry
from models.registry import read
from models.rule_packs.loading import load
from models.tables import ArticlesPaper, ArticlesRecord, Enterprise, PaymentRecord
from tests.articles_desk import approval, corrected, key_of, line, medicine, parcel
from tests.postgres import new_database, until_waiting
from tests.standins import Authority, ScriptedBank

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, tzinfo=UTC)
MEDICINE = parcel(medicine(), at=AT, list_no="A-1")
KEY = key_of(MEDICINE)


class Counter:
    """A desk on a database, and what is handed in there."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.authority = Authority()
        self.bank = ScriptedBank()
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is left but what was committed."""
        self.desk = ArticlesDesk(self.database, self.authority, self.bank, "test")

    def hand_in(
        self,
        paper: ArticlesList | Approval,
        *,
        sender: str = "",
        now: datetime = AT + timedelta(minutes=5),
    ) -> ArticlesExamination:
        """Hand in a paper."""
        request = ExamineArticles(
            key=KEY,
            profile="SEED",
            now=now,
            opened_at=AT,
            sender=Sender(code=sender or KEY.declarant_code),
            articles=paper if isinstance(paper, ArticlesList) else None,
            approval=paper if isinstance(paper, Approval) else None,
        )
        return self.desk.examine_articles(request)

    def pay(self, *, now: datetime = AT) -> PaymentOutcome:
        """Pay 50.05."""
        return self.desk.pay_articles_tax(PayArticles(key=KEY, amount=Decimal("50.05"), now=now)).outcome

    @property
    def record(self) -> ArticlesRecord | None:
        """The register's line."""
        with self.database.transaction() as session:
            return session.get(ArticlesRecord, KEY.workflow_id)

    @property
    def papers(self) -> list[str]:
        """What is on file."""
        with self.database.transaction() as session:
            return [row.kind for row in session.exec(select(ArticlesPaper))]


@pytest.fixture
def counter(database: Database) -> Counter:
    """An empty desk."""
    return Counter(database)


def _codes(examination: ArticlesExamination) -> list[str]:
    return [problem.code for problem in examination.refused]


def test_a_list_examined_again_after_its_commit_gets_the_same_answer_and_is_kept_once(counter: Counter) -> None:
    first = counter.hand_in(MEDICINE)
    counter.restart()
    counter.authority.outcome = None
    assert counter.hand_in(MEDICINE) == first
    assert counter.papers == ["list"]
    assert counter.authority.asked == 1
    assert first.judgement is not None
    assert first.judgement.outcome is ArticlesOutcome.APPROVAL_PENDING
    assert first.wait_until == datetime.fromisoformat("2026-03-26T00:00:00+08:00")


def test_who_examines_a_list_that_is_being_closed_keeps_nothing(postgres_url: str) -> None:
    """An attempt that timed out goes on in its thread; meanwhile the list is closed."""
    database = Database(new_database(postgres_url))
    load_registry(database, read(ROOT / "deploy" / "registry.yaml"))
    counter = Counter(database)
    counter.hand_in(MEDICINE)
    close = CloseArticles(key=KEY, state=ArticlesState.ABANDONED, now=AT)
    with ThreadPoolExecutor(2) as pool:
        with database.transaction() as session:
            session.get_one(ArticlesRecord, KEY.workflow_id, with_for_update=True)
            closing = pool.submit(counter.desk.close_articles, close)
            until_waiting(database, 1)
            examining = pool.submit(counter.hand_in, approval(MEDICINE))
            until_waiting(database, 2)
        closing.result()
        assert _codes(examining.result()) == ["E_ALREADY_ENDED"]
    assert counter.record is not None
    assert (counter.record.state, counter.papers) == (ArticlesState.ABANDONED, ["list"])
    database.close()


def test_an_approval_examined_again_after_its_commit_gets_the_same_answer(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    paper = approval(MEDICINE)
    first = counter.hand_in(paper)
    assert first.judgement is not None
    assert first.judgement.outcome is ArticlesOutcome.PASS
    counter.restart()
    assert counter.hand_in(paper) == first
    assert counter.papers == ["list", "approval"]
    other = counter.hand_in(approval(MEDICINE, number="YX-2"))
    assert _codes(other) == ["E_NO_APPROVAL_AWAITED"], "none is awaited any more"


def test_an_approval_without_a_list_is_refused(counter: Counter) -> None:
    assert _codes(counter.hand_in(approval(MEDICINE))) == ["E_NO_ARTICLES"]
    assert counter.papers == []


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_to": MEDICINE.declared_on - timedelta(days=1)},
        {"holder_id_number": "460106199111110035"},
        {"quantity": Decimal("1.99999")},
    ],
)
def test_an_approval_expired_of_another_or_for_less_is_refused_and_not_kept(
    counter: Counter, changes: dict[str, object]
) -> None:
    counter.hand_in(MEDICINE)
    before = counter.record
    refused = counter.hand_in(approval(MEDICINE, **changes))
    assert set(_codes(refused)) == {"E_APPROVAL"}
    assert counter.papers == ["list"]
    assert counter.record == before
    fitting = counter.hand_in(approval(MEDICINE, valid_to=MEDICINE.declared_on, quantity=Decimal(2)))
    assert fitting.refused == ()


def test_approvals_handed_in_before_stay_when_the_list_is_corrected(counter: Counter) -> None:
    both = parcel(medicine(), line(2, controlled_as="seeds"), at=AT, list_no="A-1")
    counter.hand_in(both)
    counter.hand_in(approval(both))
    mended = corrected(both, lines=(medicine(),))
    judgement = counter.hand_in(mended).judgement
    assert judgement is not None
    assert judgement.outcome is ArticlesOutcome.PASS


def test_a_correction_must_be_later_than_what_it_corrects(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    other = MEDICINE.model_copy(update={"lines": (line(),)})
    assert _codes(counter.hand_in(other)) == ["E_OLDER_VERSION"]
    assert counter.hand_in(corrected(MEDICINE, lines=(line(),))).refused == ()
    assert _codes(counter.hand_in(MEDICINE)) == ["E_DUPLICATE"], "what passed stands"


def test_a_refused_list_leaves_nothing_behind(counter: Counter) -> None:
    refused = counter.hand_in(MEDICINE.model_copy(update={"individual_id_number": "110105194912310021"}))
    assert _codes(refused) == ["E_ID_NUMBER", "E_APPROVAL_MISSING"], "all at once"
    assert refused.judgement is not None
    assert (counter.record, counter.papers) == (None, [])
    with counter.database.transaction() as session:
        assert cases_at(session, articles_address(KEY.declarant_code, KEY.list_no)) == ()


def test_a_mismatched_identity_is_refused_and_an_unreachable_authority_is_not(counter: Counter) -> None:
    counter.authority.outcome = IdentityOutcome.MISMATCH
    assert _codes(counter.hand_in(MEDICINE)) == ["E_IDENTITY_MISMATCH", "E_APPROVAL_MISSING"]
    counter.authority.outcome = None
    assert counter.hand_in(MEDICINE).refused == ()


@pytest.mark.parametrize("sender", ["3301960A01", "IND", "9999999999"])
def test_only_the_declarant_sends_and_nobody_is_asked_about_the_person_before(counter: Counter, sender: str) -> None:
    assert _codes(counter.hand_in(MEDICINE, sender=sender)) == ["E_ARTICLES_SENDER"]
    assert counter.authority.asked == 0


def test_a_declarant_must_be_registered_with_its_role_on_the_day(counter: Counter) -> None:
    with counter.database.transaction() as session:
        session.get_one(Enterprise, KEY.declarant_code).suspended = True
    assert _codes(counter.hand_in(MEDICINE)) == ["E_ARTICLES_SENDER"]
    with counter.database.transaction() as session:
        enterprise = session.get_one(Enterprise, KEY.declarant_code)
        enterprise.suspended, enterprise.roles = False, "EBC"
    assert _codes(counter.hand_in(MEDICINE)) == ["E_ARTICLES_SENDER"]


def test_a_payment_whose_answer_was_lost_is_asked_for_again_and_made_once(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    counter.bank.lost = 1
    with pytest.raises(Unavailable):
        counter.pay()
    counter.restart()
    assert counter.pay(now=AT + timedelta(days=1)) is PaymentOutcome.PAID
    assert counter.pay(now=AT + timedelta(days=2)) is PaymentOutcome.PAID
    assert (len(counter.bank.paid), len(counter.bank.asked)) == (1, 2)
    assert counter.bank.asked[0] == counter.bank.asked[1]
    assert counter.record is not None
    assert counter.record.state == "paid"


def test_a_refused_payment_is_taken_back_and_the_next_one_is_new(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    counter.bank.refusals = 1
    assert counter.pay() is PaymentOutcome.REFUSED
    with counter.database.transaction() as session:
        assert session.get(PaymentRecord, KEY.workflow_id) is None
    assert counter.pay(now=AT + timedelta(days=1)) is PaymentOutcome.PAID
    assert len({key for key, _, _ in counter.bank.asked}) == 2


def test_an_end_is_written_once_and_outlives_the_workflow(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    counter.desk.close_articles(CloseArticles(key=KEY, state="returned", now=AT + timedelta(days=1)))
    counter.desk.close_articles(CloseArticles(key=KEY, state="released", now=AT + timedelta(days=2)))
    assert counter.record is not None
    assert (counter.record.state, counter.record.ended_at) == ("returned", AT + timedelta(days=1))
    assert _codes(counter.hand_in(MEDICINE)) == ["E_ALREADY_ENDED"]


def test_a_list_that_ended_with_nothing_on_file_is_known_too(counter: Counter) -> None:
    counter.desk.close_articles(CloseArticles(key=KEY, state="abandoned", now=AT))
    assert _codes(counter.hand_in(MEDICINE)) == ["E_ALREADY_ENDED"]


def test_the_register_holds_the_person_as_a_keyed_hash_and_customs_can_find_the_list(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    record = counter.record
    assert record is not None
    assert (len(record.person_key), record.state) == (64, "approval_pending")
    assert MEDICINE.individual_id_number not in record.model_dump_json()
    with counter.database.transaction() as session:
        assert cases_at(session, articles_address(KEY.declarant_code, KEY.list_no)) == (KEY.workflow_id,)


OWN_RULES = """
numbers:
  articles.limit_elsewhere:
    reference: a notice of customs
    values:
      - {from: 2024-12-01, value: "100.00"}
"""


def test_a_list_keeps_the_rules_it_was_opened_under_and_the_next_one_has_the_new_ones(counter: Counter) -> None:
    counter.hand_in(MEDICINE)
    with counter.database.transaction() as session:
        load(session, {"own.yaml": OWN_RULES}, actor="op", reason="test", at=AT)
    corrected_list = counter.hand_in(corrected(MEDICINE, lines=(line(),))).judgement
    assert corrected_list is not None
    assert (corrected_list.outcome, corrected_list.limit) == (ArticlesOutcome.PASS, Decimal("2000.00"))
    later = parcel(at=AT, list_no="A-2")
    request = ExamineArticles(
        key=key_of(later), profile="SEED", now=AT, opened_at=AT, sender=Sender(code=KEY.declarant_code), articles=later
    )
    judgement = counter.desk.examine_articles(request).judgement
    assert judgement is not None
    assert (judgement.outcome, judgement.limit) == (ArticlesOutcome.OVER_LIMIT, Decimal("100.00"))


def test_a_list_goes_its_way_on_either_database(store: Database) -> None:
    load_registry(store, read(Path(__file__).parents[2] / "deploy" / "registry.yaml"))
    counter = Counter(store)
    counter.hand_in(MEDICINE)
    counter.hand_in(approval(MEDICINE))
    assert counter.pay() is PaymentOutcome.PAID
    counter.desk.close_articles(CloseArticles(key=KEY, state="released", now=AT))
    record = counter.record
    assert record is not None
    assert (record.state, record.ended_at, counter.papers) == ("released", AT, ["list", "approval"])
    assert ArticlesJudgement.model_validate_json(record.judgement).outcome is ArticlesOutcome.PASS
