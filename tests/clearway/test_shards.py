"""Lists are spread over shards evenly, for ever alike; a change of the map moves no list and loses none."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.keys import CaseKey, CollectionKey, ReturnKey
from clearway.shards import HANDOVER, HandingOver, NoShard, Shard, ShardMap, ShardMapError, ShardState

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOON = datetime(2027, 1, 4, 2, tzinfo=UTC)
LATER = SOON + timedelta(days=1)
PORTS = ("2244", "3109", "4604", "4601", "5141")
PAIRS = [(port, f"3301{number:06d}") for number in range(10_000) for port in PORTS]
SOME = PAIRS[::3]


def shard(number: int, opens: datetime = START, **more: object) -> Shard:
    told = {"number": number, "address": f"t{number}:7233", "namespace": f"clearway-{number}", "opens": opens, **more}
    return Shard.model_validate(told)


def shards(*lines: Shard, version: int = 1) -> ShardMap:
    return ShardMap(version=version, dated=START.date(), shards=lines)


FOUR = shards(*(shard(number) for number in range(1, 5)))
FIFTH = shards(*FOUR.shards, shard(5, SOON), version=2)
WITHOUT_2 = shards(*(shard(each, **({"drains": SOON} if each == 2 else {})) for each in range(1, 5)), version=2)


@pytest.mark.parametrize(
    ("port", "enterprise", "number"),
    [
        ("2244", "3301960A01", 5),
        ("4601", "3301960A01", 10),
        ("4604", "91330110MA2KKKKK0X", 6),
        ("5141", "4401963ABC", 5),
        ("3109", "企业代码", 3),
    ],
)
def test_a_pair_is_placed_where_it_always_was(port: str, enterprise: str, number: int) -> None:
    """These may never change: a list that was opened once is looked for by them."""
    ten = shards(*(shard(each) for each in range(1, 11)))
    assert ten.place(port, enterprise, at=NOW).number == number


def test_pairs_are_spread_evenly() -> None:
    """Over 50,000 pairs each of four shards has a quarter, within 3 % of it; chance alone gives 1.5 %."""
    counted = Counter(FOUR.place(port, enterprise, at=NOW).number for port, enterprise in PAIRS)
    for number in range(1, 5):
        assert counted[number] == pytest.approx(len(PAIRS) / 4, rel=0.03)


def test_a_new_shard_takes_its_part_from_each_and_nothing_else_moves() -> None:
    before = {pair: FIFTH.place(*pair, at=NOW).number for pair in SOME}
    after = {pair: FIFTH.place(*pair, at=LATER).number for pair in SOME}
    moved = [pair for pair in SOME if before[pair] != after[pair]]
    assert {after[pair] for pair in moved} == {5}
    assert len(moved) == pytest.approx(len(SOME) / 5, rel=0.03)
    left = Counter(before[pair] for pair in moved)
    assert left.total() / 4 == pytest.approx(min(left.values()), rel=0.1)


def test_a_draining_shard_gives_its_part_to_all_others_and_nothing_else_moves() -> None:
    before = {pair: WITHOUT_2.place(*pair, at=NOW).number for pair in SOME}
    after = {pair: WITHOUT_2.place(*pair, at=LATER).number for pair in SOME}
    moved = [pair for pair in SOME if before[pair] != after[pair]]
    assert {before[pair] for pair in moved} == {2}
    given = Counter(after[pair] for pair in moved)
    assert set(given) == {1, 3, 4}
    assert min(given.values()) == pytest.approx(len(moved) / 3, rel=0.05)


@pytest.mark.parametrize("changed", [FIFTH, WITHOUT_2])
def test_wherever_a_list_was_opened_is_among_the_candidates_for_ever(changed: ShardMap) -> None:
    for pair in PAIRS[:2_000]:
        opened = {changed.place(*pair, at=at).number for at in (NOW, LATER)}
        found = changed.candidates(*pair, at=LATER)
        assert {each.number for each in found} == opened
        assert found[0] == changed.place(*pair, at=LATER), "the latest first"


def test_no_change_means_one_candidate() -> None:
    assert all(len(FOUR.candidates(*pair, at=NOW)) == 1 for pair in PAIRS[:500])


def moving() -> tuple[str, str]:
    return next(pair for pair in PAIRS if FIFTH.place(*pair, at=LATER).number == 5)


def test_a_pair_that_moves_opens_nothing_until_the_handover_is_over() -> None:
    pair = moving()
    old = FIFTH.place(*pair, at=SOON - timedelta(microseconds=1))
    assert old.number != 5
    for into in (timedelta(0), HANDOVER - timedelta(microseconds=1)):
        with pytest.raises(HandingOver) as waits:
            FIFTH.place(*pair, at=SOON + into)
        assert waits.value.until == SOON + HANDOVER
        assert FIFTH.candidates(*pair, at=SOON + into)[-1] == old, "what is there is found meanwhile"
    assert FIFTH.place(*pair, at=SOON + HANDOVER).number == 5


def test_the_first_shard_takes_lists_at_once() -> None:
    assert FOUR.place("2244", "3301960A01", at=START) == FOUR.place("2244", "3301960A01", at=NOW)


def test_a_pair_that_stays_never_waits() -> None:
    stays = next(pair for pair in PAIRS if FIFTH.place(*pair, at=LATER).number != 5)
    assert FIFTH.place(*stays, at=SOON) == FIFTH.place(*stays, at=NOW)


SLOW_AND_LATE = timedelta(seconds=119)
"""How far the clocks of two processes may be apart, and how long one may take to open a list, together."""
LIVES = st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(1, 9)), min_size=2, max_size=6)
"""When shards open and, some of them, how long until they drain; in minutes, so that changes crowd."""


@given(st.integers(0, 9_000), LIVES, st.integers(0, 11), st.integers(-150, 150), st.integers(-150, 150))
def test_no_two_processes_open_one_list_in_two_shards(
    which: int, lives: list[tuple[int, int | None]], change: int, one: int, other: int
) -> None:
    """Soon after each other they place alike; later, the first one's shard is looked into before."""
    lines = []
    for number, (opens, life) in enumerate(lives, start=1):
        first = START + timedelta(minutes=opens)
        lines.append(shard(number, first, drains=None if life is None else first + timedelta(minutes=life)))
    known = shards(*lines)
    changes = [instant for line in lines for instant in (line.opens, line.drains) if instant is not None]
    near = changes[change % len(changes)]
    early, late = (near + timedelta(seconds=seconds) for seconds in sorted((one, other)))
    for pair in PAIRS[which : which + 40]:
        try:
            opened, then = known.place(*pair, at=early), known.place(*pair, at=late)
        except (NoShard, HandingOver):
            continue
        assert opened in known.candidates(*pair, at=late)
        if late - early <= SLOW_AND_LATE:
            assert then == opened


NUMBERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).map(str.strip).filter(bool)


@given(NUMBERS, st.integers(1, 99), st.integers(1, 5))
def test_a_list_and_its_returns_tell_their_shard(order_no: str, attempt: int, number: int) -> None:
    key = FIFTH.shards[number - 1].key("3301960A01", order_no, attempt)
    assert FIFTH.of(key.workflow_id).number == number
    assert FIFTH.of(ReturnKey(case=key, number=3).workflow_id).number == number


def test_an_id_without_a_shard_is_of_the_unmarked_one() -> None:
    first = shards(shard(1, unmarked=True), shard(2, SOON))
    assert first.shards[0].key("E", "X").workflow_id == "declaration-list/E/X"
    assert first.of("declaration-list/E/X").number == 1
    assert first.of("declaration-list/E/X~s2").number == 2
    with pytest.raises(NoShard, match="no shard 1"):
        first.of("declaration-list/E/X~s1")
    with pytest.raises(NoShard, match="no unmarked shard"):
        FOUR.of("declaration-list/E/X")


def test_an_id_of_an_unknown_shard_asks_for_a_newer_map() -> None:
    with pytest.raises(NoShard, match=r"version 1 .* no shard 9; is it the newest"):
        FOUR.of(CaseKey(ebc_code="E", order_no="X", shard=9).workflow_id)


def test_the_id_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="not the id of a Declaration List"):
        FOUR.of(CollectionKey(agent="A", customs="2244").workflow_id)


def test_states_follow_the_dates() -> None:
    line = shard(1, SOON, drains=SOON + timedelta(days=9), closed=SOON + timedelta(days=99))
    told = [line.state(SOON + timedelta(days=day)) for day in (-1, 0, 8, 9, 98, 99)]
    names = [ShardState.ANNOUNCED, ShardState.OPEN, ShardState.OPEN]
    assert told == [*names, ShardState.DRAINING, ShardState.DRAINING, ShardState.CLOSED]


def test_without_an_open_shard_nothing_is_placed() -> None:
    with pytest.raises(NoShard, match="no shard takes new lists"):
        FOUR.place("2244", "E", at=START - timedelta(days=1))
    assert FOUR.candidates("2244", "E", at=START - timedelta(days=1)) == ()


@pytest.mark.parametrize("port", ["224", "22440", "22A4", "", "２２４４"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="customsCode of 4 digits"):
        FOUR.place(port, "E", at=NOW)


@pytest.mark.parametrize("enterprise", ["", "E" * 19, "A\nB"])
def test_an_enterprise_that_is_none_is_refused(enterprise: str) -> None:
    with pytest.raises(ValueError, match="ebc_code"):
        FOUR.place("2244", enterprise, at=NOW)


def test_blanks_around_a_code_change_nothing() -> None:
    assert FOUR.place(" 2244", "3301960A01 ", at=NOW) == FOUR.place("2244", "3301960A01", at=NOW)


GOOD = """\
version: 2
dated: 2026-12-01
shards:
  - {number: 1, address: "temporal-a:7233", namespace: clearway-1, opens: 2026-01-01T00:00:00+08:00}
  - {number: 2, address: "temporal-b:7233", namespace: clearway-2, opens: 2027-01-04T02:00:00+08:00}
"""


def test_a_map_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shards.yaml"
    file.write_text(GOOD, encoding="utf-8")
    read = ShardMap.read(file)
    assert [each.state(NOW) for each in read.shards] == [ShardState.OPEN, ShardState.ANNOUNCED]
    assert read.place("2244", "E", at=NOW).namespace == "clearway-1"
    with pytest.raises(FileNotFoundError):
        ShardMap.read(tmp_path / "none.yaml")


def complaints(text: str) -> tuple[str, ...]:
    with pytest.raises(ShardMapError) as wrong:
        ShardMap.of_text(text, "m.yaml")
    return wrong.value.complaints


def test_every_fault_of_a_map_is_told_at_once_with_its_place() -> None:
    told = complaints(
        "version: 0\n"
        "shards:\n"
        "  - {number: 1, address: nowhere, namespace: a b, opens: 2026-01-01, colour: red}\n"
        "  - {number: 2, address: 't:1', namespace: n, opens: 2026-01-02T00:00:00+08:00,"
        " drains: 2026-01-01T00:00:00+08:00}\n"
        "  - {number: 2, address: 't:1', namespace: n, unmarked: true, opens: 2026-01-02T00:00:00+08:00,"
        " closed: 2026-02-02T00:00:00+08:00}\n"
        "  - {number: 3, address: 't:2', namespace: n, unmarked: true, opens: 2026-01-02T00:00:00+08:00}\n"
    )
    for expected in (
        "m.yaml: version:",
        "m.yaml: dated: is missing",
        "m.yaml: shards: entry 1: address: must be host:port",
        "m.yaml: shards: entry 1: namespace: must be a namespace's name",
        "m.yaml: shards: entry 1: opens: an instant has a time of day",
        "m.yaml: shards: entry 1: colour: no such field",
        "m.yaml: shards: number 2 is given 2 times",
        "m.yaml: shards: t:1 n is given 2 times",
        "m.yaml: shards: 2 are unmarked",
        "m.yaml: shards: number 2: drains: must be after it opens",
        "m.yaml: shards: number 2: closed: must not be before it drains",
    ):
        assert any(each.startswith(expected) for each in told), (expected, told)
    assert len(told) == 11


@pytest.mark.parametrize(
    "text", ["", "- 1", "version: [", "version: 1\nversion: 2\n", "a: &x 1\nb: *x", "\x00", "shards: 7"]
)
def test_what_is_no_map_is_refused_by_name(text: str) -> None:
    assert all(each.startswith("m.yaml") for each in complaints(text))


def test_a_newer_map_that_adds_and_drains_in_the_future_is_fine() -> None:
    FOUR.check_successor(FIFTH, at=NOW)
    FOUR.check_successor(WITHOUT_2, at=NOW)


def test_everything_by_which_a_newer_map_would_lose_lists_is_told_at_once() -> None:
    old = shards(shard(1), shard(2), shard(3), shard(4, drains=NOW - timedelta(days=1)))
    newer = shards(
        shard(1, namespace="other"),
        shard(3, START + timedelta(days=1)),
        shard(4),
        shard(5, NOW - timedelta(hours=1)),
    )
    with pytest.raises(ShardMapError) as wrong:
        old.check_successor(newer, at=NOW)
    for expected in (
        "version: must be higher than 1",
        "shards: number 1: namespace and unmarked must stay",
        "shards: number 2 is gone",
        "shards: number 3: opens: was 2026-01-01",
        "shards: number 4: drains: was 2026-10-31",
        "shards: number 5: opens: must lie in the future",
    ):
        assert any(each.startswith(expected) for each in wrong.value.complaints), (expected, wrong.value.complaints)
    assert len(wrong.value.complaints) == 6
