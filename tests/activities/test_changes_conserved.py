"""In any sequence of changes nothing is lost, no limit is passed, and the end gives back what was taken."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.database import Database
from models.ledger.check import check
from models.ledger.quota import Limit, hold, quota_account
from models.person_key import person_key
from tests.changes_bench import (
    AT,
    LIMIT,
    NOTHING,
    Bench,
    a_sample,
    changed,
    codes,
    tax_of,
)

LISTS, EARLIER, GUARANTEED = 2, Decimal("24810.00"), Decimal("105.00")
FEES = st.sampled_from(["0", "0.01", "37.50", "90", "140", "260", "300", "570", "570.01"]).map(Decimal)
NTH = st.integers(0, LISTS - 1)
STEP = st.one_of(
    st.tuples(st.just("prepare"), NTH, FEES),
    st.tuples(st.sampled_from(["approve", "refuse"] * 4 + ["close"]), NTH, st.just(NOTHING)),
)
STEPS = st.lists(STEP, min_size=8, max_size=20)


@dataclass
class Reference:
    """What stands and what is asked for of each list: the insurance fee, from which everything else follows."""

    stands: dict[int, Decimal]
    asked: dict[int, Decimal] = field(default_factory=dict)

    def year(self) -> Decimal:
        """Held of the annual amount."""
        return EARLIER + sum((310 + self._larger(nth) for nth in self.stands), NOTHING)

    def guarantee(self) -> Decimal:
        """Held of the guarantee."""
        return sum((tax_of(self._larger(nth)) for nth in self.stands), NOTHING)

    def prepare(self, nth: int, fee: Decimal) -> bool:
        """Whether it is taken."""
        if nth not in self.stands or nth in self.asked or fee == self.stands[nth]:
            return False
        others = self.year() - 310 - self.stands[nth]
        more = tax_of(fee) - tax_of(self.stands[nth])
        if others + 310 + fee > LIMIT or (more > 0 and self.guarantee() + more > GUARANTEED):
            return False
        self.asked[nth] = fee
        return True

    def settle(self, nth: int, *, approved: bool) -> None:
        """Customs has decided; also about a list that has ended meanwhile."""
        fee = self.asked.pop(nth)
        if approved and nth in self.stands:
            self.stands[nth] = fee

    def _larger(self, nth: int) -> Decimal:
        return max(self.stands[nth], self.asked.get(nth, NOTHING))


def _buyer(serial: int) -> str:
    """A well-formed number, another for each serial; nobody's."""
    body = f"110105{1950 + serial // 1000 % 50}1231{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def test_in_any_sequence_nothing_is_lost_and_no_limit_is_passed(database: Database) -> None:
    bench, serial, told = Bench(database), 0, Counter[str]()
    bench.leave_guarantee(GUARANTEED)

    @given(steps=STEPS)
    @settings(max_examples=40, phases=(Phase.generate,), suppress_health_check=[HealthCheck.too_slow])
    def run(steps: list[tuple[str, int, Decimal]]) -> None:
        nonlocal serial
        serial += 1
        buyer = _buyer(serial)
        with database.transaction() as session:
            limit = Limit(quota_account(person_key(buyer, "test"), 2026), LIMIT)
            hold(session, limit, EARLIER, case=f"earlier-{serial}", hold_id=f"e-{serial}", at=AT)
        samples = {nth: bench.filed(sample=a_sample(f"CW-{serial}-{nth}", buyer_id=buyer)) for nth in range(LISTS)}
        model, numbers = Reference(dict.fromkeys(samples, NOTHING)), dict.fromkeys(samples, 1)
        for what, nth, fee in steps:
            key, number = samples[nth].key, numbers[nth]
            if what == "prepare":
                candidate = changed(samples[nth], insured_fee=fee, app_time=AT + timedelta(minutes=10 + number))
                open_number = number + 1 if nth in model.asked else number
                prepared = bench.prepare(key, candidate, open_number)
                taken = model.prepare(nth, fee)
                assert (not prepared.refused) is taken, codes(prepared)
                told["taken" if taken else "not taken"] += 1
            elif what == "close" and nth in model.stands:
                bench.close(key)
                del model.stands[nth]
            elif what in ("approve", "refuse") and nth in model.asked:
                told[what] += 1
                bench.settle(key, number, approved=what == "approve")
                model.settle(nth, approved=what == "approve")
                numbers[nth] += 1
            assert (bench.year(buyer), bench.occupied()) == (model.year(), model.guarantee())
            assert bench.year(buyer) <= LIMIT
            assert bench.occupied() <= GUARANTEED
        for sample in samples.values():
            bench.close(sample.key)
        assert (bench.year(buyer), bench.occupied()) == (EARLIER, NOTHING)

    run()
    assert all(told[each] > 10 for each in ("taken", "not taken", "approve", "refuse")), told
    with database.transaction() as session:
        assert not check(session)
