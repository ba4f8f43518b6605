"""Every magic value in one table: what the word after the last hyphen makes the outside world do.

`SCENARIOS` is both the script that the simulator plays and the source of the table in docs/simulator.md. `after` is
the list's own time: seconds from the document's appTime, never from a wall clock.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from clearway.contracts.customs import InspectionOutcome
from simulator import stories
from simulator.mishaps import Mishap
from simulator.steps import Await, Bill, Receipt, Request, Step, Verdict, Void, story
from simulator.stories import BILL, CLEARED, DECLARING, RELEASED, REVIEWED, SENT, SENT_ABROAD, STORED, TAKEN, inspected


class ReadFrom(StrEnum):
    """Where a magic word is looked for."""

    ORDER_NO = "order number"
    BUYER_NAME = "buyer's name"
    PAYMENT_ORDER_NO = "order number, through entDutyNo of the tax bill"


class Payment(StrEnum):
    """How the bank takes an instruction."""

    PAYS = "pays"
    PART = "pays 60 % the first time, then what it is asked to"
    DOWN_TWICE = "answers 503 twice, then pays"
    REFUSES = "refuses"


class Identity(StrEnum):
    """How the identity authority answers."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    DOWN = "answers 503"


@dataclass(frozen=True)
class Scenario:
    """One row of the table."""

    word: str
    meaning: str
    read_from: ReadFrom = ReadFrom.ORDER_NO
    first: tuple[Step, ...] = (*TAKEN, *CLEARED)
    again: tuple[Step, ...] | None = None
    """Answer to the second filing; None: a list that was returned is answered like the first time."""
    voucher: tuple[Receipt, ...] = TAKEN
    copies: int = 1
    bare: bool = False
    """Receipts leave out copNo, preNo and invtNo, as real error receipts do (REFERENCE §6.1)."""
    identity: Identity = Identity.VERIFIED
    payment: Payment = Payment.PAYS
    mishap: Mishap | None = None
    """What goes wrong with everything that customs says about the list."""
    door: Mishap | None = None
    """What goes wrong at customs' door with what is filed."""


_LIMIT = "[Code:1313;Desc:订购人购买超过年度限额,超过个人年度购买额度]"
_BAD_LIST = "清单报文校验失败:商品编码与规格型号不符"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("RELEASE", "stored, reviewed, released, billed; also without any magic word"),
    Scenario(
        "REVIEW",
        "a person at customs reviews it, then release",
        first=(*TAKEN, Receipt("300", 45, "[Code:1200;Desc:待人工审核]"), *CLEARED),
    ),
    Scenario("INSPECTOK", "inspected, found normal, then release", first=inspected(InspectionOutcome.NORMAL)),
    Scenario("INSPECTBAD", "inspected, found abnormal, detained", first=inspected(InspectionOutcome.ABNORMAL)),
    Scenario(
        "ABNORMALABROAD",
        "inspected, found abnormal, sent back abroad",
        first=inspected(InspectionOutcome.ABNORMAL, (SENT_ABROAD,)),
    ),
    Scenario(
        "INSPECTABSENT",
        "the inspection waits for somebody to be present: no result until one is given by hand",
        first=inspected(InspectionOutcome.NORMAL, by_hand=True),
    ),
    Scenario(
        "DISPMODIFY",
        "clerical error: the list is to be corrected; released once a modification came",
        first=stories.CORRECTED,
    ),
    Scenario("DISPEXTRA", "undeclared goods are to be taken out, then release", first=stories.EXTRA_REMOVED),
    Scenario(
        "DISPLICENCE",
        "a licence is to be handed in within 3 days; once customs was shown it by hand, released 2 days later",
        first=stories.LICENSED,
    ),
    Scenario("DISPRELEASE", "suspected trademark; the finding is settled, then release", first=stories.SETTLED),
    Scenario("DISPSTOCK", "not admissible: back to stock, the list is cancelled", first=stories.BACK_IN_STOCK),
    Scenario("DISPABROAD", "not admissible: sent back abroad", first=stories.GONE_ABROAD),
    Scenario("DISPDESTROY", "quality failure: destroyed", first=stories.DESTROYED),
    Scenario("DISPCONFISCATE", "infringes a trademark: confiscated", first=stories.CONFISCATED),
    Scenario("DISPHANDOVER", "suspected smuggling: handed over, stays held", first=stories.HANDED_OVER),
    Scenario(
        "MODIFY",
        "waits for a modification, takes it, then release with the new content",
        first=(*TAKEN, Await(Request.MODIFICATION), *CLEARED),
    ),
    Scenario(
        "MODIFYNO",
        "waits for a modification, refuses it, then release with the old content",
        first=(*TAKEN, Await(Request.MODIFICATION, Verdict.REFUSED), *CLEARED),
    ),
    Scenario("CANCELWAIT", "waits for a cancellation", first=(*TAKEN, Await(Request.CANCELLATION))),
    Scenario(
        "CANCELNO",
        "waits for a cancellation, refuses it, then release",
        first=(*TAKEN, Await(Request.CANCELLATION, Verdict.REFUSED), *CLEARED),
    ),
    Scenario(
        "CANCELRACE",
        "waits for a cancellation; the release crosses it, then the cancellation is approved",
        first=(*TAKEN, Await(Request.CANCELLATION, Verdict.CROSSED), *CLEARED),
    ),
    Scenario(
        "REJECT",
        "returned by customs; a corrected copy with a new guid is released",
        first=(DECLARING, SENT, Receipt("100", 30, "[Code:1322;Desc:订单清单表体商品项不一致]")),
        again=(*TAKEN, *CLEARED),
    ),
    Scenario(
        "REJECTLIMIT",
        "returned because the buyer's annual limit is exceeded, however often it is filed",
        first=(DECLARING, SENT, Receipt("100", 30, _LIMIT)),
    ),
    Scenario(
        "REJECTCODE",
        "fails the E-Port's check (-621001); a corrected copy with a new guid is released",
        first=(DECLARING, Receipt("-621001", 15, _BAD_LIST)),
        again=(*TAKEN, *CLEARED),
    ),
    Scenario(
        "REJECTBARE",
        "as REJECTCODE, but the receipts lack copNo and preNo, as real ones did; the order is named in the text only",
        first=(Receipt("-621001", 15, _BAD_LIST),),
        again=(*TAKEN, *CLEARED),
        bare=True,
    ),
    Scenario("SILENT", "customs never answers the list", first=()),
    Scenario("TWICE", "every receipt and the bill arrive twice, byte for byte", copies=2),
    Scenario(
        "LATE",
        "out of order: 399, 120 and 3 arrive after the release, with their true earlier times",
        first=(DECLARING, RELEASED, REVIEWED, STORED, SENT, BILL),
    ),
    Scenario("DELAYED", "every receipt comes much later than it was written", mishap=Mishap.LATE),
    Scenario("OVERTAKEN", "every receipt is overtaken by the next thing that customs says", mishap=Mishap.OVERTAKEN),
    Scenario("LOST", "nothing arrives until customs is asked to send it again", mishap=Mishap.LOST),
    Scenario("MALFORMED", "of every receipt half arrives first, and then the whole", mishap=Mishap.MALFORMED),
    Scenario("SLOW", "every receipt arrives in drops", mishap=Mishap.SLOW),
    Scenario("CUT", "the connection breaks in the middle of every receipt; it is sent again", mishap=Mishap.CUT),
    Scenario(
        "CONTRADICT",
        "after each receipt comes a later one that says less; after the release a return",
        first=(*TAKEN, *CLEARED, Receipt("100", 150, "[Code:1322;Desc:订单清单表体商品项不一致]")),
        mishap=Mishap.CONTRADICTED,
    ),
    Scenario("DOORDOWN", "customs' door answers 503 twice to each message, then takes it", door=Mishap.DOWN),
    Scenario("DOORCUT", "customs' door takes each message and breaks off its answer the first time", door=Mishap.CUT),
    Scenario("DOORSLOW", "customs' door takes its time with each answer", door=Mishap.SLOW),
    Scenario(
        "UNKNOWN",
        "a status that customs never published comes between, then release",
        first=(*TAKEN, Receipt("777", 45, "其他处理"), *CLEARED),
    ),
    Scenario(
        "DOCREJECT",
        "the payment voucher is returned; a corrected one with a new guid is stored",
        voucher=(DECLARING, SENT, Receipt("100", 30, "支付单校验失败:订购人与支付人不一致")),
    ),
    Scenario(
        "ARRIVAL",
        "waits for the goods to arrive, then release",
        first=(*TAKEN, Receipt("400", 45, "待运抵"), *CLEARED),
    ),
    Scenario(
        "SUSPEND",
        "suspended for an unclear address, then release",
        first=(*TAKEN, Receipt("600", 45, "挂起:收件地址不详"), *CLEARED),
    ),
    Scenario(
        "TRANSIT4",
        "sending to customs fails once; filed again with the same guid it is released",
        first=(DECLARING, Receipt("4", 20, "发送海关失败")),
        again=(Receipt("3", 35, SENT.info), Receipt("120", 45, STORED.info), *CLEARED),
    ),
    Scenario("DETAIN501", "detained and handed over", first=(*TAKEN, Receipt("501", 60, "扣留移送通关"))),
    Scenario("ABROAD", "sent back abroad", first=(*TAKEN, Receipt("700", 60, "退运"))),
    Scenario(
        "CLOSED", "released, billed, then closed by customs", first=(*TAKEN, *CLEARED, Receipt("899", 150, "结关"))
    ),
    Scenario(
        "BILLDIFF",
        "the bill is 0.50 CNY higher than the tax withheld",
        first=(*TAKEN, REVIEWED, RELEASED, Bill(120, Decimal("0.50"))),
    ),
    Scenario(
        "BILLVOID",
        "the bill is declared void and another one, with its own number, takes its place",
        first=(*TAKEN, *CLEARED, Void(150), Bill(180)),
    ),
    Scenario("NOBILL", "released, but the bill never comes", first=(*TAKEN, REVIEWED, RELEASED)),
    Scenario(
        "BANKDOWN",
        "the bank answers 503 twice to each payment, then pays",
        ReadFrom.PAYMENT_ORDER_NO,
        payment=Payment.DOWN_TWICE,
    ),
    Scenario(
        "BANKPART", "the bank pays 60 % the first time, then the rest", ReadFrom.PAYMENT_ORDER_NO, payment=Payment.PART
    ),
    Scenario("BANKREFUSE", "the bank refuses the payment", ReadFrom.PAYMENT_ORDER_NO, payment=Payment.REFUSES),
    Scenario("IDDOWN", "the identity authority is unavailable", ReadFrom.BUYER_NAME, identity=Identity.DOWN),
    Scenario("IDBAD", "name and number do not belong together", ReadFrom.BUYER_NAME, identity=Identity.MISMATCH),
)


class Wish(StrEnum):
    """The word after the last hyphen of an application's reason: how customs answers this one application."""

    USUAL = ""
    REFUSE = "REFUSE"
    LATE = "LATE"
    SILENT = "SILENT"


WISHES = {
    Wish.REFUSE: "returned with 100",
    Wish.LATE: "stored (120) a day later than usual",
    Wish.SILENT: "never answered",
}

BY_WORD = {scenario.word: scenario for scenario in SCENARIOS}


def scenario_of(text: str) -> Scenario:
    """The scenario named after the last hyphen of an order number, buyer's name or payment order; else RELEASE."""
    _, hyphen, word = text.rpartition("-")
    return BY_WORD.get(word, SCENARIOS[0]) if hyphen else SCENARIOS[0]


def wish_of(reason: str) -> Wish:
    """What an application's reason asks for after its last hyphen; else the usual answer."""
    _, hyphen, word = reason.rpartition("-")
    return Wish(word) if hyphen and word in WISHES else Wish.USUAL


def as_rows() -> list[dict[str, str]]:
    """The table as plain values, for `GET /scenarios` and the docs."""
    return [
        {
            "word": scenario.word,
            "read_from": scenario.read_from.value,
            "meaning": scenario.meaning,
            "answers_to_the_list": story(scenario.first),
            "second_filing": "" if scenario.again is None else story(scenario.again),
        }
        for scenario in SCENARIOS
    ]


def as_markdown() -> str:
    """The table as it stands in docs/simulator.md."""
    head = "| magic word | put at the end of | what happens | answers to the list | second filing |\n"
    return f"{head}|---|---|---|---|---|\n" + "".join(
        "| `{word}` | {read_from} | {meaning} | {answers_to_the_list} | {second_filing} |\n".format_map(row)
        for row in as_rows()
    )
