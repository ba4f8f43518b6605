"""The demo's table is coherent, and shows what it promises to show."""

from collections import Counter
from datetime import date

from clearway.contracts.states import ENDS, State
from clearway.rules.persons import is_id_number
from deploy import acts
from deploy.scenarios import SCENES
from simulator.scenarios import BY_WORD, ReadFrom

LEFT_TO_PLAY_WITH = {"REJECTBARE", "CLOSED", "BANKREFUSE"}
"""Variants of scenes that the table has; `make up` and docs/simulator.md lead to them."""


def test_the_demo_has_twenty_six_declaration_lists() -> None:
    assert len(SCENES) == 26
    assert len({scene.story for scene in SCENES}) == 26


def test_every_magic_word_is_shown_but_for_three_variants() -> None:
    shown = {scene.word for scene in SCENES} | {scene.orderer.rpartition("-")[2] for scene in SCENES}
    assert set(BY_WORD) - shown == LEFT_TO_PLAY_WITH


def test_a_word_that_is_not_magic_is_never_filed() -> None:
    mere_names = {scene.word: scene.settles for scene in SCENES if scene.word.rpartition("-")[2] not in BY_WORD}
    assert mere_names == {
        "OVERYEAR": State.MATCH_FAILED,
        "MISMATCH": State.MATCH_FAILED,
        "CANCEL": State.CANCELLED,
    }


def test_nobody_shares_an_annual_amount_with_somebody_whom_customs_refuses_for_it() -> None:
    orderers = Counter(scene.orderer_id for scene in SCENES)
    refused = {scene.word: scene.orderer_id for scene in SCENES if scene.word in {"REJECTLIMIT", "OVERYEAR"}}
    assert [orderers[number] for number in refused.values()] == [1, 1]


def test_every_orderers_number_is_well_formed() -> None:
    for number in {scene.orderer_id for scene in SCENES}:
        assert is_id_number(number, on=date(2026, 11, 22)), number


def test_magic_for_the_identity_authority_stands_in_the_orderers_name() -> None:
    words = {scene.orderer.rpartition("-")[2] for scene in SCENES if "-" in scene.orderer}
    assert words == {word for word, scenario in BY_WORD.items() if scenario.read_from is ReadFrom.BUYER_NAME}


def test_every_end_and_every_halt_is_shown() -> None:
    ends = Counter(scene.expected.state for scene in SCENES)
    assert set(ends) == ENDS | {State.MATCHED, State.MATCH_FAILED, State.DETAINED}


def test_only_a_taxed_list_is_paid_and_every_halted_one_says_for_whom_it_waits() -> None:
    for scene in SCENES:
        assert (scene.expected.paid is not None) is (scene.expected.state is State.TAXED), scene.story
        assert bool(scene.expected.awaited) is (scene.expected.state not in ENDS), scene.story


def test_lists_in_the_return_window_go_on_and_no_others() -> None:
    for scene in SCENES:
        assert (scene.later is not None) is (scene.settles is State.RETURN_WINDOW), scene.story


def test_everything_people_do_is_done() -> None:
    done = {scene.filing for scene in SCENES} | {scene.later for scene in SCENES if scene.later}
    assert done == {
        acts.declare,
        acts.declare_by_express,
        acts.declare_one_by_one,
        acts.declare_a_corrected_copy,
        acts.declare_then_correct_payment,
        acts.declare_and_wait_for_resending,
        acts.declare_with_three_mismatches,
        acts.declare_and_put_up_a_guarantee,
        acts.declare_after_customs_counted_more,
        acts.cancel_before_filing,
        acts.pay_tax,
        acts.return_all,
        acts.return_too_late,
    }


def test_three_mismatches_are_three() -> None:
    [scene] = [scene for scene in SCENES if scene.filing is acts.declare_with_three_mismatches]
    assert len(scene.expected.problems) == 3
    assert len(scene.expected.awaited) == 3


def test_the_happy_list_is_held_to_its_events() -> None:
    assert SCENES[0].word == "RELEASE"
    assert SCENES[0].expected.events_at_most == 45
