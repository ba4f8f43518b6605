"""PEM blocks: labelled base64 in a text file (RFC 7468)."""

import base64
import binascii
import re
import textwrap
from collections.abc import Iterator

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----")


class NotPem(ValueError):
    """A block's content is not base64."""


def blocks(text: str) -> Iterator[tuple[str, bytes]]:
    """Each block's label and content, in the file's order; raises NotPem."""
    for label, body in _BLOCK.findall(text):
        try:
            yield label, base64.b64decode("".join(body.split()), validate=True)
        except binascii.Error:
            raise NotPem(f"the block {label} is not base64") from None


def pem(label: str, data: bytes) -> str:
    """One block, with a line break at its end."""
    lines = textwrap.wrap(base64.b64encode(data).decode(), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
