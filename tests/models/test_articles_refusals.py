"""Every refusal about a List of Items is complete in both languages, and only known ones are used."""

import re
from pathlib import Path

from models.articles_refusals import _TEXTS, declined

ROOT = Path(__file__).parents[2]


def test_every_refusal_says_what_and_what_to_do_in_both_languages() -> None:
    for code in _TEXTS:
        problem = declined(code)
        for text in (problem.message_en, problem.remedy_en):
            assert text.isascii(), code
            assert text.endswith("."), code
        for text in (problem.message_zh, problem.remedy_zh):
            assert re.search(r"[\u4e00-\u9fff]", text), code
        assert problem.reference, code


def test_every_refusal_is_given_somewhere() -> None:
    rooms = (ROOT / room for room in ("models", "activities"))
    code = "".join(path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*articles*.py"))
    assert set(re.findall(r'declined\(\s*"(E_[A-Z_]+)"', code)) == set(_TEXTS)
