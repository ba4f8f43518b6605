"""How the library reaches Temporal: standard `TEMPORAL_*` settings, JSON payloads, encrypted once a key is set."""

import dataclasses
import os
import re
from collections.abc import Mapping
from typing import Any

from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime

from clearway.codec import PayloadCipher
from clearway.payloads import DATA_CONVERTER

DEFAULT_ADDRESS = "localhost:7233"
PAYLOAD_KEYS = "CLEARWAY_PAYLOAD_KEYS"
"""Environment variable with `id:base64` AES-256 keys, newest first, separated by commas."""


def data_converter(environment: Mapping[str, str] = os.environ) -> DataConverter:
    """JSON by pydantic; encrypted with AES-256-GCM when `CLEARWAY_PAYLOAD_KEYS` holds keys (DESIGN law 10).

    Raises ValueError when a key is not 32 bytes of base64.
    """
    keys = environment.get(PAYLOAD_KEYS, "")
    if not keys:
        return DATA_CONVERTER
    return dataclasses.replace(DATA_CONVERTER, payload_codec=PayloadCipher.from_setting(keys))


async def connect(
    address: str | None = None,
    namespace: str | None = None,
    *,
    interceptors: tuple[Interceptor, ...] = (),
    runtime: Runtime | None = None,
) -> Client:
    """A Temporal client from arguments, else from `TEMPORAL_*` and the profile file, else the local default.

    Raises RuntimeError when the server cannot be reached.
    """
    options: dict[str, Any] = {**ClientConfig.load_client_connect_config()}
    configured = (options.pop("target_host", None), options.pop("namespace", None))
    target = address or configured[0] or DEFAULT_ADDRESS
    try:
        return await Client.connect(
            target,
            namespace=namespace or configured[1] or "default",
            data_converter=data_converter(),
            interceptors=interceptors,
            runtime=runtime,
            **options,
        )
    except RuntimeError as error:
        raise RuntimeError(f"no connection to {target} ({_reason(error)})") from error


def _reason(error: RuntimeError) -> str:
    """What the operating system or the server said, out of the SDK's nest of error types; else all of it."""
    told: list[str] = re.findall(r'(?:message|error): "([^"]+)"', str(error))
    return told[-1] if told else str(error)
