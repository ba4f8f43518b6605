"""Care of the inbox on both databases: piles and their age, reading again, and messages of ours found by their guid."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from models import inbox
from models.addresses import case_address, message_address, remember
from models.database import Database
from models.inbox import ItemState, RawState, find_cases, known_addresses
from models.inbox_care import Pile, count_remarks, message, news_of, piles, replay, size_of, to_replay, try_again
from models.known import Known
from models.tables import FilingRecord, InboxItem, RawMessage, SentMessage

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
CASE = "declaration-list/E/1"


def kept(session: Session, state: RawState, minutes: int = 0, door: str = "customs", body: bytes = b"<a/>") -> int:
    raw_id = inbox.store(session, door=door, body=body, received_at=NOW + timedelta(minutes=minutes))
    session.get_one(RawMessage, raw_id).state = state
    return raw_id


def news(session: Session, raw_id: int, key: str, state: ItemState, remark: str = "") -> None:
    item = InboxItem(
        raw_id=raw_id,
        kind="receipt",
        address="list|cop|1",
        dedupe_key=key,
        workflow_id=CASE,
        state=state,
        wakes=True,
        payload="{}",
        arrived_at=NOW,
        deliver_by=NOW,
        remark=remark,
    )
    session.add(item)


def test_piles_tell_how_many_there_are_and_since_when(store: Database) -> None:
    with store.transaction() as session:
        kept(session, RawState.FAULTY, 5)
        kept(session, RawState.FAULTY, 2)
        raw_id = kept(session, RawState.READ)
        news(session, raw_id, "1", ItemState.PARKED)
        news(session, raw_id, "2", ItemState.DELIVERED, "E_CONTRADICTORY: item 1")
        news(session, raw_id, "3", ItemState.NOTED)

    with store.transaction() as session:
        found = piles(session)
        assert found["faulty"] == Pile(2, NOW + timedelta(minutes=2))
        assert found["parked"] == Pile(1, NOW)
        assert found["stored"] == found["refused"] == found["waiting"] == found["undeliverable"] == Pile(0, None)
        assert set(found) == {"stored", "refused", "faulty", "parked", "waiting", "undeliverable"}
        assert count_remarks(session) == 1
        assert [item.dedupe_key for item in news_of(session, raw_id)] == ["1", "2", "3"]
        known = Known(session, keys={"1", "9"}, subjects={("receipt", "list|cop|1")}, addresses=())
        assert [item.dedupe_key for item in known.about("receipt", "list|cop|1")] == ["3", "2", "1"]
        assert [item.dedupe_key for item in known.of_case("receipt", CASE)] == ["3", "2", "1"]
        assert known.under("1") is known.about("receipt", "list|cop|1")[-1]
        assert known.under("9") is None


def test_a_message_is_looked_at_without_its_bytes(store: Database) -> None:
    with store.transaction() as session:
        raw_id = kept(session, RawState.READ, body="报文".encode())

    with store.transaction() as session:
        found = message(session, raw_id)
        assert found is not None
        assert "body" not in found.__dict__
        assert size_of(session, raw_id) == 6
        assert message(session, raw_id + 1) is None


def test_messages_are_set_back_and_counted(store: Database) -> None:
    with store.transaction() as session:
        faulty = [kept(session, RawState.FAULTY, door=door) for door in ("customs", "top-up", "strange")]
        kept(session, RawState.REFUSED, door="payment-data")

    with store.transaction() as session:
        assert to_replay(session, RawState.FAULTY, 1, doors=None, but=("top-up",)) == ([faulty[0]], 2)
        assert to_replay(session, RawState.FAULTY, 9, doors=("customs",), but=()) == ([faulty[0]], 1)
        assert to_replay(session, RawState.REFUSED, 9, doors=("customs",), but=()) == ([], 0)
        assert replay(session, [*faulty[:1], 99]) == 1

    with store.transaction() as session:
        raw = session.get_one(RawMessage, faulty[0])
        assert (raw.state, raw.replays) == ("stored", 1)


def test_each_release_tries_once_what_an_earlier_one_could_not_read(store: Database) -> None:
    with store.transaction() as session:
        raw_id = kept(session, RawState.FAULTY)
        session.get_one(RawMessage, raw_id).read_by = "0.4.0"
        kept(session, RawState.REFUSED)

    with store.transaction() as session:
        assert try_again(session, "0.4.0") == 0
        assert try_again(session, "0.4.1") == 1
        assert try_again(session, "0.4.1") == 0


def test_a_message_of_ours_is_found_by_its_guid(store: Database) -> None:
    with store.transaction() as session:
        session.add(FilingRecord(workflow_id=CASE, kind="order", version=1, message_guid="G1", filed_at=NOW))
        session.add(
            SentMessage(
                cop_msg_id="G2",
                workflow_id="goods-return/E/1/1",
                message_type="CEB625",
                body=b"",
                sha256="",
                signed_at=NOW,
            )
        )
        remember(session, CASE, [case_address("E", "1")])

    with store.transaction() as session:
        wanted = {message_address(guid) for guid in ("G1", "G2", "G3")} | {case_address("E", "1")}
        assert known_addresses(session, wanted) == wanted - {message_address("G3")}
        assert find_cases(session, [message_address("G1")]) == (CASE,)
        assert find_cases(session, [message_address("G2")], "goods-return/") == ("goods-return/E/1/1",)
        assert find_cases(session, [message_address("G2")]) == ()
        assert find_cases(session, [message_address("G3")]) == ()
        known = Known(session, keys=(), subjects=(), addresses=wanted)
        assert known.cases([message_address("G3"), message_address("G1")], "declaration-list/") == (CASE,)
        assert known.cases([message_address("G2")], "goods-return/") == ("goods-return/E/1/1",)
        assert known.cases([message_address("G2"), message_address("G3")], "declaration-list/") == ()
