"""The structure of identity-card numbers."""

from datetime import date

import pytest

from clearway.rules.persons import is_id_number, normalise

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "11010519491231002x", "110105 1949 1231 002X", "440524188001010014"]
)
def test_these_numbers_are_well_formed(number: str) -> None:
    assert is_id_number(number, TODAY)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # check digit
        "11010519490230002X",  # February 30
        "11010519491331002X",  # month 13
        "110105491231002",  # 15 digits, withdrawn
        "01010519491231002X",  # no region begins with 0
        "1101051949123100２X",  # a full-width digit
        "",
        "X" * 18,
    ],
)
def test_these_are_not(number: str) -> None:
    assert not is_id_number(number, TODAY)


def test_nobody_is_born_tomorrow() -> None:
    assert is_id_number("11010519491231002X", date(1949, 12, 31))
    assert not is_id_number("11010519491231002X", date(1949, 12, 30))


def test_every_wrong_check_character_is_found() -> None:
    right = [end for end in "0123456789X" if is_id_number("11010519491231002" + end, TODAY)]
    assert right == ["X"]


def test_blanks_of_every_width_are_stripped() -> None:
    assert normalise(" 张\u3000三\t四\u00a0") == "张三四"
