"""A suspicion report told to people: where it stands, never who wrote it, of whom or what (RULEBOOK B.16)."""

from datetime import datetime

from clearway.contracts.parties import Role
from clearway.contracts.reports import REPORT_ENDS, HoldOutcome, ReportView
from models.markdown import plain, shanghai
from models.report_case import ReportCase


def report_view(case: ReportCase) -> ReportView:
    """The report as anyone may read it."""
    return case.earlier or ReportView(
        report_no=case.report_no,
        state=case.state,
        acknowledgement=case.acknowledgement,
        lists=case.lists,
        decisions=tuple(case.decisions),
        reason=case.reason,
        alarms=tuple(case.alarms),
        passages=tuple(case.passages),
    )


def report_attributes(case: ReportCase) -> dict[str, str | list[str] | datetime]:
    """Values of the search attributes (names in `contracts.names.SEARCH_ATTRIBUTES`); no enterprise is among them."""
    awaited = "" if case.state in REPORT_ENDS else Role.CUS
    return {"CustomsState": case.state, "AwaitedFrom": awaited, "Alarms": list(report_view(case).alarms)}


def report_markdown(case: ReportCase) -> str:
    """The report for the Web UI's current details."""
    view = report_view(case)
    parts = [f"**{view.state}**\n\nSuspicion report `{view.report_no}`"]
    if view.reason:
        parts.append(plain(view.reason))
    if view.alarms:
        parts.append("**Alarms:** " + ", ".join(f"`{alarm}`" for alarm in view.alarms))
    if view.acknowledgement:
        number, at = plain(view.acknowledgement.number), shanghai(view.acknowledgement.at)
        parts.append(f"**Customs** has it under {number} since {at}")
    if view.lists:
        found = sum(each.outcome is not HoldOutcome.NOT_RUNNING for each in view.lists)
        parts.append(f"**Lists** {found} of {len(view.lists)} could be held")
    if view.decisions:
        rows = "\n".join(f"| {shanghai(each.at)} | {each.decision} |" for each in view.decisions)
        parts.append("| customs decided | what |\n|---|---|\n" + rows)
    return "\n\n".join(parts)
