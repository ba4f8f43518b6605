"""`clearway presence`, `licence` and `exit` against a running service: under customs' control by commands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clearway.contracts.customs import Disposition
from clearway.testing import AGENT, EBC, EXPRESS, WAREHOUSE
from tests.cli.conftest import Command, codes
from tests.control_desk import ABNORMAL, NORMAL, ControlOffice
from tests.desk import Desk


@pytest.fixture
def office(desk: Desk) -> ControlOffice:
    """Customs at the desk."""
    return ControlOffice(desk)


async def test_an_inspection_is_attended_and_goods_found_abnormal_get_their_licence(
    clearway: Command, office: ControlOffice
) -> None:
    sample = await office.filed()
    case, now = f"{EBC}/{sample.key.order_no}", datetime.now(UTC)
    await office.instruct(sample.key)
    told = await clearway("show", case, "--lang", "en")
    for part in ("inspection MANUAL_FULL K-1", "no result yet", "awaited: somebody to attend the inspection"):
        assert part in told.out
    days = (
        "--valid-from",
        (now - timedelta(days=1)).isoformat(),
        "--valid-before",
        (now + timedelta(days=1)).isoformat(),
    )
    attends = ("presence", case, "--instruction", "K-1", "--actor", EXPRESS, "--attendant", "Li Lei", *days)
    wrong = await clearway(*attends, "--letter", "L-1", "--principal", "9999999999", "--json")
    assert (wrong.code, codes(wrong.json["error"]["problems"])) == (1, ["E_PRESENCE_OTHER_PRINCIPAL"])
    there = await clearway(*attends, "--letter", "L-1", "--principal", AGENT, "--json")
    assert (there.code, there.json["accepted"]) == (0, True)
    early = await clearway("licence", case, "--actor", EBC, "--type", "CITES", "--number", "C-1", "--json")
    assert (early.code, codes(early.json["error"]["problems"])) == (1, ["E_NO_LICENCE_WANTED"])
    await office.found(sample.key, ABNORMAL)
    await office.dispose(sample.key, Disposition.SUPPLY_LICENCE, due_by=now + timedelta(days=3), note="feathers")
    handed = await clearway("licence", case, "--actor", EBC, "--type", "CITES", "--number", "C-1", "--json")
    assert (handed.code, handed.json["detail"]) == (0, "LICENCE_ORDERED")
    told = await clearway("show", case, "--lang", "en")
    for part in (
        f"attended by {EXPRESS} (L*****), ABNORMAL 3 pieces instead of 1",
        "SUPPLY_LICENCE feathers, until ",
        "handed in: CITES C-1",
        "⟶ [detained]",
        "awaited: customs' decision about the goods",
    ):
        assert part in told.out


async def test_goods_leave_when_nothing_holds_them(clearway: Command, office: ControlOffice) -> None:
    sample = await office.released()
    now = datetime.now(UTC).isoformat()
    leave = ("exit", f"{EBC}/{sample.key.order_no}", "--actor", WAREHOUSE, "--exited-at", now, "--pass", "G-7")
    await office.instruct(sample.key)
    frozen = await clearway(*leave, "--json")
    assert (frozen.code, codes(frozen.json["error"]["problems"])) == (1, ["E_UNDER_CONTROL"])
    await office.found(sample.key, NORMAL)
    left = await clearway(*leave, "--json")
    assert (left.code, left.json["detail"]) == (0, "RETURN_OPEN")
    told = await clearway("show", f"{EBC}/{sample.key.order_no}", "--lang", "zh")
    assert "离区" in told.out


LETTER = ("presence", "A/B", "--instruction", "K-1", "--actor", "W", "--attendant", "Li")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*LETTER, "--letter", "L-1"), "--principal, --valid-from, --valid-before"),
        ((*LETTER, "--valid-from", "yesterday"), "ISO 8601"),
        ((*LETTER[:3], "x" * 61, *LETTER[4:]), "1 to 60 characters"),
        ((*LETTER[:-1], " "), "1 to 60 characters"),
        ((*LETTER, "--letter", "x" * 61), "1 to 60 characters"),
        (("licence", "A/B", "--actor", "W", "--type", " ", "--number", "1"), "1 to 60 characters"),
        (("licence", "A/B", "--actor", "W", "--type", "CITES", "--number", "1" * 61), "1 to 60 characters"),
        (("exit", "A/B", "--actor", "W", "--exited-at", "soon"), "ISO 8601"),
        (("exit", "A/B", "--actor", "W", "--exited-at", "2026-04-24T10:00:00", "--pass", "x" * 61), "at most 60"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(invoke: Any, words: tuple[str, ...], told: str) -> None:
    ended = invoke(*words, "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert told in ended.stderr
