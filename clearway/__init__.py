"""Clearway: cross-border e-commerce customs Declaration Lists as durable workflows.

The client is loaded when it is first asked for, so that the wire, the rules and the contracts work without Temporal.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearway.client import ClearwayClient
    from clearway.errors import AlreadyEnded, ClearwayError, NotFound, Refused, ServiceUnavailable

__all__ = ["AlreadyEnded", "ClearwayClient", "ClearwayError", "NotFound", "Refused", "ServiceUnavailable"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("clearway.client" if name == "ClearwayClient" else "clearway.errors"), name)
