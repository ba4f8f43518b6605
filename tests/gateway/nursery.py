"""Bears gateways for the tests, each a process of its own: `python -m tests.gateway.nursery DATABASE_URL FILE`.

Says the port first. For every line `bear` it says the number of a new process; when that has died, an empty line. All
processes listen on one address, so that a sender finds the next one where the last one was.
"""

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.database import Database
from tests.gateway.recording import RecordingCases


class RememberedCases(RecordingCases):
    """Writes what customs' news it hears to a file that outlives the process, as the server does with signals."""

    def __init__(self, line: Path) -> None:
        super().__init__()
        self._line = line

    async def _take(self, what: str, workflow_id: str, content: Any) -> Any:
        with self._line.open("a", encoding="utf-8") as file:
            file.write(content.model_dump_json() + "\n")
        return await super()._take(what, workflow_id, content)


async def serve(url: str, line: Path, listening: socket.socket) -> None:
    """A gateway until it is killed."""
    settings = GatewaySettings(poll_seconds=0.02, ride_seconds=0)
    app = create_app(Database(url), RememberedCases(line), settings, lambda: datetime.now(UTC))
    await uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).serve([listening])


def main() -> None:
    url, line = sys.argv[1], Path(sys.argv[2])
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(listening.getsockname()[1], flush=True)  # noqa: T201 - the test reads it
    child = 0
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(0)
            asyncio.run(serve(url, line, listening))
            os._exit(0)
        print(child, flush=True)  # noqa: T201
        os.waitpid(child, 0)
        print(flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
