"""The bank through which a withholding agent pays tax (RULEBOOK B.9.3)."""

from connectors.bank.client import BankClient, BankReceipt

__all__ = ["BankClient", "BankReceipt"]
