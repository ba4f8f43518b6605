"""Packed bytes come back as they were, are small, and a word list never changes."""

import hashlib
import runpy
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway import packing
from clearway.packing import WORDS, pack, unpack, words
from clearway.testing import sample_set


@given(st.binary(max_size=3000))
def test_any_bytes_come_back_as_they_were(data: bytes) -> None:
    assert unpack(pack(data)) == data


def test_the_documents_of_a_list_shrink_to_less_than_half() -> None:
    sample = sample_set("CW-1", at=datetime(2026, 3, 10, 1, 0, tzinfo=UTC))
    for paper in (sample.declaration_list, *(each.document for each in sample.transmissions)):
        written = paper.model_dump_json().encode()
        assert len(pack(written)) < len(written) / 2


def test_word_list_1_is_what_it_always_was() -> None:
    assert WORDS == 1
    assert hashlib.sha256(words(1)).hexdigest() == "9e89961841b33e597102c19eea52012e5a948d6fa347395c8a0bf80d867f7179"


def test_word_list_1_is_the_same_in_a_checkout_with_other_line_ends(tmp_path: Path) -> None:
    code, listed = Path(packing.__file__), Path(packing.__file__).with_name("payload_words_1.txt")
    shutil.copy(code, tmp_path / "packing.py")
    (tmp_path / listed.name).write_bytes(listed.read_bytes().replace(b"\n", b"\r\n"))
    assert runpy.run_path(str(tmp_path / "packing.py"))["words"](1) == words(1)


def test_a_word_list_of_a_later_version_is_named() -> None:
    with pytest.raises(ValueError, match="no word list 99: it was packed by a later version"):
        unpack(b"", 99)


@pytest.mark.parametrize("damaged", [b"", pack(b"receipts")[:-1], pack(b"receipts") + b"x", b"\xff" * 20])
def test_damaged_bytes_are_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="packed bytes are damaged"):
        unpack(damaged)
