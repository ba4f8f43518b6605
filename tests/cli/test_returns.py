"""`clearway returns` against a running service: a return followed and recorded by commands, exit codes, bad input."""

from typing import Any

import pytest

from clearway.contracts.goods_return import ReturnState, ReturnView
from clearway.testing import EBC, WAREHOUSE
from tests.cli.conftest import Command, codes
from tests.desk import Desk
from tests.returns_desk import ReturnsCounter, lines


@pytest.fixture
def counter(desk: Desk) -> ReturnsCounter:
    """The desk, for returns."""
    return ReturnsCounter(desk)


async def test_a_return_goes_its_way_by_commands(clearway: Command, counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="2", _2="1"))
    name, by = f"{key.case.ebc_code}/{key.case.order_no}/1", ("--actor", WAREHOUSE)
    await counter.receipt(key, "120")
    sent = await clearway("returns", "ship", name, "--actor", "IND", "--carrier", "SF", "--waybill", "R-1", "--json")
    assert (sent.code, sent.json["state"]) == (0, "in_transit")
    now = (await counter.now(key)).isoformat()
    arrived = await clearway("returns", "arrive", name, *by, "--at", now, "--line", "1=1", "--line", "2=1", "--json")
    assert (arrived.code, arrived.json["state"]) == (0, "arrived")
    late = await clearway("returns", "withdraw", name, "--actor", EBC, "--reason", "kept after all", "--json")
    assert (late.code, codes(late.json["error"]["problems"])) == (1, ["E_RETURN_ARRIVED"])
    now = (await counter.now(key)).isoformat()
    checked = await clearway("returns", "check", name, *by, "--at", now, "--original", "--line", "1=1", "--json")
    assert (checked.code, checked.json["state"]) == (0, "checked")
    other = await clearway("returns", "check", name, *by, "--at", now, "--other", "--evidence", "photograph 7")
    assert other.code == 0
    shown = await clearway("returns", "show", f"goods-return/{name}", "--json")
    view = ReturnView.model_validate(shown.json)
    assert (view.confirmed, view.rejected) == (lines(_1="1"), lines(_2="1"))
    told = await clearway("returns", "show", name, "--lang", "en")
    for part in ("✓ in_transit → ", "confirmed: line 1 × 1", "RETURN_NOT_ORIGINAL", "31.85", "goods back before: "):
        assert part in told.out


async def test_an_application_is_withdrawn_by_command_and_is_over_then(
    clearway: Command, counter: ReturnsCounter
) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1"))
    name = f"{key.case.ebc_code}/{key.case.order_no}/{key.number}"
    why = ("--actor", "operator-7", "--reason", "the port was down", "--evidence", "notice 17")
    admitted = await clearway("returns", "admit", name, *why, "--json")
    assert (admitted.code, admitted.json["admission"]["evidence"]) == (0, "notice 17")
    ended = await clearway("returns", "withdraw", name, "--actor", EBC, "--reason", "kept after all", "--json")
    assert (ended.code, ended.json["state"]) == (0, ReturnState.WITHDRAWN)
    await counter.ended(key)
    late = await clearway("returns", "ship", name, "--actor", "IND", "--json")
    assert (late.code, codes(late.json["error"]["problems"])) == (1, ["E_ALREADY_ENDED"])


async def test_a_return_that_nobody_knows_is_not_found(clearway: Command) -> None:
    ended = await clearway("returns", "show", "3301960A01/nobody/1", "--json")
    assert (ended.code, codes(ended.json["error"]["problems"])) == (3, ["E_NOT_FOUND"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "3301960A01/CW-1"), "EBC/ORDER/N"),
        (("show", "3301960A01/CW-1/none"), "EBC/ORDER/N"),
        (("show", "3301960A01/CW-1/0"), "EBC/ORDER/N"),
        (("show", "goods-return/3301960A01/CW-1"), "EBC/ORDER/N"),
        (("arrive", "A/B/1", "--actor", "W", "--at", "yesterday"), "ISO 8601"),
        (("arrive", "A/B/1", "--actor", "W", "--at", "2026-04-24T10:00:00", "--line", "1"), "GNUM=QTY"),
        (("arrive", "A/B/1", "--actor", "W", "--at", "2026-04-24T10:00:00", "--line", "1=0"), "GNUM=QTY"),
        (("ship", "A/B/1", "--actor", "W", "--carrier", "x" * 61), "at most 60 characters"),
        (("check", "A/B/1", "--actor", "W", "--at", "2026-04-24T10:00:00"), "--original"),
        (("admit", "A/B/1", "--actor", "W", "--reason", "r", "--evidence", " "), "1 to 1000 characters"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(invoke: Any, words: tuple[str, ...], told: str) -> None:
    ended = invoke("returns", *words, "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert told in ended.stderr
