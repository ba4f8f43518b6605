"""Published names: the task queue, the workflow and its messages, and the search attributes operators filter by."""

from typing import Literal, NamedTuple

TASK_QUEUE = "clearway"


def customs_queue(task_queue: str) -> str:
    """The task queue of what is signed and handed to customs: polled only where the keys are."""
    return f"{task_queue}-customs"


def bank_queue(task_queue: str) -> str:
    """The task queue of what asks the withholding agent's bank: a slow bank holds up nothing else."""
    return f"{task_queue}-bank"


DECLARATION_LIST = "DeclarationList"
"""Workflow type."""

ARTICLES_LIST = "ArticlesList"
"""Workflow type of an individual's List of Items."""

GOODS_RETURN = "GoodsReturn"
"""Workflow type of a return of goods, child of its Declaration List."""

TAX_COLLECTION = "TaxCollection"
"""Workflow type of the collection of one withholding agent's taxes at one customs."""

SUSPICION_REPORT = "SuspicionReport"
"""Workflow type of a proactive report of a suspected violation."""

CORRECTED_COPY = "CorrectedCopy"
"""Workflow type that drafts a corrected copy of a rejected list; its result is the draft."""

# Updates: enterprises and operators act, and get an answer.
DECLARE = "declare"
TRANSMIT_DOCUMENT = "transmit_document"
REQUEST_RETURN = "request_return"
CONFIRM_RETURN_ARRIVAL = "confirm_return_arrival"
CANCEL = "cancel"
MODIFY = "modify"
CONFIRM_PRESENCE = "confirm_presence"
SUPPLY_LICENCE = "supply_licence"
CONFIRM_EXIT = "confirm_exit"
NOTE_RETURN_SHIPMENT = "note_return_shipment"
CHECK_RETURNED_GOODS = "check_returned_goods"
WITHDRAW_RETURN = "withdraw_return"
ADMIT_LATE_RETURN = "admit_late_return"
SUBMIT_ARTICLES = "submit_articles"
SUBMIT_APPROVAL = "submit_approval"
CHOOSE_DISPOSITION = "choose_disposition"
RUN_NOW = "run_now"
SUBMIT_REPORT = "submit_report"

# Signals: customs speaks.
CUSTOMS_NEWS = "customs_news"
CONTROL_INSTRUCTION = "control_instruction"
INSPECTION_RESULT = "inspection_result"
DISPOSITION = "disposition"
CUSTOMS_HOLD = "customs_hold"
REPORT_DECISION = "report_decision"

# Signals: our own ledger speaks.
GUARANTEE_GRANTED = "guarantee_granted"
TAX_NEWS = "tax_news"
DUE_ALARM = "due_alarm"
COLLECT = "collect"
ARTICLES_DECISION = "articles_decision"

# Queries.
VIEW = "view"


class SearchAttribute(NamedTuple):
    """A search attribute as the server must know it; SQL stores allow ten of kind Keyword and three of each other."""

    name: str
    kind: Literal["Keyword", "KeywordList", "Datetime"]
    meaning: str


SEARCH_ATTRIBUTES = (
    SearchAttribute("CustomsState", "Keyword", "published state: submitted … taxed, and the side ends"),
    SearchAttribute("CustomsDetail", "Keyword", "where in that state"),
    SearchAttribute("AwaitedFrom", "Keyword", "role of the party the case waits for, e.g. CUS, PAY; empty when none"),
    SearchAttribute("Enterprise", "Keyword", "ebcCode"),
    SearchAttribute("Platform", "Keyword", "ebpCode"),
    SearchAttribute("CustomsPort", "Keyword", "customsCode, the declaring district"),
    SearchAttribute("TradeMode", "Keyword", "9610, 1210 or 1239"),
    SearchAttribute("Alarms", "KeywordList", "open alarms, e.g. DOCS_REMINDER, UNKNOWN_RECEIPT"),
    SearchAttribute("NextDeadline", "Datetime", "the next instant at which something falls due"),
    SearchAttribute("ReleasedAt", "Datetime", "when customs released the list; day 27, 30, 40 … count from its day"),
    SearchAttribute("PayBefore", "Datetime", "first instant after the payment deadline of a released list"),
)
"""The single list; the embedded server, the compose file's set-up and the docs are made from it. No personal data."""
