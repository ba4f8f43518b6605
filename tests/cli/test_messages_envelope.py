"""Envelopes on the command line: a message goes in, the same bytes come out, and everything wrong is told at once."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from clearway.cli.messages_envelope import add_to
from clearway.cli.messages_signing import add_to as add_signing_to
from clearway.messages.envelope import EXPORT_RECEIVER, IMPORT_RECEIVER, DxpResponse, unwrap, wrap, write_response

SAMPLES = Path(__file__).parents[1] / "samples"
ORDER = SAMPLES / "order.xml"
RESPONSE = DxpResponse.model_validate(
    {
        "receiver_id": "DXPENT3301960A01",
        "responses": [
            {
                "code": "2999",
                "info": "see\n below",
                "notice_day": "2026-03-10",
                "results": [{"receiver_id": IMPORT_RECEIVER, "code": "2001", "info": "接收方不存在"}],
                "original": {
                    "cop_msg_id": "G-1",
                    "sender_id": "DXPENT3301960A01",
                    "receiver_ids": [IMPORT_RECEIVER],
                    "created_at": "2026-03-10T10:00:00",
                    "message_type": "CEB311",
                },
            }
        ],
    }
)

app = typer.Typer()
add_to(app)
add_signing_to(app)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_message_is_wrapped_and_unwrapped_byte_for_byte(tmp_path: Path) -> None:
    out = tmp_path / "envelope.xml"
    assert run("wrap", ORDER, "--at", "2026-03-10T10:30:15", "-o", out).exit_code == 0
    assert run("unwrap", out).stdout_bytes == ORDER.read_bytes()
    assert run("unwrap", out, "-o", tmp_path / "back.xml").exit_code == 0
    assert (tmp_path / "back.xml").read_bytes() == ORDER.read_bytes()


def test_what_is_not_said_is_taken_from_the_message() -> None:
    envelope = unwrap(run("wrap", ORDER).stdout_bytes)
    assert envelope.sender_id == "DXPENT3301960A01"
    assert len(envelope.cop_msg_id) == 36
    assert (envelope.message_type, envelope.receiver_ids) == ("CEB311", (IMPORT_RECEIVER,))


def test_exports_go_to_the_receiver_of_exports(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_bytes(b'<CEB303Message guid="G"/>')
    envelope = unwrap(run("wrap", tmp_path / "export.xml", "--sender", "DXPENT1").stdout_bytes)
    assert (envelope.receiver_ids, envelope.cop_msg_id) == ((EXPORT_RECEIVER,), "G")


def test_what_is_said_is_written() -> None:
    words = ("--id", "N-1", "--receiver", "A", "--receiver", "B", "--at", "20260310103015")
    envelope = unwrap(run("wrap", ORDER, *words).stdout_bytes)
    assert (envelope.cop_msg_id, envelope.receiver_ids) == ("N-1", ("A", "B"))
    assert envelope.created_at.isoformat() == "2026-03-10T10:30:15+08:00"


def test_json_tells_what_the_envelope_says(tmp_path: Path) -> None:
    (tmp_path / "e.xml").write_bytes(run("wrap", ORDER, "--id", "N-1").stdout_bytes)
    told = json.loads(run("unwrap", tmp_path / "e.xml", "--json").stdout)
    assert (told["cop_msg_id"], told["message_type"]) == ("N-1", "CEB311")


def test_an_answer_of_the_exchange_is_told_code_by_code(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_bytes(write_response(RESPONSE))
    assert run("unwrap", tmp_path / "r.xml").stdout.splitlines() == [
        "2999 CEB311 G-1 see below",
        "2001 CEB311 G-1 DXPEDCCEB0000002 接收方不存在",
    ]
    assert DxpResponse.model_validate_json(run("unwrap", tmp_path / "r.xml", "--json").stdout) == RESPONSE


def test_another_sender_than_the_messages_is_refused_before_customs_does() -> None:
    ended = run("wrap", ORDER, "--sender", "DXPENT9", "--json")
    assert ended.exit_code == 1
    (problem,) = json.loads(ended.stdout)["error"]["problems"]
    assert problem["code"] == "E_SENDER"
    assert "-301008" in problem["remedy_en"]


def test_everything_missing_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bare.xml").write_bytes(b"<CEB303Message/>")
    ended = run("wrap", tmp_path / "bare.xml", "--receiver", "X" * 17, "--json")
    assert ended.exit_code == 1
    fields = [problem["fields"][0]["field"] for problem in json.loads(ended.stdout)["error"]["problems"]]
    assert fields == ["envelope.cop_msg_id", "envelope.sender_id", "envelope.receiver_ids[0]"]


@pytest.mark.parametrize(
    ("command", "content", "code"),
    [
        ("wrap", b"<html/>", "E_NOT_CEB"),
        ("wrap", b"<CEB303Message>", "E_NOT_XML"),
        ("unwrap", b"<html/>", "E_NOT_DXP"),
        ("unwrap", b"<DxpRep/>", "E_FIELD"),
        ("unwrap", b" " * 8_000_000, "E_TOO_LARGE"),
    ],
)
def test_what_is_no_message_is_refused(command: str, content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_bytes(content)
    ended = run(command, tmp_path / "m.xml", "--json")
    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["error"]["problems"][0]["code"] == code


def test_a_message_in_an_envelope_already_is_not_wrapped_again(tmp_path: Path) -> None:
    (tmp_path / "e.xml").write_bytes(run("wrap", ORDER).stdout_bytes)
    ended = run("wrap", tmp_path / "e.xml", "--json")
    assert json.loads(ended.stdout)["error"]["problems"][0]["code"] == "E_NOT_CEB"


@pytest.mark.parametrize("words", [("unwrap", "nowhere.xml"), ("wrap", ORDER, "-o", "/nowhere/at/all.xml")])
def test_files_that_cannot_be_had_are_bad_usage(words: tuple[object, ...]) -> None:
    assert run(*words).exit_code == 2


def test_the_command_writes_what_the_library_writes(tmp_path: Path) -> None:
    written = run("wrap", ORDER, "--at", "2026-03-10T10:30:15").stdout_bytes
    assert wrap(unwrap(written)) == written
