"""Official files beside the repository, read in place: the schema of edition 2022-05 and customs' own samples."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT.parent / "shared" / "messages"


@pytest.fixture(scope="session")
def import_schema() -> etree.XMLSchema:
    """The official import schema; it imports the signature schema that lies beside it."""
    found = sorted((OFFICIAL / "xsd" / "202205").glob("*进口业务*.xsd"))
    if not found:
        pytest.skip("the official import schema of 2022-05 is not beside the repository")
    return etree.XMLSchema(etree.parse(str(found[0]), etree.XMLParser(no_network=True)))


@pytest.fixture(scope="session")
def official_sample() -> Callable[[str], bytes]:
    """Customs' sample of an import message type, e.g. `CEB311`."""

    def load(message_type: str) -> bytes:
        path = OFFICIAL / "official" / "202205" / "import" / f"{message_type}Message.xml"
        if not path.exists():
            pytest.skip(f"the official sample of {message_type} is not beside the repository")
        return path.read_bytes()

    return load


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """One of our own samples, by its path below tests/samples."""
    return lambda name: (ROOT / "tests" / "samples" / name).read_bytes()
