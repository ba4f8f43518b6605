"""A cluster gets its namespace and its search attributes once, and keeps them."""

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from clearway.contracts.names import SEARCH_ATTRIBUTES
from deploy.cluster import prepare
from deploy.pollers import polled

DAYS = timedelta(days=7)


def _in_namespace(client: Client, namespace: str) -> Client:
    return Client(client.service_client, namespace=namespace)


async def test_a_new_cluster_gets_everything_and_a_second_run_adds_nothing(temporal: Client) -> None:
    client = _in_namespace(temporal, "prepared")
    added = await prepare(client, DAYS)
    assert added[0] == "namespace prepared, retention 7 days"
    assert len(added) == 1 + len(SEARCH_ATTRIBUTES)
    assert await prepare(client, DAYS) == []
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="prepared"))
    assert set(known.custom_attributes) == {attribute.name for attribute in SEARCH_ATTRIBUTES}


async def test_an_attribute_of_another_type_is_told_before_anything_is_added(temporal: Client) -> None:
    client = _in_namespace(temporal, "occupied")
    retention = RegisterNamespaceRequest(namespace="occupied")
    retention.workflow_execution_retention_period.FromTimedelta(DAYS)
    await client.workflow_service.register_namespace(retention)
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace="occupied",
            search_attributes={"TradeMode": IndexedValueType.INDEXED_VALUE_TYPE_INT},
        )
    )
    with pytest.raises(ValueError, match="another type are in the way: TradeMode"):
        await prepare(client, DAYS)


async def test_nobody_polls_where_no_worker_runs(temporal: Client) -> None:
    client = _in_namespace(temporal, "prepared-without-workers")
    await prepare(client, DAYS)
    assert not await polled(client)
