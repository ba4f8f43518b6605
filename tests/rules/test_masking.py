"""Masking of personal values."""

import pytest

from clearway.contracts.articles import Approval, ArticlesList
from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.rules.masking import PERSONAL_FIELDS, mask_address, mask_field, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧***"), ("张", "*"), ("", "*")])
def test_a_name_keeps_its_first_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("11010519491231002X", "110105********002X"), ("1234567890", "**********"), ("", "")],
)
def test_an_identity_number_keeps_region_and_end(number: str, shown: str) -> None:
    assert mask_id_number(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("13800000000", "138****0000"), ("62345678", "******78"), ("12", "**"), ("1", "*")]
)
def test_a_telephone_keeps_its_ends(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("浙江省杭州市滨江区示例路1号", "浙江省杭州市****"), ("北京市朝阳区", "北京市****"), ("村", "****")],
)
def test_an_address_keeps_at_most_its_first_six(address: str, shown: str) -> None:
    assert mask_address(address) == shown


def test_a_value_is_masked_by_the_name_of_its_field() -> None:
    assert mask_field("order.buyer_name", "张三") == "张*"
    assert mask_field("buyer_name", "张三") == "张*"
    assert mask_field("order.ebp_name", "平台") == "平台"


def test_every_person_in_the_documents_is_masked() -> None:
    words = ("buyer_name", "payer_name", "individual_name", "consignee", "id_number", "telephone", "address")
    papers = (Order, Payment, Waybill, DeclarationList, ArticlesList, Approval)
    fields = {field for document in papers for field in document.model_fields}
    assert {field for field in fields if field.endswith(words)} == PERSONAL_FIELDS.keys()
