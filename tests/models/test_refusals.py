"""Every refusal is complete in both languages, and only known ones are used."""

import re
from pathlib import Path

from models.refusals import _TEXTS, refusal

ROOT = Path(__file__).parents[2]


def test_every_refusal_says_what_and_what_to_do_in_both_languages() -> None:
    for code in _TEXTS:
        problem = refusal(code)
        for text in (problem.message_en, problem.remedy_en):
            assert text.isascii(), code
            assert text.endswith("."), code
        for text in (problem.message_zh, problem.remedy_zh):
            assert re.search(r"[\u4e00-\u9fff]", text), code
        assert problem.reference, code


def test_every_refusal_is_given_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("models", "activities") for path in (ROOT / room).rglob("*.py")
    )
    used = set(re.findall(r'refusal\(\s*"(E_[A-Z_]+)"', code))
    assert used == set(_TEXTS)
