"""A door in trouble and a post gone astray, as our client and our gateway meet them; and the same seed twice."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from clearway.messages.envelope import IMPORT_RECEIVER, unwrap
from connectors import Unavailable
from connectors.customs import CustomsClient
from connectors.customs.transports import HttpTransport
from simulator.mishaps import SAYING
from tests.connectors.conformance.conftest import TRANSFER, World, open_world
from tests.connectors.conformance.servers import RECEIPTS
from tests.simulator.papers import Papers, new_guid, new_papers

TAKEN = ["2", "3", "120", "399", "800", "816"]
WORDS = ("RELEASE", "INSPECTOK", "REJECT", "TWICE", "BILLVOID", "DISPABROAD")


def post(world: World) -> dict[str, Any]:
    told: dict[str, Any] = world.http.get(f"{world.url}/customs/post").json()
    return told


def ask(world: World) -> int:
    return int(world.http.post(f"{world.url}/customs/post/lost").json()["sent"])


def filings(world: World, papers: Papers) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = world.http.get(f"{world.url}/customs/lists/{papers.order.order_no}").json()["filings"]
    return told


@pytest.mark.parametrize(("word", "times"), [("DOORDOWN", 2), ("DOORCUT", 1)])
def test_a_door_in_trouble_is_unavailable_and_filing_again_changes_nothing(world: World, word: str, times: int) -> None:
    papers = new_papers(f"T-1-{word}")
    world.file_three(papers)
    before = post(world)["heard"]
    customs = world.customs
    sealed = customs.seal([papers.declaration], message_guid=new_guid(), at=datetime.now(UTC))
    for _ in range(times):
        with pytest.raises(Unavailable):
            customs.send(sealed)
    for _ in range(2):
        customs.send(sealed)
    world.settle()
    assert world.gateway.said() == TAKEN
    assert len(filings(world, papers)) == 1
    assert post(world)["heard"] == before + 1


def test_a_door_that_is_too_slow_is_unavailable_though_it_has_taken_the_message(world: World) -> None:
    papers = new_papers("T-2-DOORSLOW")
    world.file_three(papers)
    hasty = HttpTransport(f"{world.url}/customs/messages", world.http, timeout=httpx.Timeout(0.05))
    customs = CustomsClient(hasty, TRANSFER)
    sealed = customs.seal([papers.declaration], message_guid=new_guid(), at=datetime.now(UTC))
    with pytest.raises(Unavailable):
        customs.send(sealed)
    world.customs.send(sealed)
    world.settle()
    assert world.gateway.said() == TAKEN
    assert len(filings(world, papers)) == 1


def test_everything_of_customs_comes_in_the_envelope_of_the_exchange(world: World) -> None:
    world.file_case(new_papers("T-3"))
    receipt = unwrap(world.gateway.wait_for("800").content)
    assert (receipt.sender_id, receipt.receiver_ids, receipt.message_type) == (
        IMPORT_RECEIVER,
        ("DXPENT0000000001",),
        "CEB622",
    )
    assert receipt.cop_msg_id == world.gateway.wait_for("800").message.guid


def weathered(seed: str, cases: list[Papers]) -> tuple[dict[str, int], Counter[str]]:
    """The mishaps of a seed, and what had arrived once customs was asked for what was lost."""
    with open_world(seed=seed, mishaps="0.4", late_ms=20) as world:
        world.file(*(document for papers in cases for document in papers.three))
        world.settle()
        world.file(*(papers.declaration for papers in cases))
        world.settle()
        assert ask(world) > 0
        world.settle()
        told = post(world)
        assert (told["lost"], told["heard"]) == (0, 4 * len(cases))
        whole = {post.message.guid for post in world.gateway.posts if post.path == RECEIPTS and post.told != "half"}
        notices = {post.content for post in world.gateway.posts if post.path != RECEIPTS and post.told != "half"}
        assert len(whole) + len(notices) == told["said"]
        return told["mishaps"], Counter(one.told for one in world.gateway.posts)


def test_the_same_seed_brings_the_same_mishaps_and_another_others() -> None:
    # So many that nothing fails to happen by chance: guids are new each time, and what happens hangs on them.
    cases = [new_papers(f"T-4-{number}-{word}") for number, word in enumerate(4 * WORDS)]
    first, again, other = (weathered(seed, cases) for seed in ("one", "one", "other"))
    assert first == again
    assert first[0] != other[0]
    assert {*SAYING} == set(first[0])
