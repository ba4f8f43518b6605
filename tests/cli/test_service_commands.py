"""The commands against a running service: answers, exit codes, and never a traceback."""

import asyncio
import contextlib
import json
import os
import pty
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from clearway.contracts.case import CaseKey
from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import State
from clearway.errors import NotFound
from tests.cli.conftest import SAMPLES, Command, codes, four_files, written
from tests.desk import Desk
from tests.patience import PATIENCE

EXPRESS = "3301960E01"


async def test_three_mismatches_are_told_in_one_answer(clearway: Command) -> None:
    ended = await clearway("declare", *four_files(SAMPLES / "mismatched"), "--json")
    assert ended.code == 1
    assert {"M05", "M08", "M12"} <= set(codes(ended.json["problems"]))
    assert all(problem["message_en"] and problem["message_zh"] for problem in ended.json["problems"])
    again = await clearway("declare", *four_files(SAMPLES / "mismatched"))
    assert again.code == 1
    for told in ("M05", "M08", "M12", "The order says 318.21 was paid", "请更正有误的一方", "payment.amount_paid"):
        assert told in again.out
    assert again.err == ""


async def test_coherent_list_is_matched_and_shown(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    declared = await clearway("declare", *written(sample, tmp_path), "--json")
    assert (declared.code, declared.json["state"], declared.err) == (0, "matched", "")
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    shown = await clearway("show", case, "--json")
    assert (shown.code, shown.json["state"], shown.json["tax_due"]) == (0, "matched", "28.21")
    told = await clearway("show", case, "--lang", "en")
    assert "✓ submitted → [matched] → inspected → released → return_window → taxed" in told.out
    assert "awaited: customs' receipt — customs CUS — until" in told.out
    assert "28.21 CNY" in told.out


async def test_a_document_that_customs_refused_is_shown_with_its_remedy(
    clearway: Command, desk: Desk, tmp_path: Path
) -> None:
    sample = desk.sample()
    await clearway("declare", *written(sample, tmp_path))
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "100", about=(DocumentKind.PAYMENT,), info="payer unknown")
    told = await clearway("show", f"{sample.key.ebc_code}/{sample.key.order_no}", "--lang", "en")
    for part in ("[match_failed]", "E_CUSTOMS_REFUSED", "payer unknown", "send it as a change (appType 2)"):
        assert part in told.out


async def test_documents_come_one_by_one(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    written(sample, tmp_path)
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    alone = await clearway("declare", "--list", str(tmp_path / "declaration_list.json"), "--json")
    assert (alone.code, alone.json["missing"]) == (0, ["order", "payment", "waybill"])
    order = await clearway("transmit", str(tmp_path / "order.json"), "--json")
    assert (order.code, order.json["missing"]) == (0, ["payment", "waybill"])
    homeless = await clearway("transmit", str(tmp_path / "payment.json"))
    assert homeless.code == 2
    assert "--case" in homeless.err
    payment = await clearway("transmit", str(tmp_path / "payment.json"), "--case", case, "--json")
    assert payment.json["missing"] == ["waybill"]
    waybill = await clearway("transmit", str(tmp_path / "waybill.json"), "--case", case, "--json")
    assert waybill.json["state"] == "matched"


async def test_stranger_may_not_send_and_operator_may_when_entrusted(
    clearway: Command, desk: Desk, tmp_path: Path
) -> None:
    sample = desk.sample()
    written(sample, tmp_path)
    order = str(tmp_path / "order.json")
    stranger = await clearway("transmit", order, "--sender", "9999999999", "--json")
    assert (stranger.code, codes(stranger.json["problems"])) == (1, ["E_SENDER_UNKNOWN"])
    alone = await clearway("transmit", order, "--sender", EXPRESS, "--json")
    assert (alone.code, codes(alone.json["problems"])) == (1, ["E_SENDER_ROLE"])
    list_too = ("--list", str(tmp_path / "declaration_list.json"))
    entrusted = await clearway("declare", "--order", order, *list_too, "--sender", EXPRESS, "--json")
    assert (entrusted.code, entrusted.json["missing"]) == (0, ["payment", "waybill"])
    view = await desk.client.view(sample.key)
    senders = {document.kind: document.sender for document in view.documents}
    assert (senders[DocumentKind.ORDER].code, senders[DocumentKind.ORDER].on_behalf_of) == (
        EXPRESS,
        sample.order.ebc_code,
    )
    assert senders[DocumentKind.DECLARATION_LIST].code == sample.declaration_list.agent_code


async def test_declare_waits_until_the_list_was_released(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    files = written(sample, tmp_path)
    waiting = asyncio.create_task(
        clearway("declare", *files, "--wait", "released", "--timeout", f"{PATIENCE:.0f}", "--json")
    )
    await _opened(desk, sample.key)
    await desk.release(sample.key)
    ended = await waiting
    assert ended.code == 0, ended.err
    assert ended.json["answer"]["accepted"] is True
    assert ended.json["case"]["state"] == "return_window"


async def test_wait_ends_in_time_or_when_the_list_is_over(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    files = written(sample, tmp_path)
    late = await clearway("declare", *files, "--wait", "taxed", "--timeout", "2", "--json")
    assert (late.code, late.json["error"]["kind"]) == (5, "timeout")
    assert codes(late.json["error"]["problems"]) == ["E_TIMEOUT"]
    taken = (await desk.events(sample.key)).count("WORKFLOW_EXECUTION_UPDATE_COMPLETED")
    waiting = asyncio.create_task(clearway("declare", *files, "--wait", "taxed", "--json"))
    async with asyncio.timeout(PATIENCE):
        while (await desk.events(sample.key)).count("WORKFLOW_EXECUTION_UPDATE_COMPLETED") == taken:  # noqa: ASYNC110  asked from afar
            await asyncio.sleep(0.1)
    await desk.client.cancel(sample.key, actor="3301960A01", reason="test")
    over = await waiting
    assert (over.code, over.json["case"]["state"]) == (1, "cancelled")


async def test_watch_tells_every_change_until_the_end(start: Callable[..., Any], desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    watching, pictured = await start("watch", case, "--json"), await start("watch", case, "--lang", "zh")
    first = json.loads(await asyncio.wait_for(watching.stdout.readline(), PATIENCE))
    picture = await asyncio.wait_for(pictured.stdout.readuntil("[已比对]".encode()), PATIENCE)
    await desk.client.cancel(sample.key, actor="3301960A01", reason="test")
    out, _ = await asyncio.wait_for(watching.communicate(), PATIENCE)
    assert [first["state"], json.loads(out.splitlines()[-1])["state"]] == ["matched", "cancelled"]
    rest, _ = await asyncio.wait_for(pictured.communicate(), PATIENCE)
    assert pictured.returncode == 0
    assert "✓ 已提交 → [已比对]" in picture.decode()
    assert "[已撤销]" in rest.decode()


async def test_watch_is_live_on_a_terminal(desk: Desk, temporal: Client) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    server, namespace = temporal.service_client.config.target_host, temporal.namespace
    master, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clearway.cli", "watch", f"{sample.key.ebc_code}/{sample.key.order_no}"),
        *("--address", server, "--namespace", namespace, "--lang", "en"),
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "LINES": "50"},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    parts: list[bytes] = []
    reading = asyncio.create_task(asyncio.to_thread(_everything, master, parts))
    async with asyncio.timeout(PATIENCE):
        while b"[matched]" not in b"".join(parts):  # noqa: ASYNC110  a thread fills it
            await asyncio.sleep(0.1)
    await desk.client.cancel(sample.key, actor="3301960A01", reason="test")
    code = await asyncio.wait_for(process.wait(), timeout=PATIENCE)
    await reading
    told = b"".join(parts).decode()
    assert code == 0, told
    assert told.index("[matched]") < told.index("[cancelled]")
    assert "\x1b[" in told


def _everything(terminal: int, parts: list[bytes]) -> None:
    """What is written to a terminal until nobody holds its other end."""
    with open(terminal, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while part := screen.read(4096):
            parts.append(part)


async def test_return_is_asked_for_and_shown_with_deadlines(clearway: Command, desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    who = ("--actor", "3301960A01")
    early = await clearway("return", case, *who, "--reason", "test", "--json")
    assert (early.code, codes(early.json["error"]["problems"])) == (1, ["E_NOT_RELEASED"])
    view = await desk.release(sample.key)
    assert view.clocks is not None
    asked = await clearway("return", case, *who, "--reason", "test", "--json")
    assert (asked.code, asked.json["detail"]) == (0, "RETURN_APPLIED")
    shown = await clearway("show", case)
    assert f"{view.clocks.return_arrival_before:%Y-%m-%d %H:%M:%S}" in shown.out
    assert "退货运抵" in shown.out
    assert "supervision site operator" in shown.out
    gate = ("--actor", "3301960W01", "--arrived-at", datetime.now(UTC).isoformat())
    elsewhere = await clearway("confirm-arrival", case, *gate, "--original-goods", "--json")
    assert (elsewhere.code, codes(elsewhere.json["error"]["problems"])) == (1, ["E_RETURN_OWN_CASE"])
    open_return = await clearway("cancel", case, *who, "--reason", "test")
    assert open_return.code == 1
    assert "E_RETURN_OPEN" in open_return.err
    assert open_return.out == ""


async def test_cancelled_list_takes_nothing_more(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    files = written(sample, tmp_path)
    await clearway("declare", *files)
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    cancelled = await clearway("cancel", case, "--actor", "3301960A01", "--reason", "test")
    assert cancelled.code == 0
    assert "cancelled 已撤销" in cancelled.out
    await desk.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    again = await clearway("declare", *files, "--json")
    assert (again.code, again.json["error"]["kind"]) == (1, "refused")
    corrected = await clearway("declare", *files, "--attempt", "2", "--json")
    assert corrected.json["workflow_id"] == f"{sample.key.workflow_id}~2"


@pytest.mark.parametrize("words", [("show",), ("watch",), ("cancel", "--actor", "3301960A01", "--reason", "test")])
async def test_unknown_list_is_not_found(clearway: Command, words: tuple[str, ...]) -> None:
    ended = await clearway(words[0], "3301960A01/NOBODY", *words[1:], "--json")
    assert (ended.code, ended.json["error"]["kind"]) == (3, "not_found")
    assert codes(ended.json["error"]["problems"]) == ["E_NOT_FOUND"]


async def test_without_a_worker_time_runs_out(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    files = written(desk.sample(), tmp_path)
    ended = await clearway("declare", *files, "--task-queue", "nobody", "--timeout", "2")
    assert ended.code == 5
    assert "E_TIMEOUT" in ended.err
    assert "2 seconds" in ended.err


async def test_faults_of_all_files_are_told_together(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    files = written(desk.sample(), tmp_path)
    (tmp_path / "order.json").write_text("{", encoding="utf-8")
    (tmp_path / "payment.json").unlink()
    (tmp_path / "waybill.json").write_bytes((SAMPLES / "order.xml").read_bytes())
    ended = await clearway("declare", *files, "--json")
    assert (ended.code, ended.json["error"]["kind"]) == (2, "unreadable_input")
    assert codes(ended.json["error"]["problems"]) == ["E_NOT_JSON", "E_UNREADABLE", "E_WRONG_DOCUMENT"]
    named = {problem["fields"][0]["field"] for problem in ended.json["error"]["problems"]}
    assert named == {str(tmp_path / f"{kind}.json") for kind in ("order", "payment", "waybill")}


async def test_mismatch_found_by_the_service_is_the_one_of_the_preflight(
    clearway: Command, desk: Desk, tmp_path: Path
) -> None:
    sample = desk.sample().changed(DocumentKind.PAYMENT, amount_paid=Decimal("1.00"), payer_name="王五")
    files = written(sample, tmp_path)
    before = await clearway("preflight", *files, "--json")
    after = await clearway("declare", *files, "--json")
    assert (before.code, after.code) == (1, 1)
    assert before.json["problems"] == after.json["problems"]
    assert before.json["warnings"] == after.json["warnings"]


async def test_service_that_is_down_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = (sys.executable, "-m", "clearway.cli", "show", "3301960A01/X", "--address", address)
    for as_json in (False, True):
        process = await asyncio.create_subprocess_exec(*command, *["--json"] * as_json, stdout=-1, stderr=-1)
        out, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE)
        assert process.returncode == 4
        assert "E_UNAVAILABLE" in (out if as_json else err).decode()
        assert b"Traceback" not in out + err


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere.pem", "/nowhere.pem: No such file"),
        ("CLEARWAY_PAYLOAD_KEYS", "rubbish", "payload key 'rubbish'"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(setting: str, value: str, told: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clearway.cli", "show", "3301960A01/X", "--lang", "en"),
        env=os.environ | {"COLUMNS": "wide", setting: value},
        stdout=-1,
        stderr=-1,
    )
    _, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE)
    assert process.returncode == 2
    assert "E_SETTING" in err.decode()
    assert told in err.decode()


async def _opened(desk: Desk, key: CaseKey) -> None:
    """Wait until the case exists."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(NotFound):
                await desk.client.view(key)
                return
            await asyncio.sleep(0.1)
