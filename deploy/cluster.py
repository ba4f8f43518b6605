"""`python -m deploy.cluster`: gives a Temporal cluster the namespace and the search attributes that Clearway needs."""

import argparse
import asyncio
import sys
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from clearway.connection import connect
from clearway.contracts.names import SEARCH_ATTRIBUTES
from clearway.ending import leave

RETENTION = timedelta(days=90)
"""How long an ended list can be looked at; the register in the business database outlives it."""
PATIENCE = 120.0
"""Seconds to wait for a new namespace to be known everywhere in the cluster."""
PAUSE = 2.0
KINDS = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def prepare(client: Client, retention: timedelta) -> list[str]:
    """Add what is missing in the client's namespace, and tell what was added; a second run adds nothing.

    Raises RPCError when the cluster refuses, ValueError when an attribute is there with another type.
    """
    added = []
    if not await _has_namespace(client):
        period = Duration()
        period.FromTimedelta(retention)
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=period)
        )
        added.append(f"namespace {client.namespace}, retention {retention.days} days")
    async with asyncio.timeout(PATIENCE):
        added += await _add_attributes(client)
    return added


async def _has_namespace(client: Client) -> bool:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _add_attributes(client: Client) -> list[str]:
    known = await _known_attributes(client)
    wrong = [each.name for each in SEARCH_ATTRIBUTES if known.get(each.name, KINDS[each.kind]) != KINDS[each.kind]]
    if wrong:
        raise ValueError(f"search attributes of another type are in the way: {', '.join(wrong)}")
    missing = {each.name: KINDS[each.kind] for each in SEARCH_ATTRIBUTES if each.name not in known}
    if not missing:
        return []
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
    )
    return [f"search attribute {name}" for name in missing]


async def _known_attributes(client: Client) -> dict[str, int]:
    """The custom attributes; a namespace made a moment ago may not be known everywhere yet."""
    while True:
        try:
            answer = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=client.namespace)
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return dict(answer.custom_attributes)


async def _run(retention: timedelta) -> None:
    client = await connect()
    added = await prepare(client, retention)
    sys.stdout.write("".join(f"added: {each}\n" for each in added) or "nothing to add\n")


def main() -> int:
    """Prepare the cluster that `TEMPORAL_*` names; 1 with the reason when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument("--retention-days", type=int, default=RETENTION.days, help="of a new namespace (%(default)s)")
    retention = timedelta(days=parser.parse_args().retention_days)
    try:
        asyncio.run(_run(retention))
    except (RuntimeError, RPCError, ValueError, TimeoutError) as error:
        sys.stderr.write(f"the cluster could not be prepared: {error or type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    leave(main())
