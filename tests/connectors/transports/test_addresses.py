"""From an address to a transport, and clear words about an address that is none."""

from collections.abc import Iterator

import httpx
import pytest

from connectors.customs.transports import FolderTransport, HttpTransport, transport_from
from connectors.customs.transports.addresses import BrokerAddress, FolderAddress
from connectors.customs.transports.amqp import AmqpTransport


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("folder:///var/spool/customs/out", FolderTransport),
        ("http://127.0.0.1:8100", HttpTransport),
        ("https://customs.example/ceb", HttpTransport),
        ("amqp://127.0.0.1/ceb", AmqpTransport),
        ("amqps://user:secret@broker.example:5671/vhost/ceb?routing_key=import", AmqpTransport),
        ("AMQP://127.0.0.1/?routing_key=queue", AmqpTransport),
    ],
)
def test_each_address_has_its_transport_and_connects_to_nothing_yet(url: str, kind: type, http: httpx.Client) -> None:
    assert isinstance(transport_from(url, http), kind)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "an address begins with folder://, http://, https://, amqp:// or amqps://, got ''"),
        ("ftp://127.0.0.1/x", "begins with folder://"),
        ("/var/spool", "begins with folder://"),
        ("folder://spool/out", "three slashes"),
        ("folder:///", "three slashes"),
        ("folder:///x?mode=fast", "unknown option mode"),
        ("http://", "names a host"),
        ("http://127.0.0.1:port", "not an address"),
        ("amqp://127.0.0.1", "names an exchange, a routing key or both"),
        ("amqp://127.0.0.1:port/x", "not an address"),
        ("amqp:///x", "a broker's address is"),
        ("amqp://127.0.0.1/a/b/c", "a broker's address is"),
        ("amqp://127.0.0.1//x", "a broker's address is"),
        ("amqp://127.0.0.1/x?routing=1", "unknown option routing .*known: routing_key"),
        (f"amqp://127.0.0.1/x?routing_key={'k' * 256}", "at most 255 bytes"),
    ],
)
def test_an_address_that_is_none_is_told_what_is_wrong(url: str, told: str, http: httpx.Client) -> None:
    with pytest.raises(ValueError, match=told):
        transport_from(url, http)


@pytest.mark.parametrize(
    "url",
    ["amqp://me:secret@127.0.0.1:port/x", "amqp://me:secret@h/x?y=1", "amqp://me:secret@h/a/b/c", "x://me:secret@h"],
)
def test_no_password_is_told(url: str, http: httpx.Client) -> None:
    with pytest.raises(ValueError, match="…@") as fault:
        transport_from(url, http)
    assert "secret" not in str(fault.value)
    assert "secret" not in repr(BrokerAddress.of("amqp://me:secret@h/x"))


def test_a_brokers_address_is_read_in_all_its_parts() -> None:
    read = BrokerAddress.of("amqps://me:s%2Fecret@broker.example/port%2Fzone/ceb%2Fin?routing_key=k", ("routing_key",))
    assert (read.host, read.port, read.user, read.password) == ("broker.example", 5671, "me", "s/ecret")
    assert (read.vhost, read.name, read.secure, read.options) == ("port/zone", "ceb/in", True, {"routing_key": "k"})
    plain = BrokerAddress.of("amqp://127.0.0.1/ceb")
    assert (plain.port, plain.user, plain.vhost, plain.name) == (5672, "guest", "/", "ceb")


def test_a_folders_name_may_hold_anything() -> None:
    assert str(FolderAddress.of("folder:///srv/%E6%B5%B7%E5%85%B3/out%20box").path) == "/srv/海关/out box"
