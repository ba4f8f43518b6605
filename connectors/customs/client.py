"""Files documents and applications with customs as CEB messages; its answers come later, to the gateway."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clearway.contracts.documents import Application, Document
from clearway.messages import Signer, Transfer, message_type_of, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from clearway.messages.signatures import KeyRefused, SignerUnavailable
from connectors.customs.transports import Transport
from connectors.errors import Unavailable

PLATFORM = "customs"

_KEY_NAME = re.compile(rb"<ds:KeyName>([^<]*)</ds:KeyName>")
"""As our own signer writes it."""


@dataclass(frozen=True)
class Sealed:
    """A message as it goes out: signed, in its envelope, and never changed again."""

    cop_msg_id: str
    message_type: str
    body: bytes
    key_name: str = ""
    """Of the key that signed it; empty for none."""

    @property
    def name(self) -> str:
        """Its name on the way; one that is signed anew is another."""
        return f"{self.message_type}-{self.cop_msg_id}-{hashlib.sha256(self.body).hexdigest()[:8]}"


class CustomsClient:
    """Client of customs' door; many threads may use one."""

    def __init__(
        self, transport: Transport, transfer: Transfer, *, signer: Signer | None = None, envelope: bool = True
    ) -> None:
        self._transport = transport
        self._transfer = transfer
        self._signer = signer
        self._envelope = envelope

    def seal(self, records: Sequence[Document | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Write and sign one message of at most 100 records of one kind, and put it into the exchange's envelope.

        Its guid is also its CopMsgId, by which the exchange answers. Raises clearway.messages.MessageRefused when the
        records do not make a message, Unavailable when no key is free to sign it, or the card in the reader is another.
        """
        try:
            content = write(records, guid=message_guid, transfer=self._transfer, signer=self._signer)
        except (SignerUnavailable, KeyRefused) as failure:
            raise Unavailable("signer", str(failure)) from None
        message_type = message_type_of(content)
        signed = _KEY_NAME.search(content) if self._signer else None
        if self._envelope:
            envelope = Envelope(
                cop_msg_id=message_guid,
                sender_id=self._transfer.dxp_id,
                receiver_ids=(IMPORT_RECEIVER,),
                created_at=at,
                message_type=message_type,
                data=content,
            )
            content = wrap(envelope)
        return Sealed(message_guid, message_type, content, signed[1].decode() if signed else "")

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Hand a message over; returns once the other side has it, and sending it again changes nothing there.

        Raises Unavailable when it is not known whether customs has it, Refused when customs cannot read it.
        """
        self._transport.send(sealed.name, sealed.body, {} if traceparent is None else {"traceparent": traceparent})
