"""A List of Items told to people: what is awaited from whom, the view, the Markdown, the filterable attributes."""

from datetime import datetime

from clearway.contracts.articles import ArticlesOutcome, ArticlesState, ArticlesTax, ArticlesView
from clearway.contracts.parties import ROLE_NAMES, Role
from models.articles_case import SETTLED, ArticlesCase
from models.markdown import plain, problem_line, shanghai

WANTED = {
    ArticlesOutcome.REFUSED: ("a list that can pass", "可通关的物品清单"),
    ArticlesOutcome.APPROVAL_PENDING: ("the approval of the controlled articles", "受管制物品的批准文件"),
    ArticlesOutcome.OVER_LIMIT: ("what becomes of the parcel: return or goods", "包裹处置方式：退运或按货物办理"),
}
REVIEW, RELEASE = ("customs' review", "海关审核"), ("customs' release", "海关放行")
PAYMENT = ("payment of the tax", "缴纳税款")
STEPS = (
    ArticlesState.DRAFT,
    ArticlesState.SUBMITTED,
    ArticlesState.REVIEWED,
    ArticlesState.TAX_ASSESSED,
    ArticlesState.PAID,
    ArticlesState.RELEASED,
)
"""The way of a parcel that passes; `exempt` stands in the place of `paid`."""


def awaited(case: ArticlesCase) -> tuple[Role, tuple[str, str], datetime | None] | None:
    """From whom something is awaited, what, in both languages, and until when; None when nothing is."""
    if case.over or not case.examined:
        return None
    if case.in_the_way:
        return Role.IND, WANTED[case.in_the_way], case.wait_until
    if case.state is ArticlesState.TAX_ASSESSED:
        return Role.IND, PAYMENT, None
    if case.state in SETTLED:
        return Role.CUS, RELEASE, None
    return Role.CUS, REVIEW, case.answer_by


def articles_view(case: ArticlesCase) -> ArticlesView:
    """The whole list as anyone may read it."""
    waiting = awaited(case)
    paid = case.payment if case.payment and case.payment.paid_at else None
    return ArticlesView(
        key=case.key,
        profile=case.profile,
        state=case.state,
        judgement=case.judgement,
        awaited_from=waiting[0] if waiting else "",
        awaited_until=waiting[2] if waiting else None,
        decisions=tuple(case.decisions),
        paid_amount=paid.amount if paid else 0,
        paid_at=paid.paid_at if paid else None,
        reason=case.reason,
        alarms=tuple(case.alarms),
        passages=tuple(case.passages),
    )


def articles_attributes(case: ArticlesCase) -> dict[str, str | list[str] | datetime]:
    """Values of the search attributes (names in `contracts.names.SEARCH_ATTRIBUTES`)."""
    waiting = awaited(case)
    values: dict[str, str | list[str] | datetime] = {
        "CustomsState": case.state,
        "CustomsDetail": case.in_the_way or "",
        "AwaitedFrom": waiting[0] if waiting else "",
        "Enterprise": case.key.declarant_code,
        "Alarms": list(case.alarms),
    }
    if case.port:
        values["CustomsPort"] = case.port
    if waiting and waiting[2]:
        values["NextDeadline"] = waiting[2]
    return values


def articles_markdown(case: ArticlesCase) -> str:
    """The list for the Web UI's current details: state, what is awaited, money, problems, customs' decisions."""
    parts = [_headline(case)]
    if waiting := awaited(case):
        role, (english, chinese), until = waiting
        by = f", until {shanghai(until)}" if until else ""
        parts.append(f"**Awaited** {english} {chinese} from the {ROLE_NAMES[role][0]} ({role}){by}")
    if case.alarms:
        parts.append("**Alarms:** " + ", ".join(f"`{alarm}`" for alarm in case.alarms))
    if case.judgement and case.judgement.value is not None and case.judgement.limit is not None:
        alone = ", a single article" if case.judgement.indivisible else ""
        parts.append(f"**Value** {case.judgement.value:f} CNY, limit {case.judgement.limit:f} CNY{alone}")
    if case.tax:
        parts.append(_tax(case.tax))
    if case.problems:
        parts.append("**Problems**\n" + "\n".join(problem_line(problem) for problem in case.problems))
    if case.judgement and case.judgement.warnings:
        parts.append("**Warnings**\n" + "\n".join(problem_line(problem) for problem in case.judgement.warnings))
    if case.decisions:
        rows = "\n".join(
            f"| {shanghai(each.at)} | {each.decision} | {plain(each.finding)} |" for each in case.decisions
        )
        parts.append("| customs decided | what | finding |\n|---|---|---|\n" + rows)
    if case.payment and case.payment.paid_at:
        parts.append(f"**Paid** {case.payment.amount:f} CNY at {shanghai(case.payment.paid_at)}")
    return "\n\n".join(parts)


def _headline(case: ArticlesCase) -> str:
    exempt = any(passage.state is ArticlesState.EXEMPT for passage in case.passages)
    way = [ArticlesState.EXEMPT if exempt and step is ArticlesState.PAID else step for step in STEPS]
    steps = " → ".join(f"**{step}**" if step is case.state else str(step) for step in way)
    side = "" if case.state in way else f" ⟶ **{case.state}**"
    why = f"\n\n{plain(case.reason)}" if case.reason else ""
    return f"{steps}{side}\n\nList of Items `{case.key.list_no}`{why}"


def _tax(tax: ArticlesTax) -> str:
    due = f"not levied up to {tax.exemption:f} CNY" if tax.exempt else f"{tax.due:f} CNY due"
    rows = [f"**Tax** {tax.total:f} CNY, {due} ({tax.regime})", "", "| line | group | base | rate | tax |"]
    rows.append("|---|---|---|---|---|")
    rows += [
        f"| {line.gnum} | {plain(line.category)} | {line.base:f} | {line.rate:f} | {line.tax:f} |" for line in tax.lines
    ]
    return "\n".join(rows)
