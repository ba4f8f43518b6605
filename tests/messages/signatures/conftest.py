"""Keys of our own, and the published vectors, read where they lie."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clearway.contracts.parties import Role
from clearway.messages.signatures import FileKey, KeyKind, Trust, TrustedKey, make_certificate, new_key

OFFICIAL = Path(__file__).parents[4] / "shared" / "messages"
NAMES = {KeyKind.SM2: "03000000000cde6f", KeyKind.RSA: "01691f7f"}


@pytest.fixture(scope="session")
def keys() -> dict[KeyKind, FileKey]:
    """One key of each kind, with a certificate."""
    return {kind: _with_certificate(kind) for kind in KeyKind}


def _with_certificate(kind: KeyKind) -> FileKey:
    key, serial = new_key(kind), int(NAMES[kind], 16)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    certificate = make_certificate(key, subject="4601630004", serial=serial, valid_from=start, valid_to=end)
    return key.named(NAMES[kind], certificate)


@pytest.fixture(scope="session")
def trust(keys: dict[KeyKind, FileKey]) -> Trust:
    """Both keys on file, and no other."""
    known = {
        key.name: TrustedKey(key.name, "4601630004", frozenset({Role.EBC}), key.public_key) for key in keys.values()
    }
    return known.get


@pytest.fixture(scope="session")
def vectors() -> dict[str, dict[str, Any]]:
    """The published vectors by their id."""
    path = OFFICIAL / "vectors" / "signature_vectors.json"
    if not path.exists():
        pytest.skip("the published signature vectors are not beside the repository")
    return {vector["id"]: vector for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]}


@pytest.fixture(scope="session")
def vector_message() -> bytes:
    """The message whose digest and signature are published."""
    path = OFFICIAL / "vectors" / "CEB303_unsigned_digest_sha1.xml"
    if not path.exists():
        pytest.skip("the published message of the signature vectors is not beside the repository")
    return path.read_bytes()


@pytest.fixture(scope="session")
def template() -> Callable[[str], str]:
    """One of customs' client's signature templates."""

    def load(name: str) -> str:
        path = OFFICIAL / "dxp_and_signature_templates" / name
        if not path.exists():
            pytest.skip(f"the signature template {name} is not beside the repository")
        return path.read_text(encoding="utf-8").strip()

    return load
