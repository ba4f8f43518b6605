"""Messages published to a broker that speaks AMQP 0-9-1, each confirmed before it counts as handed over."""

import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any

import pika
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ChannelClosedByBroker,
    NackError,
    UnroutableError,
)

from connectors.customs.transports.addresses import PATIENCE_SECONDS, BrokerAddress
from connectors.customs.transports.http import CONTENT_TYPE
from connectors.customs.transports.transport import PLATFORM, check_name
from connectors.errors import Refused, Unavailable

FAILURES = (AMQPError, AMQPConnectorException, OSError)
"""Every way in which pika tells that a connection or a request failed."""

_NO_TO_THE_MESSAGE = frozenset({311, 406})
"""CONTENT_TOO_LARGE and PRECONDITION_FAILED, the latter RabbitMQ's answer to a message over its limit."""

_PERSISTENT = 2

# Whatever pika logs about a failure comes as an exception as well, and is told by whoever catches that.
logging.getLogger("pika").setLevel(logging.CRITICAL)


def connection_parameters(address: BrokerAddress, patience: int = PATIENCE_SECONDS) -> pika.ConnectionParameters:
    """How pika connects: one attempt, and an end to every wait; with TLS the broker's name is checked."""
    tls = pika.SSLOptions(ssl.create_default_context(), address.host) if address.secure else None
    return pika.ConnectionParameters(
        address.host,
        address.port,
        address.vhost,
        pika.PlainCredentials(address.user, address.password),
        ssl_options=tls,
        heartbeat=patience,
        blocked_connection_timeout=patience,
        socket_timeout=patience / 2,
        stack_timeout=patience,
        connection_attempts=1,
    )


class AmqpTransport:
    """Publishes to one exchange with one routing key, over one connection that is opened when it is needed."""

    def __init__(self, address: BrokerAddress, *, patience: int = PATIENCE_SECONDS) -> None:
        """Keep the address; raises ValueError when it names neither an exchange nor a routing key."""
        self._routing_key = address.options.get("routing_key", "")
        if not address.name and not self._routing_key:
            raise ValueError("an AMQP address names an exchange, a routing key or both: amqp://host/exchange")
        if len(self._routing_key.encode()) > 255:
            raise ValueError("a routing key has at most 255 bytes")
        self._address = address
        self._patience = patience
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._used_at = 0.0

    def send(self, name: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Publish the message as persistent and mandatory, and wait until the broker has confirmed it.

        Its name is the message id. A connection that was lost while it stood idle is opened again once, so the broker
        may get a message twice. Raises Refused when the broker says no to the message itself (too large), Unavailable
        for all else: nobody answers, no such exchange, no queue that takes it, not confirmed, not permitted.
        """
        check_name(name)
        with self._lock:
            while True:
                reused = self._is_open()
                try:
                    self._publish(name, data, headers)
                    return
                except FAILURES as failure:
                    if not isinstance(failure, (UnroutableError, NackError)):
                        self._drop()
                    if not (reused and isinstance(failure, AMQPConnectionError)):
                        # Without the cause: pika's holds the message, and with it people's names.
                        raise self._told(failure) from None

    def close(self) -> None:
        """Close the connection, if there is one."""
        with self._lock:
            self._drop()

    def _is_open(self) -> bool:
        """Whether there is a connection that the broker has not given up: nobody answers its heartbeats meanwhile."""
        if self._connection is None or not self._channel.is_open:
            return False
        return time.monotonic() - self._used_at < self._patience

    def _publish(self, name: str, data: bytes, headers: Mapping[str, str]) -> None:
        if not self._is_open():
            self._drop()
            self._connection = pika.BlockingConnection(connection_parameters(self._address, self._patience))
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        others = {key: value for key, value in headers.items() if key.lower() != "content-type"}
        content_type = next((value for key, value in headers.items() if key.lower() == "content-type"), CONTENT_TYPE)
        properties = pika.BasicProperties(
            content_type=content_type, delivery_mode=_PERSISTENT, message_id=name, headers=others
        )
        self._channel.basic_publish(self._address.name, self._routing_key, data, properties, mandatory=True)
        self._used_at = time.monotonic()

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(*FAILURES):
                connection.close()

    def _told(self, failure: Exception) -> Unavailable | Refused:
        """Who cannot be reached, or what the broker says; never the message."""
        if isinstance(failure, UnroutableError):
            return Unavailable(PLATFORM, f"no queue takes messages of exchange {self._address.name!r} at {self._place}")
        if isinstance(failure, NackError):
            return Unavailable(PLATFORM, f"the broker did not keep the message at {self._place}")
        if isinstance(failure, ChannelClosedByBroker):
            code, text = failure.reply_code, failure.reply_text
            if code in _NO_TO_THE_MESSAGE:
                return Refused(PLATFORM, f"AMQP_{code}", text)
            return Unavailable(PLATFORM, f"{text} at {self._place}")
        return Unavailable(PLATFORM, f"{type(failure).__name__} at {self._place}")

    @property
    def _place(self) -> str:
        return f"{self._address.host}:{self._address.port}"
