"""A key counts from its first instant to its last; a revoked one counts no more, and opens no door by that."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from clearway.contracts.parties import Role
from clearway.messages import MessageRefused
from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    XmlSigner,
    fingerprint,
    make_certificate,
    new_key,
    sign_message,
    verify,
)
from clearway.messages.signatures.pem import pem
from models.database import Database
from models.trust import (
    CUSTOMS,
    NewKey,
    TrustRefused,
    add,
    any_of_role,
    every_key,
    keys_of,
    must_sign,
    revoke,
    trust_at,
    trusted,
)
from models.trust.__main__ import app
from tests.sqlite import new_file

AT = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
PARTY = "4601630004"


@pytest.fixture(scope="module")
def key() -> FileKey:
    return new_key(KeyKind.SM2)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = new_file(tmp_path_factory.mktemp("trust") / "x.db", registered=False)
    yield opened
    opened.close()


@pytest.fixture
def session(filed: Database) -> Iterator[Session]:
    """What a test writes is taken back."""
    with Session(filed.engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


def new(key: FileKey, **changes: Any) -> NewKey:
    fields: dict[str, Any] = {"key_name": "03ab", "party_code": PARTY, "roles": frozenset({Role.EBC, Role.AGENT})}
    return NewKey(**{**fields, "public_key": key.public_key, **changes})


def test_a_key_counts_from_its_first_instant_to_its_last(session: Session, key: FileKey) -> None:
    add(session, new(key, valid_from=AT, valid_before=END), AT)
    assert trusted(session, "03ab", AT - MOMENT) is None
    assert trusted(session, "03ab", END) is None
    for at in (AT, END - MOMENT):
        found = trusted(session, "03ab", at)
        assert found is not None
        assert (found.party_code, found.roles) == (PARTY, frozenset({Role.EBC, Role.AGENT}))
        assert found.public_key == key.public_key


def test_a_revoked_key_counts_before_and_not_from_then_on(session: Session, key: FileKey) -> None:
    add(session, new(key), AT)
    revoke(session, "03ab", END, "lost")
    assert trusted(session, "03ab", END - MOMENT)
    assert trusted(session, "03ab", END) is None
    revoke(session, "03ab", END + MOMENT, "again")
    assert trusted(session, "03ab", END) is None


def test_capitals_of_a_key_name_are_the_same_name(session: Session, key: FileKey) -> None:
    add(session, new(key, key_name=" 03AB "), AT)
    assert trusted(session, "03aB", AT)


def test_a_party_whose_key_was_revoked_must_go_on_signing(session: Session, key: FileKey) -> None:
    assert not must_sign(session, PARTY, AT)
    add(session, new(key, valid_from=AT), AT)
    assert not must_sign(session, PARTY, AT - MOMENT)
    revoke(session, "03ab", AT + MOMENT, "lost")
    assert keys_of(session, PARTY, AT + MOMENT) == ()
    assert must_sign(session, PARTY, END)
    assert not must_sign(session, "another", END)


def test_the_new_key_counts_beside_the_old_one_while_keys_are_exchanged(session: Session, key: FileKey) -> None:
    other = new_key(KeyKind.RSA)
    add(session, new(key, valid_before=END), AT)
    add(session, new(other, key_name="03ac", valid_from=END - timedelta(days=7)), AT)
    names = [
        [each.key_name for each in keys_of(session, PARTY, at)] for at in (AT, END - timedelta(days=1), END + MOMENT)
    ]
    assert names == [["03ab"], ["03ab", "03ac"], ["03ac"]]


def test_customs_must_sign_as_soon_as_its_key_is_on_file(session: Session, key: FileKey) -> None:
    add(session, new(new_key(KeyKind.SM2), key_name="e"), AT)
    assert not any_of_role(session, Role.CUS, AT)
    add(session, new(key, party_code=CUSTOMS, roles=frozenset({Role.CUS})), AT)
    assert any_of_role(session, Role.CUS, AT)
    assert not any_of_role(session, Role.CUS, AT - MOMENT)
    revoke(session, "03ab", AT + MOMENT, "lost")
    assert any_of_role(session, Role.CUS, END)


def test_a_name_longer_than_any_is_not_on_file(session: Session) -> None:
    assert trusted(session, "k" * 100_000, AT) is None


def test_a_message_is_verified_against_the_keys_on_file(session: Session, key: FileKey) -> None:
    signed = sign_message(b"<R><a/></R>", XmlSigner(key.named("03ab", None)))
    with pytest.raises(MessageRefused, match="E_KEY_UNKNOWN"):
        verify(signed, trust_at(session, AT))
    add(session, new(key, valid_before=END), AT)
    assert verify(signed, trust_at(session, AT)).party_code == PARTY
    with pytest.raises(MessageRefused, match="E_KEY_UNKNOWN"):
        verify(signed, trust_at(session, END))


def test_the_same_key_again_changes_nothing(session: Session, key: FileKey) -> None:
    first = add(session, new(key), AT)
    assert add(session, new(key), END).added_at == first.added_at == AT
    assert len(every_key(session)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"party_code": "4601630005"}, {"roles": frozenset({Role.PAY})}, {"valid_before": END}, {"valid_from": END},
     {"key_name": "03ff"}, {"public_key": new_key(KeyKind.SM2).public_key}],
)  # fmt: skip
def test_a_name_or_key_with_other_content_is_refused(changes: dict[str, Any], session: Session, key: FileKey) -> None:
    add(session, new(key), AT)
    with pytest.raises(TrustRefused, match="other content"):
        add(session, new(key, **changes), AT)
    assert len(every_key(session)) == 1


def test_a_revoked_key_is_never_trusted_again(session: Session, key: FileKey) -> None:
    add(session, new(key), AT)
    revoke(session, "03ab", AT, "lost")
    for again in (new(key), new(key, key_name="03ac")):
        with pytest.raises(TrustRefused, match="never trusted again"):
            add(session, again, END)


@pytest.mark.parametrize(
    "changes",
    [{"key_name": " "}, {"key_name": "k" * 65}, {"key_name": "a\nb"}, {"party_code": ""}, {"party_code": "x" * 19},
     {"roles": frozenset()}, {"roles": frozenset({Role.CUS})}, {"party_code": CUSTOMS},
     {"party_code": CUSTOMS, "roles": frozenset({Role.CUS, Role.EBC})}, {"valid_from": END, "valid_before": END},
     {"note": "n" * 201}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], session: Session, key: FileKey) -> None:
    with pytest.raises(TrustRefused):
        add(session, new(key, **changes), AT)
    assert every_key(session) == []


def test_keys_are_kept_alike_on_both_databases(store: Database, key: FileKey) -> None:
    with store.transaction() as session:
        add(session, new(key, valid_before=END), AT)
    with store.transaction() as session:
        revoke(session, "03ab", END - MOMENT, "lost")
    with store.transaction() as session:
        found = trusted(session, "03ab", AT)
        assert found is not None
        assert found.public_key == key.public_key
        assert trusted(session, "03ab", END - MOMENT) is None
        assert any_of_role(session, Role.EBC, AT)
        assert not any_of_role(session, Role.CUS, AT)


def test_a_key_that_is_not_on_file_cannot_be_revoked(session: Session) -> None:
    with pytest.raises(TrustRefused, match="no key named nothing"):
        revoke(session, "nothing", AT, "x")


def test_the_command_puts_on_file_lists_and_revokes(
    tmp_path: Path, key: FileKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_file(tmp_path / "x.db", registered=False).close()
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    end = datetime(2036, 1, 1, tzinfo=UTC)
    certificate = make_certificate(key, subject=PARTY, serial=0x03AB, valid_from=AT, valid_to=end)
    (tmp_path / "c.pem").write_text(pem("CERTIFICATE", certificate))
    added = run("add", f"{tmp_path}/c.pem", "--party", PARTY, "--role", "EBC", "--role", "PAY", "--json")
    [told] = json.loads(added.stdout)["keys"]
    assert (told["key_name"], told["roles"], told["valid"]) == ("03ab", ["EBC", "PAY"], True)
    assert told["fingerprint"] == fingerprint(key.public_key)
    assert told["valid_before"] == "2036-01-01T08:00:01+08:00"
    assert run("add", f"{tmp_path}/c.pem", "--party", "1", "--role", "EBC").exit_code == 1
    assert run("add", f"{tmp_path}/none.pem", "--party", "1", "--role", "EBC").exit_code == 2
    assert run("revoke", "03AB", "--note", "lost").exit_code == 0
    listed = run("list")
    assert "does not count now" in listed.stdout
    assert fingerprint(key.public_key) in listed.stdout
    missing = run("revoke", "ff", "--note", "x", "--json")
    assert (missing.exit_code, json.loads(missing.stdout)["error"]["exit_code"]) == (1, 1)


def test_a_database_that_cannot_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARWAY_DATABASE_URL", "garbage")
    ended = run("list")
    assert (ended.exit_code, ended.stderr.count("\n")) == (4, 1)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))
