"""A Temporal server of the tests' own: the real one, in memory, on a free port, ended afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from temporalio.client import Client
from temporalio.service import RPCError

from clearway.embedded import server_arguments, temporal_binary
from clearway.payloads import DATA_CONVERTER
from deploy.ports import LOOPBACK, free_port
from tests.patience import PATIENCE


@contextlib.asynccontextmanager
async def running_temporal(*settings: str) -> AsyncIterator[Client]:
    """A client of a server with these dynamic settings beside ours.

    Temporal's own test environment gives up a server that does not answer within five seconds.
    """
    given = [argument for setting in settings for argument in ("--dynamic-config-value", setting)]
    address = f"{LOOPBACK}:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        *(temporal_binary(), "server", "start-dev", "--headless", "--ip", LOOPBACK, "--port", address.split(":")[1]),
        *("--log-level", "error", *server_arguments(), *given),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while (client := await _answer(address)) is None:
                assert process.returncode is None, "Temporal's server ended"
                await asyncio.sleep(0.1)
        yield client
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answer(address: str) -> Client | None:
    """A client once the server answers and has its namespace."""
    try:
        client = await Client.connect(address, data_converter=DATA_CONVERTER)
        await client.count_workflows()
    except (RuntimeError, RPCError):
        return None
    return client
