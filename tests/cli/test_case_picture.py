"""A list as people read it: what its money waits for stands beside its state."""

from decimal import Decimal
from io import StringIO

from rich.console import Console

from clearway.cli.case_picture import case_picture
from clearway.cli.screen import Lang
from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.facts import GuaranteeHold, GuaranteeOutcome, IdentityOutcome, Judgement, QuotaHold
from clearway.contracts.states import Detail, State

WAITING = Judgement(
    matched=True,
    identity=IdentityOutcome.VERIFIED,
    quota=QuotaHold(year=2026, counted=Decimal("310.00"), used_before=Decimal("0.00"), limit=Decimal("26000.00")),
    guarantee=GuaranteeHold(
        outcome=GuaranteeOutcome.AWAITING,
        guarantor="3301960L01",
        amount=Decimal("28.21"),
        place=2,
        reason="QUEUE",
    ),
    snapshot="0",
)


def _shown(judgement: Judgement, lang: Lang = Lang.EN) -> list[str]:
    view = CaseView(
        key=CaseKey(ebc_code="E", order_no="O"),
        profile="SEED",
        state=State.MATCHED,
        detail=Detail.AWAITING_GUARANTEE,
        judgement=judgement,
    )
    paper = StringIO()
    Console(file=paper, width=160).print(case_picture(view, lang))
    return paper.getvalue().splitlines()


def test_a_list_that_waits_tells_its_guarantor_the_amount_the_reason_and_its_place() -> None:
    assert "guarantee: 3301960L01, 28.21 CNY, AWAITING, QUEUE, place in the queue 2" in _shown(WAITING)
    assert "担保: 3301960L01, 28.21 CNY, AWAITING, QUEUE, 排队序号 2" in _shown(WAITING, Lang.ZH)


def test_what_a_list_takes_of_the_year_is_told() -> None:
    told = "annual amount 2026: used before 0.00, taken by this list 310.00, limit 26000.00 CNY"
    assert told in _shown(WAITING)


def test_a_list_whose_tax_is_secured_stands_in_no_queue() -> None:
    assert WAITING.guarantee is not None
    held = WAITING.guarantee.model_copy(update={"outcome": GuaranteeOutcome.HELD, "place": None, "reason": ""})
    assert "guarantee: 3301960L01, 28.21 CNY, HELD" in _shown(WAITING.model_copy(update={"guarantee": held}))
