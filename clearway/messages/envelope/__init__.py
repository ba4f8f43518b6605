"""The envelope of the data exchange platform (DXP) around a business message, and the platform's answer to it."""

from clearway.messages.envelope.codes import DxpCode
from clearway.messages.envelope.parts import (
    EXPORT_RECEIVER,
    IMPORT_RECEIVER,
    BizKey,
    DxpResponse,
    Envelope,
    Header,
    NodeMessage,
    NodeResponse,
    ReceiverResult,
)
from clearway.messages.envelope.reading import (
    MAX_ENVELOPE_BYTES,
    is_envelope,
    is_response,
    read_node_message,
    read_response,
    unwrap,
)
from clearway.messages.envelope.writing import wrap, write_node_message, write_response

__all__ = [
    "EXPORT_RECEIVER",
    "IMPORT_RECEIVER",
    "MAX_ENVELOPE_BYTES",
    "BizKey",
    "DxpCode",
    "DxpResponse",
    "Envelope",
    "Header",
    "NodeMessage",
    "NodeResponse",
    "ReceiverResult",
    "is_envelope",
    "is_response",
    "read_node_message",
    "read_response",
    "unwrap",
    "wrap",
    "write_node_message",
    "write_response",
]
