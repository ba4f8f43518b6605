"""Files suspicion reports with customs (RULEBOOK B.16): JSON, acknowledged in the answer."""

from datetime import datetime

import httpx
from pydantic import BaseModel, ConfigDict, Field

from clearway.contracts.base import Instant
from clearway.contracts.reports import ReportAcknowledgement, SuspicionReport
from connectors.exchange import PATIENCE, door, post_json

PLATFORM = "customs"


class FiledReport(BaseModel):
    """What customs is told. It decides under `report_no`, which names nobody."""

    model_config = ConfigDict(frozen=True)

    report_no: str
    filed_at: Instant
    report: SuspicionReport = Field(repr=False)
    idempotency_key: str


class ReportsClient:
    """Client of customs' door for reports; one `httpx.Client` may serve many threads."""

    def __init__(self, base_url: str, http: httpx.Client, *, timeout: httpx.Timeout = PATIENCE) -> None:
        self._url = door(base_url, "/customs/suspicion-reports")
        self._http = http
        self._timeout = timeout

    def file(self, report: SuspicionReport, *, filed_at: datetime) -> ReportAcknowledgement:
        """File a report and return customs' acknowledgement.

        The same report gives the same acknowledgement however often it is sent; other content under its number is
        Refused, as is whatever customs declines. Raises Unavailable when it is not known whether customs has it.
        """
        report_no = report.key.report_no
        filed = FiledReport(report_no=report_no, filed_at=filed_at, report=report, idempotency_key=report_no)
        return post_json(self._http, self._url, filed, ReportAcknowledgement, platform=PLATFORM, timeout=self._timeout)
