"""Who stands in a chart borrows one to move; whose chart it was before does not matter."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from statemachine.exceptions import TransitionNotAllowed

from models.lifecycle import ArticlesListChart, DeclarationListChart, Standing

LIFE = ("match", "pass_risk_control", "release", "open_return_window", "settle_tax")
STATES = ["submitted", "matched", "inspected", "released", "return_window", "taxed"]


def _life() -> list[str]:
    standing = Standing(DeclarationListChart)
    passed = [standing.state]
    for event in LIFE:
        assert standing.admits(event)
        standing.move(event)
        passed.append(standing.state)
    return passed


def test_every_chart_begins_where_it_says() -> None:
    assert Standing(DeclarationListChart).state == "submitted"
    assert Standing(ArticlesListChart).state == "draft"


def test_lists_that_move_in_turn_are_not_in_each_others_way() -> None:
    first, second, other = Standing(DeclarationListChart), Standing(DeclarationListChart), Standing(ArticlesListChart)
    first.move("match")
    second.move("fail_match")
    other.move("submit")
    assert (first.state, second.state, other.state) == ("matched", "match_failed", "submitted")
    assert (first.admits("pass_risk_control"), second.admits("pass_risk_control")) == (True, False)
    second.move("match")
    first.move("reject")
    assert (first.state, second.state) == ("rejected", "matched")


def test_a_move_that_does_not_fit_raises_and_changes_nothing() -> None:
    standing = Standing(DeclarationListChart)
    with pytest.raises(TransitionNotAllowed):
        standing.move("release")
    assert standing.state == "submitted"
    standing.move("match")
    assert standing.state == "matched"


def test_nothing_moves_from_an_end() -> None:
    standing = Standing(DeclarationListChart)
    standing.move("cancel")
    with pytest.raises(TransitionNotAllowed):
        standing.move("match")
    assert _life() == STATES, "the chart that ended is not lent again"


@pytest.mark.parametrize("end", ["taxed", "cancelled", "returned"])
def test_who_asks_at_an_end_leaves_no_chart_that_stands_still(end: str) -> None:
    for _ in range(3):  # with charts of others to borrow, and with none
        over = Standing(DeclarationListChart)
        over.state = end
        assert not over.admits("match")
        assert not over.admits("settle_tax")
        assert _life() == STATES
        over.admits("match")
        assert _life() == STATES


def test_lists_that_move_at_once_in_several_threads_go_their_ways() -> None:
    with ThreadPoolExecutor(8) as threads:
        lives = list(threads.map(lambda _: _life(), range(200)))
    assert lives == [STATES] * 200
