"""The official list of errors beside the repository, read in place."""

import csv
from pathlib import Path

import pytest

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "messages" / "codes"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of an official list; skips the test where it is not there."""
    path = OFFICIAL / name
    if not path.exists():
        pytest.skip(f"the official list {name} is not beside the repository")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="session")
def official_errors() -> list[dict[str, str]]:
    """The 161 rows of the official error table of 2022-05: code, group, text_cn."""
    return rows_of("error_codes_ceb_202205.csv")


@pytest.fixture(scope="session")
def export_ranges() -> list[dict[str, str]]:
    """The ranges of export errors of 2018: range, meaning_en."""
    return rows_of("error_ranges_export_2018.csv")


@pytest.fixture(scope="session")
def seen_inner_codes() -> list[dict[str, str]]:
    """The codes seen inside receipts' texts."""
    return rows_of("return_info_inner_codes.csv")


@pytest.fixture(scope="session")
def exchange_codes() -> list[dict[str, str]]:
    """The responses of the data exchange platform."""
    return rows_of("error_codes_dxp.csv")
