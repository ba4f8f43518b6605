"""Every rule is told in words, and what it says of its use is true."""

import re

from clearway.rules.meanings import MATCHING_RULES, meaning_of, meanings, parameters_used_by
from clearway.rules.parameters import parameters
from clearway.rules.tables import PREFIXES
from tests.rules.source import constants

KNOWN = parameters()
SINGLE = {**KNOWN.numbers, **KNOWN.texts}
TABLES = {PREFIXES.get(table, table) for table in KNOWN.tables}


def test_every_parameter_and_table_has_a_meaning() -> None:
    assert {*SINGLE, *TABLES} - meanings().keys() == set()


def test_every_meaning_is_of_something_that_exists() -> None:
    users = {user for meaning in meanings().values() for user in meaning.used_by}
    assert meanings().keys() - {*SINGLE, *TABLES, *MATCHING_RULES, *users, "documents"} == set()


def test_every_user_has_a_meaning_of_its_own() -> None:
    assert {user for meaning in meanings().values() for user in meaning.used_by} - meanings().keys() == set()


def test_a_parameter_that_is_read_by_the_rules_says_by_which() -> None:
    read = {text for text in constants(str) if text in SINGLE}
    assert read
    assert {rule for rule in read if not meanings()[rule].used_by} == set()


def test_a_row_has_the_meaning_of_its_table() -> None:
    assert meaning_of("unit.035") is meanings()["unit"]
    assert meaning_of("nothing.here") is None


def test_what_a_rule_uses_is_known_from_the_other_side() -> None:
    assert "matching.amount_tolerance" in parameters_used_by("M05")


def test_both_languages_are_what_they_say() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for meaning in meanings().values():
        for words in (meaning.name, meaning.decides, meaning.boundary):
            assert words is None or (chinese.search(words.zh) and not chinese.search(words.en))
