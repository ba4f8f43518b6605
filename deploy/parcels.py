"""The demo's individuals' Lists of Items: what each shows, how it is driven, and how it must end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from clearway.client import ClearwayClient
from clearway.contracts.articles import ArticlesDecision, ArticlesKey, ArticlesState, ArticlesView, Disposition
from clearway.contracts.parties import Sender
from clearway.errors import ClearwayError
from clearway.testing import EXPRESS, sample_articles
from deploy.doors import Gateway
from deploy.play import LOOK, PATIENCE
from deploy.report import Outcome, Progression
from deploy.unexpected import Unexpected


@dataclass
class Parcel:
    """One List of Items on the stage."""

    client: ClearwayClient
    gateway: Gateway
    key: ArticlesKey
    at: datetime
    notes: list[str] = field(default_factory=list)

    async def submit(self, **changes: object) -> None:
        """The declarant hands the list in; `changes` are fields of it."""
        articles = sample_articles(self.key.list_no, at=self.at, **changes)
        await self.client.submit_articles(articles, sender=Sender(code=EXPRESS))

    async def reach(self, state: ArticlesState) -> ArticlesView:
        """The list once it is in a state. Raises Unexpected when it does not get there."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    view = await self.client.view_articles(self.key)
                    if view.state is state:
                        return view
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            raise Unexpected(f"not {state} after {PATIENCE:.0f} s") from None

    async def customs_says(self, decision: ArticlesDecision) -> None:
        """Customs' decision comes through the gateway's door."""
        said = {
            "decision_id": f"{self.key.list_no}-{decision}",
            "decision": decision.value,
            "at": self.at.isoformat(),
            "officer": "2991",
        }
        named = {"declarant_code": self.key.declarant_code, "list_no": self.key.list_no}
        await self.gateway.say_as_customs("articles-decisions", {**named, "decision": said})


async def taxed_and_released(parcel: Parcel) -> None:
    """The tax is above what is exempt: customs reviews, the bank pays, customs releases."""
    await parcel.submit(value="1000.00")
    await parcel.reach(ArticlesState.SUBMITTED)
    await parcel.customs_says(ArticlesDecision.REVIEWED)
    await parcel.reach(ArticlesState.PAID)
    await parcel.customs_says(ArticlesDecision.RELEASED)


async def declared_as_goods(parcel: Parcel) -> None:
    """Worth more than a parcel may be, and divisible: the individual has to choose, and declares it as goods."""
    await parcel.submit(value="3000.00", qty="3")
    view = await parcel.client.view_articles(parcel.key)
    parcel.notes.append(f"first: {', '.join(view.alarms)}")
    await parcel.client.choose_disposition(
        parcel.key, Disposition.TO_GOODS, actor=EXPRESS, reason="the individual wants the goods"
    )


@dataclass(frozen=True)
class ParcelScene:
    """One List of Items: the end of its number, its story, its act, its end."""

    word: str
    story: str
    act: Callable[[Parcel], Awaitable[None]]
    ends: ArticlesState
    paid: Decimal = Decimal(0)
    """CNY paid to customs."""


CHAPTER = "Individuals' parcels"
PARCELS: tuple[ParcelScene, ...] = (
    ParcelScene(
        "PARCEL",
        "an individual's parcel: article tax of 13 % on 1000.00 is paid, then customs releases it",
        taxed_and_released,
        ArticlesState.RELEASED,
        paid=Decimal("130.00"),
    ),
    ParcelScene(
        "PARCELOVER",
        "an individual's parcel above the limit of 2000.00 may not pass as articles: it is declared as goods",
        declared_as_goods,
        ArticlesState.TO_GOODS,
    ),
)


async def perform_parcels(
    client: ClearwayClient, gateway: Gateway, at: datetime, first: int, progress: Progression
) -> list[Outcome]:
    """Play the Lists of Items, handed in at `at` and numbered from `first`, and tell how each ended."""
    chapter = progress.open(CHAPTER, len(PARCELS))

    async def play(number: int, scene: ParcelScene) -> Outcome:
        key = ArticlesKey(declarant_code=EXPRESS, list_no=f"D{number:02}-{scene.word}")
        parcel = Parcel(client, gateway, key, at)
        faults = []
        try:
            await scene.act(parcel)
            await parcel.reach(scene.ends)
        except Unexpected as fault:
            faults.append(str(fault))
        except ClearwayError as refusal:
            faults.append("; ".join(f"{each.code} {each.message_en}" for each in refusal.problems))
        view = await client.view_articles(key)
        events = (await client.temporal.get_workflow_handle(key.workflow_id).describe()).history_length
        chapter.advance(key.list_no, "trouble" if faults else view.state)
        return Outcome.of_parcel(view, CHAPTER, scene.story, events, parcel.notes, faults + parcel_faults(scene, view))

    return list(await asyncio.gather(*(play(number, scene) for number, scene in enumerate(PARCELS, first))))


def parcel_faults(scene: ParcelScene, view: ArticlesView) -> list[str]:
    """Everything that is otherwise than the scene promises."""
    found = {
        "state": (view.state, scene.ends),
        "alarms": (", ".join(sorted(view.alarms)) or "none", "none"),
        "paid": (view.paid_amount, scene.paid),
    }
    return [f"{name}: {is_now}, not {must}" for name, (is_now, must) in found.items() if is_now != must]
