"""Bad input of every kind: one clear answer, exit code not 0, never a traceback, and nothing is written."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from models.database import Database
from models.tables import LedgerTransfer, RawMessage, RulePack, StoredDocument

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
PAPERS = ("order", "payment", "waybill", "declaration_list")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """The four sample documents, to be spoilt."""
    for kind in PAPERS:
        shutil.copy(SAMPLES / f"{kind}.json", tmp_path / f"{kind}.json")
    return tmp_path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A command of ours on a database of its own."""
    database = Database(f"sqlite:///{tmp_path}/x.db")
    database.migrate()
    database.close()

    def run(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={"CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def _preflight(run: Run, papers: Path) -> "subprocess.CompletedProcess[str]":
    options = zip(("--order", "--payment", "--waybill", "--list"), PAPERS, strict=True)
    given = [word for option, kind in options for word in (option, str(papers / f"{kind}.json"))]
    return run("clearway.cli", "preflight", *given, "--json")


def _spoil(papers: Path, kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    file = papers / f"{kind}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _written(tmp_path: Path) -> int:
    with Session(Database(f"sqlite:///{tmp_path}/x.db").engine) as session:
        return sum(
            len(session.exec(select(table)).all()) for table in (RawMessage, StoredDocument, LedgerTransfer, RulePack)
        )


def _one_clear_answer(done: "subprocess.CompletedProcess[str]", told: str) -> None:
    said = done.stdout + done.stderr
    assert done.returncode not in (0, 70), said
    assert told in said
    assert "Traceback" not in said


SPOILT: dict[str, tuple[str, Callable[[dict[str, Any]], None], str]] = {
    "unknown HS code": (
        "declaration_list",
        lambda content: content["lines"][0].update(hs_code="9999999999"),
        "M17",
    ),
    "unknown currency": ("payment", lambda content: content.update(currency="999"), "E_UNKNOWN_CODE"),
    "negative quantity": ("order", lambda content: content["lines"][0].update(qty="-1"), "lines[0].qty"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_document_is_told_by_its_field(run: Run, papers: Path, case: str) -> None:
    kind, change, told = SPOILT[case]
    _spoil(papers, kind, change)
    _one_clear_answer(_preflight(run, papers), told)


def test_ten_megabytes_of_garbage_are_one_answer(run: Run, papers: Path) -> None:
    (papers / "order.json").write_bytes(b"\x00\xff<garbage " * 900_000)
    done = _preflight(run, papers)
    _one_clear_answer(done, "order")
    assert len(done.stdout + done.stderr) < 5_000


@pytest.mark.parametrize("module", ["models.rule_packs", "models.registry"])
def test_a_bad_file_is_one_answer_and_nothing_is_written(run: Run, tmp_path: Path, module: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("numbers: {vat.standard: {values: [{from: 2027-01-01, value: 0.12}]}}\n", encoding="utf-8")
    given = ("load", str(file), "--actor", "op", "--reason", "x") if module == "models.rule_packs" else (str(file),)
    before = _written(tmp_path)
    _one_clear_answer(run(module, *given), "bad.yaml")
    assert _written(tmp_path) == before
