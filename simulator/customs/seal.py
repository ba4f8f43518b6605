"""Customs' side of the wire: opens envelopes, checks who signed, and signs what customs says itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clearway.contracts.parties import Role
from clearway.messages import Message, MessageRefused, message_type_of, read
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, is_envelope, unwrap, wrap
from clearway.messages.signatures import (
    FileKey,
    TrustedKey,
    XmlSigner,
    load_key,
    load_public_key,
    sign_bytes,
    verify,
)
from simulator.settings import Settings

KEY, CERTIFICATE, PASSWORD = ".key.pem", ".cert.pem", "password"
"""Endings of the files in a folder of keys, `PARTY-NAME.key.pem`, and the file with their password."""
CUSTOMS = "CUSTOMS"


@dataclass(frozen=True)
class Opened:
    """A message that was handed in."""

    message: Message
    cop_msg_id: str
    """Of its envelope; empty for a message without one."""
    sender_id: str
    content: bytes
    fault: str
    """Why its signature does not count, empty where it does or none is demanded."""


class Seal:
    """Opens what comes in and closes what goes out, as the settings say."""

    def __init__(self, settings: Settings) -> None:
        """Load the keys; raises clearway.messages.signatures.KeyRefused, OSError."""
        self._enveloped = settings.envelope
        self._key = key_of(settings.keys, CUSTOMS)
        self._trusted = dict(trusted_in(settings.trust)) if settings.trust else None

    def open(self, body: bytes) -> Opened:
        """Read a message, in an envelope or without; raises MessageRefused."""
        envelope = unwrap(body) if is_envelope(body) else None
        content = envelope.data if envelope else body
        return Opened(
            message=read(content),
            cop_msg_id=envelope.cop_msg_id if envelope else "",
            sender_id=envelope.sender_id if envelope else "",
            content=content,
            fault=self._fault(content),
        )

    def _fault(self, content: bytes) -> str:
        if self._trusted is None:
            return ""
        try:
            verify(content, self._trusted.get)
        except MessageRefused as refused:
            return refused.problems[0].code
        return ""

    def close(self, content: bytes, *, guid: str, at: datetime, to: str) -> bytes:
        """Put a message of customs into its envelope, signed where customs has a key; `to` is its reader's DXP id."""
        if not self._enveloped:
            return content
        envelope = Envelope(
            cop_msg_id=guid,
            sender_id=IMPORT_RECEIVER,
            receiver_ids=(to,),
            created_at=at,
            message_type=message_type_of(content),
            data=content,
        )
        return wrap(envelope, XmlSigner(self._key) if self._key else None)

    def headers(self, body: bytes) -> Mapping[str, str]:
        """The signature that goes beside a JSON body."""
        if self._key is None:
            return {}
        return {"X-Clearway-Key": self._key.name, "X-Clearway-Signature": sign_bytes(body, self._key)}


def key_of(folder: Path | None, party: str) -> FileKey | None:
    """A party's key in a folder of keys, if it has one there; raises KeyRefused, OSError."""
    files = sorted(folder.glob(f"{party}-*{KEY}")) if folder else []
    if folder is None or not files:
        return None
    return load_key(files[-1], (folder / PASSWORD).read_text(encoding="utf-8").strip())


def trusted_in(folder: Path) -> Mapping[str, TrustedKey]:
    """Whose signatures count, by the names of their keys; raises KeyRefused, OSError."""
    found = {}
    for file in sorted(folder.glob(f"*{CERTIFICATE}")):
        name, key = load_public_key(file)
        party = file.name.partition("-")[0]
        found[name] = TrustedKey(key_name=name, party_code=party, roles=frozenset(Role), public_key=key)
    return found
