"""Where a signature comes from: a key (clearway.messages.signatures) or, without one, a placeholder that says so."""

from typing import Protocol

DSIG = "http://www.w3.org/2000/09/xmldsig#"


class Signer(Protocol):
    """Signs a message; implementations hold the key, or know who does."""

    def sign(self, unsigned: bytes) -> bytes:
        """Return a complete `ds:Signature` element, with its own namespace declaration, for these message bytes."""
        ...


class UnsignedPlaceholder:
    """NOT a signature: fills the place that the schema of 621, 623 and 625 demands, and says UNSIGNED in every part.

    Its algorithms are `urn:clearway:unsigned` and its values spell UNSIGNED in base64, so no verifier can take it
    for a signature. Customs refuses such a message; it serves tests, drafts and the simulator.
    """

    def sign(self, unsigned: bytes) -> bytes:
        """Return the placeholder, whatever the message."""
        return _PLACEHOLDER


_PLACEHOLDER = (
    f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="urn:clearway:unsigned"></ds:SignatureMethod>'
    '<ds:Reference URI=""><ds:Transforms>'
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform></ds:Transforms>'
    '<ds:DigestMethod Algorithm="urn:clearway:unsigned"></ds:DigestMethod><ds:DigestValue>VU5TSUdORUQ=</ds:DigestValue>'
    "</ds:Reference></ds:SignedInfo><ds:SignatureValue>VU5TSUdORUQ=</ds:SignatureValue>"
    "<ds:KeyInfo><ds:KeyName>UNSIGNED</ds:KeyName></ds:KeyInfo></ds:Signature>"
).encode()
