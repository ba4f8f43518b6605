"""A list of which 0.1 kept no judgement: no collection can pay by a row it does not have, so it pays by itself."""

from sqlmodel import Session

from clearway.contracts.states import State
from models.collection import dues
from models.tables import CaseRecord
from tests.desk import Desk
from tests.patience import PATIENCE


async def test_a_list_without_a_judgement_on_file_pays_by_itself_and_ends(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    with desk.database.transaction() as session:
        _forget_judgement(session, sample.key.workflow_id)
    await desk.receipts(sample.key, "2", "3", "120", "399", "800")
    view = await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    with desk.database.transaction() as session:
        assert dues.find(session, sample.key.workflow_id) is None
    desk.bill(sample.key, "28.21")
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.tax_window_opens)
    ended = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert ended.payment is not None
    assert f"{ended.payment.amount:.2f}" == "28.21"
    assert await desk.failures(sample.key) == []


def _forget_judgement(session: Session, workflow_id: str) -> None:
    """As in a database of 0.1."""
    session.get_one(CaseRecord, workflow_id).judgement = ""
