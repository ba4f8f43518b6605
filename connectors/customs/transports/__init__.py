"""Ways by which a message reaches customs: a folder, HTTP or AMQP, all at least once and idempotent by name."""

from connectors.customs.transports.factory import transport_from
from connectors.customs.transports.folder import FolderTransport
from connectors.customs.transports.http import HttpTransport
from connectors.customs.transports.transport import Transport

__all__ = ["FolderTransport", "HttpTransport", "Transport", "transport_from"]
