"""The commands: `make` lists every one, CI runs the check and then the tests, stale pages are found."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.generated import stale

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_command_in_groups() -> None:
    listed = _make()
    assert listed.returncode == 0
    shown = set(re.findall(r"^  make ([a-z]+) ", listed.stdout, re.MULTILINE))
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE) for name in line.split()}
    assert shown == phony - {"help"}
    assert shown >= {"demo", "up", "down", "test", "check", "format", "bench", "docs", "lock", "clean"}
    assert re.findall(r"^\S.*$", listed.stdout, re.MULTILINE) == ["Try it", "Work on it", "Keep house"]
    assert _make("help").stdout == listed.stdout


def test_every_command_that_runs_python_makes_the_environment_first() -> None:
    rules = re.findall(r"^([a-z]+):(.*)##", MAKEFILE, re.MULTILINE)
    assert {name for name, needs in rules if "$(READY)" not in needs} == {"clean"}


def test_check_is_lint_format_types_and_imports() -> None:
    printed = _make("--dry-run", "--always-make", "check").stdout
    tools = ["ruff check", "ruff format --check", "mypy", "lint-imports"]
    places = [printed.index(f".venv/bin/{tool}") for tool in tools]
    assert places == sorted(places)


def test_a_path_narrows_the_tests() -> None:
    assert ".venv/bin/pytest tests/rules -x" in _make("--dry-run", "test", "T=tests/rules", "ARGS=-x").stdout


@pytest.mark.parametrize("script", [".ci/run", "deploy/install"])
def test_scripts_are_executable_bash_that_stops_at_the_first_failure(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    text = (ROOT / script).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert subprocess.run(["bash", "-n", script], cwd=ROOT, check=False).returncode == 0


def test_ci_checks_first_and_tests_then() -> None:
    commands = [
        line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("make")
    ]
    assert commands == ["make check", "make test"]


def test_the_lock_pins_everything_with_hashes_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-zA-Z])", lock, flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in lock


def test_a_stale_block_is_found_and_put_right(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    block = "<!-- words: begin (python -m simulator --scenarios) -->\n{}<!-- words: end -->"
    page.write_text("before\n" + block.format("old\n") + "\nafter\n", encoding="utf-8")
    right = dict(stale(tmp_path))[page]
    assert right.startswith("before\n<!-- words: begin")
    assert "| magic word |" in right
    assert "\nold\n" not in right
    assert right.endswith("<!-- words: end -->\nafter\n")
    page.write_text(right, encoding="utf-8")
    assert page not in dict(stale(tmp_path))
