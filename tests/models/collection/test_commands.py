"""The collection's command as operators run it: what is open, what was paid, and the month as CSV and as a page."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from models.collection import dues
from models.collection.__main__ import app
from models.collection.printing import COLUMNS
from models.database import Database
from models.ledger.__main__ import app as ledger
from models.tables import TaxDue
from tests.collection_office import AGENT, CUSTOMS, ENTERPRISE, FIRST_RUN, PAY_BEFORE, RELEASED, Office

Run = Callable[..., Result]
OURS = ("--agent", AGENT, "--customs", CUSTOMS)


@pytest.fixture
def run(store: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process on the test's database, on wide paper."""
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture
def office(store: Database) -> Office:
    """January: one list paid by a higher bill, one returned after its payment, one called, one open. And February."""
    office = Office(store)
    office.put_up("1000.00")
    higher, back = office.release(1, bill="27.50"), office.release(2, "45.50", bill="45.50")
    called = office.release(3, "10.00", secured=True)
    office.release(4, "5.00")
    office.release(5, "99.00", at=RELEASED + timedelta(days=30))
    office.run(FIRST_RUN)
    with store.transaction() as session:
        dues.reassess(session, back, Decimal("31.85"), Decimal(0), FIRST_RUN)
    CliRunner().invoke(
        ledger,
        ["guarantee", "call", f"{ENTERPRISE}/L0003", "--actor", "op-1", "--reason", "customs wrote"],
        env={"CLEARWAY_DATABASE_URL": store.engine.url.render_as_string(hide_password=False)},
        catch_exceptions=False,
    )
    assert office.due(called).state == "called"
    assert office.news(higher)[0].payment.differs
    return office


def test_a_month_has_every_list_and_exact_totals(run: Run, office: Office) -> None:
    told = json.loads(run("statement", *OURS, "--month", "2026-01", "--json").stdout)
    by_order: dict[str, Any] = {line["order_no"]: line for line in told["lists"]}
    assert list(by_order) == ["L0001", "L0002", "L0003", "L0004"]
    first = by_order["L0001"]
    assert (first["ours"], first["customs"], first["difference"], first["paid"]) == ("27.30", "27.50", "0.20", "27.50")
    assert (first["released_on"], first["paid_on"], first["bill_no"]) == ("2026-01-02", "2026-02-02", "B-L0001")
    assert (by_order["L0002"]["refund"], by_order["L0002"]["paid"]) == ("13.65", "45.50")
    assert (by_order["L0003"]["called"], by_order["L0003"]["paid"]) == (True, "10.00")
    assert (by_order["L0004"]["state"], by_order["L0004"]["left"], by_order["L0004"]["customs"]) == (
        "open",
        "5.00",
        None,
    )
    assert told["totals"] == {
        "lists": 4,
        "ours": "74.15",
        "customs": "59.35",
        "difference": "0.20",
        "paid": "83.00",
        "late_fee": "0.00",
        "refund": "13.65",
        "called": 1,
        "left": "5.00",
    }


def test_a_late_fee_stands_in_the_month(run: Run, store: Database) -> None:
    office = Office(store)
    office.release(1, "200000.00", bill="200000.00")
    office.run(PAY_BEFORE)
    told = json.loads(run("statement", *OURS, "--month", "2026-01", "--json").stdout)
    assert told["totals"]["late_fee"] == "100.00"


def test_the_csv_opens_with_chinese_headings_and_ends_with_the_totals(run: Run, office: Office, tmp_path: Path) -> None:
    out = tmp_path / "month.csv"
    assert run("statement", *OURS, "--month", "2026-01", "--csv", str(out)).exit_code == 0
    written = out.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(written.decode("utf-8-sig").splitlines()))
    assert rows[0][0] == "订单号 order"
    assert [len(row) for row in rows] == [len(COLUMNS)] * 6
    assert rows[1][4:8] == ["27.30", "27.50", "0.20", "27.50"]
    assert rows[-1][0] == "合计 total 4"
    piped = run("statement", *OURS, "--month", "2026-01", "--csv", "-").stdout
    assert piped.lstrip("\ufeff").splitlines() == written.decode("utf-8-sig").splitlines()


class Page(HTMLParser):
    """Counts rows, and finds whatever a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and what it refers to."""
        self.tags.append(tag)
        self.outside += [str(value) for name, value in attrs if name in {"src", "href"}]


def test_the_page_stands_by_itself_in_both_languages(run: Run, office: Office, tmp_path: Path) -> None:
    out = tmp_path / "month.html"
    assert run("statement", *OURS, "--month", "2026-01", "--html", str(out)).exit_code == 0
    text = out.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert (page.tags.count("tr"), page.outside) == (6, [])
    assert "@media print" in text
    for word in ("税款对账单", "Tax statement", "担保代偿", "guarantee called", "83.00"):
        assert word in text


def test_a_number_that_is_a_formula_stays_a_text(run: Run, store: Database) -> None:
    office = Office(store)
    office.release(1)
    with store.transaction() as session:
        session.execute(update(TaxDue).values(workflow_id=f"declaration-list/{ENTERPRISE}/=<b>1+1"))
    told = run("statement", *OURS, "--month", "2026-01", "--csv", "-").stdout
    assert "\n'=<b>1+1," in told.replace("\r\n", "\n")


def test_collections_are_listed_and_shown(run: Run, office: Office) -> None:
    (listed,) = json.loads(run("list", "--json").stdout)
    assert (listed["agent"], listed["customs"], listed["lists"], listed["payable"]) == (AGENT, CUSTOMS, 2, "104.00")
    shown = json.loads(run("show", *OURS, "--json").stdout)
    assert (shown["open_lists"], shown["batches"][0]["outcome"], shown["batches"][0]["differing"]) == (2, "PAID", 1)
    assert AGENT in run("list").stdout
    assert "PAID" in run("show", *OURS).stdout
    assert "guarantees called" in run("statement", *OURS, "--month", "2026-01").stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "--agent", "NOBODY", "--customs", CUSTOMS], 3),
        (["show", "--agent", "a b", "--customs", CUSTOMS], 2),
        (["statement", "--agent", AGENT, "--customs", "29", "--month", "2026-01"], 2),
        (["statement", *OURS, "--month", "2026-13"], 2),
        (["statement", *OURS, "--month", "2026-01", "--csv", "/nowhere/at/all.csv"], 2),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(run: Run, words: list[str], code: int) -> None:
    ended = run(*words)
    assert ended.exit_code == code
    assert "Traceback" not in ended.output


def test_an_empty_month_is_a_statement_of_nothing(run: Run, store: Database) -> None:
    told = json.loads(run("statement", *OURS, "--month", "2020-01", "--json").stdout)
    assert (told["lists"], told["totals"]["lists"], told["totals"]["paid"]) == ([], 0, "0.00")
    assert "No list owes tax." in run("list").stdout
