"""What the registry file says of guarantees, loaded as often as one likes."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from models.database import Database
from models.registry import GuaranteeTooLow, Registry, load
from tests.models.ledger.guarantee_book import GUARANTOR, NOON, GuaranteeBook

ROOT = Path(__file__).parents[3]


def registry(total: str, valid_to: str = "2026-12-31", **more: Any) -> Registry:
    put_up = {"guarantor": GUARANTOR, "form": "deposit", "total": total, "valid_to": valid_to}
    return Registry.model_validate({"enterprises": [], "guarantees": [put_up | more]})


def put_up(store: Database, total: str, valid_to: str = "2026-12-31") -> None:
    load(store, registry(total, valid_to), lambda: NOON)


@pytest.mark.parametrize("totals", [["100.00"] * 3, ["60.00", "100.00"], ["140.00", "60.00", "100.00", "100.00"]])
def test_the_guarantee_is_what_the_file_said_last(store: Database, totals: list[str]) -> None:
    for total in totals:
        put_up(store, total)
    assert GuaranteeBook(store).standing().balance.available == 100


def test_what_was_topped_up_otherwise_stays(store: Database) -> None:
    put_up(store, "100.00")
    GuaranteeBook(store).top_up("50.00", "by-hand")
    put_up(store, "100.00")
    put_up(store, "90.00")
    assert GuaranteeBook(store).standing().balance.available == 140


def test_a_list_that_waits_is_served_by_the_file(store: Database) -> None:
    book = GuaranteeBook(store)
    book.ask("A", "27.30")
    put_up(store, "20.00")
    assert book.standing().told == []
    put_up(store, "30.00", "2026-05-09")
    assert book.standing().told == ["A"]


def test_a_file_that_ends_a_guarantee_later_serves_too(store: Database) -> None:
    book = GuaranteeBook(store)
    put_up(store, "100.00", "2026-05-09")
    book.ask("A", "27.30")
    put_up(store, "100.00", "2026-05-10")
    assert book.standing().told == ["A"]


def test_an_extension_is_not_undone_by_the_file(store: Database) -> None:
    book = GuaranteeBook(store)
    put_up(store, "100.00", "2026-05-09")
    book.play({"extend": date(2026, 12, 31)}, 1)
    put_up(store, "100.00", "2026-05-09")
    assert book.ask("A", "27.30").valid_to == date(2026, 12, 31)


def test_a_total_below_what_lists_hold_loads_nothing(store: Database) -> None:
    put_up(store, "100.00")
    GuaranteeBook(store).ask("A", "27.30")
    with pytest.raises(GuaranteeTooLow, match=r"3301960A01: 27\.29 is less than its lists hold; give at least 27\.30"):
        put_up(store, "27.29")
    assert GuaranteeBook(store).standing().balance.credits == 100
    put_up(store, "27.30")
    assert GuaranteeBook(store).standing().balance.available == 0


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"total": 100}, "total"),
        ({"total": "0.00"}, "total"),
        ({"total": "1.001"}, "total"),
        ({"form": "promise"}, "form"),
        ({"guarantor": "secured"}, "guarantor"),
        ({"valid_to": "soon"}, "valid_to"),
        ({"amount": "1"}, "amount"),
    ],
)
def test_a_wrong_guarantee_is_refused_by_field(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        registry(**({"total": "100.00"} | wrong))
    assert [fault["loc"][-1] for fault in refused.value.errors()] == [where]


def test_two_guarantees_of_one_guarantor_are_refused() -> None:
    one = registry("1.00").guarantees[0].model_dump() | {"total": "1.00"}
    with pytest.raises(ValidationError, match="one guarantee for each guarantor"):
        Registry.model_validate({"enterprises": [], "guarantees": [one, one]})


def test_the_command_tells_a_total_that_is_too_low_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    store = Database(url)
    store.migrate()
    put_up(store, "100.00")
    GuaranteeBook(store).ask("A", "27.30")
    store.close()
    file = tmp_path / "registry.yaml"
    file.write_text(yaml.safe_dump(registry("20.00").model_dump(mode="json")), "utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "models.registry", str(file)],
        cwd=ROOT,
        env={"CLEARWAY_DATABASE_URL": url, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"{file}: guarantees: 3301960A01: 20.00 is less than its lists hold; give at least 27.30"
    ]
