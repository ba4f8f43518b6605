"""What customs decides about an application, and the words that both kinds of application share."""

from typing import NamedTuple

from simulator.customs.filing import Outcome
from simulator.steps import Receipt, Verdict

TAKEN = (Receipt("2", 5, "新增申报成功"), Receipt("3", 10, "发送海关成功"))
STORED = Receipt("120", 30, "[Code:1800;Desc:逻辑校验通过]")


class Decision(NamedTuple):
    """The outcome, the receipts that tell it, and the scenario's verdict where it was that which decided."""

    outcome: Outcome
    answers: tuple[Receipt, ...] = ()
    verdict: Verdict | None = None


SAVED = Decision(Outcome.REFUSED, (Receipt("1", 5, "电子口岸已暂存"),))
"""A draft stays at the E-Port: customs decides nothing."""
UNANSWERED = Decision(Outcome.UNANSWERED)


def port_refuses(code: str, why: str) -> tuple[Receipt, ...]:
    """The E-Port's refusal with a code of table 7-2."""
    return (Receipt(code, 15, why),)


def customs_returns(why: str) -> tuple[Receipt, ...]:
    """Customs gives the application back with 100."""
    return (*TAKEN, Receipt("100", 30, f"海关退单:{why}"))
