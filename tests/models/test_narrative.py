"""What people read of a case holds no personal data and says what is awaited."""

from datetime import UTC, datetime

from clearway.contracts.case import CaseKey, StartCase
from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.names import SEARCH_ATTRIBUTES
from models.case import DeclarationCase
from models.narrative import attributes, awaited, markdown
from tests.case_driver import filed, released

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


def test_the_details_tell_what_happened_to_a_list_and_mask_who_attended() -> None:
    driver = released()
    driver.instruct("K-1")
    driver.case.note_notice("K-1", 1)
    driver.attend("K-1")
    driver.result("K-1", InspectionOutcome.ABNORMAL)
    driver.dispose(Disposition.RELEASE)
    driver.leave()
    text = markdown(driver.case)
    for told in (
        "- inspection `K-1` MANUAL_FULL, called 1×",
        r"- attended by 3301960A01 (L\*)",
        "- customs decided **RELEASE**",
        "- left the zone or site",
    ):
        assert told in text


def test_what_customs_is_asked_and_answers_is_told_with_every_field_that_changes() -> None:
    driver = filed()
    driver.modify()
    driver.case.refuse_change("100 [Code:1105;Desc:wrong code]", driver.now)
    driver.cancel()
    text = markdown(driver.case)
    assert "modification 1: REFUSED `lines[0].hs_code` 100 " in text
    assert "- cancellation 2: FILED" in text
    assert [each.what_en for each in awaited(driver.case)] == ["customs' decision on the cancellation"]


def test_a_released_list_is_filtered_by_the_day_of_its_release_and_of_its_payment() -> None:
    driver = released()
    clocks = driver.case.clocks
    assert clocks is not None
    values = attributes(driver.case)
    assert (values["ReleasedAt"], values["PayBefore"]) == (clocks.released_at, clocks.payment_before)
    assert set(values) <= {each.name for each in SEARCH_ATTRIBUTES}
