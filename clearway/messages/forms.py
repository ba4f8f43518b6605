"""The one place where message types, models and element names meet: every message we speak."""

from clearway.messages.export_forms import EXPORT_FORMS
from clearway.messages.form import MOST_RECORDS, MOST_SUBSCRIBERS, NAMESPACE, Edition, Flow, Form
from clearway.messages.import_forms import IMPORT_FORMS

FORMS = IMPORT_FORMS + EXPORT_FORMS
"""Every message type, imports first."""

FORM_BY_TYPE = {form.message_type: form for form in FORMS}
FORM_BY_MODEL = {form.model: form for form in FORMS}

__all__ = [
    "FORMS",
    "FORM_BY_MODEL",
    "FORM_BY_TYPE",
    "MOST_RECORDS",
    "MOST_SUBSCRIBERS",
    "NAMESPACE",
    "Edition",
    "Flow",
    "Form",
]
