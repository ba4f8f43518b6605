"""The demo's Lists of Items through the whole stack, and every fault of one that ended otherwise."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest

from clearway.client import ClearwayClient
from clearway.contracts.articles import ArticlesKey, ArticlesState, ArticlesView
from deploy.parcels import PARCELS, parcel_faults, perform_parcels
from deploy.report import Outcome, Progression, console_for
from deploy.stack import Stack

KEY = ArticlesKey(declarant_code="3301960E01", list_no="P-1")


def test_every_parcel_shows_something_else() -> None:
    assert len({scene.story for scene in PARCELS}) == len({scene.ends for scene in PARCELS}) == len(PARCELS) == 2


def test_every_fault_of_a_parcel_is_told_at_once() -> None:
    view = ArticlesView(key=KEY, profile="SEED", state=ArticlesState.SUBMITTED, alarms=("REFUSED",))
    assert parcel_faults(PARCELS[0], view) == [
        "state: submitted, not released",
        "alarms: REFUSED, not none",
        "paid: 0, not 130.00",
    ]


def test_a_parcel_that_nobody_judged_can_be_reported() -> None:
    view = ArticlesView(key=KEY, profile="SEED", state=ArticlesState.DRAFT)
    outcome = Outcome.of_parcel(view, "parcels", "nothing", 3, [], ["refused"])
    assert (outcome.state, outcome.tax, outcome.paid, outcome.released_at) == (ArticlesState.DRAFT, None, None, None)


@pytest.mark.stack
async def test_parcels_end_as_expected(stack: Stack) -> None:
    client = ClearwayClient(await stack.connect())
    progress = Progression(console_for(StringIO()))
    outcomes = await perform_parcels(client, stack.gateway, datetime.now(UTC), 1, progress)
    assert [outcome.faults for outcome in outcomes] == [(), ()]
    assert [outcome.state for outcome in outcomes] == [ArticlesState.RELEASED, ArticlesState.TO_GOODS]
    assert outcomes[0].paid == outcomes[0].tax == Decimal("130.00")
    assert outcomes[1].notes == ("first: OVER_LIMIT",)
