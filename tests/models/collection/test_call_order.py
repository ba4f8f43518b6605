"""Customs calls several lists in one transaction while their returns and ends move the same rows: nobody deadlocks."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from models.collection import dues
from models.collection.calls import call_guarantee, keep_lists
from models.database import Database
from models.ledger import guarantee
from models.tables import CaseRecord
from tests.collection_office import PAY_BEFORE, Office
from tests.postgres import new_database

ROUNDS = 25


def test_calls_of_the_same_lists_in_any_order_and_the_end_of_one_never_deadlock(postgres_url: str) -> None:
    database = Database(new_database(postgres_url))
    office = Office(database)
    office.put_up("10000.00")
    pairs = [[office.release(2 * number + each, secured=True) for each in (1, 2)] for number in range(ROUNDS)]
    for lists in pairs:
        at_once = Barrier(3)

        def call(order: Sequence[str], at_once: Barrier = at_once) -> None:
            at_once.wait()
            with database.transaction() as session:
                keep_lists(session, order)
                for each in order:
                    call_guarantee(session, each, PAY_BEFORE, f"call|1|{each}")

        def change(case: str, at_once: Barrier = at_once) -> None:
            at_once.wait()
            with database.transaction() as session:
                session.get_one(CaseRecord, case, with_for_update=True)
                dues.block(session, case, "control", PAY_BEFORE)
                guarantee.release(session, "declaration-list/nobody/1", PAY_BEFORE, reason="nothing")

        with ThreadPoolExecutor(3) as threads:
            work = [threads.submit(call, lists), threads.submit(call, lists[::-1]), threads.submit(change, lists[1])]
            for each in work:
                each.result()
        assert {office.due(each).state for each in lists} == {"called"}
    database.close()
