"""Customs' door for suspicion reports: acknowledges each once per idempotency key, and tells nobody who wrote it."""

import hashlib
import logging

from fastapi import APIRouter
from pydantic import BaseModel, Field

from clearway.contracts.base import Instant
from clearway.contracts.reports import REPORT_NO, ReportAcknowledgement, SuspicionReport
from simulator.refusals import Refusal

log = logging.getLogger(__name__)


class Filed(BaseModel):
    """A report as it is filed."""

    report_no: str = Field(pattern=REPORT_NO)
    filed_at: Instant
    report: SuspicionReport
    idempotency_key: str = Field(min_length=1, max_length=200)


def make_suspicion_door() -> APIRouter:
    """The route `/customs/suspicion-reports`; reports are kept in memory."""
    router = APIRouter(prefix="/customs")
    taken: dict[str, tuple[SuspicionReport, ReportAcknowledgement]] = {}

    @router.post("/suspicion-reports")
    async def take_report(filed: Filed) -> ReportAcknowledgement:
        """Acknowledge a report, or give the acknowledgement given before under the same key."""
        if earlier := taken.get(filed.idempotency_key):
            report, acknowledged = earlier
            if report != filed.report:
                raise Refusal(409, "E_KEY_REUSED", "this idempotency key was used for a report with other content")
            return acknowledged
        acknowledged = ReportAcknowledgement(number=_number(filed), at=filed.filed_at)
        taken[filed.idempotency_key] = filed.report, acknowledged
        log.info("suspicion report taken", extra={"number": acknowledged.number})
        return acknowledged

    return router


def _number(filed: Filed) -> str:
    # From the key, not from a counter: a restarted simulator must not give one number to two reports.
    serial = int.from_bytes(hashlib.sha256(filed.idempotency_key.encode()).digest()[:8], "big") % 1_000_000_000
    return f"XS{filed.filed_at:%Y%m%d}{serial:09d}"
