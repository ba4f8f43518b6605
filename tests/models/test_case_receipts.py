"""Receipts in any order and any number reach one state, and the state only moves forward."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.case import CaseKey, StartCase
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import BACKBONE, State
from models.case import DeclarationCase
from models.return_status import Effect, effect_of

AT = datetime(2026, 3, 10, tzinfo=UTC)
LIST = DocumentKind.DECLARATION_LIST
CODES = (
    *("1", "2", "3", "4", "100", "120", "300", "399", "400", "500", "501", "502", "503", "599", "600", "700"),
    *("800", "899", "777", "-621001", "-621013", "-621004"),
)


def _filed_case() -> DeclarationCase:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.enter("match", AT)
    case.list_filed = True
    return case


def _receipt(status: str, seconds: int = 0) -> CustomsReceipt:
    return CustomsReceipt(about=LIST, status=status, at=AT + timedelta(seconds=seconds))


@given(st.permutations(["2", "3", "120", "300", "399", "800"]), st.lists(st.integers(0, 5), max_size=6))
def test_every_order_of_a_releasing_customs_releases_once(order: list[str], repeats: list[int]) -> None:
    case = _filed_case()
    arrivals = [*order, *(order[index] for index in repeats)]
    for status in arrivals:
        case.take_news(CustomsNews(receipts=(_receipt(status),)), AT)
    assert case.state is State.RELEASED
    assert case.duplicate_receipts == len(repeats)
    assert [passage.state for passage in case.passages].count(State.RELEASED) == 1


@given(st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 60)), max_size=25))
def test_no_sequence_of_receipts_breaks_the_case_or_moves_it_back(arrivals: list[tuple[str, int]]) -> None:
    case = _filed_case()
    furthest = 0
    for status, seconds in arrivals:
        ended = case.state if case.over else None
        case.take_news(CustomsNews(receipts=(_receipt(status, seconds),)), AT)
        assert ended in (None, case.state), "an end is an end"
        if case.state in BACKBONE:
            assert BACKBONE.index(case.state) >= furthest
            furthest = BACKBONE.index(case.state)
    assert len(case.receipts) + case.duplicate_receipts == len(arrivals)


@pytest.mark.parametrize("refusal", ["100", "700", "-621001"])
@pytest.mark.parametrize("together", [True, False])
def test_a_refusal_after_the_release_changes_nothing_also_where_both_come_together(
    refusal: str, together: bool
) -> None:
    case = _filed_case()
    told = (_receipt("800", 90), _receipt(refusal, 150))
    for news in [told] if together else [(one,) for one in told]:
        case.take_news(CustomsNews(receipts=news), AT)
    assert case.state is State.RELEASED
    assert [receipt.status for receipt in case.receipts] == ["800", refusal]


def test_codes_unknown_to_the_table_are_unknown_and_negative_ones_refuse() -> None:
    assert effect_of(LIST, "777") is Effect.UNKNOWN
    assert effect_of(LIST, "-621001") is Effect.REJECT
    assert effect_of(LIST, "-x") is Effect.UNKNOWN
    assert effect_of(DocumentKind.ORDER, "800") is Effect.UNKNOWN
