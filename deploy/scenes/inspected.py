"""Lists that customs inspects: who attends, what is found, and everything customs may then decide (RULEBOOK B.5)."""

import hashlib
from datetime import timedelta
from typing import Any

from clearway.contracts.case import EntrustmentLetter, LicenceSupply, PresenceConfirmation
from clearway.contracts.parties import Sender
from clearway.contracts.reports import AffectedList, SuspicionReport
from clearway.contracts.states import Detail, State
from clearway.testing import AGENT, EBC, EXPRESS, WAREHOUSE
from deploy.doors import post
from deploy.play import Play, refused
from deploy.scene import Scene, declare, is_taxed, stands, stops, taxed
from deploy.scenes.changed import modify

NOBODY_CAME = timedelta(hours=72, minutes=1)
"""The list's own time in which three notices go out, the last of them unheard."""


async def attend(play: Play) -> None:
    """The declarant's own person attends; customs inspects and finds the goods as declared."""
    await declare(play)
    await be_present(play)


async def be_present(play: Play) -> None:
    """Confirm, attend, and have the simulated customs find the goods as declared."""
    confirmation = PresenceConfirmation(instruction_id=await _called(play), actor=AGENT, attendant="G-017")
    await play.client.confirm_presence(play.key, confirmation)
    play.notes.append("attended by the declarant's own person")
    await _record_normal(play)


async def attend_by_letter(play: Play) -> None:
    """Somebody else's person is turned away without a letter, and attends with one of the owner (seed S0.10)."""
    await declare(play)
    instruction = await _called(play)
    stranger = PresenceConfirmation(instruction_id=instruction, actor=EXPRESS, attendant="E-204")
    code = await refused(
        play.client.confirm_presence(play.key, stranger), "E_PRESENCE_LETTER_MISSING", "an attendant without a letter"
    )
    now = await play.now()
    letter = EntrustmentLetter(
        number="L-2026-88",
        principal=EBC,
        agent=EXPRESS,
        valid_from=now - timedelta(days=1),
        valid_before=now + timedelta(days=30),
    )
    await play.client.confirm_presence(play.key, stranger.model_copy(update={"letter": letter}))
    play.notes.append(f"without letter {code}; attended with letter {letter.number} of the owner")
    await _record_normal(play)


async def attend_in_vain(play: Play) -> None:
    """Nobody confirms: a second and a third notice, then customs decides; no time ever releases the list (D-26)."""
    await declare(play)
    await _called(play)
    await play.forward(NOBODY_CAME)
    view = await play.until(lambda view: "CUSTOMS_DECIDES" in view.alarms, "left to customs")
    play.notes.append(f"{max(view.notices_sent.values())} notices, {', '.join(view.alarms)}; customs opened it itself")
    await _record_normal(play)


async def correct_as_ordered(play: Play) -> None:
    """Customs orders a correction: the enterprise files the list with the right HS code and specification."""
    await declare(play)
    await correct(play)


async def correct(play: Play) -> None:
    """Wait for customs' order, then file the correction."""
    await play.until(lambda view: view.detail is Detail.MODIFICATION_ORDERED, "ordered to be corrected")
    await modify(play, reason="the code that customs found")


async def supply_licence(play: Play) -> None:
    """Customs asks for a licence: it is handed in here and shown to customs, which releases two days later."""
    await declare(play)
    await show_licence(play)


async def show_licence(play: Play) -> None:
    """Wait for customs' order, then hand the licence in and show it to customs."""
    await play.until(lambda view: view.detail is Detail.LICENCE_ORDERED, "asked for a licence")
    licence = LicenceSupply(actor=play.key.ebc_code, licence_type="import licence", licence_no="LIC-2026-0815")
    await play.client.supply_licence(play.key, licence)
    play.notes.append(f"licence {licence.licence_no} handed in in time")
    await post(f"{play.simulator_url}/customs/licences/{play.key.order_no}", {})


async def be_reported(play: Play) -> None:
    """The warehouse reports a suspicion: customs holds the list without saying why, and lets it go later (B.16)."""
    now = await play.now()
    report = SuspicionReport(
        report_id=f"SR-{hashlib.sha256(play.key.order_no.encode()).hexdigest()[:8]}",
        reporter=WAREHOUSE,
        subject=EBC,
        facts="The parcel weighs less than declared.",
        lists=(AffectedList(**play.named),),
        at=now,
    )
    await play.client.report_suspicion(report, sender=Sender(code=WAREHOUSE))
    await play.until(lambda view: view.held_by_customs, "held by customs")
    code = await refused(
        play.client.request_return(play.key, actor=EBC, reason="does not fit"),
        "E_HELD_BY_CUSTOMS",
        "a return of held goods",
    )
    play.notes.append(f"held after a report of the warehouse: return refused, {code}; then let go")
    decision = {"decision_id": f"{report.report_id}-1", "decision": "LIFTED", "at": now.isoformat(), "officer": "2991"}
    await play.gateway.say_as_customs("report-decisions", {"report_no": report.key.report_no, "decision": decision})
    await play.until(lambda view: not view.held_by_customs, "let go by customs")


async def _called(play: Play) -> str:
    """The open instruction, once enterprise and site were called to the inspection."""
    view = await play.until(lambda view: bool(view.notices_sent), "called to the inspection")
    return next(iter(view.notices_sent))


async def _record_normal(play: Play) -> None:
    """The simulated customs inspects now, by the list's own clock, and finds nothing."""
    recorded = {"outcome": "NORMAL", "finding": "goods as declared", "recorded_at": (await play.now()).isoformat()}
    await post(f"{play.simulator_url}/customs/inspections/{play.key.order_no}/result", recorded)


INSPECTED = ("500", "800")


def _disposed(word: str, story: str, disposition: str, state: State, **more: Any) -> Scene:
    """A list found abnormal that ends without release, or stays held."""
    return stops(word, story, stands(state, dispositions=(disposition,), receipts=("500",), **more))


SCENES = (
    taxed("INSPECTOK", "inspected and found normal at once, released", is_taxed(receipts=INSPECTED)),
    taxed(
        "OWNER-INSPECTABSENT",
        "the declarant's own person attends the inspection; found normal",
        is_taxed(receipts=INSPECTED),
        filing=attend,
    ),
    taxed(
        "LETTER-INSPECTABSENT",
        "somebody else's person attends, with a letter of the owner; found normal",
        is_taxed(receipts=INSPECTED),
        filing=attend_by_letter,
    ),
    taxed(
        "INSPECTABSENT",
        "nobody attends: three notices in 72 hours, then customs decides and releases three days late",
        is_taxed(receipts=INSPECTED),
        filing=attend_in_vain,
    ),
    stops(
        "INSPECTBAD",
        "found abnormal and detained; customs has not decided yet",
        stands(State.DETAINED, awaited=("CUS",), reason="not as declared", receipts=("500",)),
    ),
    stops(
        "ABNORMALABROAD",
        "found abnormal and sent back abroad at once",
        stands(State.RETURNED_ABROAD, reason="700", receipts=("500",)),
    ),
    taxed(
        "DISPMODIFY",
        "clerical error: corrected as customs ordered, judged again, released with the right code",
        is_taxed(receipts=INSPECTED, dispositions=("MODIFY",), changes=("modification APPROVED",)),
        filing=correct_as_ordered,
    ),
    taxed(
        "DISPEXTRA",
        "undeclared goods are taken out, then released",
        is_taxed(receipts=INSPECTED, dispositions=("REMOVE_EXTRA",)),
    ),
    taxed(
        "DISPLICENCE",
        "a licence is missing: handed in within its three days, then released",
        is_taxed(receipts=INSPECTED, dispositions=("SUPPLY_LICENCE",)),
        filing=supply_licence,
    ),
    taxed(
        "DISPRELEASE",
        "a suspected trademark turns out to be genuine, then released",
        is_taxed(receipts=INSPECTED, dispositions=("RELEASE",)),
    ),
    _disposed("DISPSTOCK", "not admissible: back to stock, the list is cancelled", "BACK_TO_STOCK", State.CANCELLED),
    _disposed(
        "DISPABROAD",
        "not admissible: sent back abroad, though bonded goods usually go back to stock; shown as unusual",
        "RETURN_ABROAD",
        State.RETURNED_ABROAD,
        alarms=("UNUSUAL_DISPOSITION",),
    ),
    _disposed("DISPDESTROY", "a quality failure: destroyed", "DESTROY", State.DESTROYED),
    _disposed(
        "DISPCONFISCATE", "infringes a trademark: confiscated, the end of this list", "CONFISCATE", State.DETAINED
    ),
    _disposed(
        "DISPHANDOVER",
        "suspected smuggling: handed over, held until that case is closed",
        "HAND_OVER",
        State.DETAINED,
        awaited=("CUS",),
    ),
    taxed("REPORTED", "reported as suspicious by the warehouse: held, then let go", later=be_reported),
)
