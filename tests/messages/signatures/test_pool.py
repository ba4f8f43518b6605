"""No key is ever in two hands, whoever asks first is served first, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    KeyPool,
    PoolStatistics,
    SignerBusy,
    SignerUnavailable,
    Trust,
    sign_message,
    verify,
    verify_text,
)
from tests.patience import PATIENCE

MESSAGE = b'<c:R xmlns:c="urn:c"><c:a/></c:R>'


class Card:
    """Stands in for a card that dies of two callers at once."""

    kind = KeyKind.SM2
    certificate = None

    def __init__(self, key: FileKey, *, seconds: float = 0.0, broken: bool = False) -> None:
        self.key, self.name = key, key.name
        self.seconds, self.broken = seconds, broken
        self.signed = 0
        self._hand = threading.Lock()

    def sign(self, data: bytes) -> bytes:
        assert self._hand.acquire(blocking=False), "two callers at once"
        try:
            time.sleep(self.seconds)
            if self.broken:
                raise SignerUnavailable("no card in the reader")
            self.signed += 1
            return self.key.sign(data)
        finally:
            self._hand.release()


@pytest.fixture
def key(keys: dict[KeyKind, FileKey]) -> FileKey:
    return keys[KeyKind.SM2]


def test_parallel_callers_never_share_a_card(key: FileKey, trust: Trust) -> None:
    cards = [Card(key, seconds=0.002) for _ in range(3)]
    pool = KeyPool(cards)
    with ThreadPoolExecutor(12) as callers:
        signed = list(callers.map(lambda _: sign_message(MESSAGE, pool), range(60)))
    assert all(verify(each, trust).key_name == key.name for each in signed)
    assert sum(card.signed for card in cards) == 60
    assert all(card.signed for card in cards)
    after = pool.statistics
    assert (after.keys, after.idle, after.waiting, after.signed, after.failed, after.turned_away) == (3, 3, 0, 60, 0, 0)
    assert after.longest_wait > 0


def test_texts_are_signed_by_the_pool_as_well(key: FileKey, trust: Trust) -> None:
    name, signature = KeyPool([Card(key)]).sign_text("payment data")
    assert verify_text("payment data", signature, name, trust).key_name == key.name


def test_who_asks_first_is_served_first(key: FileKey) -> None:
    pool, order = KeyPool([Card(key)]), list[int]()

    def ask(number: int) -> None:
        with pool.lend():
            order.append(number)

    callers = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    with pool.lend():
        for number, caller in enumerate(callers, 1):
            caller.start()
            while pool.statistics.waiting < number:
                time.sleep(0.001)
    for caller in callers:
        caller.join()
    assert order == list(range(20))


def test_waiting_has_an_end(key: FileKey) -> None:
    pool = KeyPool([Card(key)], longest_wait=0.05)
    with pool.lend(), pytest.raises(SignerBusy, match="came free"):
        pool.sign(MESSAGE)
    assert pool.sign(MESSAGE)
    assert pool.statistics.turned_away == 1
    assert pool.statistics.waiting == 0


def test_the_queue_has_an_end(key: FileKey) -> None:
    pool = KeyPool([Card(key)], longest_wait=PATIENCE, most_waiting=1)
    with ThreadPoolExecutor(1) as callers:
        with pool.lend():
            first = callers.submit(pool.sign, MESSAGE)
            while pool.statistics.waiting < 1:
                time.sleep(0.001)
            with pytest.raises(SignerBusy, match="wait for 1 keys already"):
                pool.sign(MESSAGE)
        assert first.result(PATIENCE)


def test_a_card_that_fails_comes_back_and_is_counted(key: FileKey) -> None:
    card = Card(key, broken=True)
    pool = KeyPool([card])
    with pytest.raises(SignerUnavailable):
        pool.sign(MESSAGE)
    card.broken = False
    assert pool.sign(MESSAGE)
    assert pool.statistics == PoolStatistics(1, 1, 0, 1, 1, 0, 0.0)


def test_a_busy_pool_is_a_signer_that_is_not_available() -> None:
    assert issubclass(SignerBusy, SignerUnavailable)


def test_a_pool_without_keys_is_none() -> None:
    with pytest.raises(ValueError, match="one key"):
        KeyPool([])
