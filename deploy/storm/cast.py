"""The storm's lists, by seed: who buys what from whom, which story each lives, and how its documents arrive."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from clearway.contracts.case import CaseKey
from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import State
from clearway.testing import EBC, SampleSet
from deploy.storm.stories import STORIES, Story
from deploy.storm.ways import WAYS, Way

ENTERPRISES = {EBC: "示例电子商务有限公司", "3301960A02": "示例进出口有限公司", "3301960A03": "示例网络科技有限公司"}
LISTS_OF_A_BUYER = 12
"""So many cost a buyer about a seventh of the annual amount."""
KINDS = (DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass
class Part:
    """One list of the storm: its documents, its story, its way, and what was seen of it."""

    story: Story
    sample: SampleSet
    way: Way
    chance: random.Random
    """Decides what of it comes late, twice, or broken first."""
    keys: list[CaseKey] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    unverified: bool = False
    """The identity authority was down once: the rule then is that the orderer has paid himself (RULEBOOK D-07)."""

    def allowed(self, state: State) -> frozenset[State]:
        """Where it may be where its story wants it here."""
        passed = {State.RETURN_WINDOW, State.TAXED} if self.unverified and not self.story.verified else set()
        return frozenset({state} | passed)

    @property
    def order_no(self) -> str:
        """The order number."""
        return self.sample.order.order_no


def cast(seed: str, lists: int, at: datetime) -> list[Part]:
    """So many lists, the same for the same seed; `at` is when the first was ordered."""
    chance = random.Random(f"storm|{seed}")
    buyers = [_buyer(chance, number) for number in range(lists // LISTS_OF_A_BUYER + 1)]
    return [
        _part(chance, seed, number, story, buyers, at + timedelta(seconds=number))
        for number, story in enumerate(_stories(chance, lists), 1)
    ]


def _stories(chance: random.Random, lists: int) -> list[Story]:
    """Every story once if there is room, the rest by their weights, in any order."""
    each = chance.sample(STORIES, min(lists, len(STORIES)))
    more = chance.choices(STORIES, [story.weight for story in STORIES], k=lists - len(each))
    told = [*each, *more]
    chance.shuffle(told)
    return told


def _part(
    chance: random.Random, seed: str, number: int, story: Story, buyers: list[tuple[str, str]], at: datetime
) -> Part:
    order_no = f"S{number:04}-{story.word}"
    name, id_number = _buyer(chance, 10_000 + number) if story.own_buyer else chance.choice(buyers)
    sample = story.papers(order_no, at, name + story.buyer, id_number)
    enterprise = chance.choice([*ENTERPRISES])
    named = {"ebc_code": enterprise, "ebc_name": ENTERPRISES[enterprise]}
    sample = sample.changed(DocumentKind.ORDER, **named)
    sample = sample.changed(DocumentKind.DECLARATION_LIST, **named, assure_code=enterprise)
    for kind in KINDS:
        guid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"storm|{seed}|{order_no}|{kind}")).upper()
        sample = sample.changed(kind, guid=guid)
    if story.changed:
        sample = story.changed(sample)
    possible = [way for way in WAYS if story.is_plain or way.for_odd_lists]
    way = chance.choices(possible, [way.weight for way in possible])[0]
    return Part(story, sample, way, random.Random(f"storm|{seed}|{order_no}"), [sample.key])


def _buyer(chance: random.Random, number: int) -> tuple[str, str]:
    """Somebody with a well-formed number, nobody's."""
    name = (
        chance.choice("赵钱孙李周吴郑王冯陈")
        + chance.choice("伟芳娜敏静丽强磊军洋")
        + chance.choice("一二三四五六七八九十")
    )
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(15_000))
    digits = f"330106{born:%Y%m%d}{number % 1000:03}"
    check = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
    return name, digits + _CHECKS[check]


def keys_of(parts: list[Part]) -> Iterator[CaseKey]:
    """Every case there must be."""
    return (key for part in parts for key in part.keys)
