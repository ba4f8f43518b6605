"""Work that is done together: shared rounds, everybody's own answer, and nobody's fault on another."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from gateway.together import Together


class Work:
    """Doubles numbers; cannot double what it was told to fail for, and waits before the first round if told to."""

    def __init__(self, *faulty: int) -> None:
        self.faulty = faulty
        self.rounds: list[list[int]] = []
        self.begin = threading.Event()
        self.begin.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.begin.wait(10)
        self.rounds.append(list(numbers))
        if any(number in self.faulty for number in numbers):
            raise ValueError("told to fail")
        return [2 * number for number in numbers]


async def test_who_comes_while_a_round_is_under_way_shares_the_next() -> None:
    work = Work()
    work.begin.clear()
    together = Together(work, most=3)
    first = asyncio.create_task(together.do(0))
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.do(number)) for number in range(1, 6)]
    await asyncio.sleep(0)
    work.begin.set()

    assert await asyncio.gather(first, *others) == [0, 2, 4, 6, 8, 10]
    assert sorted(number for numbers in work.rounds for number in numbers) == [0, 1, 2, 3, 4, 5]
    assert len(work.rounds) <= 3
    assert await together.do(7) == 14, "and goes on afterwards"


async def test_what_cannot_be_done_takes_nobody_else_with_it() -> None:
    together = Together(Work(2))
    done = await asyncio.gather(*(together.do(number) for number in range(4)), return_exceptions=True)

    assert done[:2] == [0, 2]
    assert isinstance(done[2], ValueError)
    assert done[3] == 6


async def test_what_nothing_can_be_done_about_is_not_waited_for_by_each() -> None:
    work = Work(*range(50))
    together = Together(work, patience=0)
    done = await asyncio.gather(*(together.do(number) for number in range(50)), return_exceptions=True)

    assert {type(each) for each in done} == {ValueError}
    assert len(work.rounds) == 1


async def test_who_goes_away_before_his_answer_holds_up_nobody() -> None:
    work = Work()
    work.begin.clear()
    together = Together(work)
    waiting = [asyncio.create_task(together.do(number)) for number in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    work.begin.set()

    assert await waiting[0] == 0
    assert await waiting[2] == 4
    with pytest.raises(asyncio.CancelledError):
        await waiting[1]
