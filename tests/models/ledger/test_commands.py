"""The ledger's command as operators run it: tables, JSON, exit codes, and one sentence for every error."""

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col
from sqlmodel import select as rows_of
from typer.testing import CliRunner, Result

from models.database import Database
from models.ledger.__main__ import app
from models.ledger.quota import Limit, hold, quota_account
from models.person_key import person_key
from models.settings import StoreSettings
from models.tables import InboxItem, RawMessage
from tests.models.ledger.guarantee_book import NOON, GuaranteeBook

ROOT = Path(__file__).parents[3]
EBC = "3301960A01"
ID_NUMBER = "11010519491231002X"
BY = ("--actor", "op-1", "--reason", "second deposit")
FIRST = ("--form", "deposit", "--valid-to", "2099-12-31")
LISTS = [f"declaration-list/{EBC}/{number}" for number in (1, 2, 3)]

Run = Callable[..., Result]


@pytest.fixture
def run(store: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process on the test's database, on wide paper."""
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words, stdin=None: CliRunner().invoke(app, words, input=stdin, catch_exceptions=False)


@pytest.fixture
def book(store: Database) -> GuaranteeBook:
    """100.00 on file, 80.00 occupied, 27.30 and 20.00 waiting."""
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2099, 12, 31))
    for workflow_id, tax in zip(LISTS, ("80.00", "27.30", "20.00"), strict=True):
        book.ask(workflow_id, tax)
    return book


def add(run: Run, amount: str, *more: str, reference: str = "BANK-1") -> Result:
    return run("guarantee", "top-up", EBC, "--amount", amount, "--id", reference, *BY, *more)


def shown(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_guarantees_are_listed_and_shown(run: Run, book: GuaranteeBook) -> None:
    listed = run("guarantee", "list").stdout
    for told in (EBC, "deposit", "100.00", "80.00", "20.00", "80.00%", "2099-12-31", "WARNING: 80% reached"):
        assert told in listed
    (one,) = shown(run("guarantee", "list", "--json"))
    assert one == shown(run("guarantee", "show", EBC, "--json"))
    assert [(each["place"], each["reason"]) for each in one["waiting"]] == [(1, "INSUFFICIENT"), (2, "QUEUE")]
    queue = run("guarantee", "show", EBC).stdout
    assert LISTS[1] in queue
    assert "2026-03-10 12:00:00" in queue


def test_a_top_up_is_booked_once_and_serves_who_waits(run: Run, book: GuaranteeBook) -> None:
    for _ in range(2):
        assert shown(add(run, "7.30", "--json"))["total"] == "107.30"
    assert book.standing().told == [LISTS[1]]
    refused = add(run, "7.31")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1
    assert "used before" in refused.stderr


def test_the_first_guarantee_needs_its_form_and_its_last_day(run: Run) -> None:
    refused = add(run, "100.00")
    assert refused.exit_code == 1
    assert "--form and --valid-to" in refused.stderr
    assert shown(add(run, "100.00", *FIRST, "--json"))["form"] == "deposit"


def test_an_extension_serves_and_a_shortening_is_refused(run: Run, store: Database) -> None:
    book = GuaranteeBook(store)
    book.put_up("100.00", date(2026, 5, 9))
    book.ask(LISTS[0], "27.30")
    extended = run("guarantee", "extend", EBC, "--valid-to", "2099-12-31", *BY, "--json")
    assert shown(extended)["valid_to"] == "2099-12-31"
    assert book.standing().told == [LISTS[0]]
    refused = run("guarantee", "extend", EBC, "--valid-to", "2099-12-30", *BY)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)


def test_an_operator_lets_one_list_pass(run: Run, book: GuaranteeBook) -> None:
    assert shown(run("guarantee", "let-pass", f"{EBC}/3", *BY, "--json"))["occupied"] == "100.00"
    assert book.standing().told == [LISTS[2]]
    for _ in range(2):
        refused = run("guarantee", "let-pass", f"{EBC}/2", *BY)
        assert refused.exit_code == 1
        assert "INSUFFICIENT" in refused.stderr


def test_a_call_is_noted_once(run: Run, book: GuaranteeBook) -> None:
    for _ in range(2):
        called = shown(run("guarantee", "call", f"{EBC}/1", *BY, "--json"))
        assert (called["total"], called["occupied"], called["obstacle"]) == ("20.00", "0.00", "CALLED")
    assert run("guarantee", "call", f"{EBC}/2", *BY).exit_code == 1


def test_who_did_what_and_why_is_kept(run: Run, store: Database, book: GuaranteeBook) -> None:
    add(run, "1.00")
    run("guarantee", "extend", EBC, "--valid-to", "2100-12-31", *BY)
    run("guarantee", "let-pass", f"{EBC}/3", *BY)
    run("guarantee", "call", f"{EBC}/1", *BY)
    with store.transaction() as session:
        kept = rows_of(RawMessage).where(RawMessage.sender == "op-1").order_by(col(RawMessage.id))
        acts = [json.loads(raw.body) for raw in session.exec(kept)]
        told = session.exec(rows_of(InboxItem.workflow_id)).all()
    assert [act["act"] for act in acts] == ["top-up", "extend", "let-pass", "call"]
    assert {(act["actor"], act["reason"]) for act in acts} == {("op-1", "second deposit")}
    assert told == [LISTS[2]]


def test_a_refused_act_is_not_kept(run: Run, store: Database, book: GuaranteeBook) -> None:
    run("guarantee", "let-pass", f"{EBC}/2", *BY)
    with store.transaction() as session:
        assert session.exec(rows_of(RawMessage)).all() == []


@pytest.mark.parametrize("command", ["top-up", "extend", "let-pass", "call"])
def test_what_changes_something_names_actor_and_reason(run: Run, command: str) -> None:
    needed = {
        "top-up": [EBC, "--amount", "1.00", "--id", "1"],
        "extend": [EBC, "--valid-to", "2099-12-31"],
        "let-pass": [f"{EBC}/1"],
        "call": [f"{EBC}/1"],
    }[command]
    for missing, given in (("--reason", ("--actor", "a")), ("--actor", ("--reason", "r"))):
        refused = run("guarantee", command, *needed, *given)
        assert refused.exit_code == 2
        assert f"'{missing}'" in refused.stderr


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "1e3", "NaN", "1,000.00", "9999999999999.99", ""])
def test_an_amount_that_cannot_be_is_refused(run: Run, amount: str) -> None:
    refused = add(run, amount, *FIRST)
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (["guarantee", "show", "NOBODY"], 3, "not_found"),
        (["statement", "guarantee/NOBODY"], 3, "not_found"),
        (["guarantee", "call", f"{EBC}/9", *BY], 1, "refused"),
        (["guarantee", "extend", EBC, "--valid-to", "2099-12-31", *BY], 1, "refused"),
    ],
)
def test_errors_for_programs_are_json_with_what_to_do(run: Run, words: list[str], code: int, kind: str) -> None:
    ended = run(*words, "--json")
    assert ended.exit_code == code
    error = json.loads(ended.stdout)["error"]
    assert (error["kind"], error["exit_code"]) == (kind, code)
    assert error["message"]
    assert error["remedy"]
    assert ended.stderr == ""


def test_a_statement_shows_every_transfer(run: Run, book: GuaranteeBook) -> None:
    book.play({"release": LISTS[0]}, 1)
    told = shown(run("statement", f"guarantee/{EBC}", "--json"))["transfers"]
    assert [(each["kind"], each["available"]) for each in told] == [
        ("post", "100.00"),
        ("reserve", "20.00"),
        ("void", "100.00"),
        ("reserve", "72.70"),
        ("reserve", "52.70"),
    ]
    table = run("statement", f"guarantee/{EBC}").stdout
    assert LISTS[1] in table
    assert "2026-03-10 12:00:00" in table


def use(store: Database, amount: str) -> None:
    secret = StoreSettings().person_key_secret.get_secret_value()
    account = quota_account(person_key(ID_NUMBER, secret), 2025)
    with store.transaction() as session:
        hold(session, Limit(account, Decimal(26000)), Decimal(amount), case=LISTS[0], hold_id="Q", at=NOON)


def test_a_quota_is_shown_for_a_number_from_a_pipe(run: Run, store: Database) -> None:
    use(store, "600.00")
    one = shown(run("quota", "show", "--year", "2025", "--json", stdin=f" {ID_NUMBER.lower()} \n"))
    assert (one["granted"], one["reserved"], one["available"]) == ("26000.00", "600.00", "25400.00")
    assert [each["reference"] for each in one["transfers"]][-1] == LISTS[0]
    assert ID_NUMBER not in json.dumps(one)
    assert "Nothing was counted" in run("quota", "show", "--year", "2024", stdin=ID_NUMBER).stdout


def figure(run: Run, amount: str, *more: str, reference: str = "LETTER-7") -> Result:
    words = ("quota", "customs-figure", "--year", "2025", "--figure", amount, "--id", reference)
    return run(*words, "--actor", "op-1", "--reason", "customs' letter", *more, stdin=ID_NUMBER)


def test_customs_figure_is_a_floor_and_shows_as_drift(run: Run, store: Database) -> None:
    use(store, "600.00")
    assert run("drift").stdout.startswith("Customs gave no figure")
    for _ in range(2):
        noted = shown(figure(run, "700.00", "--json"))
        assert (noted["customs"], noted["available"]) == ("700.00", "25300.00")
    (row,) = shown(run("drift", "--json"))
    assert {name: row[name] for name in ("year", "customs", "ours", "difference", "now")} == {
        "year": 2025,
        "customs": "700.00",
        "ours": "600.00",
        "difference": "100.00",
        "now": "700.00",
    }
    assert "100.00" in run("drift").stdout


@pytest.mark.parametrize("number", ["", "110105194912310021", "1101051949123100", "x" * 200])
def test_a_wrong_identity_number_is_refused_and_never_shown(run: Run, number: str) -> None:
    refused = run("quota", "show", stdin=number)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert not number or number not in refused.output


def test_an_identity_number_is_typed_without_being_shown(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/x.db").migrate()
    terminal, its_end = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "models.ledger", "quota", "show"],
        cwd=ROOT,
        env={**os.environ, "CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
    )
    try:
        seen = _read_until(terminal, b"Identity number: ")
        os.write(terminal, f"{ID_NUMBER}\n".encode())
        seen += _read_until(terminal, b"Nothing was counted")
        assert child.wait(timeout=60) == 0
    finally:
        child.kill()
        os.close(its_end)
        os.close(terminal)
    assert ID_NUMBER.encode() not in seen


def _read_until(terminal: int, text: bytes) -> bytes:
    seen = b""
    while text not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 4096)
    return seen


def test_an_identity_number_is_not_taken_from_the_command_line(run: Run) -> None:
    assert run("quota", "show", ID_NUMBER).exit_code == 2


def test_the_check_ends_with_1_when_the_books_are_wrong(run: Run, store: Database, book: GuaranteeBook) -> None:
    assert run("check").stdout == "The books are in order.\n"
    with store.transaction() as session:
        session.connection().execute(text("UPDATE ledger_account SET credits = credits + 1 WHERE reserved > 0"))
    wrong = run("check", "--json")
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)["in_order"] is False
    assert f"guarantee/{EBC}" in run("check").stdout


def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_bytes(b"not a database" * 100)
    ended = subprocess.run(
        [sys.executable, "-m", "models.ledger", "check"],
        cwd=ROOT,
        env={**os.environ, "CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/no.db"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert ended.stderr.count("\n") == 1
    assert "CLEARWAY_DATABASE_URL" in ended.stderr


def test_a_database_that_nobody_made_is_told_and_not_made(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "models.ledger", "check"],
        cwd=ROOT,
        env={**os.environ, "CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/folder/none.db"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert "none.db. Mend CLEARWAY_DATABASE_URL." in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
