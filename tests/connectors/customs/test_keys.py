"""Which keys sign what goes to customs is a matter of settings, and what is wrong with them is told at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearway.messages import Transfer
from clearway.messages.envelope import unwrap
from clearway.messages.signatures import (
    KeyKind,
    KeyRefused,
    TrustedKey,
    key_file_text,
    own_key,
    verify,
    write_private,
)
from clearway.testing import sample_set
from connectors import Unavailable
from connectors.customs import CustomsClient
from connectors.customs.keys import signing_pool
from connectors.customs.transports import FolderTransport
from connectors.settings import PlatformSettings

AT = datetime(2026, 3, 10, tzinfo=UTC)
GUID = "6D1C7F3E-5B1A-4F57-9C39-0B7C3A1E5D21"
PASSWORD = "correct horse battery"
TRANSFER = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")


def _settings(folder: Path, *keys: str, password: str = PASSWORD) -> PlatformSettings:
    (folder / "password").write_text(password, encoding="utf-8")
    return PlatformSettings(signing_keys=", ".join(keys), signing_password_file=folder / "password")


def test_without_keys_nothing_is_signed() -> None:
    assert signing_pool(PlatformSettings(signing_keys=" ")) is None


def test_what_goes_to_customs_bears_the_signature_of_a_key_of_the_pool(tmp_path: Path) -> None:
    keys = [
        own_key(KeyKind.SM2, subject="3301960T01", valid_from=AT, valid_to=AT + timedelta(days=9)) for _ in range(2)
    ]
    for key in keys:
        write_private(tmp_path / key.name, key_file_text(key, PASSWORD))
    pool = signing_pool(_settings(tmp_path, *(str(tmp_path / key.name) for key in keys)))
    assert pool is not None
    assert pool.statistics.keys == 2
    client = CustomsClient(FolderTransport(tmp_path), TRANSFER, signer=pool)
    order = sample_set("CW-1", at=AT).order
    trusted = {key.name: TrustedKey(key.name, "3301960T01", frozenset(), key.public_key) for key in keys}
    seals = [client.seal([order], message_guid=GUID, at=AT) for _ in range(2)]
    assert {verify(unwrap(sealed.body).data, trusted.get).key_name for sealed in seals} == set(trusted)
    assert {sealed.key_name for sealed in seals} == set(trusted)
    assert {unwrap(sealed.body).cop_msg_id for sealed in seals} == {GUID}


def test_a_key_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    key = own_key(KeyKind.RSA, subject="3301960T01", valid_from=AT, valid_to=AT + timedelta(days=9))
    write_private(tmp_path / "key", key_file_text(key, PASSWORD))
    with pytest.raises(KeyRefused, match="E_KEY_PASSWORD"):
        signing_pool(_settings(tmp_path, str(tmp_path / "key"), password="another one"))
    with pytest.raises(KeyRefused, match="E_KEY_FILE"):
        signing_pool(_settings(tmp_path, str(tmp_path / "none")))


def test_a_missing_password_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CLEARWAY_SIGNING_PASSWORD_FILE: name"):
        signing_pool(PlatformSettings(signing_keys="key.pem"))
    with pytest.raises(ValueError, match="cannot be read"):
        signing_pool(PlatformSettings(signing_keys="key.pem", signing_password_file=tmp_path / "none"))


@pytest.mark.parametrize("card", ["card:", "card:sm9:0001", "card:sm2", "card:sm2:"])
def test_a_card_needs_kind_and_number(tmp_path: Path, card: str) -> None:
    with pytest.raises(ValueError, match="card:sm2:NUMBER"):
        signing_pool(_settings(tmp_path, card))


def test_a_card_that_nobody_answers_for_is_waited_for(tmp_path: Path) -> None:
    pool = signing_pool(_settings(tmp_path, "card:sm2:0001@ws://127.0.0.1:1"))
    client = CustomsClient(FolderTransport(tmp_path), TRANSFER, signer=pool)
    with pytest.raises(Unavailable, match="signer"):
        client.seal([sample_set("CW-1", at=AT).order], message_guid=GUID, at=AT)
