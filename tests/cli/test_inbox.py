"""`clearway inbox` against a running gateway: list, show, replay and stats, for people and for programs."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from typer.testing import Result

from clearway.cli.outcomes import Exit
from clearway.messages import write
from models.database import Database
from tests.gateway.recording import GUID, PAY, House, list_receipt, sample
from tests.patience import PATIENCE

Invoke = Callable[..., Result]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path}/clearway.db")
    database.migrate()
    yield House(database)
    database.close()


@pytest.fixture
def gateway(house: House) -> Iterator[str]:
    """The address of a gateway that only does what it is asked for: its dispatcher rests."""
    server = uvicorn.Server(uvicorn.Config(house.app, lifespan="off", log_config=None, access_log=False))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)
    listening.close()


def read(house: House, body: bytes, door: str = "customs", sender: str = "") -> int:
    raw_id = house.store(body, door=door, sender=sender)
    asyncio.run(house.dispatcher.step())
    return raw_id


def filled(house: House) -> None:
    """One of each that an operator looks for."""
    read(house, write([list_receipt("800")], guid=GUID))
    read(house, b"<broken")
    read(house, b"{}", door="strange")
    read(house, sample("payment.xml"), "enterprise", PAY)


def test_entries_are_listed_for_people_and_for_programs(house: House, gateway: str, invoke: Invoke) -> None:
    filled(house)

    told = invoke("inbox", "list", "--gateway", gateway)
    assert told.exit_code == Exit.DONE
    for shown in ("parked 暂存", "refused 已拒绝", "faulty 读取故障", "E_NOT_XML", "E_UNREADABLE", "CEB622"):
        assert shown in told.stdout
    entries = json.loads(invoke("inbox", "list", "--gateway", gateway, "--json").stdout)["entries"]
    assert [entry["raw_id"] for entry in entries] == [4, 3, 2, 1]
    faulty = json.loads(invoke("inbox", "list", "--gateway", gateway, "--state", "faulty", "--json").stdout)
    assert [entry["raw_id"] for entry in faulty["entries"]] == [3]
    assert "1.1" in invoke("inbox", "list", "--gateway", gateway, "--door", "customs").stdout
    assert "Nothing is there." in invoke("inbox", "list", "--gateway", gateway, "--door", "none").stdout


def test_nothing_personal_is_shown_unless_the_bytes_are_asked_for(house: House, gateway: str, invoke: Invoke) -> None:
    filled(house)
    commands = (["list"], ["list", "--json"], ["show", "4"], ["show", "4", "--json"], ["stats"])

    for words in commands:
        told = invoke("inbox", *words, "--gateway", gateway).stdout
        assert "张三" not in told
        assert "11010519491231002X" not in told
    assert invoke("inbox", "show", "4", "--raw", "--gateway", gateway).stdout_bytes == sample("payment.xml")


def test_a_message_is_shown_with_its_problems_in_both_languages(house: House, gateway: str, invoke: Invoke) -> None:
    filled(house)

    told = invoke("inbox", "show", "2", "--gateway", gateway).stdout
    for shown in ("E_NOT_XML", "not well-formed", "报文不是格式正确的 XML", "refused 已拒绝"):
        assert shown in told
    told = invoke("inbox", "show", "4", "--gateway", gateway, "--lang", "en").stdout
    assert PAY in told
    assert "document" in told
    assert (
        json.loads(invoke("inbox", "show", "1", "--gateway", gateway, "--json").stdout)["items"][0]["state"] == "parked"
    )


def test_messages_are_read_again_one_by_one_or_all_that_failed(house: House, gateway: str, invoke: Invoke) -> None:
    filled(house)

    told = invoke("inbox", "replay", "2", "3", "--gateway", gateway)
    assert told.exit_code == Exit.DONE
    assert "2: refused 已拒绝 (E_NOT_XML)" in told.stdout
    assert "3: faulty 读取故障 (E_UNREADABLE)" in told.stdout
    told = invoke("inbox", "replay", "--all-faulty", "--gateway", gateway, "--json")
    answer = json.loads(told.stdout)
    assert (answer["replayed"], answer["left"], answer["messages"][0]["replays"]) == (1, 0, 2)


@pytest.mark.parametrize("words", [[], ["1", "--all-faulty"], ["0x"]])
def test_what_is_to_be_read_again_is_said_one_way(invoke: Invoke, words: list[str]) -> None:
    assert invoke("inbox", "replay", *words).exit_code == Exit.USAGE


def test_figures_are_drawn(house: House, gateway: str, invoke: Invoke) -> None:
    filled(house)
    house.clock.pass_seconds(7200)

    told = invoke("inbox", "stats", "--gateway", gateway).stdout
    assert "2.0 h" in told
    assert "█" in told
    figures = json.loads(invoke("inbox", "stats", "--gateway", gateway, "--json").stdout)
    assert figures["backlog"]["parked"] == {"count": 2, "oldest_seconds": 7200}
    assert figures["backlog"]["faulty"]["count"] == 1


def test_the_address_may_stand_in_the_environment(
    house: House, gateway: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARWAY_GATEWAY_URL", gateway)

    assert invoke("inbox", "stats", "--json").exit_code == Exit.DONE


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "99"], Exit.NOT_FOUND, "E_NOT_FOUND"),
        (["list", "--gateway", "http://127.0.0.1:1"], Exit.UNAVAILABLE, "E_UNAVAILABLE"),
        (["list", "--gateway", "file:///etc/hosts"], Exit.USAGE, "E_SETTING"),
    ],
)
def test_what_goes_wrong_is_told_without_a_traceback(
    house: House, gateway: str, invoke: Invoke, words: list[str], code: Exit, told: str
) -> None:
    where = [] if "--gateway" in words else ["--gateway", gateway]
    ended = invoke("inbox", *words, *where)

    assert ended.exit_code == code
    assert told in ended.stderr
    assert json.loads(invoke("inbox", *words, *where, "--json").stdout)["error"]["exit_code"] == code
