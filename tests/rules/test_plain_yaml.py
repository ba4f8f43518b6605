"""Plain YAML is read in bounded time; garbage, bombs and depths get one clear answer each."""

import random
from typing import Any

import pytest

from clearway.rules.parameters import ParameterError
from clearway.rules.plain_yaml import read_mapping

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)
NOISE = random.Random(2027).randbytes(10_000_000)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(NOISE, "own.yaml: larger than 1 MB", id="10 MB of garbage"),
        pytest.param("x" * 10_000_000, "own.yaml: larger than 1 MB", id="10 MB of one letter"),
        pytest.param(NOISE[:900_000], "own.yaml: is not text in UTF-8", id="binary"),
        pytest.param("数字: 一".encode("gb18030"), "own.yaml: is not text in UTF-8", id="another encoding"),
        pytest.param("numbers: \ud800", "own.yaml: is not text in UTF-8", id="half a character"),
        pytest.param("numbers: \0", "own.yaml: not readable as YAML: it holds control characters", id="a zero byte"),
        pytest.param(BOMB, "own.yaml: line 1: refers to another value with & or *; write the value itself", id="bomb"),
        pytest.param("a: *b", "own.yaml: line 1: refers to another value", id="an alias of nothing"),
        pytest.param("a: " + "[" * 400_000, "own.yaml: line 1: nested deeper than 16 levels", id="deep brackets"),
        pytest.param("- " * 400_000, "own.yaml: line 1: nested deeper than 16 levels", id="deep dashes"),
        pytest.param("? " * 400_000, "own.yaml: line 1: nested deeper than 16 levels", id="deep keys"),
        pytest.param(f"a: [{'1, ' * 300_000}]", "own.yaml: line 1: more than 200000 values", id="too many values"),
        pytest.param(
            "a: " + "9" * 500_000, "own.yaml: line 1: a text of more than 2000 characters", id="a huge number"
        ),
        pytest.param("a: !!python/object:os.system x", "own.yaml: line 1: names a type with !", id="a type"),
        pytest.param("a: !!int x", "own.yaml: line 1: names a type with !", id="a false type"),
        pytest.param("- numbers", "own.yaml: must map ids to parameters, not be a list", id="a list"),
        pytest.param("numbers", "own.yaml: must map ids to parameters, not be a single value", id="a word"),
        pytest.param("", "own.yaml: is empty", id="nothing"),
        pytest.param(b"", "own.yaml: is empty", id="no byte"),
        pytest.param("a: 1\n---\nb: 2", "own.yaml: line 2: not readable as YAML", id="two documents"),
        pytest.param("a: 1\nb: [1", "own.yaml: line 3: not readable as YAML", id="a bracket left open"),
        pytest.param("a: {[1]: 2}", "own.yaml: line 1: not readable as YAML", id="a list as key"),
        pytest.param("<html><body>404</body></html>", "own.yaml: must map ids", id="a web page"),
    ],
)
@pytest.mark.timeout(20)
def test_what_is_not_plain_yaml_gets_one_clear_answer(text: str | bytes, complaint: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        read_mapping(text, "own.yaml")
    assert str(refusal.value).startswith(complaint)
    assert len(str(refusal.value)) < 300


@pytest.mark.timeout(20)
def test_a_million_bytes_of_keys_are_read_in_bounded_time() -> None:
    assert len(read_mapping("".join(f"k{number}: 1\n" for number in range(90_000)), "own.yaml")) == 90_000


def test_every_key_given_twice_is_told_with_its_line() -> None:
    with pytest.raises(ParameterError) as refusal:
        read_mapping("a:\n  b: 1\n  b: 2\nc: {d: 1, d: 2}\n", "own.yaml")
    assert refusal.value.complaints == (
        "own.yaml: line 2: given twice: b; keep one of them",
        "own.yaml: line 4: given twice: d; keep one of them",
    )


@pytest.mark.parametrize("text", ["\ufeffa: 2027-01-01\n", "a: 2027-01-01\n".encode("utf-8-sig"), "a: 2027-01-01"])
def test_a_day_stays_as_written_and_a_byte_order_mark_is_skipped(text: Any) -> None:
    assert read_mapping(text, "own.yaml") == {"a": "2027-01-01"}
