"""The tables of the pages lifecycle, articles, rules and search-attributes: `python -m docs.generate <table>`.

Each prints one block of a page, from the code that decides; `make docs` writes the blocks into the pages.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from clearway.contracts.articles import ArticlesState
from clearway.contracts.customs import Disposition
from clearway.contracts.documents import DocumentKind
from clearway.contracts.names import SEARCH_ATTRIBUTES
from clearway.contracts.states import BACKBONE, ENDS, State
from clearway.rules.dispositions import effects_of
from clearway.rules.parameters import Parameters, parameters
from clearway.rules.series import Period, Series
from clearway.rules.tables import in_words
from models import return_status
from models.articles_case import ENDS as ARTICLES_ENDS
from models.lifecycle import ArticlesListChart, DeclarationListChart
from models.report_chart import SuspicionReportChart
from models.return_chart import GoodsReturnChart
from models.return_status import Effect, detail_of, effect_of

STATES = {
    State.SUBMITTED: "the first document is in; waits for the missing ones, reminds after 24 hours, ends after 72",
    State.MATCHED: "the comparison passed; identity, limits and tax are recorded; with customs or on its way there",
    State.INSPECTED: "risk control passed: nothing to inspect, or inspected and found normal",
    State.RELEASED: "receipt 800; its Shanghai day is D0; left at once, with every deadline fixed",
    State.RETURN_WINDOW: "D0 to D0+30 for returns, then the tax: payable from D0+31, until D0+45 rolled over days off",
    State.TAXED: "the tax is paid, or none was due",
    State.MATCH_FAILED: "a comparison failed or customs refused a document; ends if not corrected in 72 hours",
    State.REJECTED: "customs returned the list; a corrected copy is a new case",
    State.CANCELLED: "withdrawn before filing, or by customs' consent; or the goods went back to stock",
    State.DETAINED: "customs holds the goods until it has disposed of them; ends the list where they are confiscated",
    State.RETURNED_ABROAD: "the goods were shipped back before they left the zone or site",
    State.DESTROYED: "the goods were destroyed by customs' decision",
    State.RETURNED: "all goods came back in time; no tax",
}
ARTICLES_STATES = {
    ArticlesState.DRAFT: "nothing that could be taken is on file; what was refused is told, with 15 days to mend it",
    ArticlesState.SUBMITTED: "taken and judged; waits for customs' review, or, over the limit, for a choice",
    ArticlesState.APPROVAL_PENDING: "the approval of a controlled article is missing; 15 days",
    ArticlesState.REVIEWED: "customs has reviewed it; left at once, with the tax assessed",
    ArticlesState.TAX_ASSESSED: "more than the exemption is due; the bank is asked, after a refusal daily",
    ArticlesState.PAID: "the declarant has paid; waits for customs' release",
    ArticlesState.EXEMPT: "the tax is not levied; waits for customs' release",
    ArticlesState.RELEASED: "customs has released the parcel",
    ArticlesState.RETURNED: "sent back: by customs, by choice, or because the time to mend it is over",
    ArticlesState.ABANDONED: "handed over to customs",
    ArticlesState.TO_GOODS: "declared as goods instead",
}
EFFECTS = {
    Effect.NOTE: "kept and shown; changes nothing",
    Effect.ACCEPT: "customs stored it",
    Effect.PROGRESS: "the detail changes, the state does not",
    Effect.INSPECT: "frozen until the inspection's result",
    Effect.PASS: "to `inspected`",
    Effect.DETAIN: "to `detained`",
    Effect.SHIP_BACK: "to `returned_abroad`",
    Effect.RELEASE: "to `released`, through `inspected`",
    Effect.REJECT: "a list: to `rejected`; a document: to `match_failed`",
    Effect.RESEND: "sent again after a pause",
    Effect.UNKNOWN: "kept, shown, and an alarm",
}
STATUSES = {
    "1": "电子口岸已暂存 saved at the E-Port",
    "2": "电子口岸申报中 being declared at the E-Port",
    "3": "发送海关成功 sent to customs",
    "4": "发送海关失败 could not be sent to customs",
    "100": "海关退单 returned by customs",
    "120": "海关入库 stored by customs",
    "300": "人工审核 reviewed by hand",
    "399": "海关审结 review finished",
    "400": "待运抵 waiting for the goods",
    "500": "查验 inspection",
    "501": "扣留移送通关 detained, clearance",
    "502": "扣留移送缉私 detained, anti-smuggling",
    "503": "扣留移送法规 detained, legal",
    "599": "其它扣留 detained otherwise",
    "600": "挂起 suspended",
    "700": "退运 shipped back",
    "800": "放行 released",
    "899": "结关 closed",
}
"""The codes of the official specification of 2022; 400 and 600 come from published code (REFERENCE §5.9)."""
UNLISTED = {"any other negative number": "-1", "anything else": "777"}
"""Codes that nobody lists, by an example."""
DISPOSITIONS = {
    Disposition.MODIFY: "the list is corrected by `modify`, though under control; then customs releases it",
    Disposition.REMOVE_EXTRA: "what was not declared is taken out; an order is never corrected to fit",
    Disposition.SUPPLY_LICENCE: "the licence is handed in by the day customs set, or LICENCE_OVERDUE shows",
    Disposition.RELEASE: "the finding is settled; customs releases the list, or a released one goes on",
    Disposition.BACK_TO_STOCK: "bonded goods go back to the shelf; the list ends `cancelled`",
    Disposition.RETURN_ABROAD: "the list ends `returned_abroad`",
    Disposition.DESTROY: "the list ends `destroyed`",
    Disposition.CONFISCATE: "the list ends `detained`, detail CONFISCATED",
    Disposition.HAND_OVER: "another department has the case; the list stays `detained` until customs says more",
}


def chart() -> str:
    """The diagram of the states."""
    return f"```mermaid\n{format(DeclarationListChart, 'mermaid').strip()}\n```\n"


def states() -> str:
    """What each state means."""
    rows = []
    for state in State:
        end = "yes" if state in ENDS else "once the time to correct is over" if state is State.MATCH_FAILED else ""
        rows.append((f"`{state}`", "backbone" if state in BACKBONE else "side", end, STATES[state]))
    return _table(("state", "", "end", "meaning"), rows)


def transitions() -> str:
    """The transition table, as the chart itself tells it."""
    return f"{format(DeclarationListChart(), 'md').strip()}\n"


def articles_chart() -> str:
    """The diagram of an individual's List of Items."""
    return f"```mermaid\n{format(ArticlesListChart, 'mermaid').strip()}\n```\n"


def articles_states() -> str:
    """What each state of a List of Items means."""
    rows = [(f"`{state}`", "yes" if state in ARTICLES_ENDS else "", ARTICLES_STATES[state]) for state in ArticlesState]
    return _table(("state", "end", "meaning"), rows)


def returns_chart() -> str:
    """The diagram of a return of goods."""
    return f"```mermaid\n{format(GoodsReturnChart, 'mermaid').strip()}\n```\n"


def reports_chart() -> str:
    """The diagram of a suspicion report."""
    return f"```mermaid\n{format(SuspicionReportChart, 'mermaid').strip()}\n```\n"


def dispositions() -> str:
    """What customs may do with goods that an inspection found abnormal, and what that does to the list."""
    rows = []
    for disposition in Disposition:
        effect = effects_of(disposition)
        ends = "yes" if effect.ends else ""
        rows.append((f"`{disposition}`", DISPOSITIONS[disposition], ends, effect.quota, effect.guarantee, effect.tax))
    return _table(("disposition", "what happens", "end", "annual amount", "guarantee", "tax"), rows)


def receipts() -> str:
    """What each status code of a receipt does, to a list and to one of the three documents."""
    known = sorted(return_status.EFFECTS, key=lambda status: (status.startswith("-"), abs(int(status))))
    rows = []
    for status in known:
        to_list = effect_of(DocumentKind.DECLARATION_LIST, status)
        to_document = effect_of(DocumentKind.ORDER, status)
        detail = detail_of(status)
        told = f"`{to_document}`" if to_document is not to_list else "the same"
        rows.append((status, STATUSES.get(status, ""), f"`{to_list}`", told, f"`{detail}`" if detail else ""))
    unlisted = {name: effect_of(DocumentKind.DECLARATION_LIST, code) for name, code in UNLISTED.items()}
    rows += [(name, "", f"`{effect}`", "the same", "") for name, effect in unlisted.items()]
    return _table(("status", "customs' words", "effect on the list", "on a document", "detail"), rows)


def effects() -> str:
    """What the effects mean."""
    return _table(("effect", "meaning"), [(f"`{effect}`", EFFECTS[effect]) for effect in Effect])


def rules() -> str:
    """Every parameter with its values through time."""
    known: Parameters = parameters()
    parts: dict[str, Mapping[str, Series[Any]]] = {"Numbers": known.numbers, "Codes and names": known.texts}
    parts |= {name.replace("_", " ").capitalize(): table for name, table in known.tables.items()}
    return "\n".join(f"## {title}\n\n{_rules(series.values())}" for title, series in parts.items())


def _rules(several: Iterable[Series[Any]]) -> str:
    rows = [(f"`{each.rule}`", each.description, each.unit, _through_time(each), each.reference) for each in several]
    return _table(("rule", "meaning", "unit", "value from day to day", "source"), rows)


def _through_time(series: Series[Any]) -> str:
    lines = [_period(period) for period in series.values]
    for profile, periods in series.profiles.items():
        lines += [f"{profile} {_period(period)}" for period in periods]
    for port, periods in series.ports.items():
        lines += [f"port {port} {_period(period)}" for period in periods]
    return "<br>".join(lines)


def _period(period: Period[Any]) -> str:
    last = f" to {period.last_day}" if period.last_day else ""
    first = "always" if period.first_day == date.min else period.first_day
    return f"{first}{last}: {in_words(period.value)}"


def search_attributes() -> str:
    """Every search attribute."""
    return _table(
        ("name", "kind", "meaning"), [(f"`{each.name}`", each.kind, each.meaning) for each in SEARCH_ATTRIBUTES]
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '¦') for cell in line)} |\n" for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    "chart": chart,
    "states": states,
    "transitions": transitions,
    "articles-chart": articles_chart,
    "articles-states": articles_states,
    "returns-chart": returns_chart,
    "reports-chart": reports_chart,
    "dispositions": dispositions,
    "receipts": receipts,
    "effects": effects,
    "rules": rules,
    "search-attributes": search_attributes,
}


def main() -> int:
    """Print one table."""
    if len(sys.argv) != 2 or sys.argv[1] not in TABLES:
        sys.stderr.write(f"usage: python -m docs.generate {{{','.join(TABLES)}}}\n`make docs` writes the pages.\n")
        return 2
    sys.stdout.write(TABLES[sys.argv[1]]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
