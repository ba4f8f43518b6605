"""What customs says about changes, applications and bills fits the official schema, so that nobody learns a dialect."""

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from tests.simulator.office import Office
from tests.simulator.papers import (
    ADDRESS,
    AT,
    BUYER,
    ID_NUMBER,
    TELEPHONE,
    new_cancellation,
    new_change,
    new_papers,
    new_return,
)

EDITION = Path(__file__).parents[3] / "shared" / "messages" / "xsd" / "202205"
FILE = EDITION / "海关跨境进口业务节点报文定义202205.xsd"
LATER = AT + timedelta(days=1)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not FILE.exists():
        pytest.skip(f"the official schema is not here: {FILE.name}")
    return etree.XMLSchema(etree.parse(str(FILE)))


async def test_every_answer_about_a_filed_list_fits(office: Office, schema: etree.XMLSchema) -> None:
    papers = new_papers("SC-1-MODIFY")
    await office.file_case(papers)
    known = await office.know("SC-1-MODIFY")
    nobody = known | {"invt_no": "X", "pre_no": None}
    said = await office.file(
        new_change(papers, nobody, LATER),
        new_cancellation(papers, nobody, LATER, cop_no=None),
        new_return(papers, nobody, LATER, {1: "1"}, cop_no=None),
        new_change(papers, known, LATER, cop_no=None),
    )
    heard = list(office.heard)
    said += await office.file(new_return(papers, known, LATER, {1: "1"}, reason="x-REFUSE"))
    heard += office.heard
    said += await office.file(new_return(papers, known, LATER, {1: "9"}), new_cancellation(papers, known, LATER))
    heard += office.heard
    kinds = {word.partition(":")[0] for word in said if ":" in word}
    assert kinds == {"624", "626", "818"}
    for one in heard:
        schema.assertValid(etree.fromstring(one.inner))


async def test_what_customs_shows_of_applications_holds_no_personal_data(office: Office) -> None:
    papers = new_papers("SC-2")
    await office.file_case(papers)
    known = await office.know("SC-2")
    await office.file(new_return(papers, known, LATER, {1: "1"}), new_cancellation(papers, known, LATER))
    shown = str(await office.know("SC-2"))
    assert "goods_return" in shown
    assert not [secret for secret in (BUYER, ID_NUMBER, TELEPHONE, ADDRESS) if secret in shown]
