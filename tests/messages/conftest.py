"""Official files beside the repository, read in place: the schemas of both editions and customs' own samples."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from clearway.messages.forms import Edition, Flow, Form

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT.parent / "shared" / "messages"


_GLOBS = {Flow.IMPORT: "*进口业务*.xsd", Flow.EXPORT: "*出口业务*.xsd"}


@pytest.fixture(scope="session")
def official_xsd() -> Callable[[Edition, Flow], etree._Element]:
    """The text of an official schema as XML; it imports the signature schema that lies beside it."""

    @cache
    def load(edition: Edition, flow: Flow) -> etree._Element:
        found = sorted((OFFICIAL / "xsd" / edition).glob(_GLOBS[flow]))
        if not found:
            pytest.skip(f"the official {flow} schema of {edition} is not beside the repository")
        return etree.parse(str(found[0]), etree.XMLParser(no_network=True)).getroot()

    return load


@pytest.fixture(scope="session")
def official_schema(
    official_xsd: Callable[[Edition, Flow], etree._Element],
) -> Callable[[Edition, Flow], etree.XMLSchema]:
    """An official schema to validate with."""
    return cache(lambda edition, flow: etree.XMLSchema(official_xsd(edition, flow).getroottree()))


@pytest.fixture(scope="session")
def import_schema(official_schema: Callable[[Edition, Flow], etree.XMLSchema]) -> etree.XMLSchema:
    """The official import schema of 2022-05."""
    return official_schema(Edition.E202205, Flow.IMPORT)


@pytest.fixture(scope="session")
def official_file() -> Callable[[Form, Edition], bytes]:
    """Customs' sample of a message type in an edition."""

    def load(form: Form, edition: Edition) -> bytes:
        path = OFFICIAL / "official" / edition / form.flow / f"{form.root}.xml"
        if not path.exists():
            pytest.skip(f"no official sample of {form.message_type} in edition {edition} is beside the repository")
        return path.read_bytes()

    return load


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
