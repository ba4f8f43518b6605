"""Payloads made small: what every list repeats, names of fields and the rules that were applied, is not kept again.

Raw deflate (RFC 1951) begins with a list of words that both sides know (`payload_words_1.txt`), so that what stands
there costs a payload next to nothing. A word list never changes, for histories are read with it years later; a better
one gets the next number.
"""

import zlib
from functools import cache
from pathlib import Path

WORDS = 1
"""The word list that is used for writing."""

_RAW = -zlib.MAX_WBITS
_LEVEL = 6
_WORDS_AT_MOST = 32_768 - 262
"""What deflate's window holds beside the longest match; more would not be found."""


@cache
def words(number: int) -> bytes:
    """A list of words by its number; raises ValueError for one that this version does not have."""
    try:
        listed = (Path(__file__).parent / f"payload_words_{number}.txt").read_bytes()
    except FileNotFoundError:
        raise ValueError(f"there is no word list {number}: it was packed by a later version of Clearway") from None
    return listed.replace(b"\r\n", b"\n")[-_WORDS_AT_MOST:]  # as a checkout on Windows may have it


def pack(data: bytes, number: int = WORDS) -> bytes:
    """Make bytes small."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, zdict=words(number))
    return packer.compress(data) + packer.flush()


def unpack(packed: bytes, number: int = WORDS) -> bytes:
    """What was packed, byte for byte; raises ValueError where it is not whole."""
    unpacker = zlib.decompressobj(_RAW, zdict=words(number))
    try:
        data = unpacker.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"packed bytes are damaged: {error}") from None
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("packed bytes are damaged: they do not end where they should")
    return data
