"""Which rules a judgement reads: those of its context, else the library's own."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from clearway.rules.parameters import (
    Parameters,
    built_in_parameters,
    load_parameters,
    parameters,
    rules_in_force,
)

DAY = date(2026, 3, 10)


def single_limit() -> str:
    return str(parameters().value("limits.single", on=DAY).value)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], Parameters]:
    """The built-in files with one text replaced, loaded from a folder of their own."""
    with as_file(files("clearway.rules") / "parameters") as source:
        shutil.copytree(source, tmp_path / "parameters")

    def edit(old: str, new: str) -> Parameters:
        limits = tmp_path / "parameters" / "numbers" / "limits.yaml"
        limits.write_text(limits.read_text("utf-8").replace(old, new), "utf-8")
        return load_parameters(tmp_path / "parameters")

    return edit


def test_without_a_choice_the_built_in_rules_are_in_force() -> None:
    assert parameters() is built_in_parameters()


def test_a_block_judges_by_its_own_rules_and_gives_them_back(edited: Callable[[str, str], Parameters]) -> None:
    with rules_in_force(edited('"5000.00"', '"6000.00"')):
        assert single_limit() == "6000.00"
        with rules_in_force(built_in_parameters()):
            assert single_limit() == "5000.00"
        assert single_limit() == "6000.00"
    assert single_limit() == "5000.00"


def test_rules_are_given_back_after_an_error(edited: Callable[[str, str], Parameters]) -> None:
    with pytest.raises(LookupError), rules_in_force(edited('"5000.00"', '"6000.00"')):
        raise LookupError
    assert single_limit() == "5000.00"


def test_another_thread_keeps_its_own_rules(edited: Callable[[str, str], Parameters]) -> None:
    with ThreadPoolExecutor(1) as pool, rules_in_force(edited('"5000.00"', '"6000.00"')):
        assert pool.submit(single_limit).result() == "5000.00"
        assert single_limit() == "6000.00"


def test_the_version_is_short_and_the_same_for_the_same_content(edited: Callable[[str, str], Parameters]) -> None:
    version = built_in_parameters().version
    assert len(version) == 12
    assert int(version, 16) >= 0
    assert edited("nothing", "something").version == version


def test_the_version_does_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    with as_file(files("clearway.rules") / "parameters") as source:
        shutil.copytree(source, tmp_path / "parameters")
    numbers = tmp_path / "parameters" / "numbers"
    (numbers / "limits.yaml").rename(numbers / "zz.yaml")
    assert load_parameters(tmp_path / "parameters").version == built_in_parameters().version


def test_another_value_is_another_version(edited: Callable[[str, str], Parameters]) -> None:
    assert edited('"5000.00"', '"5000.01"').version != built_in_parameters().version
