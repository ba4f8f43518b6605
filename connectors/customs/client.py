"""Files documents and applications with customs as CEB messages; its answers come later, to the gateway."""

from collections.abc import Sequence

import httpx

from clearway.contracts.documents import Application, Document
from clearway.messages import Transfer, write
from connectors.exchange import PATIENCE, door, post

PLATFORM = "customs"


class CustomsClient:
    """Client of customs' door; one `httpx.Client` may serve many threads."""

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        transfer: Transfer,
        *,
        timeout: httpx.Timeout = PATIENCE,
    ) -> None:
        self._url = door(base_url, "/customs/messages")
        self._http = http
        self._transfer = transfer
        self._timeout = timeout

    def file(
        self, records: Sequence[Document | Application], *, message_guid: str, traceparent: str | None = None
    ) -> None:
        """Hand documents or applications of one kind to customs in one message, at most 100.

        Returns once customs has the message; filing it again under the same guids changes nothing. Raises Unavailable
        when it is not known whether customs has it, Refused when customs cannot read it, and
        clearway.messages.MessageRefused when the records do not make a message.
        """
        content = write(records, guid=message_guid, transfer=self._transfer)
        headers = {"content-type": "application/xml"}
        if traceparent is not None:
            headers["traceparent"] = traceparent
        post(self._http, self._url, content, platform=PLATFORM, headers=headers, timeout=self._timeout)
