"""The accounts of a storm: what one side sent must be what the other has, to the last message and the last fen."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from deploy.storm.cast import Part
from deploy.storm.watch import Standing
from gateway.gatekeeper import CUSTOMS_DOORS
from gateway.news import Kind
from models.inbox import ItemState, RawState
from models.ledger.check import check
from models.sent_messages import READY, SENT
from models.tables import CaseRecord, InboxItem, LedgerTransfer, RawMessage, SentMessage, TaxDue, TaxOrder, TaxShare

ENTERPRISE = "enterprise"
_SHOWN = 5
AT_ONCE = 500
"""Rows that are read from the database at a time."""
OVER = "E_ALREADY_ENDED"
"""Why news may stay undelivered: its list or return was over when it came."""


@dataclass(frozen=True)
class Line:
    """One line: two figures that must be equal, what they are made of, and who is to blame if they are not."""

    what: str
    ours: object
    theirs: object
    told: str = ""
    blamed: tuple[str, ...] = ()
    """Lists or messages that are wrong."""

    @property
    def holds(self) -> bool:
        """Its verdict."""
        return self.ours == self.theirs and not self.blamed


@dataclass(frozen=True)
class Outside:
    """What the outside world and the storm itself counted."""

    post: Mapping[str, Any]
    payments: Mapping[str, Any]
    messages: frozenset[str]
    """Handed in at the enterprises' door."""
    halves: int
    asked: int
    """Things that customs lost and sent again."""


class Raw(NamedTuple):
    """What is needed of a stored message: its bytes are not, thousands of them would fill our memory."""

    id: int
    door: str
    state: str
    fault: str
    sha256: str
    cop_msg_id: str
    signed_by: str
    first_half: str
    """Digest of the first half of its bytes."""


class Item(NamedTuple):
    """What is needed of a piece of news."""

    id: int
    raw_id: int
    kind: str
    address: str
    workflow_id: str | None
    state: str
    dedupe_key: str
    repeats: int
    fault: str
    remark: str


def make_up(
    session: Session,
    outside: Outside,
    parts: Sequence[Part],
    standings: Mapping[str, Standing],
    trouble: Iterable[str],
    server: Mapping[str, int] = MappingProxyType({}),
) -> list[Line]:
    """Every line, in order; the world must be quiet. `server` is what went wrong as Temporal's server sees it."""
    raws = [*_raws(session)]
    customs = [raw for raw in raws if raw.door in CUSTOMS_DOORS]
    enterprises = [raw for raw in raws if raw.door == ENTERPRISE]
    items = [*_items(session)]
    at_customs, at_the_door = "first halves of customs' messages = refused at its doors", "first halves of documents"
    return [
        _sent(session, outside),
        _said(customs, outside),
        _halves(at_customs, customs, outside.post["halves"], outside.post["halves_unanswered"]),
        _receipts_in(customs, items),
        _handed_in(enterprises, outside),
        _halves(f"{at_the_door} = refused at the door", enterprises, outside.halves),
        _at_rest(raws, items),
        _ledgers(session),
        _transfers(session),
        *_money(session, outside),
        _cases(session, parts),
        _ends(parts, standings),
        _server(server),
        _trouble(parts, trouble),
    ]


def _raws(session: Session) -> Iterator[Raw]:
    rows = select(
        RawMessage.id,
        RawMessage.door,
        RawMessage.state,
        RawMessage.fault,
        RawMessage.sha256,
        RawMessage.cop_msg_id,
        RawMessage.signed_by,
        RawMessage.body,
    )  # type: ignore[call-overload]  # SQLModel knows selects of four columns
    for row in session.execute(rows.order_by(col(RawMessage.id)).execution_options(yield_per=AT_ONCE)):
        body: bytes = row.body
        yield Raw(*row[:-1], _digest(body[: len(body) // 2]))  # type: ignore[call-arg]  # as many as were selected


def _items(session: Session) -> Iterator[Item]:
    rows = select(*(getattr(InboxItem, name) for name in Item._fields))
    for row in session.execute(rows.order_by(col(InboxItem.id)).execution_options(yield_per=AT_ONCE)):
        yield Item(*row)


def _sent(session: Session, outside: Outside) -> Line:
    """One whose answer overtook the end of its handing over, so that its return was over by then, was sent, too."""
    rows = session.exec(select(SentMessage.workflow_id, SentMessage.state, SentMessage.message_type)).all()
    answered = set(session.exec(select(InboxItem.workflow_id).where(InboxItem.kind == Kind.RECEIPT).distinct()))
    left = [(each, state, kind) for each, state, kind in rows if state != SENT]
    overtaken = [each for each, state, _ in left if state == READY and each in answered]
    wrong = [f"{each} {kind} {state}" for each, state, kind in left if each not in overtaken]
    told = f"{len(overtaken)} answered before their handing over was noted" if overtaken else ""
    sent = len(rows) - len(wrong)
    return Line("documents sent = documents customs has", sent, outside.post["heard"], told, _some(wrong))


def _said(customs: Sequence[Raw], outside: Outside) -> Line:
    """A message of the exchange is known by its id, whatever its signature; a notice by its bytes."""
    received = {raw.cop_msg_id or raw.sha256 for raw in customs if raw.state == RawState.READ}
    mishaps = ", ".join(f"{count} {name}" for name, count in sorted(outside.post["mishaps"].items()))
    lost = outside.post["lost"]
    told = f"{outside.asked} lost and sent again; {mishaps}" if mishaps else "no mishaps"
    return Line("received from customs = what it said, less what is lost", len(received), _less(outside, lost), told)


def _less(outside: Outside, lost: int) -> int:
    return int(outside.post["said"]) - lost


def _halves(what: str, raws: Sequence[Raw], counted: int, unanswered: int | None = None) -> Line:
    """Each half must be the beginning of a message that then came whole.

    Customs sends each once, also when it says the same again; after some the line went dead, and they may be kept or
    not. Enterprises repeat one that nobody answered: so theirs are counted by their bytes.
    """
    refused = [raw for raw in raws if raw.state == RawState.REFUSED]
    whole = {raw.first_half for raw in raws if raw.state == RawState.READ}
    others = [f"message {raw.id} {raw.fault[:80]}" for raw in refused if raw.sha256 not in whole]
    halves = len(refused if unanswered is not None else {raw.sha256 for raw in refused})
    kept = min(max(halves - counted, 0), unanswered or 0)
    told = f"{kept} kept without an answer" if kept else ""
    return Line(what, halves, counted + kept, told, _some(others))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _receipts_in(customs: Sequence[Raw], items: Sequence[Item]) -> Line:
    """Each message holds one piece of news: told to its case, or known already, or parked, or the message refused."""
    numbers = {raw.id for raw in customs}
    keys = {item.dedupe_key for item in items}
    told, copies, repeats = Counter[str](), 0, 0
    for item in items:
        if item.raw_id in numbers:
            original = item.dedupe_key.removesuffix(f"|{item.workflow_id}")
            if original != item.dedupe_key and original in keys:
                copies += 1  # of the same news, for another list that it concerns
            else:
                told[item.state] += 1
                repeats += item.repeats
    refused = sum(raw.state == RawState.REFUSED for raw in customs)
    made_of = f"{told.total() - told[ItemState.PARKED]} applied + {repeats} duplicate + {told[ItemState.PARKED]} parked"
    made_of += f" + {refused} refused" + (f"; {copies} told to a second list" if copies else "")
    return Line(
        "receipts in = applied + duplicate + parked + refused", len(customs), told.total() + repeats + refused, made_of
    )


def _handed_in(enterprises: Sequence[Raw], outside: Outside) -> Line:
    read = [raw for raw in enterprises if raw.state == RawState.READ]
    distinct = {raw.sha256 for raw in read}
    unsigned = [f"message {raw.id}" for raw in read if not raw.signed_by]
    return Line(
        "documents at the door = documents handed in there",
        len(distinct),
        len(outside.messages),
        f"{len(read)} messages, all signed" if not unsigned else "",
        _some(unsigned),
    )


def _at_rest(raws: Sequence[Raw], items: Sequence[Item]) -> Line:
    """Nothing faulty, unread, waiting or parked; undeliverable only what came when its list was over."""
    left = [f"message {raw.id} {raw.state}" for raw in raws if raw.state in (RawState.STORED, RawState.FAULTY)]
    late = 0
    for item in items:
        if item.state == ItemState.UNDELIVERABLE and item.fault.startswith(OVER):
            late += 1
        elif item.state not in (ItemState.DELIVERED, ItemState.NOTED):
            left.append(f"{item.workflow_id or item.address} item {item.id} {item.kind} {item.state} {item.fault}")
    odd = sum(bool(item.remark) for item in items)
    return Line(
        "nothing faulty, unread, parked or waiting",
        len(left),
        0,
        f"{late} came when their list or return was over; {odd} odd and marked",
        _some(left),
    )


def _ledgers(session: Session) -> Line:
    faults = check(session)
    return Line("ledgers balance", len(faults), 0, "", _some(f"{each.where}: {each.what}" for each in faults))


def _transfers(session: Session) -> Line:
    """What a reservation was confirmed for, a list has from an account once; it is told whose is not."""
    confirmed = select(LedgerTransfer.reference, LedgerTransfer.debit, func.count()).where(
        LedgerTransfer.kind == "confirm"
    )
    grouped = session.exec(confirmed.group_by(LedgerTransfer.reference, LedgerTransfer.debit)).all()
    twice = [f"{reference} {account}: {count} times" for reference, account, count in grouped if count > 1]
    count = session.exec(select(func.count()).select_from(LedgerTransfer)).one()
    return Line("transfers confirmed twice", len(twice), 0, f"{count} transfers", _some(twice))


def _server(wrong: Mapping[str, int]) -> Line:
    told = ", ".join(f"{count} {what}" for what, count in wrong.items())
    return Line("workflows failed, or tasks of theirs that fail", sum(wrong.values()), 0, told)


def _money(session: Session, outside: Outside) -> list[Line]:
    orders = session.exec(select(TaxOrder)).all()
    paid = [order for order in orders if order.paid > 0]
    total = sum((order.paid for order in paid), Decimal(0))
    shares = session.exec(select(func.sum(TaxShare.paid), func.sum(TaxShare.late_fee))).one()
    of_lists = Decimal(shares[0] or 0) + Decimal(shares[1] or 0)
    dues = session.exec(select(TaxDue)).all()
    unpaid = [f"{row.workflow_id} {row.state}" for row in dues if row.state == "open"]
    rests = sum((order.rest for order in orders), Decimal(0))
    return [
        Line(
            "payment orders paid = the bank's payments",
            _money_of(len(paid), total),
            _money_of(int(outside.payments["count"]), Decimal(outside.payments["total"])),
        ),
        Line("paid for lists = payment orders paid", f"{of_lists:.2f}", f"{total - rests:.2f}", "", _some(unpaid)),
    ]


def _money_of(count: int, total: Decimal) -> str:
    return f"{count}: {total:.2f} CNY"


def _cases(session: Session, parts: Sequence[Part]) -> Line:
    known = set(session.exec(select(CaseRecord.workflow_id)))
    wanted = {key.workflow_id for part in parts for key in part.keys}
    return Line("lists with us = lists handed in", len(known), len(wanted), "", _some(known ^ wanted))


def _ends(parts: Sequence[Part], standings: Mapping[str, Standing]) -> Line:
    wrong, ends = [], Counter[str]()
    for part in parts:
        standing = standings.get(part.keys[-1].workflow_id)
        if standing is None or not _is_lawful(part, standing):
            wrong.append(f"{part.order_no} {_shown(standing)}")
        else:
            ends[standing.state] += 1
    told = ", ".join(f"{count} {state}" for state, count in ends.most_common())
    return Line("lists in a lawful end", ends.total(), len(parts), told, _some(wrong, len(wrong)))


def _is_lawful(part: Part, standing: Standing) -> bool:
    story = part.story
    if standing.state not in part.allowed(story.ends):
        return False
    return standing.over != story.open_end and (standing.over or standing.awaited == "CUS")


def _shown(standing: Standing | None) -> str:
    return f"{standing.state} {standing.detail}" if standing else "unknown"


def _trouble(parts: Sequence[Part], trouble: Iterable[str]) -> Line:
    found = [*trouble, *(f"{part.order_no} {each}" for part in parts for each in part.trouble)]
    return Line("requests refused or unanswered", len(found), 0, "", _some(found, len(found)))


def _some(found: Iterable[str], most: int = _SHOWN) -> tuple[str, ...]:
    every = [*found]
    more = (f"and {len(every) - most} more",) if len(every) > most else ()
    return (*every[:most], *more)
