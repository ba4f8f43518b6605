"""Keys of parties for the gateway's tests, and messages signed with them in every way there is."""

from datetime import datetime, timedelta
from functools import cache

from clearway.contracts.parties import Role
from clearway.messages.envelope import Envelope, wrap
from clearway.messages.signatures import FileKey, KeyKind, XmlSigner, new_key, sign_bytes, sign_message
from models.trust import NewKey, add, revoke
from tests.gateway.recording import GUID, START, House

A_YEAR = timedelta(days=365)


@cache
def key(name: str, kind: KeyKind = KeyKind.SM2) -> FileKey:
    """A key of its own for each name."""
    return new_key(kind).named(name, None)


def trust(
    house: House, name: str, party: str, *roles: Role, begins: datetime = START - A_YEAR, ends: datetime | None = None
) -> FileKey:
    """Put the key of a name on file for a party."""
    with house.database.transaction() as session:
        new = NewKey(name, party, frozenset(roles), key(name).public_key, valid_from=begins, valid_before=ends)
        add(session, new, START - A_YEAR)
    return key(name)


def trust_customs(house: House) -> FileKey:
    """Put a key of customs on file."""
    return trust(house, "customs-1", "CUSTOMS", Role.CUS)


def withdraw(house: House, name: str, at: datetime) -> None:
    """Revoke a key."""
    with house.database.transaction() as session:
        revoke(session, name, at, "lost")


def signed(message: bytes, by: FileKey) -> bytes:
    """A message with a signature in it."""
    return sign_message(message, XmlSigner(by))


def enveloped(message: bytes, message_type: str, by: FileKey | None = None, cop_msg_id: str = GUID) -> bytes:
    """A message in an envelope, whose transport may be signed."""
    envelope = Envelope(
        cop_msg_id=cop_msg_id,
        sender_id="DXPEDCCEB0000002",
        receiver_ids=("DXPENT0000000001",),
        created_at=START,
        message_type=message_type,
        data=message,
    )
    return wrap(envelope, XmlSigner(by) if by else None)


def beside(body: bytes, by: FileKey) -> dict[str, str]:
    """The headers that sign a body."""
    return {"X-Clearway-Key": by.name, "X-Clearway-Signature": sign_bytes(body, by)}
