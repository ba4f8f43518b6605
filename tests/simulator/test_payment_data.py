"""Customs asks a real gateway for payment data and judges what comes, over HTTP only."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from clearway.messages.payment_data import write_upload
from clearway.messages.signatures import KeyKind, KeyPool, fingerprint, new_key, public_pem
from gateway.app import create_app as create_gateway
from gateway.payment_data.uplink import Uplink
from gateway.settings import GatewaySettings
from models.database import Database
from simulator.app import create_app
from simulator.settings import Settings
from tests.gateway.outbox.clock import Clock
from tests.gateway.payment_data.bureau import BODY, EBP, HEAD, LISTS
from tests.gateway.recording import RecordingCases
from tests.patience import PATIENCE

KEY = new_key(KeyKind.SM2)
NAME = fingerprint(KEY.public_key)[:16]
UPLOAD = "/ceb2grab/grab/realTimeDataUpload"


def listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


def address(made: socket.socket) -> str:
    return f"http://127.0.0.1:{made.getsockname()[1]}"


@asynccontextmanager
async def served(app: FastAPI, at: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    work = asyncio.create_task(server.serve([at]))
    try:
        yield
    finally:
        server.should_exit = True
        await work
        at.close()


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """A folder with the certificate, here a bare public key, that customs trusts."""
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / f"{EBP}-1.cert.pem").write_text(public_pem(KEY.public_key))
    return folder


async def test_customs_asks_and_has_the_signed_data_in_time(database: Database, trust: Path) -> None:
    doors, customs = listening(), listening()
    uplink = Uplink(address(customs) + UPLOAD, KeyPool([KEY.named(NAME, None)]))
    settings = GatewaySettings(poll_seconds=0.05)
    gateway = create_gateway(database, RecordingCases(), settings, Clock(), uplink=uplink)
    simulator = create_app(Settings(gateway_url=address(doors), trust=trust))
    async with served(gateway, doors), served(simulator, customs), httpx.AsyncClient(trust_env=False) as http:
        await http.post(f"{address(doors)}/payment-data", content=BODY.encode(), headers={"X-Clearway-Sender": EBP})
        asked = (await http.post(f"{address(customs)}/customs/payment-data/ask/CW1")).json()
        assert json.loads(asked["said"])["code"] == "10000"
        seen = f"{address(customs)}/customs/payment-data/sessions/{asked['session_id']}"
        async with asyncio.timeout(PATIENCE):
            while not (shown := (await http.get(seen)).json())["uploads"]:  # noqa: ASYNC110  asked from afar
                await asyncio.sleep(0.05)
    assert (shown["code"], shown["signed"], shown["late"], shown["uploads"]) == ("10000", True, False, 1)
    assert shown["seconds"] < 20


async def upload(trust: Path | None, text: str) -> tuple[str, str]:
    """What customs says to an upload for a question that it asked in vain."""
    app = create_app(Settings(gateway_url="http://127.0.0.1:9", trust=trust))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://customs") as http:
        asked = await http.post("/customs/payment-data/ask/CW1", params={"session_id": "S-1"})
        assert asked.status_code == 502
        answer = (await http.post(UPLOAD, content=urlencode({"payExInfoStr": text}))).json()
        return answer["code"], answer["message"]


async def test_without_trusted_keys_an_unsigned_upload_is_taken() -> None:
    assert await upload(None, write_upload("S-1", HEAD, LISTS, 1, None)) == ("10000", "上传成功")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (write_upload("S-1", HEAD, LISTS, 1, None), "缺少签名"),
        (write_upload("S-1", HEAD, LISTS, 1, lambda _: (NAME, "bm90IHNpZ25lZA==")), "验签失败"),
        (write_upload("S-2", HEAD, LISTS, 1, None), "sessionID 不存在"),
        (write_upload("S-1", HEAD, LISTS.replace("CW1", "CW2"), 1, None), "未包含所查询的订单"),
        ("", "JSON"),
        (write_upload("S-1", HEAD.replace('"verDept":"3",', ""), LISTS, 1, None), "verDept"),
    ],
)
async def test_what_is_wrong_is_refused_with_its_reason(trust: Path, text: str, why: str) -> None:
    code, message = await upload(trust, text)
    assert code == "20000"
    assert why in message
