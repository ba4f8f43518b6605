"""Whatever the simulated customs sends fits the official schema, so that nobody learns a dialect from it."""

from pathlib import Path

import pytest
from lxml import etree

from tests.connectors.conformance.conftest import World
from tests.connectors.conformance.servers import RECEIPTS
from tests.simulator.papers import new_guid, new_papers

EDITION = Path(__file__).parents[4] / "shared" / "messages" / "xsd" / "202205"
FILE = EDITION / "海关跨境进口业务节点报文定义202205.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not FILE.exists():
        pytest.skip(f"the official schema is not here: {FILE.name}")
    return etree.XMLSchema(etree.parse(str(FILE)))


@pytest.mark.parametrize(
    "word", ["RELEASE", "REVIEW", "INSPECTOK", "REJECT", "REJECTCODE", "LATE", "UNKNOWN", "DOCREJECT", "TRANSIT4"]
)
def test_every_message_fits(world: World, schema: etree.XMLSchema, word: str) -> None:
    papers = new_papers(f"X-1-{word}")
    world.file(*papers.three)
    world.settle()
    world.file_list(papers.declaration)
    world.file_list(papers.declaration.model_copy(update={"guid": new_guid(), "note": "second", "cop_no": None}))
    contents = [post.inner for post in world.gateway.posts if post.path == RECEIPTS]
    assert len(contents) >= 12
    for content in contents:
        schema.assertValid(etree.fromstring(content))
    if word == "RELEASE":
        assert {post.message.message_type for post in world.gateway.posts} == {
            "CEB312",
            "CEB412",
            "CEB512",
            "CEB622",
            "CEB816",
        }


def test_the_bare_error_breaks_the_schema_as_real_ones_do(world: World, schema: etree.XMLSchema) -> None:
    world.file_case(new_papers("X-2-REJECTBARE"))
    assert not schema.validate(etree.fromstring(world.gateway.wait_for("-621001").content))
