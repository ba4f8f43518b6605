"""The way to customs: where payment data is uploaded, and the keys that sign it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import httpx

from clearway.contracts.parties import Role
from clearway.messages.payment_data import TextSigner
from clearway.messages.signatures import (
    KeyPool,
    KeyRefused,
    PrivateKey,
    PublicKey,
    RsaPrivateKey,
    Sm2PrivateKey,
    TrustedKey,
    read_certificate,
    sign_text,
)
from connectors.customs.keys import signing_pool
from connectors.exchange import door
from connectors.payment_data import PaymentDataClient, PaymentDataSettings
from connectors.settings import PlatformSettings


@dataclass
class Uplink:
    """Signs with a pool of keys, where there is one, and remembers which key signed, so that it can be checked."""

    url: str = PaymentDataSettings.model_fields["upload_url"].default
    pool: KeyPool | None = None
    _signed_with: dict[str, TrustedKey] = field(default_factory=dict)

    @property
    def sign(self) -> TextSigner | None:
        """Key name and signature of a text; None where no key signs. It raises SignerUnavailable."""
        return self._sign if self.pool is not None else None

    @contextmanager
    def client(self, url: str | None = None) -> Iterator[PaymentDataClient]:
        """A client of customs, or of another address: that of a self-test."""
        with httpx.Client(verify=_trust(), trust_env=False) as http:
            yield PaymentDataClient(url or self.url, http)

    def trusted(self, key_name: str) -> TrustedKey | None:
        """The key of ours with this name, once it has signed."""
        return self._signed_with.get(key_name)

    def _sign(self, text: str) -> tuple[str, str]:
        assert self.pool is not None
        with self.pool.lend() as key:
            value = sign_text(text, key)
            if (public := _public(key)) is not None:
                self._signed_with[key.name] = TrustedKey(key.name, "", frozenset({Role.EBP}), public)
            return key.name, value


def _public(key: PrivateKey) -> PublicKey | None:
    if isinstance(key, RsaPrivateKey | Sm2PrivateKey):
        return key.public_key
    return read_certificate(key.certificate).public_key if key.certificate else None


def uplink_from_settings() -> Uplink:
    """The way that the settings name; raises ValueError for an address or a key that cannot be used."""
    url = PaymentDataSettings().upload_url
    door(url, "")  # says at once whether it is an address
    try:
        return Uplink(url, signing_pool(PlatformSettings()))
    except KeyRefused as refused:
        raise ValueError(str(refused)) from None


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
