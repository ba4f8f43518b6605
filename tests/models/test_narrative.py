"""What people read of a case holds no personal data and says what is awaited."""

from datetime import UTC, datetime

from clearway.contracts.case import CaseKey, StartCase
from clearway.contracts.names import SEARCH_ATTRIBUTES
from models.case import DeclarationCase
from models.narrative import attributes, markdown

AT = datetime(2026, 3, 10, tzinfo=UTC)


def test_attributes_come_from_the_one_list() -> None:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    assert set(attributes(case)) <= {each.name for each in SEARCH_ATTRIBUTES}


def test_the_details_show_the_backbone_and_the_place_in_it() -> None:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.enter("match", AT)
    text = markdown(case)
    assert "submitted → **matched** → inspected" in text
    assert "Order `CW-1`" in text


def test_text_from_outside_is_shown_as_it_is() -> None:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.fail_match(AT, "buyer is 王*, not 张* | `x`")
    assert r"buyer is 王\*, not 张\* \| \`x\`" in markdown(case)
