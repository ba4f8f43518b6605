"""A worker in a process of its own, to be killed: outside effects go to a file, one line each."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from temporalio.client import Client

from clearway.contracts.documents import AnyDocument, Application
from clearway.payloads import DATA_CONVERTER
from connectors.bank import BankReceipt
from connectors.customs import Sealed
from models.database import Database
from tests.standins import Authority, RecordingReports
from worker import build_worker


class Effects:
    """Customs and bank in one: each call is a line, written through to the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _note(self, effect: str, key: str) -> None:
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"effect": effect, "key": key}) + "\n")

    def seal(self, records: Sequence[AnyDocument | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Nothing to hide here."""
        return Sealed(message_guid, records[0].kind, b"")

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Customs takes a message."""
        self._note(sealed.message_type, sealed.cop_msg_id)

    def pay(
        self, *, payment_order_no: str, amount: Decimal, payer_code: str, requested_at: datetime, idempotency_key: str
    ) -> BankReceipt:
        """The bank pays."""
        self._note("paid", idempotency_key)
        return BankReceipt(reference="R-1", paid_at=requested_at, amount=amount)


async def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser()
    for name in ("address", "queue", "database", "effects"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    client = await Client.connect(options.address, data_converter=DATA_CONVERTER)
    effects = Effects(Path(options.effects))
    worker = build_worker(
        client,
        Database(options.database),
        customs=effects,
        reports=RecordingReports(),
        bank=effects,
        authority=Authority(),
        person_key_secret="test",
        task_queue=options.queue,
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
