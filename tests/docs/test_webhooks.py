"""docs/webhooks.md and docs/payment-data.md keep up: their commands exist, their code runs, their numbers hold."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clearway.cli import app
from clearway.contracts.payment_data import PaymentDataStanding, PullState
from clearway.contracts.subscriptions import Event, OutboxStanding
from clearway.messages.payment_data import read_deposit
from clearway.webhooks import secret_from, sign
from connectors.payment_data import PaymentDataSettings
from models import outbox, payment_data, telling

DOCS = Path(__file__).parents[2] / "docs"
WEBHOOKS = (DOCS / "webhooks.md").read_text(encoding="utf-8")
PAYMENT_DATA = (DOCS / "payment-data.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ clearway (.+?)(?:  +#.*)?$", WEBHOOKS + PAYMENT_DATA, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_exists(command: str) -> None:
    words = command.split()
    shown = CliRunner().invoke(app, [*words[:2], "--help"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0, shown.output
    assert all(word in shown.output for word in words if word.startswith("--"))


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 10


def test_the_receiver_takes_each_event_once() -> None:
    code = re.findall(r"```python\n(.+?)```", WEBHOOKS, re.DOTALL)[0]
    space: dict[str, Any] = {}
    exec(code, space)
    now, secret = datetime(2026, 3, 10, tzinfo=UTC), secret_from(bytes(32))
    event = Event(id="evt_1", number=1, kind="BILL", recipient="3301960A01", at=now)
    body = event.model_dump_json().encode()
    seen: set[str] = set()
    took = [space["receive"](sign("evt_1", now, body, [secret]), body, secret, now, seen) for _ in range(2)]
    assert took == [event, None]


def test_the_example_of_a_deposit_is_one() -> None:
    example = re.findall(r"```json\n(.+?)```", PAYMENT_DATA, re.DOTALL)[0]
    deposit = read_deposit(example.encode())
    assert '"totalAmount":310.00,' in deposit.head


def test_kinds_states_gauges_and_settings_are_told() -> None:
    for kind in (telling.RECEIPT, telling.BILL, telling.LIST_ENDED):
        assert f"| `{kind}` |" in WEBHOOKS
    for kind in (payment_data.MISSING, payment_data.LATE, payment_data.REFUSED):
        assert f"`{kind}`" in WEBHOOKS
    for state in PullState:
        assert f"| `{state}` |" in PAYMENT_DATA
    for name in PaymentDataStanding.model_fields:
        assert f".{name}`" in PAYMENT_DATA or name == "answered"
    for name in OutboxStanding.model_fields:
        assert f".{name}`" in WEBHOOKS
    for name in PaymentDataSettings.model_fields:
        assert f"`CLEARWAY_PAYMENT_DATA_{name.upper()}`" in PAYMENT_DATA
    assert f"for {outbox.LIFE.days} days" in WEBHOOKS
