"""The storm: the same seed is the same storm, its accounts tell what is wrong, and a small one holds."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from clearway.contracts.base import Contract
from clearway.contracts.documents import DocumentKind
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from clearway.errors import Refused, ServiceUnavailable
from clearway.rules.persons import is_id_number
from deploy.report import Progression, console_for
from deploy.storm import ways
from deploy.storm.__main__ import options, stack_for, weather
from deploy.storm.accounts import Line, Outside, _is_lawful, _server, make_up
from deploy.storm.cast import ENTERPRISES, KINDS, Part, cast
from deploy.storm.faults import Kind
from deploy.storm.insisting import InsistingClient
from deploy.storm.report import Report
from deploy.storm.stories import STORIES
from deploy.storm.watch import FAILING_TASKS, Standing
from models.database import Database
from models.tables import CaseRecord, InboxItem, LedgerAccount, LedgerTransfer, RawMessage, SentMessage, TaxOrder

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def _told(parts: list[Part]) -> list[tuple[Any, ...]]:
    return [
        (part.order_no, part.way.name, part.sample.order.buyer_id_number, part.sample.declaration_list.guid)
        for part in parts
    ]


def test_the_same_seed_is_the_same_storm_and_another_seed_another() -> None:
    assert _told(cast("a", 80, AT)) == _told(cast("a", 80, AT))
    assert _told(cast("a", 80, AT)) != _told(cast("b", 80, AT))


def test_every_story_is_told_where_there_is_room_for_it() -> None:
    assert Counter(part.story.word for part in cast("a", len(STORIES), AT)) == {story.word: 1 for story in STORIES}
    assert len({part.order_no for part in cast("a", 500, AT)}) == 500


def test_lists_belong_to_several_enterprises_and_buyers_and_come_in_every_way() -> None:
    parts = cast("a", 200, AT)
    assert {part.sample.order.ebc_code for part in parts} == set(ENTERPRISES)
    assert {part.way for part in parts} == set(ways.WAYS)
    buyers = Counter(part.sample.order.buyer_id_number for part in parts)
    assert len(buyers) >= 15
    assert all(is_id_number(number, AT.date()) for number in buyers)
    assert max(buyers.values()) * Decimal(500) < Decimal(26_000), "nobody reaches the annual amount"


def test_whoever_customs_says_is_over_the_limit_buys_nothing_else() -> None:
    parts = cast("a", 500, AT)
    limited = {part.sample.order.buyer_id_number for part in parts if part.story.own_buyer}
    others = {part.sample.order.buyer_id_number for part in parts if not part.story.own_buyer}
    assert limited
    assert limited.isdisjoint(others)


def test_the_documents_of_a_list_agree_unless_its_story_says_otherwise() -> None:
    for part in cast("a", 120, AT):
        sample = part.sample
        assert sample.order.ebc_code == sample.declaration_list.ebc_code == sample.declaration_list.assure_code
        assert len({getattr(sample, kind).guid for kind in KINDS}) == 4
        assert (sample.payment.amount_paid == sample.order.actual_paid) is (part.story.word != "MISMATCH")
        assert part.story.missing in (None, DocumentKind.PAYMENT)


# --- the accounts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'clearway.db'}")
    database.migrate()
    with database.transaction() as opened:
        yield opened
    database.close()


def _raw(session: Session, body: bytes, door: str = "customs", state: str = "read", **more: Any) -> RawMessage:
    digest = hashlib.sha256(body).hexdigest()
    raw = RawMessage(door=door, body=body, sha256=digest, received_at=AT, state=state, **more)
    session.add(raw)
    session.flush()
    return raw


def _item(session: Session, raw: RawMessage, state: str = "delivered", **more: Any) -> InboxItem:
    told = {"kind": "receipt", "address": "a", "dedupe_key": f"key-{raw.id}", "wakes": True, "payload": "{}"}
    given: dict[str, Any] = {"raw_id": raw.id, "state": state, "arrived_at": AT, "deliver_by": AT, "workflow_id": "w"}
    item = InboxItem(**(given | told | more))
    session.add(item)
    session.flush()
    return item


def _sent(session: Session, guid: str, state: str = "sent", workflow_id: str = "w") -> None:
    session.add(
        SentMessage(
            cop_msg_id=guid,
            workflow_id=workflow_id,
            message_type="CEB621",
            body=b"",
            sha256="",
            state=state,
            signed_at=AT,
        )
    )


def _outside(**changes: Any) -> Outside:
    nothing = dict.fromkeys(("said", "lost", "heard", "halves", "halves_unanswered"), 0)
    post = {**nothing, "mishaps": {}, **changes.pop("post", {})}
    told: dict[str, Any] = {"payments": {"count": "0", "total": "0"}, "messages": frozenset(), "halves": 0, "asked": 0}
    return Outside(post=post, **(told | changes))


def _lines(session: Session, outside: Outside, **more: Any) -> dict[str, Line]:
    found = make_up(
        session,
        outside,
        more.get("parts", []),
        more.get("standings", {}),
        more.get("trouble", []),
        more.get("server", {}),
    )
    return {line.what.partition(" = ")[0]: line for line in found}


def _wrong(lines: dict[str, Line]) -> list[str]:
    return [name for name, line in lines.items() if not line.holds]


def test_where_nothing_happened_every_line_holds(session: Session) -> None:
    assert _wrong(_lines(session, _outside())) == []


def test_a_message_that_customs_does_not_have_is_told(session: Session) -> None:
    _sent(session, "1")
    _sent(session, "2")
    assert _wrong(_lines(session, _outside(post={"heard": 2}))) == []
    assert _wrong(_lines(session, _outside(post={"heard": 1}))) == ["documents sent"]


def test_a_message_never_taken_is_to_blame_unless_its_answer_is_there(session: Session) -> None:
    _sent(session, "1", "ready", "goods-return/x/1")
    lines = _lines(session, _outside(post={"heard": 1}))
    assert lines["documents sent"].blamed == ("goods-return/x/1 CEB621 ready",)
    _item(session, _raw(session, b"answer"), workflow_id="goods-return/x/1")
    assert _wrong(_lines(session, _outside(post={"heard": 1, "said": 1}))) == []


def test_what_customs_said_is_received_once_however_often_it_comes(session: Session) -> None:
    first = _raw(session, b"<one/>", cop_msg_id="1")
    _raw(session, b"<one />", cop_msg_id="1")
    _item(session, first, repeats=1)
    assert _wrong(_lines(session, _outside(post={"said": 1}))) == []
    assert _wrong(_lines(session, _outside(post={"said": 2}))) == ["received from customs"]
    assert _wrong(_lines(session, _outside(post={"said": 2, "lost": 1}))) == []


def test_a_receipt_without_its_news_is_missed(session: Session) -> None:
    _raw(session, b"<one/>", cop_msg_id="1")
    assert _wrong(_lines(session, _outside(post={"said": 1}))) == ["receipts in"]


def test_news_for_a_second_list_does_not_count_twice(session: Session) -> None:
    raw = _raw(session, b"<one/>", cop_msg_id="1")
    _item(session, raw)
    _item(session, raw, dedupe_key=f"key-{raw.id}|other", workflow_id="other")
    assert _wrong(_lines(session, _outside(post={"said": 1}))) == []


def test_a_refused_message_must_be_the_beginning_of_one_that_came_whole(session: Session) -> None:
    _raw(session, b"<on", state="refused")
    _item(session, _raw(session, b"<one/>", cop_msg_id="1"))
    halved = _outside(post={"said": 1, "halves": 1})
    assert _wrong(_lines(session, halved)) == []
    stranger = _raw(session, b"<two", state="refused")
    lines = _lines(session, _outside(post={"said": 1, "halves": 2}))
    assert _wrong(lines) == ["first halves of customs' messages"]
    assert lines["first halves of customs' messages"].blamed[0].startswith(f"message {stranger.id} ")


def test_a_half_of_customs_that_was_kept_without_an_acknowledgement_is_allowed_for(session: Session) -> None:
    _raw(session, b"<on", state="refused")
    _item(session, _raw(session, b"<one/>", cop_msg_id="1"))
    unanswered = _lines(session, _outside(post={"said": 1, "halves_unanswered": 2}))
    assert _wrong(unanswered) == []
    assert unanswered["first halves of customs' messages"].told == "1 kept without an answer"
    assert _wrong(_lines(session, _outside(post={"said": 1}))) == ["first halves of customs' messages"]


def test_a_half_that_customs_sends_twice_counts_twice_and_one_that_an_enterprise_repeats_once(session: Session) -> None:
    for door in ("customs", "enterprise"):
        _raw(session, b"<on", door, state="refused")
        _raw(session, b"<on", door, state="refused")
        _item(session, _raw(session, b"<one/>", door, cop_msg_id="1", signed_by="E"))
    outside = _outside(post={"said": 1, "halves": 2}, messages=frozenset({"1"}), halves=1)
    assert _wrong(_lines(session, outside)) == []


def test_a_reservation_confirmed_twice_for_one_list_is_told(session: Session) -> None:
    for account in ("q", "u"):
        session.add(LedgerAccount(id=account, ledger="quota", unit="CNY", limited=False))
    session.flush()
    for number in ("1", "2"):
        session.add(
            LedgerTransfer(id=number, kind="confirm", debit="q", credit="u", amount=Decimal(1), reference="w", at=AT)
        )
        session.flush()
        lines = _lines(session, _outside())
        assert lines["transfers confirmed twice"].holds is (number == "1")
    assert lines["transfers confirmed twice"].blamed == ("w q: 2 times",)


def test_a_workflow_that_failed_is_told() -> None:
    """DESIGN law 8: a workflow never fails for a business reason."""
    wrong = _server({"Failed": 1, FAILING_TASKS: 2})
    assert (wrong.holds, wrong.ours, wrong.told) == (False, 3, "1 Failed, 2 workflow tasks that fail")
    assert _server({}).holds


def test_an_unsigned_document_at_the_door_is_told(session: Session) -> None:
    _raw(session, b"a", "enterprise", signed_by="3301960Y01")
    assert _wrong(_lines(session, _outside(messages=frozenset({"A"})))) == []
    _raw(session, b"b", "enterprise")
    assert _wrong(_lines(session, _outside(messages=frozenset({"A", "B"})))) == ["documents at the door"]


@pytest.mark.parametrize("state", ["faulty", "stored"])
def test_a_message_that_was_not_read_is_told(session: Session, state: str) -> None:
    _raw(session, b"a", "enterprise", state=state)
    assert _wrong(_lines(session, _outside())) == ["nothing faulty, unread, parked or waiting"]


@pytest.mark.parametrize(
    ("state", "fault", "holds"),
    [
        ("delivered", "", True),
        ("noted", "", True),
        ("parked", "", False),
        ("waiting", "", False),
        ("undeliverable", "E_REFUSED: no", False),
        ("undeliverable", "E_ALREADY_ENDED: its life is over.", True),
    ],
)
def test_news_may_only_rest_where_it_belongs(session: Session, state: str, fault: str, holds: bool) -> None:
    _item(session, _raw(session, b"a", cop_msg_id="1"), state, fault=fault)
    lines = _lines(session, _outside(post={"said": 1}))
    assert lines["nothing faulty, unread, parked or waiting"].holds is holds


def test_a_payment_that_the_bank_made_and_we_do_not_know_is_told(session: Session) -> None:
    paid = _outside(payments={"count": "1", "total": "28.21"})
    assert _wrong(_lines(session, paid)) == ["payment orders paid"]
    session.add(
        TaxOrder(
            batch_id="b",
            payment_order_no="P",
            amount=Decimal("28.21"),
            lists=1,
            requested_at=AT,
            state="paid",
            paid=Decimal("28.21"),
        )
    )
    session.flush()
    assert _wrong(_lines(session, paid)) == ["paid for lists"], "no list has got it yet"


def _standing(state: State, awaited: str = "", *, over: bool = True) -> Standing:
    return Standing(state.value, "CLOSED", awaited, over)


@pytest.mark.parametrize(
    ("word", "standing", "holds"),
    [
        ("RELEASE", _standing(State.TAXED), True),
        ("RELEASE", _standing(State.REJECTED), False),
        ("RELEASE", _standing(State.TAXED, over=False), False),
        ("SILENT", _standing(State.MATCHED, "CUS", over=False), True),
        ("SILENT", _standing(State.MATCHED, "EBC", over=False), False),
        ("SILENT", _standing(State.MATCHED), False),
    ],
)
def test_a_list_ends_only_as_its_story_allows(session: Session, word: str, standing: Standing, holds: bool) -> None:
    [part] = [part for part in cast("a", len(STORIES), AT) if part.story.word == word]
    name = part.keys[0].workflow_id
    session.add(
        CaseRecord(workflow_id=name, ebc_code="E", order_no="O", state="x", opened_at=AT, changed_at=AT),
    )
    session.flush()
    lines = _lines(session, _outside(), parts=[part], standings={name: standing})
    assert lines["lists in a lawful end"].holds is holds
    assert _wrong(lines) == ([] if holds else ["lists in a lawful end"])
    assert _wrong(_lines(session, _outside(), parts=[part])) == ["lists in a lawful end"], "one that is nowhere"


def test_where_nobody_could_verify_a_buyer_his_list_may_pass_for_he_paid_himself(session: Session) -> None:
    """RULEBOOK D-07: the authority unavailable, orderer = payer stands in its place."""
    parts = cast("a", len(STORIES), AT)
    passed = [part.story.word for part in parts if not _is_lawful(part, _standing(State.TAXED))]
    for part in parts:
        part.unverified = True
    also = [part.story.word for part in parts if not _is_lawful(part, _standing(State.TAXED))]
    assert set(passed) - set(also) == {"IDBAD"}
    [bad] = [part for part in parts if part.story.word == "IDBAD"]
    assert _is_lawful(bad, _standing(State.MATCH_FAILED))


def test_trouble_is_told_with_its_list(session: Session) -> None:
    [part, *_] = cast("a", 1, AT)
    part.trouble.append("Handed in: refused")
    shown = StringIO()
    lines = [*_lines(session, _outside(), parts=[part], trouble=["the nights stood still"]).values()]
    Report(lines).show(console_for(shown))
    assert f"{part.order_no} Handed in: refused" in shown.getvalue()
    assert "the nights stood still" in shown.getvalue()
    assert "NOT" in shown.getvalue()


# --- the client -------------------------------------------------------------------------------------------------------


class _Answer(Contract):
    pass


def _unavailable() -> ServiceUnavailable:
    told = Problem(code="E", message_en="the server is away", message_zh="", remedy_en="", remedy_zh="")
    return ServiceUnavailable((told,))


async def _insisted(failures: list[Exception], patience: float = 60) -> int:
    """How often a call was made that fails with these, then is answered."""
    client = InsistingClient(None)  # type: ignore[arg-type]  # nothing is asked of it
    calls = 0

    async def call() -> _Answer:
        nonlocal calls
        calls += 1
        if calls <= len(failures):
            raise failures[calls - 1]
        return _Answer()

    await client.insist(call, patience)
    assert client.repeats == calls - 1
    return calls


async def test_what_was_not_answered_is_asked_again() -> None:
    assert await _insisted([_unavailable()]) == 2


async def test_what_was_refused_or_fails_for_too_long_is_not() -> None:
    with pytest.raises(Refused):
        await _insisted([Refused(_unavailable().problems)])
    with pytest.raises(ServiceUnavailable):
        await _insisted([_unavailable()], patience=0)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [("--lists", "0"), ("--lists", "many"), ("--mishaps", "2"), ("--mishaps", "x"), ("--faults", "fire")]
)
def test_a_wrong_option_is_refused_and_named(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        options(wrong)
    assert refused.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_seed_is_drawn_where_none_is_given() -> None:
    assert options([]).seed != options([]).seed
    assert (options([]).lists, options([]).mishaps, options([]).faults) == (500, Decimal("0.2"), tuple(Kind))


def test_faults_are_named_or_left_out() -> None:
    assert options(["--faults", "none"]).faults == ()
    assert options(["--faults", "disk,worker"]).faults == (Kind.WORKER, Kind.DISK)


def test_customs_remembers_every_list_of_a_storm(tmp_path: Path) -> None:
    [simulator] = [each for each in stack_for(tmp_path, "x", Decimal(0), 5000).children if each.name == "simulator"]
    assert simulator.environment["CLEARWAY_SIMULATOR_LISTS_KEPT"] == "5000"


@pytest.mark.stack
def test_a_small_storm_passes_and_every_line_of_its_accounts_holds(tmp_path: Path) -> None:
    with stack_for(tmp_path / "storm", "small", Decimal("0.3")) as stack:
        report = asyncio.run(weather(stack, "small", 10, Progression(console_for(StringIO()))))
    assert [(line.what, line.blamed) for line in report.lines if not line.holds] == []
    ours = {line.what: line.ours for line in report.lines}
    assert ours["lists in a lawful end"] == 10
    assert isinstance(read := ours["histories that can be read again = histories"], int)
    assert read > 10
    assert report.broken == []
