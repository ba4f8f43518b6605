"""Files documents and applications with customs as CEB messages; its answers come later, to the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from clearway.contracts.documents import Application, Document
from clearway.messages import Signer, Transfer, message_type_of, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from connectors.exchange import PATIENCE, door, post

PLATFORM = "customs"


@dataclass(frozen=True)
class Sealed:
    """A message as it goes out: signed, in its envelope, and never changed again."""

    cop_msg_id: str
    message_type: str
    body: bytes


class CustomsClient:
    """Client of customs' door; one `httpx.Client` may serve many threads."""

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        transfer: Transfer,
        *,
        signer: Signer | None = None,
        envelope: bool = False,
        timeout: httpx.Timeout = PATIENCE,
    ) -> None:
        self._url = door(base_url, "/customs/messages")
        self._http = http
        self._transfer = transfer
        self._signer = signer
        self._envelope = envelope
        self._timeout = timeout

    def seal(self, records: Sequence[Document | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Write and sign one message of at most 100 records of one kind, and put it into the exchange's envelope.

        Its guid is also its CopMsgId, by which the exchange answers. Raises clearway.messages.MessageRefused when the
        records do not make a message, Unavailable when no key is free to sign it.
        """
        content = write(records, guid=message_guid, transfer=self._transfer, signer=self._signer)
        message_type = message_type_of(content)
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
        return Sealed(message_guid, message_type, content)

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Hand a message over; returns once customs has it, and sending it again changes nothing there.

        Raises Unavailable when it is not known whether customs has it, Refused when customs cannot read it.
        """
        headers = {"content-type": "application/xml"}
        if traceparent is not None:
            headers["traceparent"] = traceparent
        post(self._http, self._url, sealed.body, platform=PLATFORM, headers=headers, timeout=self._timeout)
