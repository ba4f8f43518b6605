"""Personal data planted in a list's documents shows nowhere in clear (DESIGN law 10)."""

import base64
import dataclasses
import json
import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.converter import DataConverter

from clearway.client import ClearwayClient
from clearway.codec import PayloadCipher
from clearway.contracts.case import CaseKey, PresenceConfirmation
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.states import State
from clearway.testing import SampleSet, corrected
from models.database import Database
from tests.desk import BATCH, Desk

BUYER, BUYER_ID = "欧阳银杏", "330106198802290019"
PAYER, PAYER_ID = "诸葛云雀", "460106199111110035"
BUYER_PHONE, PAYER_PHONE, PHONE = "13712345678", "18611223344", "15987654321"
CONSIGNEE, ADDRESS = "司徒碧螺", "海南省三沙市珊瑚街七十七号木棉公寓三单元"
PLANTED = (BUYER, BUYER_ID, PAYER, PAYER_ID, BUYER_PHONE, PAYER_PHONE, PHONE, CONSIGNEE, ADDRESS)
READABLE = {"searchAttributes", "memo", "userMetadata"}
"""Parts of a history whose payloads people read in lists and timelines; bodies of messages are the codec's to cover."""
OUR_LOGGERS = ("clearway", "workflows", "activities", "models", "connectors", "worker")


def _planted(sample: SampleSet) -> SampleSet:
    """The same person in every document that names one."""
    to = {"consignee": CONSIGNEE, "consignee_telephone": PHONE, "consignee_address": ADDRESS}
    sample = sample.changed(DocumentKind.ORDER, buyer_telephone=BUYER_PHONE, **to)
    sample = sample.changed(DocumentKind.WAYBILL, **to)
    sample = sample.changed(DocumentKind.PAYMENT, telephone=PAYER_PHONE)
    return sample.changed(DocumentKind.DECLARATION_LIST, buyer_telephone=BUYER_PHONE, consignee_address=ADDRESS)


def _shows(text: str | bytes) -> list[str]:
    """Which planted values a text shows, as they are or escaped as JSON does."""
    content = text if isinstance(text, bytes) else text.encode()
    return [each for each in PLANTED if each.encode() in content or json.dumps(each)[1:-1].encode() in content]


def _parts(node: Any, *, bodies: bool, readable: bool = False) -> Iterator[bytes]:
    """Every text of a history or description; the bodies of messages only if wanted."""
    if isinstance(node, dict) and "metadata" in node and set(node) <= {"metadata", "data"}:
        if bodies or readable:
            yield base64.b64decode(node.get("data", ""))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key.encode()
            yield from _parts(value, bodies=bodies, readable=readable or key in READABLE)
    elif isinstance(node, list):
        for each in node:
            yield from _parts(each, bodies=bodies, readable=readable)
    else:
        yield str(node).encode()


async def _current_details(desk: Desk, key: CaseKey) -> str:
    query = desk.handle(key).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str((await query).current_details)


async def _live(desk: Desk) -> tuple[CaseKey, list[str]]:
    """A list with a hard time of it, to its end; what the Web UI and the case's view said on the way."""
    sample = _planted(desk.sample(buyer_name=BUYER, buyer_id=BUYER_ID))
    key, said = sample.key, list[str]()

    async def listen() -> None:
        said.extend([await _current_details(desk, key), (await desk.client.view(key)).model_dump_json()])

    desk.authority.outcome, desk.customs.down, desk.bank.down = None, 1, 1
    wrong = sample.changed(DocumentKind.PAYMENT, payer_name=PAYER, payer_id_number=PAYER_ID)
    wrong = wrong.changed(DocumentKind.WAYBILL, consignee="李四", consignee_telephone="13900000000")
    answer = await desk.declare(wrong)
    assert answer.state is State.MATCH_FAILED
    assert {"buyer_name", "payer_name"} & {
        field.field.rpartition(".")[2] for problem in answer.problems for field in problem.fields
    }, "the mismatch must be about the planted persons"
    said.append(answer.model_dump_json())
    await listen()
    desk.authority.outcome = IdentityOutcome.VERIFIED
    await desk.transmit(sample, corrected(sample.payment))
    await desk.transmit(sample, corrected(sample.waybill))
    now = datetime.now(UTC)
    await desk.client.instruct(key.workflow_id, ControlInstruction(instruction_id="K-1", issued_at=now, issuer="2991"))
    attends = PresenceConfirmation(instruction_id="K-1", actor=key.ebc_code, attendant=PAYER)
    await desk.client.confirm_presence(key, attends)
    result = InspectionResult(instruction_id="K-1", outcome=InspectionOutcome.NORMAL, recorded_at=now, officer="7")
    await desk.client.record_inspection(key.workflow_id, result)
    view = await desk.release(key)
    await listen()
    assert view.clocks is not None
    desk.bill(key, "28.21")
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    await desk.client.wait_for(key, State.TAXED, timeout=30)
    await listen()
    return key, said


async def test_nothing_that_people_read_shows_personal_data(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name in OUR_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    key, said = await _live(desk)
    assert _shows(key.workflow_id) == []
    assert said
    assert [_shows(each) for each in said if _shows(each)] == []
    history = json.loads((await desk.handle(key).fetch_history()).to_json())
    description = MessageToDict((await desk.handle(key).describe()).raw_description)
    readable = [*_parts(history, bodies=False), *_parts(description, bodies=False)]
    assert any(b"Check the documents" in each for each in readable), "summaries must be among what is read"
    assert any(b"WITH_CUSTOMS" in each for each in readable), "search attributes must be among what is read"
    assert [_shows(each) for each in readable if _shows(each)] == []
    assert any("not verified" in record.getMessage() for record in caplog.records), "something must have been logged"
    logged = [caplog.handler.format(record) for record in caplog.records]
    assert [_shows(each) for each in logged if _shows(each)] == []


async def test_without_the_codec_the_bodies_of_a_history_hold_personal_data(
    temporal: Client, database: Database
) -> None:
    history = await _raw_history(temporal, database)
    assert {each for part in _parts(history, bodies=True) for each in _shows(part)} == set(PLANTED)


async def test_with_the_codec_nothing_in_a_history_shows_personal_data(temporal: Client, database: Database) -> None:
    cipher = PayloadCipher({"k1": b"0123456789abcdef0123456789abcdef"})
    converter = dataclasses.replace(temporal.data_converter, payload_codec=cipher)
    history = await _raw_history(_speaking(temporal, converter), database)
    assert len(history["events"]) > 40
    assert [_shows(part) for part in _parts(history, bodies=True) if _shows(part)] == []


def _speaking(client: Client, converter: DataConverter) -> Client:
    return Client(client.service_client, namespace=client.namespace, data_converter=converter)


async def _raw_history(client: Client, database: Database) -> dict[str, Any]:
    queue = f"privacy-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(client, task_queue=queue), database, queue=queue)
    async with desk.worker():
        key, _ = await _live(desk)
        history: dict[str, Any] = json.loads((await desk.handle(key).fetch_history()).to_json())
        await desk.end_collections()
    return history
