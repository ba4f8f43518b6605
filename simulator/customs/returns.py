"""How customs judges an application to return goods of a list, CEB625 (RULEBOOK B.8)."""

from collections.abc import Iterable
from decimal import Decimal

from clearway.contracts.documents import ReturnApplication, ReturnApplicationLine
from simulator.customs.books import content_of
from simulator.customs.decisions import SAVED, STORED, TAKEN, UNANSWERED, Decision, customs_returns, port_refuses
from simulator.customs.filing import Control, Filing, Outcome, Standing
from simulator.customs.judgement import DRAFT, NEW
from simulator.scenarios import Wish, wish_of
from simulator.steps import Receipt

UNKNOWN = customs_returns("未找到退货申请单对应的清单")
_TWICE = Decision(Outcome.REFUSED, port_refuses("-625022", "退货申请单已经申报，请勿重复申报"))
_NOT_NEW = Decision(Outcome.REFUSED, port_refuses("-625022", "退货申请单状态不符合变更或删除的条件"))
_NOT_RELEASED = Decision(Outcome.REFUSED, customs_returns("清单未放行,不允许退货"))
_UNWELCOME = Decision(Outcome.REFUSED, customs_returns("退货申请未获批准"))
_GRANTED = Decision(Outcome.GRANTED, (*TAKEN, STORED, Receipt("399", 60, "海关审结，同意退货")))


def decide(filing: Filing, application: ReturnApplication) -> Decision:
    """Granted for goods of a released list that no earlier application took."""
    if application.app_status == DRAFT:
        return SAVED
    earlier = [
        one.application
        for one in filing.applications
        if isinstance(one.application, ReturnApplication) and one.outcome is not Outcome.REFUSED
    ]
    if application.app_type != NEW:
        return _NOT_NEW
    if any(_is_same(application, known) for known in earlier):
        return _TWICE
    if not filing.released or filing.standing is not Standing.OPEN or filing.control is not Control.FREE:
        return _NOT_RELEASED
    if wrong := _wrong_lines(filing, application, earlier):
        told = f"退货申请单表体商品项(gnum,gcode)在清单中不存在或数量超出:{'、'.join(map(str, wrong))}"
        return Decision(Outcome.REFUSED, port_refuses("-625209", told))
    match wish_of(application.reason):
        case Wish.SILENT:
            return UNANSWERED
        case Wish.REFUSE:
            return _UNWELCOME
    return _GRANTED


def _is_same(application: ReturnApplication, known: ReturnApplication) -> bool:
    """The same one filed again under another guid: its number tells, or where it has none its content."""
    if application.cop_no or known.cop_no:
        return application.cop_no == known.cop_no
    return content_of(application) == content_of(known)


def _wrong_lines(filing: Filing, application: ReturnApplication, earlier: Iterable[ReturnApplication]) -> list[int]:
    """Item numbers that the list does not have, has as other goods, or has not enough left of; each once, in order."""
    declared = {line.gnum: line for line in filing.declaration.lines}
    taken = _quantities(line for known in earlier for line in known.lines)
    asked = _quantities(application.lines)
    hs_codes = {(line.gnum, line.hs_code) for line in application.lines}
    other_goods = {gnum for gnum, hs_code in hs_codes if gnum not in declared or declared[gnum].hs_code != hs_code}
    return [
        gnum
        for gnum, qty in sorted(asked.items())
        if gnum in other_goods or qty <= 0 or taken.get(gnum, Decimal(0)) + qty > declared[gnum].qty
    ]


def _quantities(lines: Iterable[ReturnApplicationLine]) -> dict[int, Decimal]:
    amounts: dict[int, Decimal] = {}
    for line in lines:
        amounts[line.gnum] = amounts.get(line.gnum, Decimal(0)) + line.qty
    return amounts
