"""The sides of the lifecycle: what each is, and what is divided by what."""

import base64
from typing import NamedTuple

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from clearway.connection import PAYLOAD_KEYS, data_converter


class Side(NamedTuple):
    """One way to live a list's life."""

    name: str
    kind: str
    meaning: str
    on_postgresql: bool = False


SIDES = {
    side.name: side
    for side in (
        Side("list", "list", "the real workflow and activities; the outside answers at once"),
        Side("list-sealed", "list", "the same; payloads packed and encrypted, as in production"),
        Side("bare", "bare", "the same commands and nothing of the trade"),
        Side("naive", "naive", "one activity per step, one signal per receipt; settings as they come"),
        Side("naive-passed", "naive", "the same, but the contracts passed through the sandbox"),
        Side("dbos", "dbos", "the list's steps on DBOS; its SQLite file in WAL mode, as Temporal's"),
        Side("dbos-default", "dbos", "the same; its SQLite file as it comes: each commit waits for the disk"),
        Side("list-pg", "list", "the list; business database on PostgreSQL", on_postgresql=True),
        Side("dbos-pg", "dbos", "DBOS; its own and the business database on PostgreSQL", on_postgresql=True),
        Side("stack", "stack", "the list through gateway, connectors, simulator and collection, signed and sealed"),
    )
}
A_KEY = "bench:" + base64.b64encode(bytes(32)).decode()
"""As `CLEARWAY_PAYLOAD_KEYS` is set."""
SEALED, PASSED_THROUGH, AS_IT_COMES = "list-sealed", "naive-passed", "dbos-default"

PAIRS = (
    ("list", "bare"),
    ("list-sealed", "list"),
    ("list", "naive"),
    ("list", "naive-passed"),
    ("list", "dbos"),
    ("list", "dbos-default"),
    ("list-pg", "list"),
    ("list-pg", "dbos-pg"),
    ("stack", "list"),
)
"""Which side is divided by which."""


def converter_of(side: Side) -> DataConverter:
    """How a side writes its payloads: ours as the service does, with a key or without; others plainly."""
    if side.kind != "list":
        return pydantic_data_converter
    return data_converter({PAYLOAD_KEYS: A_KEY} if side.name == SEALED else {})
