"""Published names: the task queue, the workflow and its messages, and the search attributes operators filter by."""

from typing import Literal, NamedTuple

TASK_QUEUE = "clearway"

DECLARATION_LIST = "DeclarationList"
"""Workflow type."""

ARTICLES_LIST = "ArticlesList"
"""Workflow type of an individual's List of Items."""

# Updates: enterprises and operators act, and get an answer.
DECLARE = "declare"
TRANSMIT_DOCUMENT = "transmit_document"
REQUEST_RETURN = "request_return"
CONFIRM_RETURN_ARRIVAL = "confirm_return_arrival"
CANCEL = "cancel"
SUBMIT_ARTICLES = "submit_articles"
SUBMIT_APPROVAL = "submit_approval"
CHOOSE_DISPOSITION = "choose_disposition"

# Signals: customs speaks.
CUSTOMS_NEWS = "customs_news"
CONTROL_INSTRUCTION = "control_instruction"
INSPECTION_RESULT = "inspection_result"

# Signals: our own ledger speaks.
GUARANTEE_GRANTED = "guarantee_granted"
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
)
"""The single list; the embedded server, the compose file's set-up and the docs are made from it. No personal data."""
