"""Lists that are modified or cancelled after they were filed: customs decides (RULEBOOK B.4)."""

from datetime import timedelta

from clearway.contracts.states import State
from clearway.testing import corrected
from deploy.play import AGENT_SENDS, Play, taken
from deploy.scene import Scene, declare, is_taxed, stands, taxed

OTHER_CODE = "3304990099"
"""Other beauty preparations: another code with the same rates."""


async def modify(play: Play, *, reason: str) -> None:
    """The broker files the list again as it shall read: another HS code and specification, with customs' numbers."""
    view = await play.until(lambda view: any(each.invt_no for each in view.receipts), "numbered by customs")
    numbers = next(each for each in reversed(view.receipts) if each.invt_no)
    declared = play.sample.declaration_list
    lines = tuple(
        line.model_copy(update={"hs_code": OTHER_CODE, "specification": f"{line.specification}|更正"})
        for line in declared.lines
    )
    # Later than anything customs has said of the list so far: a decision on it is no word about the list as it was. And
    # later than the list itself, whatever customs' clock says.
    later = max(declared.app_time, *(each.at for each in view.receipts)) + timedelta(minutes=1)
    modified = corrected(declared, lines=lines, pre_no=numbers.pre_no, invt_no=numbers.invt_no, app_time=later)
    taken(await play.client.modify(modified, sender=AGENT_SENDS, reason=reason))
    view = await play.until(lambda view: view.changes[-1].outcome != "FILED", "decided by customs")
    play.notes.append(f"asked to change {', '.join(view.changes[-1].changed)}")


async def declare_and_modify(play: Play) -> None:
    """The list is filed with the wrong code; before customs has reviewed it, it is modified."""
    await declare(play)
    await modify(play, reason="wrong HS code")


async def declare_and_cancel(play: Play) -> None:
    """The customer withdraws after the filing: customs has to consent."""
    await declare(play)
    await cancel(play)


async def cancel(play: Play) -> None:
    """Ask customs to consent to a cancellation, once the list has its number."""
    await play.until(lambda view: any(each.invt_no for each in view.receipts), "numbered by customs")
    await play.client.cancel(play.key, actor=play.key.ebc_code, reason="the customer withdrew")


SCENES = (
    taxed(
        "MODIFY",
        "modified before the review: right code and specification, judged again, approved",
        is_taxed(changes=("modification APPROVED",)),
        filing=declare_and_modify,
    ),
    taxed(
        "MODIFYNO",
        "customs refuses the modification: the list goes on as it was",
        is_taxed(changes=("modification REFUSED",), alarms=("CHANGE_REFUSED",)),
        filing=declare_and_modify,
    ),
    Scene(
        "CANCELWAIT",
        "cancelled after the filing, with customs' consent: annual amount and guarantee are free again",
        stands(State.CANCELLED, reason="the customer withdrew", changes=("cancellation APPROVED",)),
        State.CANCELLED,
        declare_and_cancel,
    ),
    taxed(
        "CANCELNO",
        "customs refuses the cancellation: released and taxed",
        is_taxed(changes=("cancellation REFUSED",), alarms=("CHANGE_REFUSED",)),
        filing=declare_and_cancel,
    ),
    Scene(
        "CANCELRACE",
        "released while its cancellation was with customs, which then consents: no tax, the bill is void",
        stands(State.CANCELLED, reason="the customer withdrew", changes=("cancellation APPROVED",), receipts=("800",)),
        State.CANCELLED,
        declare_and_cancel,
    ),
)
