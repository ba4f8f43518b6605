"""Which edition a message was written in, where its content tells."""

from collections.abc import Sequence
from functools import cache

from clearway.contracts.base import Contract
from clearway.messages.form import Edition, Form
from clearway.messages.slots import slots
from clearway.messages.writable import strays


def edition_of(form: Form, records: Sequence[Contract]) -> Edition | None:
    """The one edition whose elements and lengths admit every record; None where both or neither do."""
    if len(form.editions) == 1:
        return form.editions[0]
    if not _differs(form):
        return None
    fitting = [edition for edition in form.editions if all(_fits(record, form, edition) for record in records)]
    return fitting[0] if len(fitting) == 1 else None


@cache
def _differs(form: Form) -> bool:
    models = [model for model in (form.model, form.line_model) if model is not None]
    return form.earlier_lines is not None or any(
        slots(model, Edition.E2018, form.flow) != slots(model, Edition.E202205, form.flow) for model in models
    )


def _fits(record: Contract, form: Form, edition: Edition) -> bool:
    if not isinstance(record, form.model):
        return True
    least, most = form.line_limits(edition) if form.lines else (0, None)
    lines = getattr(record, "lines", ())
    if len(lines) < least or (most is not None and len(lines) > most):
        return False
    return not any(strays(part, edition, form.flow) for part in (record, *lines))
