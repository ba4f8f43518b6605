"""Prints the table of our own settings in docs/operating.md, from the classes that read them."""

import sys

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from clearway.connection import PAYLOAD_KEYS
from connectors.payment_data import PaymentDataSettings
from connectors.settings import PlatformSettings
from gateway.settings import GatewaySettings
from models.settings import StoreSettings
from simulator.settings import Settings as SimulatorSettings
from workers.settings import WorkerSettings

READERS: tuple[tuple[type[BaseSettings], str], ...] = (
    (StoreSettings, "gateway, worker, registry"),
    (PlatformSettings, "worker"),
    (WorkerSettings, "worker"),
    (GatewaySettings, "gateway"),
    (PaymentDataSettings, "gateway"),
    (SimulatorSettings, "simulator"),
)
"""Every class of settings, and who reads it."""


def table() -> str:
    """One row for each variable: name, default, meaning, reader."""
    rows = [("variable", "default", "meaning", "read by"), ("---",) * 4]
    rows.append((f"`{PAYLOAD_KEYS}`", "none: payloads are not encrypted", "`id:base64` keys, newest first", "everyone"))
    for settings, reader in READERS:
        prefix = settings.model_config["env_prefix"]
        for name, field in settings.model_fields.items():
            default = field.default
            shown = default.get_secret_value() if isinstance(default, SecretStr) else default
            rows.append((f"`{prefix}{name.upper()}`", f"`{shown}`", field.description or "", reader))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(table())
