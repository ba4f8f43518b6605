"""Customs' door for original payment data (Announcement 179 of 2018)."""

from connectors.payment_data.client import PaymentDataClient, Reply
from connectors.payment_data.settings import PaymentDataSettings

__all__ = ["PaymentDataClient", "PaymentDataSettings", "Reply"]
