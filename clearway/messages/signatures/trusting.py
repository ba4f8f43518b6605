"""Whom a signature is believed to come from."""

from collections.abc import Callable
from dataclasses import dataclass

from clearway.contracts.parties import Role
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.signatures.public_keys import PublicKey
from clearway.messages.signatures.refusals import REFERENCE


@dataclass(frozen=True)
class TrustedKey:
    """A public key that somebody put on file before any message named it; `party_code` speaks with it."""

    key_name: str
    party_code: str
    roles: frozenset[Role]
    public_key: PublicKey


Trust = Callable[[str], TrustedKey | None]
"""The key trusted now under a KeyName, or None."""


def trusted_key(key_name: str, trusted: Trust) -> TrustedKey:
    """The key of this name; raises MessageRefused with E_KEY_UNKNOWN."""
    if (key := trusted(key_name)) is not None:
        return key
    raise MessageRefused(
        [
            problem(
                "E_KEY_UNKNOWN",
                (
                    f"no trusted key is named `{told(key_name)}`, or it is revoked or not valid now",
                    f"没有名为 {told(key_name)} 的受信任密钥，或该密钥已吊销或不在有效期内",
                ),
                (
                    "Sign with a key that is on file, or have the operator put this one on file",
                    "请使用已登记的密钥签名，或请运营方登记该密钥",
                ),
                reference=REFERENCE,
            )
        ]
    )


def told(key_name: str) -> str:
    """A KeyName as it may be shown: it comes from outside."""
    return "".join(each if each.isalnum() else "?" for each in key_name[:64])


def wrong_signature(english: str, chinese: str) -> MessageRefused:
    """E_SIGNATURE: there is a signature, and it does not hold."""
    return MessageRefused(
        [
            problem(
                "E_SIGNATURE",
                (f"the signature does not hold: {english}", f"签名验证未通过：{chinese}"),
                (
                    "Sign the very bytes that are sent, with the key named, and change nothing afterwards",
                    "请用所示密钥对实际发送的报文签名，签名后不要再改动报文",
                ),
                reference=REFERENCE,
            )
        ]
    )


def unsigned(english: str = "the message carries no signature", chinese: str = "报文没有签名") -> MessageRefused:
    """E_UNSIGNED: there is nothing to verify."""
    return MessageRefused(
        [
            problem(
                "E_UNSIGNED",
                (english, chinese),
                ("Sign it with a key that is on file", "请使用已登记的密钥签名"),
                reference=REFERENCE,
            )
        ]
    )
