"""Opening what was stored: a bare message, or one inside an envelope of the exchange; its content is not read yet."""

from dataclasses import dataclass

from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused, message_type_of
from clearway.messages.envelope import is_envelope, is_response, unwrap
from gateway.sender import Sending
from models.tables import RawMessage

XML = "application/xml"


@dataclass(frozen=True)
class Opened:
    """The business message, and what its envelope says, if it came in one."""

    body: bytes
    content_type: str = ""
    cop_msg_id: str = ""
    enveloped: bool = False
    sending: Sending | tuple[Problem, ...] = ()
    """Who sends, or what is wrong with what the headers say of it."""

    @property
    def message_type(self) -> str:
        """CEB311, CEB622 …, DxpRep, or nothing for what is neither."""
        if is_response(self.body):
            return "DxpRep"
        try:
            return message_type_of(self.body)
        except MessageRefused:
            return ""


def open_message(raw: RawMessage) -> Opened:
    """What came in, out of its envelope. Raises MessageRefused with every fault of the envelope."""
    if not is_envelope(raw.body):
        return Opened(raw.body, raw.content_type)
    envelope = unwrap(raw.body, max_bytes=len(raw.body))
    return Opened(envelope.data, XML, envelope.cop_msg_id, enveloped=True)
