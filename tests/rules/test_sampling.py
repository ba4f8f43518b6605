"""Drawing lists for inspection, by the law cases of sampling.yaml and by what must hold for any draw."""

import ast
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.customs import Draw
from clearway.rules.sampling import draw, prove
from tests.rules.law_cases import cases, law
from tests.rules.source import RULES
from tests.rules.test_purity import binary_fractions

keys = st.text("abc/0189~%|\u96f6", min_size=1, max_size=6)
populations = st.lists(keys, min_size=1, max_size=30)
ratios = st.none() | st.decimals("0.00001", 1, places=5)


@pytest.mark.parametrize("case", cases("sampling.yaml"))
def test_so_many_are_drawn(case: dict[str, Any]) -> None:
    ratio = None if case["ratio"] is None else Decimal(case["ratio"])
    drawn = draw([f"list-{number}" for number in range(case["of"])], ratio, "CI-1")
    assert len(drawn) == case["expect"]
    assert all(record.selected == case["expect"] and record.population == case["of"] for _, record in drawn)


def test_a_draw_is_the_same_on_every_machine() -> None:
    recorded = law("sampling.yaml")["recorded"]
    drawn = draw(recorded["population"], Decimal(recorded["ratio"]), recorded["seed"])
    assert [key for key, _ in drawn] == recorded["expect"]
    assert {record.population_sha256 for _, record in drawn} == {recorded["population_sha256"]}
    assert [record.place for _, record in drawn] == [1, 2, 3]


@given(populations, ratios, st.text(max_size=10), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_draw(
    population: list[str], ratio: Decimal | None, seed: str, chance: Random
) -> None:
    shuffled = [*population, *population[:3]]
    chance.shuffle(shuffled)
    assert draw(shuffled, ratio, seed) == draw(population, ratio, seed)


@given(populations, ratios, st.text(max_size=10))
def test_every_draw_proves_itself_and_nothing_else(population: list[str], ratio: Decimal | None, seed: str) -> None:
    drawn = draw(population, ratio, seed)
    assert [record.place for _, record in drawn] == list(range(1, len(drawn) + 1))
    for key, record in drawn:
        assert prove(record, key, population)
        assert not any(prove(record, other, population) for other in set(population) - {key})
        assert not prove(record, key, [*population, "a key of its own"])
        assert not prove(record, key, [other for other in population if other != key])


@given(populations, ratios, st.text(max_size=10))
def test_a_larger_ratio_only_adds_to_a_draw(population: list[str], ratio: Decimal | None, seed: str) -> None:
    some = [key for key, _ in draw(population, ratio, seed)]
    everything = [key for key, _ in draw(population, None, seed)]
    assert everything[: len(some)] == some
    assert sorted(everything) == sorted(set(population))


@pytest.mark.parametrize(
    "forged",
    [{"seed": "CI-2"}, {"place": 2}, {"population": 9}, {"population_sha256": "0" * 64}, {"selected": 0}],
    ids=lambda forged: next(iter(forged)),
)
def test_a_forged_record_proves_nothing(forged: dict[str, Any]) -> None:
    population = [f"list-{number}" for number in range(10)]
    key, record = draw(population, Decimal("0.3"), "CI-1")[0]
    assert prove(record, key, population)
    assert not prove(Draw.model_validate(record.model_dump() | forged), key, population)


def test_every_list_has_a_fair_chance_over_many_seeds() -> None:
    population = [f"list-{number}" for number in range(20)]
    drawn = Counter(key for seed in range(400) for key, _ in draw(population, Decimal("0.25"), f"CI-{seed}"))
    assert drawn.keys() == set(population)
    assert all(60 <= times <= 140 for times in drawn.values())  # 100 on average


@pytest.mark.parametrize("ratio", ["0", "-0.1", "1.00001"])
def test_a_ratio_that_is_none_is_refused(ratio: str) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        draw(["list-1"], Decimal(ratio), "CI-1")


def test_no_chance_of_the_language_and_no_binary_fraction_takes_part() -> None:
    tree = ast.parse((RULES / "sampling.py").read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported.isdisjoint({"random", "secrets"})
    assert list(binary_fractions(tree)) == []
