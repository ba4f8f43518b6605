"""`clearway webhooks` and `clearway payment-data` against a gateway at work, for people and for programs."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlmodel import select
from typer.testing import CliRunner, Result

from clearway.cli.outcomes import Exit
from clearway.messages.signatures import KeyPool
from gateway.app import create_app
from gateway.outbox.reach import Reach
from gateway.payment_data.__main__ import app as payment_data_app
from gateway.payment_data.uplink import Uplink
from gateway.settings import GatewaySettings
from models.database import Database
from models.notices import tell
from models.tables import PaymentEvidence, PaymentPull, RawMessage
from tests.gateway.outbox.clock import START, Clock
from tests.gateway.outbox.receiver import EBC
from tests.gateway.payment_data.bureau import BODY, EBP, KEY
from tests.gateway.recording import RecordingCases
from tests.patience import PATIENCE

Invoke = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/clearway.db")
    database.migrate()
    yield database
    database.close()


def serve(app: Any) -> Iterator[str]:
    """The address of an app that works for as long as the test lasts."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)
    listening.close()


def made(store: Database, uplink: Uplink) -> Any:
    settings = GatewaySettings(webhook_reach=Reach.LOOPBACK, poll_seconds=0.05)
    return create_app(store, RecordingCases(), settings, Clock(), uplink=uplink)


@pytest.fixture
def gateway(store: Database) -> Iterator[str]:
    yield from serve(made(store, Uplink(pool=KeyPool([KEY]))))


@pytest.fixture
def unsigned_gateway(store: Database) -> Iterator[str]:
    yield from serve(made(store, Uplink()))


@pytest.fixture
def taken() -> list[bytes]:
    return []


@pytest.fixture
def address(taken: list[bytes]) -> Iterator[str]:
    """A subscriber that takes everything."""

    async def take(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        message = await receive()
        taken.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    yield from serve(take)


def run(invoke: Invoke, gateway: str, *words: str, code: int = Exit.DONE) -> Any:
    ended = invoke(*words, "--gateway", gateway, "--json")
    assert ended.exit_code == code, ended.output
    return json.loads(ended.stdout)


def test_a_pushed_subscription_is_added_tried_and_removed(
    gateway: str, address: str, taken: list[bytes], invoke: Invoke
) -> None:
    added = run(invoke, gateway, "webhooks", "add", EBC, "--url", f"{address}/hook", "--kind", "BILL")
    number = str(added["subscription"]["id"])
    assert added["secret"].startswith("whsec_")
    tried = run(invoke, gateway, "webhooks", "test", number)
    assert (tried["delivered"], tried["status"], json.loads(taken[0])["kind"]) == (True, 200, "SELF_TEST")
    assert run(invoke, gateway, "webhooks", "rotate", number)["secret"] != added["secret"]
    assert run(invoke, gateway, "webhooks", "unblock", number)["id"] == int(number)
    listed = run(invoke, gateway, "webhooks", "list", "--recipient", EBC)["subscriptions"]
    assert [(each["id"], each["kinds"]) for each in listed] == [(int(number), ["BILL"])]
    assert run(invoke, gateway, "webhooks", "remove", number)["ended_at"]
    assert run(invoke, gateway, "webhooks", "list")["subscriptions"] == []
    run(invoke, gateway, "webhooks", "test", number, code=Exit.REFUSED)


def test_events_are_shown_and_acknowledged(gateway: str, store: Database, invoke: Invoke) -> None:
    number = str(run(invoke, gateway, "webhooks", "add", EBC)["subscription"]["id"])
    with store.transaction() as session:
        tell(session, recipient=EBC, kind="BILL", subject="", at=START, key="x", total="1.00")
    [event] = run(invoke, gateway, "webhooks", "events", number)["events"]
    assert (event["kind"], event["details"]) == ("BILL", {"total": "1.00"})
    told = invoke("webhooks", "events", number, "--gateway", gateway)
    assert "total: 1.00" in told.stdout
    done = run(invoke, gateway, "webhooks", "acknowledge", number, event["id"])
    assert done == {"acknowledged": 1, "waiting": 0}
    assert run(invoke, gateway, "webhooks", "test", number)["waits"] is True


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("webhooks", "test", "9"), Exit.NOT_FOUND),
        (("webhooks", "add", EBC, "--url", "http://10.0.0.1/"), Exit.USAGE),
        (("webhooks", "add", "no code"), Exit.USAGE),
        (("webhooks", "unblock", "1", "--give-up", "x"), Exit.USAGE),
        (("webhooks", "acknowledge", "1", "x"), Exit.USAGE),
        (("payment-data", "deposit", "no-such-file", "--sender", EBP), Exit.USAGE),
    ],
)
def test_wrong_requests_end_with_their_code(gateway: str, invoke: Invoke, words: tuple[str, ...], code: int) -> None:
    assert invoke(*words, "--gateway", gateway).exit_code == code


def test_the_self_test_asks_as_customs_does_and_leaves_nothing_behind(
    gateway: str, store: Database, invoke: Invoke
) -> None:
    report = run(invoke, gateway, "payment-data", "self-test")
    assert (report["ok"], report["signed"], report["seconds_left"]) == (True, True, 120)
    assert [step["step"] for step in report["steps"]] == ["deposit", "question", "answer", "signature", "clearing up"]
    with store.transaction() as session:
        for table in (PaymentEvidence, PaymentPull, RawMessage):
            assert session.exec(select(table)).all() == []
    told = invoke("payment-data", "self-test", "--gateway", gateway)
    assert "按时答复" in told.stdout


def test_the_self_test_fails_where_no_key_signs(unsigned_gateway: str, store: Database, invoke: Invoke) -> None:
    report = run(invoke, unsigned_gateway, "payment-data", "self-test", code=Exit.REFUSED)
    assert (report["ok"], report["signed"]) == (False, False)
    assert run(invoke, unsigned_gateway, "payment-data", "self-test", "--unsigned")["ok"] is True


def test_the_self_test_fails_where_customs_door_is_not_reached(gateway: str, store: Database, invoke: Invoke) -> None:
    ended = invoke("payment-data", "self-test", "--door", "http://127.0.0.1:9", "--gateway", gateway)
    assert ended.exit_code == Exit.UNAVAILABLE
    with store.transaction() as session:
        assert session.exec(select(PaymentEvidence)).all() == []


def test_data_is_deposited_and_questions_are_shown(gateway: str, tmp_path: Path, invoke: Invoke) -> None:
    file = tmp_path / "data.json"
    file.write_text(BODY, encoding="utf-8")
    kept = run(invoke, gateway, "payment-data", "deposit", str(file), "--sender", EBP)
    assert (kept["orders"], kept["known"]) == (["CW1"], False)
    assert run(invoke, gateway, "payment-data", "status")["open"] == 0
    assert run(invoke, gateway, "payment-data", "pulls") == {"pulls": []}
    for words in (("deposit", str(file), "--sender", EBP), ("status",), ("pulls",)):
        assert invoke("payment-data", *words, "--gateway", gateway).exit_code == Exit.DONE


def test_old_data_is_purged_by_the_gateways_command(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", store.url)
    ended = CliRunner().invoke(payment_data_app, ["purge", "--json"])
    assert (ended.exit_code, json.loads(ended.stdout)) == (0, {"deleted": 0})
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert CliRunner().invoke(payment_data_app, ["purge"]).exit_code == Exit.UNAVAILABLE
