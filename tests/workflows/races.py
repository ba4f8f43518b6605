"""What the races around and after a release share: the seed that orders them, and what their books must say.

Each race is run at least 200 times: 160 times without a server (`test_races_after_release.py`), where every update,
signal, activity, answer and piece of news lands in an order that a seed chooses, and 40 times on the real server, by
calls that are really concurrent (`test_races_on_the_server.py`). Whatever the order, the outcome is lawful and the
books balance to the fen (`reference.py`, `models/ledger/check`).
"""

import os
from collections.abc import Sequence
from decimal import Decimal

from models.database import Database
from tests.standins import ScriptedBank
from tests.workflows.reference import faults_of_bank, faults_of_books

SEED = int(os.environ["RACE_SEED"])
"""Which `conftest.py` tells, and where it comes from."""
GOODS = {1: Decimal(2), 2: Decimal(1)}
"""What every list has released."""
OVER = "E_ALREADY_ENDED"
"""How a list that is over refuses."""


def faults(database: Database, cases: Sequence[str], bank: ScriptedBank) -> list[str]:
    """What of the books is not even, now that nothing moves."""
    with database.transaction() as session:
        return faults_of_books(session, cases) + faults_of_bank(session, bank, quiet=True)
