"""The sides of the lifecycle: what each is, and what is said of it in the table."""

from typing import NamedTuple


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
        Side("bare", "bare", "the same commands and nothing of the trade"),
        Side("naive", "naive", "one activity per step, one signal per receipt; settings as they come"),
        Side("naive-passed", "naive", "the same, but the contracts passed through the sandbox"),
        Side("dbos", "dbos", "the list's steps on DBOS; its SQLite file in WAL mode, as Temporal's"),
        Side("dbos-default", "dbos", "the same; its SQLite file as it comes: each commit waits for the disk"),
        Side("list-pg", "list", "the list; business database on PostgreSQL", on_postgresql=True),
        Side("dbos-pg", "dbos", "DBOS; its own and the business database on PostgreSQL", on_postgresql=True),
        Side("stack", "stack", "the list through gateway, connectors, simulator and collection, signed"),
    )
}
PASSED_THROUGH, AS_IT_COMES = "naive-passed", "dbos-default"

PAIRS = (
    ("list", "bare"),
    ("list", "naive"),
    ("list", "naive-passed"),
    ("list", "dbos"),
    ("list", "dbos-default"),
    ("list-pg", "list"),
    ("list-pg", "dbos-pg"),
    ("stack", "list"),
)
"""Which side is divided by which."""
