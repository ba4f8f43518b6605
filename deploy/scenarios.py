"""The demo's twenty-six Declaration Lists as data: what each shows, how it is driven, and how it must end."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from clearway.contracts.states import State
from clearway.testing import BUYER_ID
from deploy import acts
from deploy.acts import Act
from deploy.expected import Expected

TAX = Decimal("28.21")
"""13 % VAT at 70 % of 310.00 CNY, the tax of every list here (RULEBOOK B.9.1)."""
ORDERER = "王小明"
OTHERS = {"陈大文": "320101198501010024", "刘小红": "440106199909090025"}
"""Two more people with well-formed numbers, nobody's: what customs counts for one of them counts for no other."""


@dataclass(frozen=True)
class Scene:
    """One list: the word that ends its order number, its story, its acts, its end.

    The word is magic where docs/simulator.md lists it, and a mere name elsewhere.
    """

    word: str
    story: str
    expected: Expected
    settles: State
    """The state that the filing leads to; what is later happens after every list has settled."""
    filing: Act = acts.declare
    later: Act | None = None
    orderer: str = ORDERER
    """The orderer's name; a magic word at its end is for the identity authority."""

    @property
    def orderer_id(self) -> str:
        """The orderer's identity number; whoever is not named here is one and the same person."""
        return OTHERS.get(self.orderer, BUYER_ID)


def _taxed(
    word: str,
    story: str,
    *,
    filing: Act = acts.declare,
    later: Act = acts.pay_tax,
    paid: Decimal = TAX,
    receipts: Iterable[str] = ("800",),
    alarms: Iterable[str] = (),
    orderer: str = ORDERER,
    events_at_most: int | None = None,
) -> Scene:
    expected = Expected(
        State.TAXED,
        paid=paid,
        receipts=frozenset(receipts),
        alarms=frozenset(alarms),
        reason="tax paid",
        events_at_most=events_at_most,
    )
    return Scene(word, story, expected, State.RETURN_WINDOW, filing, later, orderer)


def _stops(
    word: str,
    story: str,
    state: State,
    *,
    awaited: Iterable[str] = (),
    reason: str = "",
    problems: Iterable[str] = (),
    alarms: Iterable[str] = (),
    filing: Act = acts.declare,
    orderer: str = ORDERER,
) -> Scene:
    expected = Expected(state, frozenset(awaited), reason, frozenset(alarms), frozenset(problems))
    return Scene(word, story, expected, state, filing, orderer=orderer)


SCENES: tuple[Scene, ...] = (
    # Released, and thirty days later taxed.
    _taxed("RELEASE", "nothing special: released, thirty days, tax paid", events_at_most=45),
    _taxed(
        "REVIEW",
        "the express operator hands in the order on a written commitment; a person at customs reviews the list",
        filing=acts.declare_by_express,
        receipts=("300", "800"),
    ),
    _taxed("INSPECTOK", "inspected, found normal, released", receipts=("500", "800")),
    _taxed(
        "ARRIVAL",
        "order, payment and waybill come one by one from their own parties; customs waits for the goods",
        filing=acts.declare_one_by_one,
        receipts=("400", "800"),
    ),
    _taxed(
        "SUSPEND",
        "identity authority down: orderer = payer will do; suspended for an unclear address, then released",
        orderer=f"{ORDERER}-IDDOWN",
        receipts=("600", "800"),
    ),
    _taxed("LATE", "receipts out of order: 399, 120 and 3 arrive after the release and change nothing"),
    _taxed("UNKNOWN", "customs sends a status nobody published: kept, shown as an alarm", alarms=("UNKNOWN_RECEIPT",)),
    _taxed(
        "DOCREJECT",
        "customs refuses the payment voucher; a corrected one leads on",
        filing=acts.declare_then_correct_payment,
    ),
    _taxed(
        "REJECTCODE",
        "the E-Port's check fails and the list is rejected; a corrected copy is released and taxed",
        filing=acts.declare_a_corrected_copy,
    ),
    _taxed(
        "TRANSIT4",
        "sending to customs fails; five minutes later the same list is sent again",
        filing=acts.declare_and_wait_for_resending,
        receipts=("4", "800"),
    ),
    _taxed(
        "BILLDIFF",
        "the bill is 0.50 higher than our figure: the bill wins",
        paid=TAX + Decimal("0.50"),
        alarms=("BILL_DIFFERS",),
    ),
    _taxed("BANKDOWN", "the bank is down twice; paid once"),
    _taxed(
        "NOBILL",
        "a return on day 31 is refused; no bill ever comes, so our figure is paid 48 h before the deadline",
        later=acts.return_too_late,
    ),
    _taxed(
        "TOPUP-RELEASE",
        "its guarantor has put up nothing, so the list waits; once a deposit is there it goes on by itself",
        filing=acts.declare_and_put_up_a_guarantee,
    ),
    # Everything comes back: no tax.
    Scene(
        "TWICE",
        "every receipt arrives twice and counts once; on day 10 all goods go back, on day 15 they are there",
        Expected(State.RETURNED, reason="no tax is due", receipts=frozenset({"800"}), repeats=True),
        State.RETURN_WINDOW,
        later=acts.return_all,
    ),
    # Customs says no.
    _stops("REJECT", "returned by customs, with customs' own reason", State.REJECTED, reason="1322"),
    _stops(
        "REJECTLIMIT",
        "returned: the buyer's annual limit is exceeded",
        State.REJECTED,
        reason="1313",
        orderer="陈大文",
    ),
    _stops("ABROAD", "sent back abroad", State.RETURNED_ABROAD, reason="700"),
    _stops("ABNORMALABROAD", "inspected, found abnormal, sent back abroad", State.RETURNED_ABROAD, reason="700"),
    _stops(
        "INSPECTBAD", "inspected, found abnormal, detained", State.DETAINED, awaited=("CUS",), reason="not as declared"
    ),
    _stops("DETAIN501", "detained and handed over", State.DETAINED, awaited=("CUS",), reason="501"),
    _stops("SILENT", "customs never answers: the list waits, and says for whom", State.MATCHED, awaited=("CUS",)),
    # It never gets to customs.
    _stops(
        "IDBAD",
        "name and identity number do not belong together",
        State.MATCH_FAILED,
        awaited=("EBC",),
        alarms=("MATCH_FAILED",),
        problems=("E_IDENTITY_MISMATCH",),
        orderer=f"{ORDERER}-IDBAD",
    ),
    _stops(
        "OVERYEAR",
        "customs returned the buyer's first order for the annual limit; the next is stopped before customs sees it",
        State.MATCH_FAILED,
        awaited=("EBC",),
        alarms=("MATCH_FAILED",),
        problems=("E_OVER_LIMIT",),
        filing=acts.declare_after_customs_counted_more,
        orderer="刘小红",
    ),
    _stops(
        "MISMATCH",
        "amount, orderer and consignee differ: three problems, told at once, each to whoever must mend it",
        State.MATCH_FAILED,
        awaited=("PAY", "AGENT", "LOG"),
        alarms=("MATCH_FAILED",),
        problems=("M05", "M10", "M12"),
        filing=acts.declare_with_three_mismatches,
    ),
    _stops(
        "CANCEL",
        "cancelled by the enterprise while the payment is missing",
        State.CANCELLED,
        reason="the customer withdrew",
        filing=acts.cancel_before_filing,
    ),
)
