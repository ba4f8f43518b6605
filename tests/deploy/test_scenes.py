"""The demo's scenes are coherent, and show what they promise to show."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

from clearway.contracts.customs import Disposition
from clearway.contracts.goods_return import RETURN_ENDS
from clearway.contracts.states import ENDS, State
from clearway.rules.persons import is_id_number
from clearway.rules.sampling import draw
from deploy.scene import Scene, declare
from deploy.scenes import CHAPTERS, SCENES, changed, inspected, left, refused, released, returned
from deploy.storm.stories import STORIES
from simulator.scenarios import BY_WORD, ReadFrom

LEFT_TO_PLAY_WITH = {"REJECTBARE", "CLOSED"}
"""Variants of scenes that the demo has; `make up` and docs/simulator.md lead to them."""
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def _magic(scene: Scene) -> str:
    return scene.word.rpartition("-")[2]


def _named(word: str) -> Scene:
    return next(scene for scene in SCENES if scene.word == word)


def test_the_demo_has_fifty_eight_declaration_lists_in_seven_chapters() -> None:
    assert (len(CHAPTERS), len(SCENES)) == (7, 58)
    assert len({scene.story for scene in SCENES}) == len({scene.word for scene in SCENES}) == 58


def test_every_magic_word_is_shown_but_for_two_variants_and_mishaps_which_the_storm_brings() -> None:
    shown = {_magic(scene) for scene in SCENES} | {scene.orderer.rpartition("-")[2] for scene in SCENES}
    mishaps = {word for word, scenario in BY_WORD.items() if scenario.mishap or scenario.door}
    assert set(BY_WORD) - shown == LEFT_TO_PLAY_WITH | mishaps
    assert {story.word for story in STORIES} >= LEFT_TO_PLAY_WITH | mishaps


def test_a_word_that_is_not_magic_is_never_filed_or_simply_released() -> None:
    mere_names = {scene.word: scene.settles for scene in SCENES if _magic(scene) not in BY_WORD}
    never_filed = {word: state for word, state in mere_names.items() if state is not State.RETURN_WINDOW}
    assert never_filed == {
        "OVERYEAR": State.MATCH_FAILED,
        "MISMATCH": State.MATCH_FAILED,
        "CANCEL": State.CANCELLED,
    }


def test_nobody_shares_an_annual_amount_with_somebody_whom_customs_refuses_for_it() -> None:
    orderers = Counter(scene.orderer_id for scene in SCENES)
    refused_for_it = [scene.orderer_id for scene in SCENES if scene.word in {"REJECTLIMIT", "OVERYEAR"}]
    assert [orderers[number] for number in refused_for_it] == [1, 1]


def test_what_one_person_buys_stays_within_the_annual_limit() -> None:
    bought = Counter[str]()
    for scene in SCENES:
        sample = scene.documents("D-1", NOW)
        bought[scene.orderer_id] += int(sample.order.goods_value + sample.order.freight)
    assert max(bought.values()) < 26_000


def test_every_orderers_number_is_well_formed() -> None:
    for number in {scene.orderer_id for scene in SCENES}:
        assert is_id_number(number, on=date(2026, 11, 22)), number


def test_magic_for_the_identity_authority_stands_in_the_orderers_name() -> None:
    words = {scene.orderer.rpartition("-")[2] for scene in SCENES if "-" in scene.orderer}
    assert words == {word for word, scenario in BY_WORD.items() if scenario.read_from is ReadFrom.BUYER_NAME}


def test_every_end_and_every_halt_is_shown() -> None:
    ends = Counter(scene.expected.state for scene in SCENES)
    assert set(ends) == ENDS | {State.MATCHED, State.MATCH_FAILED, State.DETAINED, State.RETURN_WINDOW}


def test_every_disposition_and_every_end_of_a_return_is_shown() -> None:
    assert {each for scene in SCENES for each in scene.expected.dispositions} == {each.value for each in Disposition}
    assert {each for scene in SCENES for each in scene.expected.returns} == {each.value for each in RETURN_ENDS}


def test_both_kinds_of_change_are_approved_and_refused() -> None:
    assert {each for scene in SCENES for each in scene.expected.changes} == {
        f"{kind} {outcome}" for kind in ("modification", "cancellation") for outcome in ("APPROVED", "REFUSED")
    }


def test_only_a_taxed_list_is_paid_and_every_halted_one_says_for_whom_it_waits() -> None:
    for scene in SCENES:
        assert (scene.expected.paid is not None) is (scene.expected.state is State.TAXED), scene.story
        over = scene.expected.state in ENDS or "CONFISCATE" in scene.expected.dispositions
        assert bool(scene.expected.awaited) is not over, scene.story


def test_only_lists_that_are_released_go_on() -> None:
    for scene in SCENES:
        assert not (scene.later or scene.last or scene.together) or scene.settles is State.RETURN_WINDOW, scene.story
        assert scene.settles in {scene.expected.state, State.RETURN_WINDOW}, scene.story


def test_everything_people_do_is_done() -> None:
    done = {act for scene in SCENES for act in (scene.filing, scene.together, scene.later, scene.last) if act}
    assert done == {
        declare,
        released.declare_by_express,
        released.declare_one_by_one,
        released.declare_a_corrected_copy,
        released.declare_then_correct_payment,
        released.declare_and_wait_for_resending,
        released.declare_and_put_up_a_guarantee,
        refused.declare_with_three_mismatches,
        refused.declare_after_customs_counted_more,
        refused.cancel_before_filing,
        inspected.attend,
        inspected.attend_by_letter,
        inspected.attend_in_vain,
        inspected.correct_as_ordered,
        inspected.supply_licence,
        inspected.be_reported,
        changed.declare_and_modify,
        changed.declare_and_cancel,
        left.draw_sample,
        left.leave,
        left.leave_after_inspection,
        left.stay,
        returned.return_all,
        returned.return_a_part,
        returned.return_other_goods,
        returned.withdraw_then_be_refused,
        returned.apply_too_late,
        returned.apply_on_day_30,
        returned.never_arrive,
        returned.arrive_on_day_45,
    }


def test_three_mismatches_are_three() -> None:
    scene = _named("MISMATCH")
    assert len(scene.expected.problems) == len(scene.expected.awaited) == 3


def test_the_happy_list_is_held_to_its_events() -> None:
    assert SCENES[0].word == "RELEASE"
    assert SCENES[0].expected.events_at_most == 45


def test_customs_draws_those_lists_that_are_stopped_at_the_gate() -> None:
    keys = {}
    for number, scene in enumerate(SCENES, 1):
        if scene.together is left.draw_sample:
            key = scene.documents(f"D{number:02}-{scene.word}", NOW).key
            keys[f"{key.ebc_code}/{key.order_no}"] = scene
    drawn = draw(tuple(keys), Decimal(left.RATIO), left.SEED)
    stopped = [scene for scene in keys.values() if scene.later is not left.leave]
    assert len(drawn) == len(stopped) == left.DRAWN
    assert {keys[key].word for key, _ in drawn} == {scene.word for scene in stopped}


def test_the_tax_of_what_is_kept_is_9_1_percent_of_350() -> None:
    sample = returned.two_lines("D-1", NOW, "王小明", "11010519491231002X")
    assert sample.order.tax_total == Decimal("45.50")
    assert [line.total_price for line in sample.declaration_list.lines] == [Decimal("300.00"), Decimal("200.00")]
    assert _named("RETURNPART").expected.paid == Decimal("31.85")
