"""What a list takes of year and guarantee: once, whoever asks at the same instant, whoever asks again."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.exc import OperationalError

from activities.closing import CaseRegister
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from activities.tax_payment import TaxOffice
from clearway.contracts.case import Transmission
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import Examination, GuaranteeOutcome
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import BUYER_ID, EBC, SampleSet, corrected, sample_set
from models.database import Database
from models.ledger.accounts import balance, lock
from models.ledger.guarantee import guarantee_account
from models.ledger.quota import Limit, hold, holding, quota_account
from models.person_key import person_key
from models.registry import load, read
from models.work import CloseRequest, ExamineRequest, PayRequest, ReleaseFact
from tests.patience import PATIENCE
from tests.postgres import until_waiting
from tests.standins import Authority, ScriptedBank

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
LIMIT = Decimal("26000.00")
NOTHING = Decimal(0)
ROUNDS = 200


@pytest.fixture
def registered(store: Database) -> Database:
    """A database of each kind with the sample registry, its guarantee included."""
    load(store, read(ROOT / "deploy" / "registry.yaml"))
    return store


def _examine(database: Database, sample: SampleSet) -> Examination:
    declaration = Transmission(document=sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code))
    return Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=sample.declaration_list.app_time,
            opened_at=AT,
            arrivals=(*sample.transmissions, declaration),
            open_for_change=True,
        )
    )


def _year(database: Database, person: str = BUYER_ID) -> tuple[Decimal, Decimal]:
    """Confirmed, and reserved."""
    with database.transaction() as session:
        found = holding(session, person_key(person, "test"), 2026)
    return found.debits, found.reserved


def _occupied(database: Database) -> Decimal:
    with database.transaction() as session:
        return balance(session, guarantee_account(EBC).id).reserved


def _id_number(serial: int) -> str:
    """A well-formed number, another for each serial; nobody's."""
    body = f"11010519491231{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def test_a_matched_list_reserves_its_price_and_its_tax(registered: Database) -> None:
    judgement = _examine(registered, sample_set("CW-1", at=AT)).judgement
    assert judgement is not None
    assert judgement.quota is not None
    assert judgement.guarantee is not None
    assert judgement.tax is not None
    assert (judgement.quota.counted, judgement.quota.year) == (Decimal("310.00"), 2026)
    assert (judgement.guarantee.outcome, judgement.guarantee.amount) == (GuaranteeOutcome.HELD, judgement.tax.total)
    assert _year(registered) == (NOTHING, Decimal("310.00"))
    assert _occupied(registered) == judgement.tax.total


def test_trying_again_after_the_commit_reserves_nothing_more(registered: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    assert len({_examine(registered, sample).model_dump_json() for _ in range(3)}) == 1
    assert _year(registered) == (NOTHING, Decimal("310.00"))


def test_a_release_confirms_the_amount_and_payment_frees_the_guarantee(registered: Database) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(registered, sample)
    released = ReleaseFact(key=sample.key, released_at=AT, now=AT, profile="SEED")
    pay = PayRequest(
        key=sample.key, assessed=Decimal("28.21"), guarantor=EBC, now=AT + timedelta(days=32), without_bill=True
    )
    for _ in range(2):
        LegalCalendar(registered).set_legal_clocks(released)
    assert _year(registered) == (Decimal("310.00"), NOTHING)
    assert _occupied(registered) > 0
    bank = ScriptedBank()
    for _ in range(2):
        TaxOffice(registered, bank).pay_tax(pay)
    assert _occupied(registered) == 0
    assert _year(registered) == (Decimal("310.00"), NOTHING)


@pytest.mark.parametrize("end", [State.REJECTED, State.CANCELLED, State.RETURNED, State.RETURNED_ABROAD])
def test_any_other_end_gives_everything_back_once(registered: Database, end: State) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(registered, sample)
    if end is State.RETURNED:
        LegalCalendar(registered).set_legal_clocks(ReleaseFact(key=sample.key, released_at=AT, now=AT, profile="SEED"))
    for _ in range(2):
        CaseRegister(registered).close_case(CloseRequest(key=sample.key, state=end, now=AT))
    assert (_year(registered), _occupied(registered)) == ((NOTHING, NOTHING), NOTHING)


@pytest.mark.parametrize(
    ("status", "inner_code", "info", "used"),
    [
        ("-621018", None, "清单[1]中购买人[*]已用购买额度为[25800.00]，本次购买将超过年度限额[26000.00]", "25800.00"),
        ("-621018", None, "", "25690.01"),
        ("100", "1313", "[Code:1313;Desc:订购人购买超过年度限额]", "25690.01"),
        ("100", "1301", "[Code:1301;Desc:another reason]", "0"),
    ],
)
def test_customs_word_that_the_year_is_used_up_becomes_our_floor(
    registered: Database, status: str, inner_code: str | None, info: str, used: str
) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(registered, sample)
    refused_by = CustomsReceipt(
        about=DocumentKind.DECLARATION_LIST, status=status, at=AT, info=info, inner_code=inner_code
    )
    for _ in range(2):
        CaseRegister(registered).close_case(
            CloseRequest(key=sample.key, state=State.REJECTED, now=AT, refused_by=refused_by)
        )
    assert _year(registered) == (Decimal(used), NOTHING)


def test_who_examines_a_list_that_is_being_closed_takes_nothing_of_it(registered: Database) -> None:
    """An attempt that timed out goes on in its thread; meanwhile the case is closed."""
    if registered.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: there is no meanwhile")
    sample = sample_set("CW-1", at=AT)
    _examine(registered, sample)
    late = sample.model_copy(update={"declaration_list": corrected(sample.declaration_list, agent_name="又名")})
    with ThreadPoolExecutor(2) as pool:
        with registered.transaction() as session:
            lock(session, guarantee_account(EBC))
            close = CloseRequest(key=sample.key, state=State.CANCELLED, now=AT)
            closing = pool.submit(CaseRegister(registered).close_case, close)
            until_waiting(registered, 1)
            examining = pool.submit(_examine, registered, late)
            until_waiting(registered, 2)
        closing.result()
        assert [each.code for each in examining.result().refused] == ["E_ALREADY_ENDED"]
    assert (_year(registered), _occupied(registered)) == ((NOTHING, NOTHING), NOTHING)


def _with_sugar(sample: SampleSet, kilograms: str) -> SampleSet:
    [line] = sample.declaration_list.lines
    sugar = {"hs_code": "1701991090", "goods_name": "白砂糖", "qty1": Decimal(kilograms), "unit1": "035"}
    return sample.changed(DocumentKind.DECLARATION_LIST, lines=(line.model_copy(update=sugar),))


def test_yearly_quantities_are_held_and_given_back_with_the_amount(registered: Database) -> None:
    first, second, third = (
        _with_sugar(sample_set(f"CW-{nth}", at=AT), kg) for nth, kg in enumerate(["1.5", "0.5", "0.00001"])
    )
    judged = _examine(registered, first).judgement
    assert judged is not None
    assert judged.quota is not None, judged.problems
    assert [(each.group, each.quantity, each.limit) for each in judged.quota.quantities] == [
        ("sugar", Decimal("1.5"), Decimal(2))
    ]
    assert _problems(registered, second) == []
    assert _problems(registered, third) == ["E_OVER_QUANTITY"]
    CaseRegister(registered).close_case(CloseRequest(key=second.key, state=State.CANCELLED, now=AT))
    assert _problems(registered, _with_sugar(sample_set("CW-9", at=AT), "0.5")) == []


def test_a_weight_finer_than_the_ledger_counts_is_rounded_up(registered: Database) -> None:
    """Whoever declares grams with five decimals takes thousandths of what the ledger can tell apart."""
    sample = _with_sugar(sample_set("CW-1", at=AT), "0.40")
    [line] = sample.declaration_list.lines
    grams = line.model_copy(update={"qty1": Decimal("123.45678"), "unit1": "036"})
    judged = _examine(registered, sample.changed(DocumentKind.DECLARATION_LIST, lines=(grams,))).judgement
    assert judged is not None
    assert judged.quota is not None, judged.problems
    assert [each.quantity for each in judged.quota.quantities] == [Decimal("0.12346")]


@pytest.mark.parametrize("code", ["secured", "deposited"])
def test_a_guarantor_of_any_name_is_only_a_guarantor(registered: Database, code: str) -> None:
    """The other side of guarantees is no account that a list could name."""
    for order_no, assured in (("CW-1", EBC), ("CW-2", code), ("CW-3", EBC)):
        sample = sample_set(order_no, at=AT)
        declared = {"logistics_code": code, "assure_code": assured} if assured == code else {}
        judged = _examine(registered, sample.changed(DocumentKind.DECLARATION_LIST, **declared)).judgement
        assert judged is not None
        assert judged.matched is (assured == EBC)


def _problems(database: Database, sample: SampleSet) -> list[str]:
    judgement = _examine(database, sample).judgement
    assert judgement is not None
    return [each.code for each in judgement.problems]


def test_of_two_orders_at_the_same_instant_exactly_one_passes_every_time(registered: Database) -> None:
    """RULEBOOK B.3.4: 25,000.00 used, two orders of 600.00."""
    shuffle = random.Random(os.environ["LEDGER_SEED"])
    with ThreadPoolExecutor(2) as pool:
        for serial in range(ROUNDS):
            person = _id_number(serial)
            with registered.transaction() as session:
                limit = Limit(quota_account(person_key(person, "test"), 2026), LIMIT)
                hold(session, limit, Decimal("25000.00"), case=f"earlier-{serial}", hold_id=f"e-{serial}", at=AT)
            pair = [
                sample_set(f"CW-{serial}-{nth}", at=AT, goods_value=Decimal("590.00"), buyer_id=person)
                for nth in range(2)
            ]
            shuffle.shuffle(pair)
            together = Barrier(2)

            def examine(sample: SampleSet, together: Barrier = together) -> bool:
                together.wait(PATIENCE)
                while True:
                    try:
                        judgement = _examine(registered, sample).judgement
                    except OperationalError:  # a lock or deadlock of the database: Temporal tries again
                        continue
                    assert judgement is not None
                    return judgement.matched

            assert sorted(pool.map(examine, pair)) == [False, True], f"round {serial}"
            assert _year(registered, person) == (NOTHING, Decimal("25600.00"))
