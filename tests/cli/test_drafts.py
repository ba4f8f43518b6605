"""`clearway draft-from-rejected`: from a list that failed to the files of its copy, and on to its declaration."""

import json
import shlex
from decimal import Decimal
from pathlib import Path

from clearway.contracts.documents import DocumentKind
from tests.cli.conftest import Command, codes, written
from tests.desk import Desk


async def _failed(desk: Desk, tmp_path: Path) -> tuple[str, list[str]]:
    """A list that did not match and was given up: its name, and the options for its files."""
    sample = desk.sample()
    sample = sample.changed(DocumentKind.DECLARATION_LIST, freight=Decimal("12.00"))
    await desk.declare(sample)
    await desk.client.cancel(sample.key, actor=sample.key.ebc_code, reason="wrong freight")
    await desk.handle(sample.key).result()
    return f"{sample.key.ebc_code}/{sample.key.order_no}", written(sample, tmp_path)


async def test_from_a_list_that_failed_to_a_copy_that_matches(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    case, _ = await _failed(desk, tmp_path)
    folder = tmp_path / "my copy"
    told = await clearway("draft-from-rejected", case, "--out", str(folder), "--lang", "en")
    assert told.code == 0, told.err
    for part in ("attempt 2, corrects declaration-list/", "M09", "declaration_list.freight", "Correct the files"):
        assert part in told.out
    [command] = [each for each in told.out.splitlines() if each.startswith("clearway declare")]
    drafted = folder / "declaration_list.json"
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        f"{kind}.json": 0o600 for kind in DocumentKind
    }
    uncorrected = await clearway(*shlex.split(command)[1:], "--json")
    assert (uncorrected.code, codes(uncorrected.json["problems"])) == (1, ["M09"])
    mended = json.loads(drafted.read_text(encoding="utf-8")) | {"freight": "10.00", "app_type": "2"}
    mended["app_time"] = "2099-01-01T00:00:00+08:00"
    drafted.write_text(json.dumps(mended), encoding="utf-8")
    declared = await clearway(*shlex.split(command)[1:], "--json")
    assert (declared.code, declared.json["state"]) == (0, "matched")
    assert declared.json["workflow_id"].endswith("~2")


async def test_files_that_are_there_are_never_written_over(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    case, _ = await _failed(desk, tmp_path)
    before = (tmp_path / "declaration_list.json").read_bytes()
    ended = await clearway("draft-from-rejected", case, "--out", str(tmp_path), "--json")
    assert (ended.code, codes(ended.json["error"]["problems"])) == (2, ["E_FILE_EXISTS"])
    assert (tmp_path / "declaration_list.json").read_bytes() == before
    blocked = await clearway("draft-from-rejected", case, "--out", str(tmp_path / "order.json" / "x"))
    assert (blocked.code, "E_UNWRITABLE" in blocked.err) == (2, True)


async def test_without_a_folder_it_says_what_is_wrong_and_as_json_holds_the_copy(
    clearway: Command, desk: Desk, tmp_path: Path
) -> None:
    case, _ = await _failed(desk, tmp_path)
    told = await clearway("draft-from-rejected", case, "--lang", "en")
    assert (told.code, "--out FOLDER" in told.out, "M09" in told.out) == (0, True, True)
    assert "张三" not in told.out
    whole = await clearway("draft-from-rejected", case, "--json")
    assert (whole.json["attempt"], len(whole.json["documents"])) == (2, 3)
    assert whole.json["declaration_list"]["cop_no"] is None


async def test_what_cannot_be_copied_is_refused(clearway: Command, desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    running = await clearway("draft-from-rejected", f"{sample.key.ebc_code}/{sample.key.order_no}", "--json")
    assert (running.code, codes(running.json["error"]["problems"])) == (1, ["E_NOT_CORRECTABLE"])
    unknown = await clearway("draft-from-rejected", "3301960A01/NEVER-SEEN", "--json")
    assert (unknown.code, unknown.json["error"]["kind"]) == (3, "not_found")


async def test_a_draft_nobody_makes_in_time_ends_the_command(clearway: Command, desk: Desk) -> None:
    ended = await clearway(
        "draft-from-rejected", "3301960A01/X", "--task-queue", f"{desk.queue}-nobody", "--timeout", "1", "--json"
    )
    assert (ended.code, codes(ended.json["error"]["problems"])) == (5, ["E_TIMEOUT"])
