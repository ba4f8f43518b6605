"""What customs knows of one submission of a list, for people: no personal data."""

from collections.abc import Iterable

from simulator.customs.filing import Filing, Result, Told
from simulator.steps import Await


def show(filing: Filing) -> dict[str, object]:
    """One submission as `GET /customs/lists/{order_no}` tells it; amounts in CNY, times in the list's own time."""
    return {
        "guid": filing.guid,
        "app_time": filing.opened_at.isoformat(),
        "scenario": filing.scenario.word,
        "standing": filing.standing.value,
        "control": filing.control.value,
        "pre_no": filing.pre_no,
        "invt_no": filing.invt_no,
        "awaits": _awaits(filing),
        "awaits_inspection_result": filing.awaited is not None,
        "receipts": _receipts(filing.told),
        "bill": filing.bill and {"tax_no": filing.bill.tax_no, "value_added_tax": str(filing.bill.value_added_tax)},
        "void_bills": [bill.tax_no for bill in filing.bills if bill.tax_no in filing.voided],
        "modifications": [
            {
                "guid": change.declaration.guid,
                "app_time": change.declaration.app_time.isoformat(),
                "outcome": change.outcome.value,
                "receipts": _receipts(change.told),
            }
            for change in filing.changes
        ],
        "applications": [
            {
                "kind": applied.application.kind,
                "guid": applied.application.guid,
                "cop_no": applied.application.cop_no,
                "app_time": applied.application.app_time.isoformat(),
                "outcome": applied.outcome.value,
                "lines": [
                    {"gnum": line.gnum, "qty": str(line.qty)} for line in getattr(applied.application, "lines", ())
                ],
                "receipts": _receipts(applied.told),
            }
            for applied in filing.applications
        ],
        "dispositions": [
            {"decision_id": order.decision_id, "disposition": order.disposition.value, "at": order.at.isoformat()}
            for order in filing.dispositions
        ],
    }


def _awaits(filing: Filing) -> str | None:
    match filing.story[:1]:
        case (Await(request=request),):
            return request.value
        case (Result(),):
            return "inspection result"
    return None


def _receipts(told: Iterable[Told]) -> list[dict[str, str]]:
    return [{"status": one.status, "at": one.at.isoformat(), "info": one.info} for one in told]
