"""Keys of the local stack, made at its first start: customs signs what it says, and so does whoever files with it."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from clearway.contracts.parties import Role
from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    certificate_pem,
    key_file_text,
    load_certificate,
    load_key,
    load_public_key,
    own_key,
    write_private,
)
from models.trust import NewKey

CUSTOMS, TRANSMITTER = "CUSTOMS", "3301960T01"
"""Who has a key here: the simulated customs, and the service itself, which files in everybody's name."""
PASSWORD = "password"
_YEARS = timedelta(days=3650)


class Keys:
    """A folder with each party's key and certificate, `PARTY-NAME.key.pem` and `PARTY-NAME.cert.pem`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.for_customs = folder / "for-customs"
        """The certificates that customs believes."""
        self.password_file = folder / PASSWORD

    def make(self, at: datetime, parties: Iterable[str] = ()) -> None:
        """Make what is missing, for customs, the service and `parties`; keys that are there stay.

        `at` is when new ones begin.
        """
        self.for_customs.mkdir(parents=True, exist_ok=True)
        if not self.password_file.exists():
            write_private(self.password_file, secrets.token_urlsafe(24))
        for party in (CUSTOMS, TRANSMITTER, *parties):
            if not any(self.folder.glob(f"{party}-*.key.pem")):
                self._make(party, at)
        for certificate in self.folder.glob(f"{TRANSMITTER}-*.cert.pem"):
            (self.for_customs / certificate.name).write_bytes(certificate.read_bytes())

    def _make(self, party: str, at: datetime) -> None:
        key = own_key(KeyKind.SM2, subject=party, valid_from=at, valid_to=at + _YEARS)
        password = self.password_file.read_text(encoding="utf-8")
        certificate = self.folder / f"{party}-{key.name}.cert.pem"
        certificate.write_text(certificate_pem(key), encoding="ascii")
        write_private(self.folder / f"{party}-{key.name}.key.pem", key_file_text(key, password))

    def of(self, party: str) -> FileKey:
        """A party's key, opened."""
        return load_key(max(self.folder.glob(f"{party}-*.key.pem")), self.password_file.read_text(encoding="utf-8"))

    @property
    def of_transmitter(self) -> Path:
        """The key with which the service signs."""
        return max(self.folder.glob(f"{TRANSMITTER}-*.key.pem"))

    def to_trust(self, party: str, role: Role) -> NewKey:
        """A party's key as it is put on file: until its certificate ends."""
        file = self.certificate_of(party)
        name, key = load_public_key(file)
        certificate = load_certificate(file)
        ends = certificate.valid_to + timedelta(seconds=1) if certificate else None
        return NewKey(name, party, frozenset({role}), key, valid_before=ends)

    def certificate_of(self, party: str) -> Path:
        """What a party is believed by."""
        return max(self.folder.glob(f"{party}-*.cert.pem"))
