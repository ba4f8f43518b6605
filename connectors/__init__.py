"""Our clients of the outside world, one package per platform; they fail with `Unavailable` or `Refused` only."""

from connectors.errors import Refused, Unavailable

__all__ = ["Refused", "Unavailable"]
