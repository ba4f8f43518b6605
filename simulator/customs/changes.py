"""How customs judges a modification of a list that it has: CEB621 with appType 2 (RULEBOOK B.4)."""

from datetime import timedelta

from clearway.contracts.documents import DeclarationList
from simulator.customs.books import Books
from simulator.customs.filing import Change, Control, Filing, Outcome, Reply, Standing
from simulator.customs.judgement import CHANGE, DRAFT, refuse_list
from simulator.steps import Receipt, Request, Verdict

_TAKEN = (Receipt("2", 5, "改单申报成功"), Receipt("3", 10, "发送海关成功"))
_STORED = Receipt("120", 30, "[Code:1800;Desc:改单逻辑校验通过]")
_DRAFT = Receipt("1", 5, "电子口岸已暂存")
_UNKNOWN = Receipt("-621011", 15, "不存在已申报的清单，无法进行改单操作")
_NOT_NOW = Receipt("-621012", 15, "清单的申报状态不符合改单申报的条件")
_UNDER_CONTROL = Receipt("100", 30, "海关退单:布控中,不允许改单")
_UNWELCOME = Receipt("100", 30, "海关退单:改单申请未获批准")


def is_change(books: Books, declaration: DeclarationList) -> bool:
    """It wants to modify a list that customs has; what follows a return is a corrected copy whatever its appType."""
    known = books.filings(declaration.ebc_code, declaration.order_no)
    return declaration.app_type == CHANGE and any(filing.standing is not Standing.RETURNED for filing in known)


def judge_change(books: Books, declaration: DeclarationList, traceparent: str | None) -> Filing | None:
    """The file whose story goes on with customs' answer; None for a repetition, which changes nothing."""
    if books.has_seen(declaration):
        return None
    books.remember(declaration, ())
    known = books.filings(declaration.ebc_code, declaration.order_no)
    numbers = declaration.pre_no, declaration.invt_no
    filing = next((filing for filing in known if (filing.pre_no, filing.invt_no) == numbers), None)
    if filing is None:
        refused = refuse_list(books, declaration, _UNKNOWN)
        if declaration.pre_no and len(declaration.pre_no) == len(refused.pre_no):
            refused.pre_no = declaration.pre_no  # the answer bears the number that was asked about
        return refused
    considered, answers = _decide(filing, declaration)
    outcome = Outcome.GRANTED if answers[-1] is _STORED else Outcome.REFUSED
    change = Change(declaration, outcome)
    filing.changes.append(change)
    replies = [
        Reply(change, answer.status, declaration.app_time + timedelta(seconds=answer.after), answer.info, traceparent)
        for answer in answers
    ]
    if considered:
        filing.stop_waiting_for(Request.MODIFICATION)
        filing.delay_until(replies[-1].at, filing.reached)
    if outcome is Outcome.GRANTED:
        filing.declaration = declaration
        filing.control = Control.FREE
    filing.story = (*replies, *filing.story)
    return filing


def _decide(filing: Filing, declaration: DeclarationList) -> tuple[bool, tuple[Receipt, ...]]:
    """Whether customs looked into it at all, and what it answers."""
    if declaration.app_status == DRAFT:
        return False, (_DRAFT,)
    if filing.standing is not Standing.OPEN or filing.released or filing.gone:
        return False, (_NOT_NOW,)
    if filing.control is Control.HELD:
        return False, (*_TAKEN, _UNDER_CONTROL)
    refused = filing.waits_for(Request.MODIFICATION) is Verdict.REFUSED
    return True, (*_TAKEN, _UNWELCOME if refused else _STORED)
