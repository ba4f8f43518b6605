"""A rule file loaded while a list is open changes nothing for that list, and shows in the next one (DESIGN law 1)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from clearway.contracts.case import CaseView
from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import State
from models.rule_packs.loading import load
from tests.desk import Desk

FILE = """
numbers:
  returns.apply_days:
    reference: a notice of customs
    values:
      - {from: 2020-03-28, value: "20"}
  matching.amount_tolerance:
    reference: an agreement with the port
    ports:
      "2991":
        - {from: 2020-01-01, value: "1.00"}
"""


def _load(desk: Desk) -> None:
    with desk.database.transaction() as session:
        load(session, {"own.yaml": FILE}, actor="op", reason="test", at=datetime.now(UTC))


def _days_to_return(view: CaseView) -> int:
    assert view.clocks is not None
    return (view.clocks.return_application_before - view.clocks.released_at).days


async def test_an_open_list_keeps_its_rules_and_the_next_one_follows_the_new_ones(desk: Desk) -> None:
    before, after = desk.sample(), desk.sample()
    await desk.declare(before)
    _load(desk)
    await desk.declare(after)
    old, new = await desk.release(before.key), await desk.release(after.key)
    assert (_days_to_return(old), _days_to_return(new)) == (30, 20)
    for view, other in ((old, new), (new, old)):
        assert view.judgement is not None
        assert view.clocks is not None
        assert other.judgement is not None
        assert view.clocks.rules_version == view.judgement.rules_version != other.judgement.rules_version


async def test_a_list_corrected_after_the_file_is_judged_by_the_rules_it_was_opened_under(desk: Desk) -> None:
    before, after = desk.sample(), desk.sample()
    short = [
        each.changed(DocumentKind.PAYMENT, amount_paid=each.payment.amount_paid - Decimal("0.50"))
        for each in (before, after)
    ]
    await desk.transmit(short[0], short[0].order)
    _load(desk)
    old, new = [await desk.declare(each) for each in short]
    assert (old.state, [each.code for each in old.problems]) == (State.MATCH_FAILED, ["M05"])
    assert new.state is State.MATCHED


async def test_loading_moves_no_clock_that_is_set(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    view = await desk.release(sample.key)
    _load(desk)
    await desk.forward(sample.key, timedelta(days=25))
    answer = await desk.client.request_return(sample.key, actor=sample.order.ebc_code, reason="too small")
    assert answer.accepted
    assert (await desk.client.view(sample.key)).clocks == view.clocks
