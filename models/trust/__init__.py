"""Whose signatures count: keys put on file, looked up and revoked; and who must sign from now on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from clearway.contracts.parties import Role
from clearway.messages.signatures import PublicKey, Trust, TrustedKey, fingerprint, public_pem, read_public_key
from models.tables import TrustedKey as Row

CUSTOMS = "CUSTOMS"
"""The party code under which customs' own keys are on file."""


LONGEST_NAME = 64
"""Characters of a KeyName."""


class TrustRefused(Exception):
    """The key cannot be put on file, or there is none of that name; the text says why, and nothing changed."""


@dataclass(frozen=True)
class NewKey:
    """A key to be put on file; without `valid_from` it begins then. `valid_before` is the first instant without it."""

    key_name: str
    party_code: str
    roles: frozenset[Role]
    public_key: PublicKey
    valid_from: datetime | None = None
    valid_before: datetime | None = None
    note: str = ""


def normal_name(key_name: str) -> str:
    """A KeyName as it is kept: hexadecimal numbers arrive in capitals as well."""
    return key_name.strip().lower()


def add(session: Session, new: NewKey, at: datetime) -> Row:
    """Put a key on file at `at`; the same key with the same content again changes nothing.

    Raises TrustRefused: the name or the key is on file with other content, or was revoked; the roles are missing, or
    mix customs with enterprises; the time is empty.
    """
    name = normal_name(new.key_name)
    begins = new.valid_from or at
    _check(name, new, begins)
    row = Row(
        key_name=name,
        party_code=new.party_code,
        roles=",".join(sorted(new.roles)),
        algorithm=new.public_key.kind,
        public_key=public_pem(new.public_key),
        fingerprint=fingerprint(new.public_key),
        valid_from=begins,
        valid_before=new.valid_before,
        note=new.note,
        added_at=at,
    )
    known = session.exec(select(Row).where((Row.key_name == name) | (Row.fingerprint == row.fingerprint))).all()
    for old in known:
        if old.revoked_at is not None:
            raise TrustRefused(f"the key {old.key_name} was revoked and is never trusted again")
        if _content(old) != _content(row) or new.valid_from not in (None, old.valid_from):
            raise TrustRefused(f"the key {old.key_name} of {old.party_code} is on file with other content")
    if known:
        return known[0]
    session.add(row)
    session.flush()
    return row


def revoke(session: Session, key_name: str, at: datetime, note: str) -> Row:
    """Believe a key no more from `at` on; the first revocation counts. Raises TrustRefused if there is none."""
    row = session.get(Row, normal_name(key_name), with_for_update=True)
    if row is None:
        raise TrustRefused(f"no key named {normal_name(key_name)} is on file")
    if row.revoked_at is None or at < row.revoked_at:
        row.revoked_at = at
        row.note = note[:200]
        session.add(row)
        session.flush()
    return row


def every_key(session: Session) -> list[Row]:
    """Every key ever put on file, by party and time."""
    return list(session.exec(select(Row).order_by(col(Row.party_code), col(Row.valid_from), col(Row.key_name))))


def trusted(session: Session, key_name: str, at: datetime) -> TrustedKey | None:
    """The key of this name if it is trusted at `at`: on file, begun, not ended and not revoked."""
    name = normal_name(key_name)
    row = session.get(Row, name) if len(name) <= LONGEST_NAME else None
    return _as_trusted(row) if row is not None and is_valid(row, at) else None


def trust_at(session: Session, at: datetime) -> Trust:
    """What `verify` asks: the key trusted at `at` under a name."""
    return lambda key_name: trusted(session, key_name, at)


def keys_of(session: Session, party_code: str, at: datetime) -> tuple[TrustedKey, ...]:
    """The keys of a party that are trusted at `at`."""
    return tuple(_as_trusted(row) for row in _of(session, party_code) if is_valid(row, at))


def must_sign(session: Session, party_code: str, at: datetime) -> bool:
    """Whether what this party says counts only signed: a key of it is on file, begun by `at`.

    A key that ended or was revoked counts here: a lost key must not open the door to unsigned messages.
    """
    return any(row.valid_from <= at for row in _of(session, party_code))


def any_of_role(session: Session, role: Role, at: datetime) -> bool:
    """Whether a key with this role is on file, begun by `at`, in force or not: for CUS, customs must sign."""
    rows = session.exec(select(Row).where(col(Row.valid_from) <= at, col(Row.roles).contains(role.value)))
    return any(role in _roles(row) for row in rows)


def is_valid(row: Row, at: datetime) -> bool:
    """Whether a key on file is trusted at `at`."""
    ends = [end for end in (row.valid_before, row.revoked_at) if end is not None]
    return row.valid_from <= at and all(at < end for end in ends)


def _of(session: Session, party_code: str) -> Iterable[Row]:
    return session.exec(select(Row).where(Row.party_code == party_code).order_by(col(Row.key_name)))


def _as_trusted(row: Row) -> TrustedKey:
    return TrustedKey(row.key_name, row.party_code, _roles(row), read_public_key(row.public_key))


def _roles(row: Row) -> frozenset[Role]:
    return frozenset(Role(role) for role in row.roles.split(","))


def _content(row: Row) -> tuple[object, ...]:
    return row.key_name, row.party_code, row.roles, row.fingerprint, row.valid_before


def _check(name: str, new: NewKey, begins: datetime) -> None:
    if not (1 <= len(name) <= LONGEST_NAME and name.isascii() and name.isprintable()):
        raise TrustRefused(f"a key's name has 1 to {LONGEST_NAME} plain characters")
    if not 1 <= len(new.party_code) <= 18:
        raise TrustRefused("a party's code has 1 to 18 characters")
    if not new.roles:
        raise TrustRefused("a key needs one role at least in which its party may sign")
    if (new.party_code == CUSTOMS) != (new.roles == {Role.CUS}) or (Role.CUS in new.roles and len(new.roles) > 1):
        raise TrustRefused(f"the role CUS alone belongs to the party {CUSTOMS}, and no other role does")
    if new.valid_before is not None and new.valid_before <= begins:
        raise TrustRefused("the key ends before it begins")
    if len(new.note) > 200:
        raise TrustRefused("a note has at most 200 characters")
