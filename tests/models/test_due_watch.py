"""The daily watch: who is warned of which day, once, by the Shanghai day of the release (RULEBOOK B.9.5)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from clearway.contracts.base import SHANGHAI
from models.database import Database
from models.due_watch import Watched, watch
from models.ledger.accounts import insert_once
from models.notices import notices_after
from models.rule_packs.loading import load
from models.tables import BillRecord, InboxItem, TaxDue
from tests.postgres import new_database
from tests.sqlite import new_file

AGENT, CUSTOMS, SHOP, OTHER = "3301960G01", "2991", "3301960A01", "3301960A02"
RELEASED = datetime(2026, 3, 10, 15, 30, tzinfo=SHANGHAI)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = new_file(tmp_path_factory.mktemp("watch") / "x.db", registered=False)
    else:
        opened = Database(new_database(request.getfixturevalue("postgres_url")))
    yield opened
    opened.close()


@pytest.fixture
def store(shared_store: Database) -> Database:
    with shared_store.transaction() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.execute(table.delete())
    return shared_store


def owe(store: Database, *names: str, released: datetime = RELEASED, **changes: Any) -> list[str]:
    """Released lists that owe 28.21; their workflow ids."""
    last = released.astimezone(SHANGHAI).date() + timedelta(days=45)
    row: dict[str, Any] = {
        "agent": AGENT,
        "customs": CUSTOMS,
        "enterprise": SHOP,
        "profile": "SEED",
        "released_at": released,
        "payable_from": released + timedelta(days=31),
        "held_until": released + timedelta(days=46),
        "guard_at": released + timedelta(days=44),
        "pay_before": released + timedelta(days=46),
        "deadline": last,
        "assessed": Decimal("28.21"),
        "lines": 1,
        "due": Decimal("28.21"),
        "held": Decimal(0),
        "paid": Decimal(0),
        "refund": Decimal(0),
        "blocked": "",
        "state": "open",
        "alarmed": 0,
        "changed_at": released,
    }
    ids = [f"declaration-list/{changes.get('enterprise', SHOP)}/{name}" for name in names]
    with store.transaction() as session:
        session.execute(insert_once(session, TaxDue), [{"workflow_id": each} | row | changes for each in ids])
    return ids


def bill(store: Database, workflow_id: str, status: str = "1", total: str | None = "28.21") -> None:
    with store.transaction() as session:
        amount = Decimal(total) if total else None
        session.merge(
            BillRecord(
                bill_no=f"B{workflow_id[-20:]}{status}",
                invt_no="1",
                workflow_id=workflow_id,
                status=status,
                total=amount,
                at=RELEASED,
            )
        )


def day(number: int, hour: int = 2) -> datetime:
    """Some days after the release, at an hour in Shanghai."""
    return datetime(2026, 3, 10, hour, tzinfo=SHANGHAI) + timedelta(days=number)


def run(store: Database, at: datetime, limit: int = 1000, agent: str = AGENT) -> Watched:
    with store.transaction() as session:
        return watch(session, agent=agent, customs=CUSTOMS, now=at, limit=limit)


def told(store: Database, recipient: str = SHOP) -> list[tuple[str, str]]:
    with store.transaction() as session:
        return [(row.kind, row.subject) for row in notices_after(session, 0, 10_000, recipient=recipient)]


def details(store: Database, recipient: str = SHOP) -> list[Any]:
    with store.transaction() as session:
        return [json.loads(row.payload) for row in notices_after(session, 0, 10_000, recipient=recipient)]


def news(store: Database) -> list[tuple[str, str]]:
    """Alarm and list of everything left in the inbox."""
    with store.transaction() as session:
        rows = session.exec(select(InboxItem).where(InboxItem.kind == "due_alarm").order_by(col(InboxItem.id)))
        found = [(json.loads(row.payload), row) for row in rows]
    assert all(said["addresses"] == [row.workflow_id] == [row.address] for said, row in found)
    assert all((row.state, row.wakes) == ("waiting", True) for _, row in found)
    return [(said["due_alarm"]["alarm"], str(row.workflow_id)) for said, row in found]


@pytest.mark.parametrize(("number", "kind"), [(27, "DAY_27"), (30, "DAY_30")])
def test_an_enterprise_hears_of_a_day_of_the_return_window_in_one_notice(
    store: Database, number: int, kind: str
) -> None:
    lists = owe(store, *(f"N{each:03}" for each in range(103)))
    owe(store, "X", enterprise=OTHER)
    assert run(store, day(number - 1, 23)).lists == (103 + 1 if number == 30 else 0)
    before = len(told(store))
    assert run(store, day(number, 0)).notices == 2
    assert (told(store)[before:], told(store, OTHER)[-1]) == ([(kind, "")], (kind, ""))
    said = details(store)[-1]
    assert (said["count"], said["lists"]) == (103, lists[:100])
    assert (said["released"], said["agent"], said["customs"]) == ({"2026-03-10": 103}, AGENT, CUSTOMS)
    assert news(store) == []


def test_of_the_return_window_only_lists_with_something_open_hear_themselves(store: Database) -> None:
    owe(store, "quiet")
    held = owe(store, "returning", held=Decimal("28.21"))
    blocked = owe(store, "inspected", blocked="control")
    run(store, day(27))
    run(store, day(30))
    assert sorted(news(store)) == sorted((alarm, each) for alarm in ("DAY_27", "DAY_30") for each in held + blocked)
    assert [kind for kind, _ in told(store)] == ["DAY_27", "DAY_30"]


def test_the_day_begins_at_midnight_in_shanghai(store: Database) -> None:
    owe(store, "late in the evening", released=datetime(2026, 3, 10, 23, 59, 59, tzinfo=SHANGHAI))
    owe(store, "after midnight", released=datetime(2026, 3, 11, tzinfo=SHANGHAI))
    assert run(store, day(27, 0)).lists == 1
    assert run(store, day(28, 0) - timedelta(seconds=1)).lists == 0
    assert run(store, day(28, 0)).lists == 1


def test_a_bill_that_has_not_come_by_day_40_is_asked_about_list_by_list(store: Database) -> None:
    missing, void, unknown, held = owe(store, "missing", "void", "unknown", "held")
    bill(store, void, status="3")
    bill(store, unknown, total=None)
    bill(store, held, status="3")
    bill(store, held)
    watched = run(store, day(40))
    assert (watched.lists, watched.alarms, watched.notices) == (4, {"BILL_MISSING": 3, "DAY_40": 1}, 6)
    unbilled = sorted([missing, void, unknown])
    assert sorted(news(store)) == [*(("BILL_MISSING", each) for each in unbilled), ("DAY_40", held)]
    for recipient in (SHOP, AGENT):
        assert sorted(told(store, recipient)) == [("BILL_MISSING", each) for each in unbilled]
    assert details(store)[0] == {
        "customs": CUSTOMS,
        "released_at": "2026-03-10T15:30:00+08:00",
        "deadline": "2026-04-24",
        "due": "28.21000",
        "paid": "0.00000",
        "held": "0.00000",
        "blocked": "",
    }


def test_on_day_44_every_unpaid_list_is_told_to_agent_and_enterprise(store: Database) -> None:
    lists = owe(store, "A", "B")
    bill(store, lists[0])
    assert run(store, day(44)).alarms == {"DAY_44": 2}
    assert news(store) == [("DAY_44", each) for each in lists]
    assert told(store, SHOP) == told(store, AGENT) == [("DAY_44", each) for each in lists]


def test_an_enterprise_that_is_its_own_agent_is_told_once(store: Database) -> None:
    owe(store, "A", enterprise=AGENT)
    assert run(store, day(44)).notices == 1
    assert len(told(store, AGENT)) == 1


def test_each_day_is_warned_of_once_however_often_the_watch_runs(store: Database) -> None:
    (only,) = owe(store, "A", held=Decimal(1))
    for number in range(20, 60):
        for _ in range(2):
            run(store, day(number))
    assert news(store) == [(alarm, only) for alarm in ("DAY_27", "DAY_30", "BILL_MISSING", "DAY_44")]
    assert [kind for kind, _ in told(store)] == ["DAY_27", "DAY_30", "BILL_MISSING", "DAY_44"]


def test_after_a_long_silence_only_the_latest_day_is_told(store: Database) -> None:
    (only,) = owe(store, "A", held=Decimal(1))
    run(store, day(100))
    assert news(store) == [("DAY_44", only)]


@pytest.mark.parametrize("state", ["settled", "void", "called"])
def test_what_is_not_open_is_warned_of_nothing(store: Database, state: str) -> None:
    owe(store, "A", state=state)
    assert run(store, day(44)) == Watched(lists=0, alarms={}, notices=0, more=False)


def test_each_agent_and_customs_is_watched_for_itself(store: Database) -> None:
    owe(store, "A")
    owe(store, "B", customs="0100")
    owe(store, "C", agent="3301960G02")
    assert run(store, day(44)).lists == 1
    assert run(store, day(44), agent="3301960G02").lists == 1


def test_both_profiles_are_told_in_one_notice(store: Database) -> None:
    owe(store, "A")
    owe(store, "B", profile="LAW_2026")
    assert run(store, day(27)).notices == 1
    assert details(store)[0]["count"] == 2


def test_turns_take_no_more_than_they_were_allowed_and_none_is_lost(store: Database) -> None:
    lists = owe(store, *(f"{number:02}" for number in range(25)), released=RELEASED - timedelta(days=13))
    young = owe(store, *(f"Y{number:02}" for number in range(5)), released=RELEASED)
    owe(store, "Z", released=RELEASED, enterprise=OTHER)
    turns = [run(store, day(27), limit=10)]
    while turns[-1].more:
        turns.append(run(store, day(27), limit=10))
    assert [turn.lists for turn in turns] == [10, 10, 10, 1]
    assert [turn.more for turn in turns] == [True, True, True, False]
    assert sorted(news(store)) == [("BILL_MISSING", each) for each in lists]
    assert [said["lists"] for said in details(store) if "lists" in said] == [young]


def test_a_turn_that_fails_leaves_nothing_and_is_taken_again(store: Database) -> None:
    owe(store, "A")

    def fail() -> None:
        with store.transaction() as session:
            watch(session, agent=AGENT, customs=CUSTOMS, now=day(44))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (told(store), news(store)) == ([], [])
    assert run(store, day(44)).lists == 1


def test_the_first_lists_under_the_law_are_watched_too(store: Database) -> None:
    owe(store, "A", released=datetime(2016, 4, 8, tzinfo=SHANGHAI))
    assert run(store, datetime(2016, 4, 1, tzinfo=SHANGHAI)).lists == 0
    assert run(store, datetime(2016, 5, 4, tzinfo=SHANGHAI)).lists == 0
    assert run(store, datetime(2016, 5, 5, tzinfo=SHANGHAI)).notices == 1


def test_an_operator_moves_a_day_and_the_alarm_keeps_its_name(store: Database) -> None:
    (only,) = owe(store, "A", held=Decimal(1))
    own = """
numbers:
  alarms.return_closing_day:
    reference: our own rule
    values:
      - {from: 2026-01-01, value: "25"}
"""
    with store.transaction() as session:
        load(session, {"own.yaml": own}, actor="op", reason="test", at=RELEASED)
    assert run(store, day(24)).lists == 0
    assert run(store, day(25)).lists == 1
    assert news(store) == [("DAY_27", only)]
