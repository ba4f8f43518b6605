"""Things go wrong with customs' post by word or by seed; the same seed, the same mishaps."""

from decimal import Decimal

import pytest

from simulator.mishaps import HEARING, SAYING, Fate, Mishap
from tests.simulator.office import Said, open_office
from tests.simulator.papers import new_papers

STORY = ["2", "3", "120", "399", "800", "816"]


def _fates(seed: str, share: str = "0.2", count: int = 2000) -> list[Mishap | None]:
    fate = Fate(seed, Decimal(share))
    return [fate.of(SAYING, "ListReceipt", str(number)) for number in range(count)]


def test_the_same_seed_draws_the_same_fates_and_another_seed_others() -> None:
    assert _fates("a") == _fates("a")
    assert _fates("a") != _fates("b")


def test_without_a_seed_nothing_goes_wrong_by_itself() -> None:
    assert set(_fates("", "1")) == {None}


@pytest.mark.parametrize("share", ["0", "0.2", "0.7", "1"])
def test_the_share_of_mishaps_is_the_one_that_was_set(share: str) -> None:
    fates = _fates("share", share)
    happened = sum(fate is not None for fate in fates) / len(fates)
    assert abs(happened - float(share)) < 0.04


def test_every_mishap_of_its_kind_is_drawn_and_no_other() -> None:
    assert set(_fates("all", "1")) == set(SAYING)
    heard = {Fate("all", Decimal(1)).of(HEARING, "CEB621", str(number)) for number in range(200)}
    assert heard == set(HEARING)


async def _told(word: str, **settings: object) -> tuple[list[str], list[Said], dict[str, object]]:
    """What is heard of a list with this word, in which bytes, and how the post stands then."""
    async with open_office(late_ms=5, **settings) as office:
        words = await office.file_case(new_papers(f"M-{word}"))
        return words, office.heard, await office.mail()


async def test_what_is_delayed_arrives_all_the_same() -> None:
    words, _, mail = await _told("DELAYED")
    assert sorted(words) == sorted(STORY)
    assert mail["mishaps"] == {"late": 15}  # nine receipts of documents among them


async def test_what_is_overtaken_arrives_after_the_next_word_about_the_same_thing() -> None:
    async with open_office(late_ms=300) as office:
        words = await office.file_case(new_papers("M-OVERTAKEN"))
    assert sorted(words) == sorted(STORY)
    assert words.index("3") < words.index("2")
    assert words.index("399") < words.index("120")


async def test_what_is_lost_arrives_once_it_is_asked_for_and_once_only() -> None:
    async with open_office() as office:
        assert await office.file_case(new_papers("M-LOST")) == []
        assert (await office.mail())["lost"] == 15
        assert await office.ask_for_lost() == 15
        words = await office.hear()
        assert [word for word in words if ":" not in word] == STORY
        assert (await office.mail())["lost"] == 0
        assert await office.ask_for_lost() == 0
        assert await office.hear() == []


async def test_of_what_is_malformed_the_first_half_comes_before_the_whole() -> None:
    words, heard, mail = await _told("MALFORMED")
    assert words == [word for status in STORY for word in ("half", status)]
    assert all(whole.content.startswith(half.content) for half, whole in zip(heard[::2], heard[1::2], strict=True))
    assert mail["halves"] == 15


async def test_what_is_cut_comes_whole_once() -> None:
    words, _, mail = await _told("CUT")
    assert words == STORY
    assert mail["halves"] == 0


async def test_what_comes_in_drops_is_the_same() -> None:
    words, _, _ = await _told("SLOW")
    assert words == STORY


async def test_a_contradiction_is_a_later_word_that_says_less_under_its_own_guid() -> None:
    words, heard, mail = await _told("CONTRADICT")
    assert words == ["2", "2", "3", "2", "120", "2", "399", "2", "800", "2", "816", "100", "2"]
    said, denied = heard[8].record, heard[9].record
    assert denied.return_time > said.return_time
    assert (denied.invt_no, denied.cop_no) == (said.invt_no, said.cop_no)
    assert denied.guid != said.guid
    assert mail["said"] == 13 + 18


async def test_the_same_word_about_the_same_thing_is_said_once_however_often_it_is_sent() -> None:
    papers = new_papers("M-TWICE")
    async with open_office() as office:
        words = await office.file_case(papers)
        said = (await office.mail())["said"]
        await office.file(*papers.three)  # a document filed again hears its last receipt again
        assert (await office.mail())["said"] == said
    assert words == [status for status in STORY for _ in range(2)]
    assert said == 15
