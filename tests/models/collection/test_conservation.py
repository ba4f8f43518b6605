"""Whatever the bank pays, refuses or pays in part: every fen is on a list or is left over, and none is there twice."""

import tempfile
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from itertools import count
from pathlib import Path
from weakref import finalize

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from clearway.contracts.keys import CollectionKey
from models.collection import dues
from models.database import Database
from models.ledger.accounts import balance
from models.ledger.check import check
from models.tables import TaxBatch, TaxOrder, TaxShare
from tests.collection_office import CUSTOMS, FIRST_RUN, Office
from tests.sqlite import new_file

fen = st.decimals(min_value="0.01", max_value="50.00", places=2)
lists = st.lists(st.tuples(fen, st.sampled_from(["E-1", "E-2", "E-3", None])), max_size=7)
nights = st.lists(st.tuples(st.integers(0, 2), st.none() | fen, st.integers(0, 6)), min_size=1, max_size=4)


numbers, agents = count(), count()


@cache
def _database() -> Database:
    """One for all examples, each of which has an agent of its own."""
    folder = tempfile.TemporaryDirectory()
    database = new_file(Path(folder.name) / "x.db", registered=False)
    finalize(database, folder.cleanup)
    return database


@settings(max_examples=25)
@given(owing=lists, nights=nights)
def test_money_is_neither_lost_nor_made(
    owing: list[tuple[Decimal, str | None]], nights: list[tuple[int, Decimal | None, int]]
) -> None:
    office, agent = Office(_database()), f"33019{next(agents):05d}"
    key = CollectionKey(agent=agent, customs=CUSTOMS)
    office.put_up("1000.00", agent)
    cases = []
    for total, order_no in owing:
        case = office.release(next(numbers), f"{total:f}", secured=True, agent=agent)
        office.bill(case, f"{total:f}", order_no=order_no)
        cases.append((case, total))
    at = FIRST_RUN
    for refusals, purse, coming_back in nights:
        office.bank.refusals, office.bank.purse = refusals, purse
        office.run(at, key)
        if coming_back < len(cases):
            case, total = cases[coming_back]
            half = (total / 2).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
            with office.database.transaction() as session:
                dues.reassess(session, case, half, Decimal(0), at)
        at += timedelta(days=1)
    office.bank.refusals, office.bank.purse = 0, None
    office.run(at, key)
    _check(office, agent, [case for case, _ in cases])


def _check(office: Office, agent: str, cases: list[str]) -> None:
    rows = [office.due(case) for case in cases]
    with office.database.transaction() as session:
        assert not check(session)
    with office.database.transaction() as session:
        batches = select(TaxBatch.batch_id).where(TaxBatch.agent == agent)
        orders = select(func.sum(TaxOrder.paid), func.sum(TaxOrder.rest)).where(col(TaxOrder.batch_id).in_(batches))
        of_orders, rest = session.exec(orders).one()
        shares = select(func.sum(TaxShare.paid)).where(col(TaxShare.batch_id).in_(batches))
        of_shares = session.exec(shares).one()
        assert not session.exec(batches.where(TaxBatch.outcome == "DRAWN")).all()
        assert balance(session, f"guarantee/{agent}").reserved == 0
    on_rows = sum((row.paid for row in rows), Decimal(0))
    assert office.bank_paid == (of_orders or 0) == (of_shares or 0) + (rest or 0) == on_rows + (rest or 0)
    assert all(row.state == "settled" and row.batch_id is None for row in rows)
    assert all(row.paid == row.due + row.refund for row in rows)
