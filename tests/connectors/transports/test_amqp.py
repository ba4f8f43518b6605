"""A real broker as transport: confirmed, persistent, and nothing lost when it is cut off, restarted or in trouble."""

import contextlib
import signal
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing
from urllib.parse import urlsplit

import pika
import pytest

from connectors import Refused, Unavailable
from connectors.customs.transports.addresses import BrokerAddress
from connectors.customs.transports.amqp import AmqpTransport
from tests.connectors.transports.broker import Broker
from tests.connectors.transports.cable import Cable, cable_to
from tests.connectors.transports.conformance import HEADERS, TransportFacts
from tests.patience import PATIENCE, wait_until


class Queue:
    """A durable queue, bound to a direct exchange of the same name, read by somebody else."""

    def __init__(self, broker: Broker, cable: Cable) -> None:
        self.broker = broker
        self.cable = cable
        self.name = broker.new_queue()
        self._held: dict[str, bytes] = {}
        self._headers: dict[str, dict[str, str]] = {}
        self.persistent: set[bool] = set()
        with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
            channel = connection.channel()
            channel.exchange_declare(self.name, durable=True)
            channel.queue_bind(self.name, self.name, "ceb")

    @property
    def address(self) -> BrokerAddress:
        url = f"amqp://guest:guest@127.0.0.1:{self.cable.port}/{self.name}?routing_key=ceb"
        return BrokerAddress.of(url, ("routing_key",))

    def held(self) -> Mapping[str, bytes]:
        with pika.BlockingConnection(pika.URLParameters(self.broker.url)) as connection:
            channel = connection.channel()
            while (got := channel.basic_get(self.name, auto_ack=True))[0] is not None:
                _, properties, body = got
                assert self._held.setdefault(properties.message_id, body) == body
                self._headers[properties.message_id] = {"content-type": properties.content_type} | properties.headers
                self.persistent.add(properties.delivery_mode == 2)
        return self._held

    def headers(self, name: str) -> Mapping[str, str]:
        self.held()
        return self._headers[name]

    def away(self) -> AbstractContextManager[None]:
        return self.cable.out()


@pytest.fixture
def other_side(broker: Broker) -> Iterator[Queue]:
    with cable_to(urlsplit(broker.url).port or 0) as cable:
        yield Queue(broker, cable)


@pytest.fixture
def transport(other_side: Queue) -> Iterator[AmqpTransport]:
    made = AmqpTransport(other_side.address)
    yield made
    made.close()


class TestAmqp(TransportFacts):
    """Everything that is true of every transport."""


def test_messages_are_persistent(transport: AmqpTransport, other_side: Queue) -> None:
    transport.send("CEB621-1", b"one", HEADERS)
    assert list(other_side.held()) == ["CEB621-1"]
    assert other_side.persistent == {True}


def test_a_connection_cut_while_idle_is_opened_again_unnoticed(transport: AmqpTransport, other_side: Queue) -> None:
    for number in range(5):
        transport.send(f"CEB621-{number}", b"one", HEADERS)
        other_side.cable.cut()
        other_side.cable.mend()
    assert len(other_side.held()) == 5


def test_whatever_was_handed_over_survives_cuts_in_the_middle(transport: AmqpTransport, other_side: Queue) -> None:
    done, sent = threading.Event(), set[str]()

    def cut_again_and_again() -> None:
        pause, before = 0.03, 0
        while not done.wait(pause):
            pause = 0.03 if len(sent) > before else min(1.5 * pause, 2)  # a slow machine has its chance, too
            before = len(sent)
            other_side.cable.cut()
            other_side.cable.mend()

    saboteur = threading.Thread(target=cut_again_and_again)
    saboteur.start()
    try:
        for number in range(30):
            for _ in range(50):
                try:
                    transport.send(f"CEB621-{number}", b"%d" % number * 2000, HEADERS)
                except Unavailable:
                    continue
                sent.add(f"CEB621-{number}")
                break
    finally:
        done.set()
        saboteur.join()
    assert sent
    assert sent <= set(other_side.held())


def test_an_exchange_that_nobody_listens_to_is_unavailable_until_somebody_does(
    transport: AmqpTransport, other_side: Queue
) -> None:
    with pika.BlockingConnection(pika.URLParameters(other_side.broker.url)) as connection:
        channel = connection.channel()
        channel.queue_unbind(other_side.name, other_side.name, "ceb")
        with pytest.raises(Unavailable, match="no queue takes messages"):
            transport.send("CEB621-1", b"one", HEADERS)
        channel.queue_bind(other_side.name, other_side.name, "ceb")
        transport.send("CEB621-1", b"one", HEADERS)
    assert list(other_side.held()) == ["CEB621-1"]


def test_an_exchange_that_is_not_there_is_unavailable_until_it_is(broker: Broker) -> None:
    name = uuid.uuid4().hex
    transport = AmqpTransport(BrokerAddress.of(f"{broker.url}/{name}"))
    for _ in range(2):
        with pytest.raises(Unavailable, match="NOT_FOUND"):
            transport.send("CEB621-1", b"one", HEADERS)
    transport.close()


def test_a_queue_that_takes_no_more_is_unavailable(broker: Broker) -> None:
    name = uuid.uuid4().hex
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        connection.channel().queue_declare(name, arguments=full, auto_delete=True)
        transport = AmqpTransport(BrokerAddress.of(f"{broker.url}/?routing_key={name}", ("routing_key",)))
        transport.send("CEB621-1", b"one", HEADERS)
        with pytest.raises(Unavailable, match="did not keep the message"):
            transport.send("CEB621-2", b"two", HEADERS)
        transport.close()
        connection.channel().queue_delete(name)


def test_a_message_over_the_brokers_limit_is_refused(transport: AmqpTransport, other_side: Queue) -> None:
    with pytest.raises(Refused, match="AMQP_406"):
        transport.send("CEB621-1", bytes(135_000_000), HEADERS)
    transport.send("CEB621-2", b"one", HEADERS)
    assert list(other_side.held()) == ["CEB621-2"]


@pytest.mark.parametrize("at", ["guest:wrong@127.0.0.1:{}/x", "guest:guest@127.0.0.1:{}/no-such-vhost/x"])
def test_a_broker_that_does_not_let_us_in_is_unavailable_and_no_password_is_told(broker: Broker, at: str) -> None:
    address = BrokerAddress.of(f"amqp://{at.format(urlsplit(broker.url).port)}")
    with pytest.raises(Unavailable) as unavailable:
        AmqpTransport(address).send("CEB621-1", b"one", HEADERS)
    assert "wrong" not in repr(unavailable.value) + repr(address)


def test_with_tls_the_broker_must_be_who_it_should_be(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = broker.new_queue()

    def send_to(host: str) -> None:
        address = BrokerAddress.of(f"{broker.secure_url(host)}/?routing_key={queue}", ("routing_key",))
        with closing(AmqpTransport(address)) as transport:
            transport.send("CEB621-1", b"one", HEADERS)

    with pytest.raises(Unavailable):
        send_to("localhost")  # nobody vouches for its certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(broker.certificate))
    with pytest.raises(Unavailable):
        send_to("127.0.0.1")  # the certificate is for another name
    assert broker.depth(queue) == 0
    send_to("localhost")
    assert broker.depth(queue) == 1


def test_a_host_that_is_none_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        AmqpTransport(BrokerAddress.of("amqp://no-such-host.invalid/x")).send("CEB621-1", b"one", HEADERS)


def test_a_broker_that_freezes_is_unavailable_in_time(broker: Broker) -> None:
    queue = broker.new_queue()
    address = BrokerAddress.of(f"{broker.url}/?routing_key={queue}", ("routing_key",))
    transport = AmqpTransport(address, patience=2)

    def taken(name: str) -> bool:
        with contextlib.suppress(Unavailable):
            transport.send(name, b"one", HEADERS)
            return True
        return False

    wait_until(lambda: taken("CEB621-1"), "it is not taken")
    with broker.frozen():
        began = time.monotonic()
        with pytest.raises(Unavailable):
            transport.send("CEB621-2", b"one", HEADERS)
        assert time.monotonic() - began < PATIENCE
    wait_until(lambda: taken("CEB621-2"), "it is not taken again")
    assert broker.depth(queue) >= 2
    transport.close()


def test_what_was_confirmed_is_there_after_the_broker_was_killed(broker: Broker) -> None:
    queue = broker.lasting_queue()
    address = BrokerAddress.of(f"{broker.url}/?routing_key={queue}", ("routing_key",))
    with closing(AmqpTransport(address)) as transport:
        for number in range(20):
            transport.send(f"CEB621-{number}", b"one", HEADERS)
        broker.stop(signal.SIGKILL)
        with pytest.raises(Unavailable):
            transport.send("CEB621-20", b"one", HEADERS)
        broker.start()
        transport.send("CEB621-20", b"one", HEADERS)
    assert broker.depth(queue) == 21
