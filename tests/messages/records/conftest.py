"""Customs' export samples, read in place, and what two messages have in common as data."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from clearway.messages.forms import Edition

ROOT = Path(__file__).parents[3]
OFFICIAL = ROOT.parent / "shared" / "messages" / "official"

Data = tuple[str, str | None, tuple["Data", ...]]
"""An element as data: its name, its text, the elements inside."""


@pytest.fixture(scope="session")
def official_export_sample() -> Callable[[Edition, str], bytes]:
    """Customs' sample of an export message type in an edition."""

    def load(edition: Edition, message_type: str) -> bytes:
        path = OFFICIAL / edition / "export" / f"{message_type}Message.xml"
        if not path.exists():
            pytest.skip(f"the official sample of {message_type}, {edition}, is not beside the repository")
        return path.read_bytes()

    return load


@pytest.fixture(scope="session")
def data_of() -> Callable[[bytes], Data]:
    """A message as data: without prefixes, white space, signature, and elements that say nothing."""
    return lambda message: _data(etree.fromstring(message, etree.XMLParser(remove_comments=True)))


def _data(element: etree._Element) -> Data:
    inside = tuple(_data(child) for child in element if etree.QName(child).localname != "Signature")
    told = tuple(each for each in inside if each[1] or each[2])
    return etree.QName(element).localname, None if told else (element.text or "").strip(), told
