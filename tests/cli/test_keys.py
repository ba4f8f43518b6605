"""Keys on the command line: made, shown, checked; messages signed and verified with them; no password in the words."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from clearway.cli.keys import keys_app
from clearway.cli.messages_signing import add_to

PASSWORD = "of-our-own-71"
MESSAGE = b'<c:R xmlns:c="urn:c"><c:a/></c:R>'

messages_app = typer.Typer()
add_to(messages_app)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    (folder / "password").write_text(f"{PASSWORD}\n")
    (folder / "m.xml").write_bytes(MESSAGE)
    return folder


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def made(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A key of each kind."""
    words = ["make", "--party", "4601630004", "--out", str(folder / "keys"), "--kind", request.param]
    ended = CliRunner().invoke(keys_app, [*words, "--password-file", str(folder / "password"), "--json"])
    assert ended.exit_code == 0, ended.output
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def keys(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(keys_app, list(words), input=typed)


def messages(*words: str) -> Result:
    return CliRunner().invoke(messages_app, list(words))


def codes(ended: Result) -> list[str]:
    return [problem["code"] for problem in json.loads(ended.stdout)["error"]["problems"]]


def test_a_key_is_made_shown_and_checked(made: dict[str, Any], folder: Path) -> None:
    for file in (made["private_key"], made["certificate"]):
        shown = json.loads(keys("show", file, "--json").stdout)
        assert {name: shown[name] for name in ("key_name", "kind", "fingerprint", "valid_to")} == {
            name: made[name] for name in ("key_name", "kind", "fingerprint", "valid_to")
        }
        assert shown["subject"] == "CN=4601630004"
    checked = keys("check", made["private_key"], "--password-file", str(folder / "password"), "--json")
    assert checked.exit_code == 0
    assert (json.loads(checked.stdout)["signs"], json.loads(checked.stdout)["in_force"]) == (True, True)
    assert "PRIVATE" not in Path(made["certificate"]).read_text()


def test_the_password_is_asked_for_where_no_file_gives_it(made: dict[str, Any]) -> None:
    assert keys("check", made["private_key"], typed=f"{PASSWORD}\n").exit_code == 0
    wrong = keys("check", made["private_key"], "--json", typed="another-one\n")
    assert wrong.exit_code == 2
    assert PASSWORD not in wrong.output + keys("check", made["private_key"], typed=f"{PASSWORD}\n").output


@pytest.mark.parametrize("password", ["88888888", "12345678", "11111111", ""])
def test_no_key_is_made_with_a_password_that_cards_are_delivered_with(password: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(password)
    out = tmp_path / "keys"
    words = ("make", "--party", "4601630004", "--out", str(out), "--password-file", str(tmp_path / "password"))
    ended = keys(*words, "--json")
    assert (ended.exit_code, codes(ended)) == (2, ["E_DEFAULT_PASSWORD"])
    assert not out.exists() or not list(out.iterdir())


def test_a_message_is_signed_and_verified(made: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    words = ["sign", str(folder / "m.xml"), "--key", made["private_key"], "--password-file", str(folder / "password")]
    assert messages(*words, "--out", str(tmp_path / "s.xml")).exit_code == 0
    assert (tmp_path / "s.xml").read_bytes().startswith(MESSAGE[:-6])
    held = messages("verify", str(tmp_path / "s.xml"), "--trust", made["certificate"], "--json")
    assert held.exit_code == 0
    told = json.loads(held.stdout)
    assert (told["key_name"], told["form"], told["fingerprint"]) == (made["key_name"], "strict", made["fingerprint"])

    (tmp_path / "x.xml").write_bytes((tmp_path / "s.xml").read_bytes().replace(b"<c:a/>", b"<c:b/>"))
    changed = messages("verify", str(tmp_path / "x.xml"), "--trust", made["certificate"], "--json")
    assert (changed.exit_code, codes(changed)) == (1, ["E_SIGNATURE"])
    again = messages(*[str(tmp_path / "s.xml") if word.endswith("m.xml") else word for word in words], "--json")
    assert (again.exit_code, codes(again)) == (1, ["E_SIGNED"])


def test_a_key_is_trusted_under_a_name_of_its_own(made: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    (tmp_path / "p.pem").write_text(json.loads(keys("show", made["certificate"], "--json").stdout)["public_key"])
    words = ["sign", str(folder / "m.xml"), "--key", made["private_key"], "--password-file", str(folder / "password")]
    assert messages(*words, "--out", str(tmp_path / "s.xml")).exit_code == 0
    unknown = messages("verify", str(tmp_path / "s.xml"), "--trust", str(tmp_path / "p.pem"), "--json")
    assert (unknown.exit_code, codes(unknown)) == (1, ["E_KEY_UNKNOWN"])
    named = messages("verify", str(tmp_path / "s.xml"), "--trust", f"{made['key_name'].upper()}={tmp_path / 'p.pem'}")
    assert named.exit_code == 0
    assert made["fingerprint"] in named.stdout


def test_without_a_signature_nothing_is_verified(made: dict[str, Any], folder: Path) -> None:
    ended = messages("verify", str(folder / "m.xml"), "--trust", made["certificate"], "--json")
    assert (ended.exit_code, codes(ended)) == (1, ["E_UNSIGNED"])


@pytest.mark.parametrize("words", [("show", "no.pem"), ("check", "no.pem", "--password-file", "no"), ("make",)])
def test_what_cannot_be_read_ends_with_2(words: tuple[str, ...]) -> None:
    assert keys(*words).exit_code == 2
