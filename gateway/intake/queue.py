"""A queue of a broker that speaks AMQP 0-9-1: each message is stored, and then acknowledged.

Killed between storing and acknowledging, we get the same message again: the inbox knows it by its content, and nothing
happens twice. What cannot be stored stays with the broker.
"""

import contextlib
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika

from connectors.customs.transports.addresses import PATIENCE_SECONDS, BrokerAddress
from connectors.customs.transports.amqp import FAILURES, connection_parameters
from gateway.intake.source import Keep

log = logging.getLogger(__name__)

PREFETCH = 20
"""How many messages the broker hands over before the first is acknowledged, unless the address says `?prefetch=`."""

_LOOK_UP_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_CONTENT_TYPE = re.compile(r"[\x20-\x7e]{1,100}")


class CancelledByBroker(Exception):
    """The broker took the queue away from us, e.g. because it was deleted."""


class QueueSource:
    """Consumes one queue over one connection, which is opened again whenever it is lost."""

    def __init__(self, address: BrokerAddress, keep: Keep, *, patience: int = PATIENCE_SECONDS) -> None:
        """Keep the address; raises ValueError when it names no queue or a prefetch that is none."""
        if not address.name:
            raise ValueError("CLEARWAY_GATEWAY_INTAKE: a broker's address names a queue, amqp://host/queue")
        self._address = address
        self._keep = keep
        self._patience = patience
        self._prefetch = _prefetch(address.options.get("prefetch"))
        self._pause = _FIRST_PAUSE
        self.name = f"queue {address.name} at {address.host}:{address.port}"
        self.failure: str | None = None

    def work(self, ending: threading.Event) -> None:
        """Consume until told to end."""
        while not ending.is_set():
            try:
                self._consume(ending)
            except Exception as error:  # noqa: BLE001 - neither broker nor database may end the intake
                if self.failure != type(error).__name__:
                    log.error("%s gives nothing: %s", self.name, type(error).__name__)
                self.failure = type(error).__name__
                ending.wait(self._pause)
                self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _consume(self, ending: threading.Event) -> None:
        """Store and acknowledge what comes; raises whatever goes wrong, and the rest stays with the broker."""
        with self._channel() as channel:
            channel.basic_qos(prefetch_count=self._prefetch)
            for method, properties, body in channel.consume(self._address.name, inactivity_timeout=_LOOK_UP_SECONDS):
                self.failure = None
                if ending.is_set():
                    return
                if method is None:
                    continue  # nothing came for a while
                raw_id = self._keep(body, content_type=_content_type(properties), traceparent=_traceparent(properties))
                channel.basic_ack(method.delivery_tag)
                self._pause = _FIRST_PAUSE
                log.info("message %s stored from %s: %d bytes", raw_id, self.name, len(body))
        raise CancelledByBroker

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        connection = pika.BlockingConnection(connection_parameters(self._address, self._patience))
        try:
            yield connection.channel()
        finally:
            with contextlib.suppress(*FAILURES):
                connection.close()


def _prefetch(text: str | None) -> int:
    if text is None:
        return PREFETCH
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise ValueError(f"prefetch is a number from 1 to 1000, got {text!r}")
    return int(text)


def _content_type(properties: Any) -> str:
    told = properties.content_type or ""
    return told if _CONTENT_TYPE.fullmatch(told) else "application/xml"


def _traceparent(properties: Any) -> str | None:
    told = (properties.headers or {}).get("traceparent")
    return told if isinstance(told, str) and _TRACEPARENT.fullmatch(told) else None
