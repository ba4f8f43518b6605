"""A collection is started by the first news for it, and hears all later news in the same run."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.collection import CollectNow, StartCollection
from clearway.contracts.keys import CollectionKey

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


async def test_news_starts_a_collection_once_and_is_told_to_the_one_that_runs(temporal: Client) -> None:
    client = ClearwayClient(temporal, task_queue=f"nobody-{uuid.uuid4()}")
    key = CollectionKey(agent=f"A{uuid.uuid4().hex[:8]}", customs="2991")
    await client.collect(key.workflow_id, CollectNow(at=AT))
    await client.collect(key.workflow_id, CollectNow(at=AT + timedelta(hours=1)))

    handle = temporal.get_workflow_handle(key.workflow_id)
    history = await handle.fetch_history()
    await handle.terminate()
    (started,) = [
        event for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    ]
    attributes = started.workflow_execution_started_event_attributes
    assert attributes.workflow_type.name == names.TAX_COLLECTION
    assert StartCollection.model_validate_json(attributes.input.payloads[0].data) == StartCollection(key=key)
    signals = [
        event.workflow_execution_signaled_event_attributes
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    assert [signal.signal_name for signal in signals] == [names.COLLECT, names.COLLECT]
    told = [CollectNow.model_validate_json(signal.input.payloads[0].data).at for signal in signals]
    assert told == [AT, AT + timedelta(hours=1)]


async def test_a_collection_that_was_ended_by_hand_starts_again(temporal: Client) -> None:
    client = ClearwayClient(temporal, task_queue=f"nobody-{uuid.uuid4()}")
    key = CollectionKey(agent=f"A{uuid.uuid4().hex[:8]}", customs="2991")
    await client.collect(key.workflow_id, CollectNow(at=AT))
    first = await temporal.get_workflow_handle(key.workflow_id).describe()
    await temporal.get_workflow_handle(key.workflow_id).terminate()
    await client.collect(key.workflow_id, CollectNow(at=AT))
    second = await temporal.get_workflow_handle(key.workflow_id).describe()
    await temporal.get_workflow_handle(key.workflow_id).terminate()
    assert first.run_id != second.run_id


async def test_the_id_of_something_else_starts_nothing(temporal: Client) -> None:
    with pytest.raises(ValueError, match="not the id of a tax collection"):
        await ClearwayClient(temporal).collect("declaration-list/E/1", CollectNow(at=AT))
