"""How large bodies are packed, exactly and reversibly: deflate with a preset dictionary, envelopes opened first.

A packed body begins with two bytes that no text in UTF-8 holds, then says how it is packed:

    FF C1 | form | certificates, two bytes each | where the opened part was, three and three bytes | deflate

A dictionary is never changed and never taken away: what was packed with it needs it. A better one gets a number.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

MARK = b"\xff\xc1"
_LEVEL, _RAW, _MEMORY = 6, -15, 9
_DICTIONARIES = Path(__file__).parent / "dictionaries"

_PLAIN, _XML_1, _JSON_1 = 0, 1, 2
_FILES = {_XML_1: "xml-1.txt", _JSON_1: "json-1.txt"}
_KIND, _OPENED, _COUNT = 0x0F, 0x10, 5
"""In the form byte: the dictionary, whether an envelope was opened, and from this bit on how many certificates."""
_MOST_CERTIFICATES = 3
_LONGEST = 1 << 24

_LETTER = re.compile(rb"Data>([A-Za-z0-9+/]{64,}={0,2})</")
_CERTIFICATE = re.compile(rb"X509Certificate>([A-Za-z0-9+/=\s]{200,8000})</")


def pack(content: bytes, number_of: Callable[[bytes], int | None] = lambda certificate: None) -> bytes:
    """Content as it is kept. `number_of` gives a certificate's number on the shelf, or None where it is not there."""
    if not content:
        return content
    opened, place = _open(content)
    certificates = list(dict.fromkeys(_CERTIFICATE.findall(opened)))[:_MOST_CERTIFICATES]
    shelved = [(number, each) for each in certificates if (number := number_of(each)) is not None]
    kind = _XML_1 if b"<" in opened[:100] else _JSON_1
    deflate = _deflate(kind, tuple(each for _, each in shelved)).copy()
    packed: bytes = deflate.compress(opened) + deflate.flush()
    form = kind | (_OPENED if place else 0) | len(shelved) << _COUNT
    head = bytes([form]) + b"".join(number.to_bytes(2, "big") for number, _ in shelved) + place
    if len(head) + len(packed) > len(content):
        return MARK + bytes([_PLAIN]) + content
    return MARK + head + packed


def unpack(kept: bytes, certificate: Callable[[int], bytes]) -> bytes:
    """The content exactly as it was; what an earlier version kept unpacked comes back as it is.

    `certificate` gives the one of a number, and raises LookupError where there is none.
    """
    if not kept.startswith(MARK):
        return kept
    form, rest = kept[2], kept[3:]
    kind, count = form & _KIND, form >> _COUNT
    if kind == _PLAIN:
        return rest
    numbers = [int.from_bytes(rest[2 * nth : 2 * nth + 2], "big") for nth in range(count)]
    rest = rest[2 * count :]
    place, rest = (rest[:6], rest[6:]) if form & _OPENED else (b"", rest)
    inflate = zlib.decompressobj(_RAW, zdict=_preset(kind, tuple(certificate(number) for number in numbers)))
    opened = inflate.decompress(rest) + inflate.flush()
    return _close(opened, place) if place else opened


def _open(content: bytes) -> tuple[bytes, bytes]:
    """The envelope with what is in it decoded behind it, and where that was; as it is, where that is not exact."""
    letter = _LETTER.search(content)
    if letter is None or len(content) >= _LONGEST:
        return content, b""
    inside = letter[1]
    try:
        decoded = base64.b64decode(inside, validate=True)
    except binascii.Error:
        return content, b""
    if base64.b64encode(decoded) != inside:  # its last letter may say more than its bytes do
        return content, b""
    place = letter.start(1).to_bytes(3, "big") + len(decoded).to_bytes(3, "big")
    return content[: letter.start(1)] + content[letter.end(1) :] + decoded, place


def _close(opened: bytes, place: bytes) -> bytes:
    start, length = int.from_bytes(place[:3], "big"), int.from_bytes(place[3:], "big")
    outside = opened[: len(opened) - length]
    return outside[:start] + base64.b64encode(opened[len(opened) - length :]) + outside[start:]


@cache
def _text(kind: int) -> bytes:
    return (_DICTIONARIES / _FILES[kind]).read_bytes().replace(b"\r\n", b"\n")  # as a checkout on Windows may have it


def _preset(kind: int, certificates: tuple[bytes, ...]) -> bytes:
    return b"".join(certificates) + _text(kind)


@lru_cache(maxsize=8)
def _deflate(kind: int, certificates: tuple[bytes, ...]) -> Any:
    """One that has read its dictionary already, a quarter of a megabyte; a copy costs a third of reading it again."""
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, _MEMORY, zdict=_preset(kind, certificates))
