"""A List of Items from its submission to its release, customs' decisions through the HTTP door, on both databases."""

import asyncio
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.articles import ArticlesDecision, ArticlesState
from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.database import Database
from tests.articles_desk import ArticlesCounter, key_of, line, parcel
from tests.desk import Desk
from tests.patience import PATIENCE


async def test_decisions_kept_at_the_door_before_the_list_is_known_release_it(
    temporal: Client, database: Database
) -> None:
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    counter, articles = ArticlesCounter(desk), parcel(line(value="385.00"))
    app = create_app(database, desk.client, GatewaySettings(poll_seconds=0.05), lambda: datetime.now(UTC))
    transport = httpx.ASGITransport(app)
    async with (
        desk.worker(),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as http,
    ):
        for number, decision in enumerate((ArticlesDecision.RELEASED, ArticlesDecision.REVIEWED)):
            said = {"decision_id": f"D-{number}", "decision": decision, "officer": "7"}
            said["at"] = datetime.now(UTC).isoformat()
            body = {"declarant_code": articles.declarant_code, "list_no": articles.list_no, "decision": said}
            assert (await http.post("/customs/articles-decisions", json=body)).status_code == 202
        assert (await counter.submit(articles)).accepted
        view = await counter.ended(key_of(articles))
        async with asyncio.timeout(PATIENCE):
            while None in {entry["workflow_id"] for entry in await _inbox(http)}:  # noqa: ASYNC110  asked from afar
                await asyncio.sleep(0.05)
        inbox = await _inbox(http)
    assert (view.state, view.paid_amount) == (ArticlesState.RELEASED, Decimal("50.05"))
    assert {(entry["door"], entry["workflow_id"]) for entry in inbox} == {("articles", key_of(articles).workflow_id)}


async def _inbox(http: httpx.AsyncClient) -> list[Any]:
    entries: list[Any] = (await http.get("/inbox")).json()["entries"]
    return entries
