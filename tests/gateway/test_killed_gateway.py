"""The gateway killed at every step between receipt and signal, 200 times: nothing lost, nothing applied twice."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from clearway.contracts.customs import CustomsNews
from clearway.messages import read, write
from clearway.messages.receipts import customs_receipts
from gateway.opening import open_message
from gateway.settings import GatewaySettings
from models.addresses import list_address
from models.database import Database
from models.tables import InboxItem, RawMessage
from tests.gateway.mortal import ANY, Fate, Killed, MortalCases, MortalDatabase, hear, new_case
from tests.gateway.recording import (
    CASE,
    GUID,
    START,
    House,
    control,
    list_receipt,
    order_receipt,
    payment_receipt,
    sample,
)
from tests.gateway.signing import enveloped
from tests.patience import wait_until
from tests.sqlite import new_file

ROOT = Path(__file__).parent.parent.parent
LIVES, DEATHS, MORE = 20, 10, 12
STRANGER = "declaration-list/E/2"


@dataclass
class Sender:
    """Customs and an enterprise: each message is sent until it is acknowledged, and now and then once more."""

    house: House
    chance: random.Random
    unsent: list[tuple[str, bytes, str]]
    sent: list[tuple[str, bytes, str]] = field(default_factory=list)
    acknowledged: dict[int, bytes] = field(default_factory=dict)

    async def send_one(self) -> None:
        """Send what is next, or something again."""
        message = self.unsent[0] if self.unsent else self.chance.choice(self.sent)
        path, body, sender = message
        answer = await self.house.http.post(path, content=body, headers={"X-Clearway-Sender": sender} if sender else {})
        assert answer.status_code in (200, 202)
        number = answer.json().get("raw_id") or answer.headers["x-clearway-raw-id"]
        self.acknowledged[int(number)] = body
        if self.unsent and self.unsent[0] is message:
            self.sent.append(self.unsent.pop(0))


def everything(chance: random.Random) -> list[tuple[str, bytes, str]]:
    """Receipts about two lists, some twice in one message, one in an envelope; an instruction and two documents."""
    receipts = [
        write([order_receipt("120")], guid=GUID),
        write([list_receipt("120"), list_receipt("120"), list_receipt("300", 2)], guid=GUID),
        write([payment_receipt("3")], guid=GUID),
        enveloped(write([list_receipt("500", 4)], guid=GUID), "CEB622"),
        write([list_receipt("800", 9), list_receipt("120", cop_no="COP2")], guid=GUID),
        write([list_receipt("800", 9, cop_no="COP2")], guid=GUID),
        *(write([list_receipt("899", 10 + number)], guid=GUID) for number in range(MORE)),
    ]
    messages = [("/customs/receipts", body, "") for body in receipts]
    messages += [
        ("/customs/control-instructions", json.dumps(control()).encode(), ""),
        ("/documents", sample("order.xml"), "3301960A01"),
        ("/documents", sample("waybill.xml"), "3301960L01"),
    ]
    chance.shuffle(messages)
    return messages


EXPECTED = {CASE: sorted(["120", "120", "300", "500", "800", *["899"] * MORE]), STRANGER: ["120", "800"]}
"""What the two lists should have heard, once each."""


def gateway(path: Path, fate: Fate) -> House:
    """A house whose every process is mortal, and whose list is known."""
    new_file(path, registered=False).close()
    house = House(MortalDatabase(f"sqlite:///{path}", fate), GatewaySettings(ride_seconds=0))
    house.cases = MortalCases(fate)
    fate.be_born(None)
    house.restart()
    house.know()
    return house


async def a_round(house: House, sender: Sender) -> None:
    """Two messages come in; what is there is read and delivered."""
    await sender.send_one()
    await sender.send_one()
    await house.step()
    house.clock.pass_seconds(house.settings.call_seconds)


async def live(house: House, fate: Fate, deaths: list[str], sender: Sender) -> None:
    """A life with deaths at these steps, or where such a step does not come at any; then one to the end of all work.

    What the dead one had in memory is nothing that decides: a real new process each time is the other test's business.
    """
    for name in deaths:
        fate.be_born(name)
        rounds = 0
        while not fate.dead:
            if rounds == 2:
                fate.be_born(ANY, after=sender.chance.randrange(20))
            try:
                await a_round(house, sender)
            except Killed:
                assert fate.dead
            rounds += 1
    fate.be_born(None)
    house.restart()
    house.know(STRANGER, [list_address("cop", "COP2")])
    while sender.unsent:
        await sender.send_one()
    for _ in range(4):
        house.clock.pass_seconds(house.settings.call_seconds)
        await house.step()


def check(house: House, sender: Sender) -> None:
    """Nothing was lost, and nothing was applied twice."""
    assert isinstance(house.cases, MortalCases)
    raws = {raw.id: raw for raw in house.raws()}
    for number, body in sender.acknowledged.items():
        assert raws[number].body == body
    assert {raw.state for raw in raws.values()} == {"read"}
    items = house.items()
    progress = [item for item in items if item.state == "noted"]
    assert [item.kind for item in progress] == ["receipt"]
    assert {(item.state, item.fault) for item in items if item not in progress} == {("delivered", "")}
    assert sum(map(_pieces, raws.values())) == sum(1 + item.repeats for item in items)
    lists = house.cases.lists
    heard = {name: sorted(receipt.status for receipt in case.receipts) for name, case in lists.items()}
    assert heard == EXPECTED
    assert [each.instruction_id for each in lists[CASE].instructions] == ["C-1"]
    assert {name: len(kept) for name, kept in house.cases.documents.items()} == {CASE: 2}


def _pieces(raw: RawMessage) -> int:
    """How many pieces of news a message holds."""
    return len(customs_receipts(read(open_message(raw).body))) if raw.door == "customs" else 1


async def test_killed_at_every_step_200_times_it_loses_nothing_and_applies_nothing_twice(tmp_path: Path) -> None:
    fate, chance = Fate(), random.Random(20260310)
    whole = gateway(tmp_path / "whole.db", fate)
    sender = Sender(whole, chance, everything(chance))
    await live(whole, fate, [], sender)
    check(whole, sender)
    # Every step that there is between a receipt and its signal; those of the house are the test's own.
    names = sorted({step for step in fate.steps if step.partition(":")[0] not in ("know", "raws", "items", "entries")})
    deaths = [names[number % len(names)] for number in range(LIVES * DEATHS)]
    chance.shuffle(deaths)

    for number in range(LIVES):
        house = gateway(tmp_path / f"{number}.db", fate)
        sender = Sender(house, chance, everything(chance))
        await live(house, fate, deaths[number * DEATHS : (number + 1) * DEATHS], sender)
        check(house, sender)
        house.database.close()
    whole.database.close()

    assert fate.killed_at.total() == LIVES * DEATHS
    for step in ("_store", "_read_together", "find_parked", "_due_news", "_mark"):
        assert all(fate.killed_at[f"{step}: {edge}"] for edge in ("begin", "commit", "done")), step
    for call in ("deliver", "transmit"):
        assert all(fate.killed_at[f"{call}: {edge}"] for edge in ("call", "answer")), call


# --- a real process ------------------------------------------------------------------------------------------------


class Nursery:
    """A process that bears gateways, each on the same address, the same database and the same line to the cases."""

    def __init__(self, url: str, line: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gateway.nursery", url, str(line)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._answer())
        self.child = 0

    def bear(self) -> None:
        """Start a gateway."""
        assert self._process.stdin is not None
        self._process.stdin.write("bear\n")
        self._process.stdin.flush()
        self.child = int(self._answer())

    def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self.child, signal.SIGKILL)
        self._answer()
        self.child = 0

    def end(self) -> None:
        """End the nursery and whatever it bore last."""
        if self.child:
            self.kill()
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, "the nursery ended"
        return answer


@pytest.fixture
def nursery(database: Database, tmp_path: Path) -> Iterator[Nursery]:
    born = Nursery(database.url, tmp_path / "heard.jsonl")
    yield born
    born.end()


def test_a_real_process_killed_12_times_loses_nothing_and_applies_nothing_twice(
    database: Database, tmp_path: Path, nursery: Nursery
) -> None:
    chance = random.Random(9)
    house = House(database)
    house.know()
    bodies = [write([list_receipt("300", minute)], guid=GUID) for minute in range(60)]
    acknowledged: dict[int, bytes] = {}
    kills = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{nursery.port}", timeout=10) as http:
        unsent = list(bodies)
        while kills < 12:
            nursery.bear()
            _send(http, unsent, acknowledged, most=chance.randrange(1, 6), again=bodies)
            _pause(chance)
            nursery.kill()
            kills += 1
        nursery.bear()
        _send(http, unsent, acknowledged, most=len(unsent), again=bodies)
        _wait_until_done(http)

    with database.transaction() as session:
        raws = {raw.id: raw for raw in session.exec(select(RawMessage))}
        items = list(session.exec(select(InboxItem)))
    assert {number: raws[number].body for number in acknowledged} == acknowledged
    assert {raw.state for raw in raws.values()} == {"read"}
    assert [item.state for item in items] == ["delivered"] * len(bodies)
    assert sum(1 + item.repeats for item in items) == len(raws)
    case = new_case(CASE)
    heard = [CustomsNews.model_validate_json(line) for line in (tmp_path / "heard.jsonl").read_text().splitlines()]
    for news in heard:
        hear(case, news, START)
    assert Counter(receipt.key for receipt in case.receipts).most_common(1)[0][1] == 1
    assert len(case.receipts) == len(bodies)


def _send(
    http: httpx.Client, unsent: list[bytes], acknowledged: dict[int, bytes], most: int, again: list[bytes]
) -> None:
    """Send some messages, each until it is acknowledged."""
    for body in [*unsent[:most], *again[:1]]:
        for _ in range(20):
            try:
                answer = http.post("/customs/receipts", content=body)
            except httpx.TransportError:
                continue
            acknowledged[answer.json()["raw_id"]] = body
            if body in unsent:
                unsent.remove(body)
            break


def _pause(chance: random.Random) -> None:
    """As long as it takes to die in the middle of something."""
    signal.sigtimedwait([], chance.uniform(0, 0.08))


def _wait_until_done(http: httpx.Client) -> None:
    def done() -> bool:
        with contextlib.suppress(httpx.TransportError):
            counts = http.get("/health").json()["counts"]
            return bool(counts["stored"] == counts["waiting"] == 0)
        return False

    wait_until(done, "there is still work")
