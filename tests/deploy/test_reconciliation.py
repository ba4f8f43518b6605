"""What the demo tells of its collections: every batch once, those that only repeat the one before in one row."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from rich.console import Console
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import BatchView, CollectionView
from clearway.contracts.facts import LegalClocks
from clearway.contracts.keys import CollectionKey
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from deploy.collection import Collection
from deploy.reconciliation import show_reconciliation
from deploy.report import as_json

KEY = CollectionKey(agent="3301960A01", customs="2991")
RELEASED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
FIRST = datetime(2026, 4, 2, 2, 0, tzinfo=SHANGHAI)


def _clocks(days_later: int) -> LegalClocks:
    return legal_clocks(RELEASED + timedelta(days=days_later), WorkCalendar(), profile="SEED")


def _batch(night: int, **changes: Any) -> BatchView:
    refused = {
        "batch_id": f"B-{night}",
        "drawn_at": FIRST + timedelta(days=night),
        "lists": 1,
        "billed": Decimal("28.21"),
        "assessed": Decimal("28.21"),
        "differing": 0,
        "paid": Decimal(0),
        "late_fee": Decimal(0),
        "outcome": "REFUSED",
        "reason": "no money",
    }
    return BatchView.model_validate(refused | changes)


def _collection(client: ClearwayClient, *batches: BatchView) -> Collection:
    view = CollectionView(key=KEY, runs=9, open_lists=2, open_amount=Decimal("56.42"))
    return Collection(client, KEY, [_clocks(0), _clocks(3)], {each.batch_id: each for each in batches}, view)


def test_batches_that_repeat_the_one_before_are_one_row(temporal: Client) -> None:
    paid = _batch(0, lists=30, billed=Decimal("900.50"), assessed=Decimal("900.00"), differing=1, outcome="PART_PAID")
    shown = StringIO()
    show_reconciliation(
        Console(file=shown, width=140),
        [
            _collection(
                ClearwayClient(temporal), _batch(2), paid, _batch(1), _batch(3, paid=Decimal("28.21"), reason="")
            )
        ],
    )
    told = shown.getvalue()
    rows = [line for line in told.splitlines() if line.startswith("│ 2026-04-")]
    assert ["".join(row.split()) for row in rows] == [
        "│2026-04-0202:00│30│900.50│900.00│1│0.00│0.00│PART_PAID:nomoney│",
        "│2026-04-0302:00│1│28.21│28.21│0│0.00│0.00│REFUSED│",
        "│2026-04-0502:00│1│28.21│28.21│0│28.21│0.00│REFUSED│",
    ]
    assert "to 2026-04-04 02:00: 2 times" in told
    assert "Still unpaid: 56.42 CNY of 2 lists." in told
    assert "statement --agent 3301960A01 --customs 2991 --month 2026-03" in told


def test_machines_read_every_batch(temporal: Client) -> None:
    read = json.loads(as_json([], [_collection(ClearwayClient(temporal), _batch(1), _batch(0))], [], 1))
    [collection] = read["collections"]
    assert collection["workflow_id"] == "tax-collection/3301960A01/2991"
    assert [(batch["batch_id"], batch["billed"]) for batch in collection["batches"]] == [
        ("B-0", "28.21"),
        ("B-1", "28.21"),
    ]


def test_nights_pass_until_every_list_is_payable_and_until_the_deadlines_of_the_first_day(temporal: Client) -> None:
    collection = _collection(ClearwayClient(temporal), _batch(0, paid=Decimal("0.10")), _batch(1, paid=Decimal("0.20")))
    at_two = timedelta(hours=2, minutes=1)
    day = datetime(2026, 4, 5, tzinfo=SHANGHAI)  # day 31 of the list released three days later
    assert collection.first_nights == day + timedelta(days=1) + at_two
    deadline = _clocks(0).payment_before
    assert collection.last_night == deadline.astimezone(SHANGHAI) + at_two
    assert collection.one_night_more == collection.last_night + timedelta(days=1)
    assert collection.paid == Decimal("0.30")
    assert collection.told == "9 runs, 2 batches"
