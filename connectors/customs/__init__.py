"""Customs, reached through the data exchange platform."""

from connectors.customs.client import CustomsClient

__all__ = ["CustomsClient"]
