"""`clearway messages` reads, writes, validates and explains files, several at once, and never ends in a traceback."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clearway.cli import app
from clearway.messages import read, write_message

SAMPLES = Path(__file__).parents[1] / "samples"
ORDER = SAMPLES / "order.xml"
LIST = SAMPLES / "declaration_list.xml"
COMMANDS = ["read", "validate", "explain"]


def run(*words: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["messages", *(str(word) for word in words)], input=given)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.xml"
    path.write_bytes(ORDER.read_bytes().replace(b"<ceb:currency>142</ceb:currency>", b"", 1))
    return path


def test_what_read_tells_in_json_is_written_again_to_the_byte(tmp_path: Path) -> None:
    written = write_message(read(LIST.read_bytes()))
    told = run("read", "--json", "-", given=written)
    assert told.exit_code == 0
    assert run("write", "-", given=told.stdout_bytes).stdout_bytes == written
    (tmp_path / "told.json").write_bytes(told.stdout_bytes)
    assert run("write", tmp_path / "told.json", "-o", tmp_path / "out.xml").exit_code == 0
    assert (tmp_path / "out.xml").read_bytes() == written


def test_a_message_may_be_written_without_any_signature() -> None:
    told = run("read", "--json", LIST)
    assert b"Signature" in run("write", "-", given=told.stdout_bytes).stdout_bytes
    assert b"Signature" not in run("write", "--unsigned", "-", given=told.stdout_bytes).stdout_bytes


def test_several_files_are_told_one_line_each_and_the_gravest_outcome_counts(broken: Path) -> None:
    told = run("validate", "--json", ORDER, broken, LIST)
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(line["file"], line["valid"]) for line in lines] == [
        (str(ORDER), True),
        (str(broken), False),
        (str(LIST), True),
    ]
    (fault,) = lines[1]["faults"]
    assert fault["path"] == "Order[1]/OrderHead/currency"
    assert fault["line"] > 1
    assert told.exit_code == 1
    absent = run("validate", "--json", ORDER, "/nowhere/at/all.xml")
    assert [("error" in json.loads(line)) for line in absent.stdout.splitlines()] == [False, True]
    assert absent.exit_code == 2


def test_a_faulty_message_is_still_told_as_far_as_it_can_be_read(broken: Path) -> None:
    told = run("read", "--json", broken)
    (line,) = told.stdout.splitlines()
    message = json.loads(line)
    assert message["records"][0]["fields"]["order_no"] == "CW20260310-0001"
    assert [finding["fields"][0]["field"] for finding in message["findings"]] == ["order.currency"]
    assert told.exit_code == 1
    assert run("write", "-", given=told.stdout_bytes).exit_code == 1
    assert "order.currency" in run("read", broken).stdout


def test_an_explanation_names_codes_and_masks_persons() -> None:
    told = run("explain", ORDER).stdout
    assert "电子订单" in told
    assert "订购人姓名" in told
    assert "142 = " in told
    assert "张三" not in told
    assert "11010519491231002X" not in told
    assert "张三" in run("explain", "--show-personal", ORDER).stdout


def test_an_edition_may_be_named(tmp_path: Path) -> None:
    longer = tmp_path / "longer.xml"
    longer.write_bytes(LIST.read_bytes().replace(b"SKU-CREAM-50", b"S" * 30))
    assert run("validate", longer).exit_code == 1
    assert run("validate", "--edition", "2018", longer).exit_code == 0
    told = run("read", "--json", longer)
    assert run("write", "-", given=told.stdout_bytes).exit_code == 0
    assert run("write", "--edition", "202205", "-", given=told.stdout_bytes).exit_code == 1


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("given", [b"", b"no xml", b"<a/>", b"\xff\xfe", b"<CEB311Message/>", b"<CEB900Message>\x00"])
def test_what_is_no_message_is_refused_in_words(command: str, given: bytes) -> None:
    for words in (("-",), ("--json", "-")):
        told = run(command, *words, given=given)
        assert told.exit_code == 1
        assert not isinstance(told.exception, Exception) or isinstance(told.exception, SystemExit)
        assert "Traceback" not in told.output


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"[]",
        b"{}",
        b"7",
        b'{"message_type": 7}',
        b'{"message_type": "CEB311"}',
        b'{"message_type": "CEB311", "records": [5]}',
        b'{"message_type": "CEB311", "records": {}, "guid": 5, "edition": "2019", "subscribers": 7, "transfer": []}',
        b'{"message_type": "CEB312", "guid": "x", "records": [{"guid": "\\ud800"}]}',
        b"[" * 100_000,
    ],
)
def test_json_that_is_no_message_is_refused_in_words(given: bytes) -> None:
    told = run("write", "--json", "-", given=given)
    assert told.exit_code == 1
    assert json.loads(told.stdout)["error"]["problems"]
