"""Own rules: loaded whole or not at all, kept for ever, in force for the lists opened from then on."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clearway.rules.parameters import ParameterError, built_in_parameters
from models.database import Database
from models.rule_packs import LIBRARY_ONLY, RulePacks, check_packs, newest
from models.rule_packs.loading import load, packs, withdraw
from models.tables import CaseRecord, RulePack
from tests.postgres import until_waiting

AT = datetime(2026, 11, 22, tzinfo=UTC)
DAY = date(2027, 3, 10)
RATE = """
numbers:
  vat.standard:
    reference: a notice of the ministry
    values:
      - {from: 2027-01-01, value: "0.12"}
"""
HOLIDAYS = """
tables:
  holidays:
    "2027":
      description: holidays of 2027
      unit: days
      reference: a notice of the State Council
      values:
        - from: 2027-01-01
          to: 2027-12-31
          value: {days_off: [2027-01-01], working_days: []}
"""


def _load(database: Database, only_try: bool = False, **files: str) -> int:
    texts = {f"{name}.yaml": text for name, text in files.items()}
    with database.transaction() as session:
        return load(session, texts, actor="op", reason="test", at=AT, only_try=only_try).pack


def _vat(database: Database) -> Decimal:
    with database.transaction() as session:
        return RulePacks().numbered(session, newest(session)).value("vat.standard", on=DAY).value


def test_without_a_file_the_librarys_rules_are_in_force(store: Database) -> None:
    with store.transaction() as session:
        assert newest(session) == LIBRARY_ONLY
        assert RulePacks().of(session, None) is built_in_parameters()


def test_a_loaded_file_is_in_force_until_it_is_withdrawn(store: Database) -> None:
    assert _load(store, rate=RATE) == 1
    assert _vat(store) == Decimal("0.12")
    with store.transaction() as session:
        effect = withdraw(session, "rate.yaml", actor="op", reason="an error", at=AT)
    assert (effect.pack, effect.files) == (2, ())
    assert _vat(store) == Decimal("0.13")


def test_files_of_other_names_stay(store: Database) -> None:
    _load(store, rate=RATE)
    assert _load(store, holidays=HOLIDAYS) == 2
    assert _vat(store) == Decimal("0.12")
    with store.transaction() as session:
        assert [each.files for each in packs(session)] == [("holidays.yaml", "rate.yaml"), ("rate.yaml",)]


def test_the_same_file_again_makes_no_new_pack(store: Database) -> None:
    assert [_load(store, rate=RATE) for _ in range(2)] == [1, 1]


def test_a_trial_loads_nothing(store: Database) -> None:
    assert _load(store, only_try=True, rate=RATE) == LIBRARY_ONLY
    assert _vat(store) == Decimal("0.13")


def test_a_wrong_file_loads_nothing_and_names_everything(store: Database) -> None:
    wrong = RATE.replace('"0.12"', "0.12").replace("vat.standard", "vat.standart")
    with pytest.raises(ParameterError, match=r"rate\.yaml: numbers: vat\.standart: .*vat\.standard"):
        _load(store, rate=wrong, holidays=HOLIDAYS)
    with store.transaction() as session:
        assert newest(session) == LIBRARY_ONLY


def test_withdrawing_what_is_not_loaded_names_what_is(store: Database) -> None:
    _load(store, rate=RATE)
    told = r"other\.yaml: no such file is loaded; loaded are: rate\.yaml"
    with pytest.raises(LookupError, match=told), store.transaction() as session:
        withdraw(session, "other.yaml", actor="op", reason="x", at=AT)


def test_open_lists_are_counted_by_the_pack_they_keep(store: Database) -> None:
    with store.transaction() as session:
        for number, (pack, ended) in enumerate([(0, None), (0, AT), (1, None), (1, None)]):
            session.add(
                CaseRecord(
                    workflow_id=f"declaration-list/E/{number}",
                    ebc_code="E",
                    order_no=str(number),
                    rule_pack=pack,
                    state="matched",
                    opened_at=AT,
                    changed_at=AT,
                    ended_at=ended,
                )
            )
        effect = load(session, {"rate.yaml": RATE}, actor="op", reason="x", at=AT, only_try=True)
    assert effect.open_lists == {0: 1, 1: 2}


def test_of_two_files_loaded_at_the_same_instant_neither_is_lost(store: Database) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: there is no same instant")
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            load(session, {"rate.yaml": RATE}, actor="op", reason="test", at=AT)
            second = pool.submit(_load, store, holidays=HOLIDAYS)
            until_waiting(store, 1)
        pack = second.result()
    with store.transaction() as session:
        assert packs(session)[0].files == ("holidays.yaml", "rate.yaml")
        assert newest(session) == pack


def test_a_pack_that_no_longer_fits_the_library_is_named_while_a_list_needs_it(store: Database) -> None:
    """As after an upgrade that renamed a rule; here the file is spoilt instead."""
    _load(store, rate=RATE)
    with store.transaction() as session:
        check_packs(session)
        pack = session.get_one(RulePack, 1)
        pack.content = pack.content.replace("vat.standard", "vat.former")
    with (
        pytest.raises(ParameterError, match=r"rule pack 1: rate\.yaml: numbers: vat\.former"),
        store.transaction() as session,
    ):
        check_packs(session)


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the operator's command on a database of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "models.rule_packs", *arguments],
            env={"CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_the_command_tells_what_changes_and_whom_it_concerns(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    file = tmp_path / "rate.yaml"
    file.write_text(RATE, encoding="utf-8")
    done = command("load", str(file), "--actor", "op", "--reason", "new rate", "--json")
    assert done.returncode == 0, done.stderr
    effect = json.loads(done.stdout)
    assert (effect["pack"], effect["loaded"]) == (1, True)
    assert [(each["rule"], each["before"], each["after"]) for each in effect["changes"]] == [
        ("vat.standard", "0.13", "0.12")
    ]
    assert "rate.yaml" in command("list").stdout
    assert "notice of the ministry" in command("show", "1").stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"numbers: {vat.standard: 5}", "rate.yaml: numbers: vat.standard"),
        (b"\xff\xfe\x00garbage", "not UTF-8 text"),
        (b"[" * 900_000, "rate.yaml"),
        (b"x" * 10_000_000, "larger than"),
        (b"", "rate.yaml"),
    ],
)
def test_a_wrong_file_ends_the_command_with_one_clear_answer(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "rate.yaml"
    file.write_bytes(content)
    done = command("load", str(file), "--actor", "op", "--reason", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2000


@pytest.mark.parametrize(("option", "words"), [("--actor", "x" * 61), ("--reason", "x" * 121), ("--actor", " ")])
def test_who_and_why_fit_their_columns(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, option: str, words: str
) -> None:
    file = tmp_path / "rate.yaml"
    file.write_text(RATE, encoding="utf-8")
    given = {"--actor": "op", "--reason": "new rate", option: words}
    done = command("load", str(file), *(word for pair in given.items() for word in pair))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"'{option}'" in done.stderr
