"""A problem that two checks find is told once."""

from clearway.rules.catalogue import untold
from clearway.rules.documents import check_document
from tests.rules.law_cases import compare_case, judge_case, papers, told

BROKEN_SUM = {"order.actual_paid": "318.20"}


def test_a_broken_sum_is_told_once() -> None:
    own = check_document(papers(BROKEN_SUM).order)
    compared = compare_case({"given": BROKEN_SUM})
    assert told(own) == ["E_AMOUNT_IDENTITY hard"]
    assert told(compared) == ["M05 hard", "M06 hard"]
    assert told(untold(own, compared)) == ["M05 hard"]


def test_a_comparison_alone_tells_the_broken_sum() -> None:
    assert told(untold((), compare_case({"given": BROKEN_SUM}))) == ["M05 hard", "M06 hard"]


def test_a_transport_mode_that_neither_its_mode_nor_its_zone_admits_is_told_once() -> None:
    given = {"declaration_list.customs_code": "3117", "declaration_list.traf_mode": "4"}
    own, judged = check_document(papers(given).declaration_list), judge_case({"given": given})
    assert told(own) == told(judged.problems) == ["E_TRAF_MODE hard"]
    assert untold(own, judged.problems) == ()


def test_two_problems_of_one_check_are_both_told() -> None:
    judged = judge_case({"used": "25000.00", "given": {"declaration_list.lines[0].total_price": "6000.00"}})
    over = [problem for problem in judged.problems if problem.code == "E_OVER_LIMIT"]
    assert len(over) == 2
    assert untold((), over) == tuple(over)
