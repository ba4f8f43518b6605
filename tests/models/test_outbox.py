"""The outbox and customs' questions on both databases: who takes what, in which order, and what is counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from clearway.contracts.payment_data import DataQuestion, PullState
from clearway.contracts.subscriptions import Mode, SubscribeRequest
from clearway.messages.payment_data import read_deposit
from models import outbox, payment_data, subscriptions
from models.database import Database
from models.inbox import store as keep_raw
from models.notices import Event, tell_all
from models.tables import OutboxEvent, PaymentPull, RawMessage, Subscription
from tests.gateway.payment_data.bureau import BODY

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


def subscribe(session: Session, recipient: str = "A", mode: Mode = Mode.PUSH, *kinds: str) -> Subscription:
    request = SubscribeRequest(recipient=recipient, mode=mode, url="http://x/", kinds=kinds)
    return subscriptions.subscribe(session, request, "whsec_x", NOW)


def tell(session: Session, *keys: str, recipient: str = "A", kind: str = "BILL") -> None:
    tell_all(session, [Event(recipient, kind, "", key, {}) for key in keys], NOW)


def test_many_notices_at_once_go_out_in_their_order_to_whoever_wants_them(store: Database) -> None:
    with store.transaction() as session:
        first, second = subscribe(session), subscribe(session, "A", Mode.PULL, "RECEIPT")
        subscribe(session, "B")
        tell(session, *(f"{number:05}" for number in range(3000)))
        tell(session, "r", kind="RECEIPT")
        tell(session, "00007", "new")
        rows = session.exec(select(OutboxEvent).order_by(col(OutboxEvent.number))).all()
        numbers = [row.notice_number for row in rows if row.subscription_id == first.id]
        assert len(numbers) == 3002
        assert numbers == sorted(numbers)
        assert [event.kind for event in outbox.hand_out(session, second, 0, 10)] == ["RECEIPT"]


def test_who_is_due_who_is_busy_and_who_is_blocked(store: Database) -> None:
    with store.transaction() as session:
        for recipient in ("A", "B", "C", "D"):
            subscribe(session, recipient)
            tell(session, "x", recipient=recipient)
        subscribe(session, "E")
        subscribe(session, "F", Mode.PULL)
        tell(session, "x", recipient="F")
        row_b, row_c, row_d = (session.get_one(Subscription, number) for number in (2, 3, 4))
        row_b.busy_until = NOW + timedelta(seconds=1)
        subscriptions.block(row_c, "HTTP 500", NOW + timedelta(seconds=30), NOW)
        subscriptions.end(session, row_d, NOW)
        session.flush()
        assert outbox.due_subscriptions(session, NOW, 10) == [1]
        assert outbox.due_subscriptions(session, NOW + timedelta(seconds=30), 10) == [1, 2, 3]
        assert outbox.due_subscriptions(session, NOW + timedelta(seconds=30), 2) == [1, 2]
        standing = outbox.standing(session, NOW)
        assert (standing.waiting, standing.blocked, standing.expired) == (4, 1, 1)


def test_the_life_of_an_event_begins_when_the_gateway_sees_it(store: Database) -> None:
    long_ago = NOW + timedelta(days=400)
    with store.transaction() as session:
        subscribe(session)
        tell(session, "x", "y")
        assert outbox.note_seen(session, long_ago) == 2
        assert outbox.note_seen(session, long_ago) == 0
        assert outbox.expire(session, long_ago + timedelta(days=14, microseconds=-1)) == 0
        assert outbox.standing(session, long_ago + timedelta(hours=1)).oldest_age_seconds == 3600
        assert outbox.expire(session, long_ago + timedelta(days=14)) == 2


def test_an_acknowledgement_counts_once(store: Database) -> None:
    with store.transaction() as session:
        row = subscribe(session, "A", Mode.PULL)
        tell(session, "x", "y", "z")
        numbers = [event.id for event in outbox.hand_out(session, row, 0, 2)]
        assert outbox.acknowledge(session, row, 3, [], NOW) == len(numbers)
        assert outbox.acknowledge(session, row, 3, [1, 2, 3], NOW) == 1
        assert outbox.acknowledge(session, row, None, [3], NOW) == 0


def ask(session: Session, number: str, order_no: str, at: datetime) -> None:
    question = DataQuestion.model_validate({"orderNo": order_no, "sessionID": number, "serviceTime": 1})
    assert payment_data.ask(session, question, None, at)


def test_questions_are_taken_once_the_first_due_first(store: Database) -> None:
    with store.transaction() as session:
        ask(session, "late", "CW1", NOW)
        ask(session, "early", "CW1", NOW - timedelta(seconds=60))
        assert payment_data.take_due(session, NOW, 1) == ["early"]
        assert payment_data.take_due(session, NOW, 5) == ["late"]
        assert payment_data.take_due(session, NOW + timedelta(seconds=29), 5) == []
        assert payment_data.take_due(session, NOW + timedelta(seconds=30), 5) == ["early", "late"]


def test_a_question_without_data_is_looked_at_again_at_once_when_the_data_comes(store: Database) -> None:
    with store.transaction() as session:
        ask(session, "S", "CW1", NOW)
        pull = session.get_one(PaymentPull, "S")
        payment_data.note_missing(session, pull, NOW)
        assert payment_data.take_due(session, NOW, 5) == []
        kept = payment_data.keep(session, read_deposit(BODY.encode()), None, NOW)
        session.expire_all()
        assert (kept.outcome, session.get_one(PaymentPull, "S").state) == ("new", PullState.ASKED)
        assert payment_data.take_due(session, NOW, 5) == ["S"]


@pytest.mark.parametrize(("seconds", "late"), [(119, 0), (120, 0), (121, 1)])
def test_what_is_late_is_counted(store: Database, seconds: int, late: int) -> None:
    now = NOW + timedelta(seconds=seconds)
    with store.transaction() as session:
        for number in ("open", "answered", "refused"):
            ask(session, number, "CW1", NOW)
        payment_data.note_answered(session, session.get_one(PaymentPull, "answered"), "{}", now)
        payment_data.note_refused(session, session.get_one(PaymentPull, "refused"), "{}", "20000", now)
        session.flush()
        standing = payment_data.standing(session, now)
        assert (standing.open, standing.answered, standing.refused, standing.no_evidence) == (1, 1, 1, 0)
        assert (standing.late, standing.answered_late) == (late, late)
        assert standing.least_seconds_left == 120 - seconds


def test_nothing_asked_leaves_the_whole_time(store: Database) -> None:
    with store.transaction() as session:
        standing = payment_data.standing(session, NOW)
    assert (standing.open, standing.least_seconds_left) == (0, 120)


def test_a_purge_takes_data_questions_and_bytes_and_nothing_else(store: Database) -> None:
    with store.transaction() as session:
        raws = [keep_raw(session, door=door, body=b"x", received_at=NOW) for door in ("payment-data", "customs")]
        payment_data.keep(session, read_deposit(BODY.encode()), raws[0], NOW)
        ask(session, "S", "CW1", NOW)
    with store.transaction() as session:
        assert payment_data.purge(session, date(2029, 3, 10)) == 0
        assert payment_data.purge(session, date(2029, 3, 11)) == 1
        assert payment_data.purge(session, date(2029, 3, 12)) == 0
        assert session.exec(select(RawMessage.door)).all() == ["customs"]
        assert session.exec(select(PaymentPull)).all() == []
