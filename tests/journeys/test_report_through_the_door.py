"""A suspicion report through the HTTP door to customs and back: its list is held, and let go by customs' decision."""

import uuid
from datetime import UTC, datetime

import httpx
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.reports import ReportState
from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.database import Database
from tests.desk import Desk
from tests.reports_desk import ReportCounter, register, report


async def test_a_report_and_the_decision_about_it_go_through_the_door(temporal: Client, database: Database) -> None:
    register(database)
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    counter, sample = ReportCounter(desk), desk.sample()
    app = create_app(database, desk.client, GatewaySettings(poll_seconds=0.05), lambda: datetime.now(UTC))
    transport = httpx.ASGITransport(app)
    async with (
        desk.worker(),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as http,
    ):
        await desk.declare(sample)
        told = report(sample.key)
        headers = {"X-Clearway-Sender": told.reporter}
        answer = await http.post("/reports", content=told.model_dump_json(), headers=headers)
        assert (answer.status_code, answer.json()["workflow_id"]) == (200, told.key.workflow_id)
        await desk.until(sample.key, lambda view: view.held_by_customs)
        decision = {"decision_id": "D-1", "decision": "LIFTED", "officer": "7", "at": datetime.now(UTC).isoformat()}
        body = {"report_no": told.key.report_no, "decision": decision}
        assert (await http.post("/customs/report-decisions", json=body)).status_code == 202
        assert (await counter.ended(told.key)).state is ReportState.LIFTED
        await desk.until(sample.key, lambda view: not view.held_by_customs)
        again = await http.post("/reports", content=told.model_dump_json(), headers=headers)
        assert (again.status_code, again.json()["state"]) == (200, "lifted")
        inbox = (await http.get("/inbox")).text
    assert told.key.report_no in inbox
    assert told.reporter not in inbox
