"""What an officer reports about an inspection by hand."""

from pydantic import BaseModel, ConfigDict, Field

from clearway.contracts.base import Instant
from clearway.contracts.customs import Finding, InspectionOutcome


class Report(BaseModel):
    """Body of `POST /customs/inspections/{order_no}/result`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: InspectionOutcome
    kind: Finding | None = Field(None, description="What kind of finding; left out: as the scenario says")
    finding: str = Field("", max_length=1000, description="What was found; no personal data")
    recorded_at: Instant | None = Field(None, description="In the list's own time; left out: as the scenario says")
