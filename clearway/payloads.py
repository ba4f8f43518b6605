"""How values are written as payloads: JSON by pydantic, without fields that say nothing."""

from typing import Any

from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter, PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter


class BriefJson(PydanticJSONPlainPayloadConverter):
    """JSON without the fields of models that are null; whoever reads it finds null where nothing stands.

    An eighth of a list's payloads were such fields. It loses nothing, since a field that may be null is null by default
    (a test looks at every contract).
    """

    def to_payload(self, value: Any) -> Payload | None:
        """Write one value."""
        return Payload(
            metadata={"encoding": self.encoding.encode()},
            data=to_json(value, exclude_none=True),
        )


_CONVERTERS = tuple(
    BriefJson() if isinstance(each, PydanticJSONPlainPayloadConverter) else each
    for each in PydanticPayloadConverter().converters.values()
)


class PayloadConverter(CompositePayloadConverter):
    """The converters that everybody shares, since Temporal makes one of these for every list and for every task.

    What pydantic has prepared for a type is prepared once for all.
    """

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)
"""For clients and workers without payload keys."""
