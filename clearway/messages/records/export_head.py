"""The four fields that open every export document."""

from typing import Annotated

from clearway.contracts.base import Contract, Instant, wire


class ExportHead(Contract):
    """Identity and purpose of one submission."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    app_type: Annotated[str, wire("appType", "1 new, 2 change, 3 delete", 1, 1)]
    app_time: Annotated[Instant, wire("appTime", "When the enterprise submitted it")]
    app_status: Annotated[str, wire("appStatus", "1 draft, 2 declared (signature due)", 1, 1)]
