"""The messages of exports (REFERENCE §1, §4)."""

from clearway.messages.form import Form

EXPORT_FORMS: tuple[Form, ...] = ()
"""One row for each type."""
