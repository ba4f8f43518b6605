"""How customs judges an application to cancel a list, CEB623 (RULEBOOK B.4)."""

from clearway.contracts.documents import CancelApplication
from simulator.customs.decisions import SAVED, STORED, TAKEN, UNANSWERED, Decision, customs_returns, port_refuses
from simulator.customs.filing import Control, Filing, Outcome, Standing
from simulator.customs.judgement import DRAFT, NEW
from simulator.scenarios import Wish, wish_of
from simulator.steps import Receipt, Request, Verdict

UNKNOWN = port_refuses("-623003", "撤销申请单对应的清单不存在")
_NOT_NOW = Decision(Outcome.REFUSED, port_refuses("-623005", "清单状态不符合撤销申请的条件"))
_TWICE = Decision(Outcome.REFUSED, port_refuses("-623009", "撤销申请单已经申报，请勿重复申报"))
_UNWELCOME = customs_returns("撤销申请未获批准")
_APPROVED = "海关审结，同意撤销"


def decide(filing: Filing, application: CancelApplication) -> Decision:
    """Approved while the list is open, not under control, and its goods have not left."""
    if application.app_status == DRAFT:
        return SAVED
    under_way = [one.application for one in filing.applications if one.outcome is not Outcome.REFUSED]
    if any(isinstance(earlier, CancelApplication) for earlier in under_way):
        return _TWICE
    # Whoever applied to return goods has them: they have left.
    left = filing.gone or bool(under_way)
    held = filing.control is not Control.FREE
    if application.app_type != NEW or filing.standing is not Standing.OPEN or left or held:
        return _NOT_NOW
    wish = wish_of(application.reason)
    verdict = filing.waits_for(Request.CANCELLATION)
    if wish is Wish.SILENT:
        return UNANSWERED
    if verdict is Verdict.REFUSED:
        return Decision(Outcome.REFUSED, _UNWELCOME, verdict)
    if wish is Wish.REFUSE:
        return Decision(Outcome.REFUSED, _UNWELCOME)
    # Where the release is to cross the application, it is told in between.
    approved = Receipt("399", 180 if verdict is Verdict.CROSSED else 60, _APPROVED)
    return Decision(Outcome.GRANTED, (*TAKEN, STORED, approved), verdict)
