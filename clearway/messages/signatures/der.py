"""Just enough DER to read and write what `cryptography` refuses because its curve is SM2."""

from collections.abc import Iterator

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30


class NotDer(ValueError):
    """The bytes are not the structure they should be."""


def oid(dotted: str) -> bytes:
    """An object identifier, with tag and length."""
    first, second, *others = map(int, dotted.split("."))
    body = bytearray()
    for arc in (40 * first + second, *others):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(arc & 0x7F | 0x80)
        body += bytes(reversed(octets))
    return wrapped(OID, bytes(body))


def wrapped(tag: int, *parts: bytes) -> bytes:
    """The parts as the content of one element."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded elements."""
    return wrapped(SEQUENCE, *parts)


def integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return wrapped(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def elements(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each element of some content: its tag, its own content, and the whole of it; raises NotDer."""
    at = 0
    while at < len(content):
        if at + 2 > len(content):
            raise NotDer("an element is cut off")
        tag, length, start = content[at], content[at + 1], at + 2
        if length >= 0x80:
            octets = length & 0x7F
            start += octets
            if not 1 <= octets <= 4:
                raise NotDer("an element's length is not given in DER")
            length = int.from_bytes(content[at + 2 : start], "big")
        end = start + length
        if end > len(content):
            raise NotDer("an element is cut off")
        yield tag, content[start:end], content[at:end]
        at = end


def parts(data: bytes, tag: int = SEQUENCE) -> list[tuple[int, bytes, bytes]]:
    """The elements inside the one element that `data` is; raises NotDer unless it has this tag and nothing follows."""
    return list(elements(content_of(data, tag)))


def content_of(data: bytes, tag: int) -> bytes:
    """The content of the one element that `data` is; raises NotDer unless it has this tag and nothing follows."""
    found = list(elements(data))
    if len(found) != 1 or found[0][0] != tag:
        raise NotDer(f"one element of tag {tag:#04x} was expected")
    return found[0][1]
