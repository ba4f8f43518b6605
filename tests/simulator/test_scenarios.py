"""The table of magic words is complete, unambiguous and printed as it stands."""

from pathlib import Path

import pytest

from simulator.scenarios import SCENARIOS, Wish, as_markdown, scenario_of, wish_of
from simulator.steps import Receipt

DOC = Path(__file__).parents[2] / "docs" / "simulator.md"


def test_the_docs_show_the_table_as_it_stands_in_code() -> None:
    _, _, rest = DOC.read_text("utf-8").partition("<!-- magic words: begin (python -m simulator --scenarios) -->\n")
    printed, end, _ = rest.partition("<!-- magic words: end -->")
    assert end, "the docs lost the marks around the table"
    assert printed.strip() == as_markdown().strip()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2031-0001-REVIEW", "REVIEW"),
        ("20310001", "RELEASE"),
        ("2031-0001", "RELEASE"),
        ("REVIEW", "RELEASE"),
        ("2031-REVIEW-0001", "RELEASE"),
        ("2031-review", "RELEASE"),
        ("王小明-IDBAD", "IDBAD"),
        ("JK29912031I000000001-BANKDOWN", "BANKDOWN"),
        ("", "RELEASE"),
    ],
)
def test_the_word_after_the_last_hyphen_decides(text: str, word: str) -> None:
    assert scenario_of(text).word == word


@pytest.mark.parametrize(
    ("reason", "wish"),
    [
        ("不想要了", Wish.USUAL),
        ("不想要了-REFUSE", Wish.REFUSE),
        ("wrong size-LATE", Wish.LATE),
        ("a-b-SILENT", Wish.SILENT),
        ("LATE", Wish.USUAL),
        ("LATE-1", Wish.USUAL),
        ("ends with a hyphen-", Wish.USUAL),
    ],
)
def test_the_last_word_of_a_reason_chooses_the_answer(reason: str, wish: Wish) -> None:
    assert wish_of(reason) is wish


def test_every_word_stands_once_and_holds_no_hyphen() -> None:
    words = [scenario.word for scenario in SCENARIOS]
    assert len(words) == len(set(words))
    assert not [word for word in words if "-" in word or not word]


def test_no_text_of_customs_is_longer_than_its_field() -> None:
    receipts = [step for one in SCENARIOS for step in (*one.first, *(one.again or ()), *one.voucher)]
    assert all(len(step.info) < 500 for step in receipts if isinstance(step, Receipt))


def test_a_cell_of_the_table_never_breaks_it() -> None:
    assert {line.count("|") for line in as_markdown().splitlines()} == {6}
