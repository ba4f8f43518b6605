"""How customs judges what it is handed: first its own order of business, then the scenario of the magic word."""

from clearway.contracts.documents import DeclarationList, DocumentKind, Payment
from simulator.customs.books import Books, Voucher, content_of
from simulator.customs.filing import Filing, Standing
from simulator.scenarios import Scenario, scenario_of
from simulator.steps import Receipt
from simulator.stories import TAKEN

NEW, CHANGE, DELETE = "1", "2", "3"
DRAFT = "1"

ORDERLY = Scenario("", "customs' own order of business, whatever the magic word")
"""Refusals that every customs office gives; they are told once and in full."""


class Refusals:
    """Codes of table 7-2 for one kind of document."""

    def __init__(self, unknown: str, exists: str, used: str, old: str, name: str) -> None:
        self.unknown = _refusal(unknown, f"{name}标识(appType)不正确,未找到操作的{name}")
        self.exists = _refusal(exists, f"已存在相同编号的{name}")
        self.used = _refusal(used, f"该{name}已向海关申报清单，状态不符")
        self.old = _refusal(old, f"{name}报文处理失败，接收报文为旧报文数据，不做处理")


def _refusal(code: str, info: str, after: int = 15) -> tuple[Receipt, ...]:
    return (Receipt(code, after, info),)


REFUSALS = {
    DocumentKind.ORDER: Refusals("-301009", "-301010", "-301011", "-301014", "订单"),
    DocumentKind.PAYMENT: Refusals("-401006", "-401007", "-401008", "-401012", "支付单"),
    # The table has no code for an old waybill; customs names the one it holds instead.
    DocumentKind.WAYBILL: Refusals("-504014", "-504015", "-504016", "-504015", "运单"),
}


def judge_document(books: Books, document: Voucher) -> tuple[Receipt, ...]:
    """Store, change, delete or refuse one of the three documents; a repetition hears the last word again."""
    if books.has_seen(document):
        return books.last_word(document)
    answers = _judge_new(books, document)
    books.remember(document, answers[-1:])
    return answers


def _judge_new(books: Books, document: Voucher) -> tuple[Receipt, ...]:
    refuse = REFUSALS[DocumentKind(document.kind)]
    kept = books.kept(document)
    if kept is None:
        return _take(books, document, refuse)
    if document.app_type == NEW:
        return refuse.exists
    if document.app_time < kept.app_time:
        return refuse.old
    if books.is_declared(kept):
        return refuse.used
    if document.app_type == DELETE:
        books.drop(document)
    else:
        books.keep(document)
    return TAKEN


def _take(books: Books, document: Voucher, refuse: Refusals) -> tuple[Receipt, ...]:
    corrects = books.was_returned(document)
    if document.app_type != NEW and not corrects:
        return refuse.unknown
    answers: tuple[Receipt, ...] = TAKEN
    if isinstance(document, Payment) and not corrects:
        answers = scenario_of(document.order_no).voucher
    if any(is_return(receipt.status) for receipt in answers):
        books.give_back(document)
    else:
        books.keep(document)
    return answers


def judge_list(books: Books, declaration: DeclarationList) -> Filing | None:
    """The file of a list, with what customs will do about it; None for a repetition, which changes nothing."""
    earlier = books.filings(declaration.ebc_code, declaration.order_no)
    if books.has_seen(declaration):
        same = next((filing for filing in earlier if filing.guid == declaration.guid), None)
        return same and _send_again(same, declaration)
    books.remember(declaration, ())
    if objection := _objection(books, declaration):
        return refuse_list(books, declaration, *objection)
    scenario = scenario_of(declaration.order_no)
    told_before = any(filing.scenario is scenario for filing in earlier)
    filing = books.enter(declaration, scenario)
    filing.story = scenario.again if told_before and scenario.again is not None else scenario.first
    return filing


def refuse_list(books: Books, declaration: DeclarationList, *objection: Receipt) -> Filing:
    """The file of a list that customs gives back whatever its magic word."""
    filing = books.enter(declaration, ORDERLY, Standing.RETURNED)
    filing.story = objection
    return filing


def _send_again(filing: Filing, declaration: DeclarationList) -> Filing | None:
    if filing.standing is not Standing.NOT_SENT:
        return None
    filing.declaration = declaration
    filing.opened_at = declaration.app_time
    filing.standing = Standing.OPEN
    again = filing.scenario.again
    filing.story = filing.scenario.first if again is None else again
    return filing


def _objection(books: Books, declaration: DeclarationList) -> tuple[Receipt, ...]:
    """What stands against a list before any scenario counts."""
    handled = books.open_filing(declaration.ebc_code, declaration.order_no)
    if declaration.app_type == DELETE and handled:
        return _refusal("-621012", "清单的申报状态不符合改单申报的条件")
    if declaration.app_type != NEW and not books.filings(declaration.ebc_code, declaration.order_no):
        return _refusal("-621011", "不存在已申报的清单，无法进行改单操作")
    if handled and content_of(handled.declaration) == content_of(declaration):
        return _refusal("-621004", "清单已经申报过，请勿重复申报")
    if handled:
        return (*TAKEN[:2], *_refusal("100", "清单业务主键重复:该电商企业的订单编号已有清单", 30))
    if declaration.app_status == DRAFT:
        return _refusal("1", "电子口岸已暂存", 5)
    missing = [
        name
        for name, found in (
            ("订单", books.order(declaration)),
            ("支付单", books.payment(declaration)),
            ("运单", books.waybill(declaration)),
        )
        if found is None
    ]
    return (*TAKEN[:2], *_refusal("100", f"未找到清单对应的{'、'.join(missing)}", 30)) if missing else ()


def is_return(status: str) -> bool:
    """With this status customs or the E-Port gives a submission back; it may come again under a new guid."""
    return status in ("1", "100") or status.startswith("-")
