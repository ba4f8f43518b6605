"""From an address to a transport."""

import httpx

from connectors.customs.transports.addresses import BrokerAddress, FolderAddress, shown
from connectors.customs.transports.folder import FolderTransport
from connectors.customs.transports.http import HttpTransport
from connectors.customs.transports.transport import Transport
from connectors.exchange import PATIENCE


def transport_from(url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> Transport:
    """The transport of an address; `http` serves those that post.

    `folder:///path`, `http(s)://host[/path]`, `amqp(s)://user:password@host[:port]/[vhost/]exchange?routing_key=…`.
    Nothing is connected yet. Raises ValueError, without the password, for an address that is none of these.
    """
    match url.partition("://")[0].lower():
        case "folder":
            return FolderTransport(FolderAddress.of(url).path)
        case "http" | "https":
            return HttpTransport(url, http, timeout=timeout)
        case "amqp" | "amqps":
            from connectors.customs.transports.amqp import AmqpTransport  # pika is for those who have a broker

            return AmqpTransport(BrokerAddress.of(url, ("routing_key",)))
    raise ValueError(f"an address begins with folder://, http://, https://, amqp:// or amqps://, got {shown(url)}")
