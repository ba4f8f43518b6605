"""A strict check of a message against the schema of an edition, of our own: no official file is needed for it."""

from clearway.messages.validation.report import Fault, Report
from clearway.messages.validation.validating import validate

__all__ = ["Fault", "Report", "validate"]
