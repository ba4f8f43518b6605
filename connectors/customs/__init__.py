"""Customs, reached through the data exchange platform."""

from connectors.customs.client import CustomsClient, Sealed

__all__ = ["CustomsClient", "Sealed"]
