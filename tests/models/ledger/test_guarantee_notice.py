"""A guarantor hears once that its guarantee is nearly used up (RULEBOOK B.9.2)."""

import json
from datetime import date

from models.database import Database
from models.notices import notices_after
from tests.models.ledger.guarantee_book import GUARANTOR, GuaranteeBook


def told(store: Database) -> list[tuple[str, str, dict[str, str]]]:
    with store.transaction() as session:
        rows = notices_after(session, 0, 10, recipient=GUARANTOR)
        return [(row.kind, row.subject, json.loads(row.payload)) for row in rows]


def test_the_list_that_takes_a_guarantee_to_its_warning_share_tells_the_guarantor_once(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2026, 12, 31))
    book.ask("A", "79.99")
    assert told(store) == []
    book.ask("B", "0.01")
    book.ask("B", "0.01")
    book.ask("C", "10.00")
    low = {"total": "100.00", "occupied": "80.00", "warning_share": "0.80"}
    assert told(store) == [("GUARANTEE_LOW", "B", low)]


def test_a_guarantor_that_falls_below_and_comes_again_is_told_again(store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2026, 12, 31))
    book.ask("A", "80.00")
    book.top_up("100.00", "more")
    book.ask("B", "80.00")
    assert [subject for _, subject, _ in told(store)] == ["A", "B"]
