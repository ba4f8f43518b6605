"""Where colleagues' tests still look for the desk."""

from tests.desk import LIST, Desk

__all__ = ["LIST", "Desk"]
