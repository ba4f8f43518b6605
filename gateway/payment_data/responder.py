"""The responder: uploads what customs asked for, first what is due first, again and again until customs has it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clearway.contracts.payment_data import SELF_TEST
from clearway.messages.payment_data import write_upload
from clearway.messages.signatures import KeyRefused, SignerUnavailable
from connectors.errors import Refused, Unavailable
from connectors.payment_data import Reply
from gateway.payment_data.own_customs import OwnCustoms
from gateway.payment_data.uplink import Uplink
from gateway.settings import GatewaySettings
from models import payment_data
from models.database import Database
from models.tables import PaymentPull

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Errand:
    """One question with the data on file for it."""

    session_id: str
    order_no: str
    head: str
    lists: str


class Responder:
    """Everything it knows is in the database: a new one goes on where an old one died, and late is better than never.

    What is uploaded is kept before it is sent, and the answer to it afterwards.
    """

    def __init__(
        self, database: Database, settings: GatewaySettings, clock: Callable[[], datetime], uplink: Uplink
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._uplink = uplink

    async def answer(self) -> int:
        """Answer what is due, side by side; how many questions customs has its answer to now."""
        due = await asyncio.to_thread(self._take)
        return sum(await asyncio.gather(*(asyncio.to_thread(self._answer, session_id) for session_id in due)))

    def _take(self) -> list[str]:
        with self._database.reading() as session:
            if not payment_data.is_any_due(session, self._clock()):
                return []
        with self._database.transaction() as session:
            return payment_data.take_due(session, self._clock(), self._settings.parallel)

    def _answer(self, session_id: str) -> bool:
        try:
            errand = self._errand(session_id)
            if errand is None:
                return False
            upload = write_upload(session_id, errand.head, errand.lists, self._now_ms(), self._uplink.sign)
            self._keep(session_id, upload)
            reply = self._send(errand, upload)
        except (Unavailable, SignerUnavailable) as failure:
            return self._put_off(session_id, str(failure))
        except (Refused, KeyRefused) as refused:
            return self._note(session_id, Reply("", str(refused), ""))
        except Exception as error:  # noqa: BLE001 - no single question may end the work; the text may be personal
            log.error("answering customs' question %s failed: %s", session_id, type(error).__name__)
            return self._put_off(session_id, type(error).__name__)
        return self._note(session_id, reply)

    def _send(self, errand: Errand, upload: str) -> Reply:
        if not errand.order_no.startswith(SELF_TEST):
            with self._uplink.client() as client:
                return client.upload(upload)
        with OwnCustoms(self._uplink.trusted) as customs, self._uplink.client(customs.url) as client:
            return client.upload(upload)

    def _errand(self, session_id: str) -> Errand | None:
        now = self._clock()
        with self._database.transaction() as session:
            pull = session.get_one(PaymentPull, session_id, with_for_update=True)
            found = payment_data.evidence_for(session, pull.order_no)
            if found is None:
                payment_data.note_missing(session, pull, now)
                log.warning("no payment data is on file for customs' question %s", session_id)
                return None
            return Errand(session_id, pull.order_no, found.head, found.lists)

    def _keep(self, session_id: str, upload: str) -> None:
        with self._database.transaction() as session:
            session.get_one(PaymentPull, session_id, with_for_update=True).upload = upload

    def _put_off(self, session_id: str, why: str) -> bool:
        now = self._clock()
        with self._database.transaction() as session:
            pull = session.get_one(PaymentPull, session_id, with_for_update=True)
            payment_data.put_off(session, pull, why, now)
            left = payment_data.seconds_left(pull, now)
        log.warning("customs' question %s not answered yet, %d seconds left: %s", session_id, left, why)
        return False

    def _note(self, session_id: str, reply: Reply) -> bool:
        now = self._clock()
        with self._database.transaction() as session:
            pull = session.get_one(PaymentPull, session_id, with_for_update=True)
            if reply.taken:
                payment_data.note_answered(session, pull, reply.text, now)
            else:
                told = f"{reply.code} {reply.message}".strip()
                payment_data.note_refused(session, pull, reply.text, told, now)
            left = payment_data.seconds_left(pull, now)
        if reply.taken:
            log.info("customs' question %s answered, %d seconds left", session_id, left)
        else:
            log.error("customs refused the answer to its question %s: %s", session_id, reply.code or "by HTTP")
        return reply.taken

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)
