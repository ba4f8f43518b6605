"""Capacity is reckoned as its formulas say, from figures that tell where they come from, and says what it leans on."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.capacity import basis, main, markdown, rows, words
from bench.capacity_figures import FIGURES, Inputs
from bench.capacity_formulas import FORMULAS, reckon
from bench.results import published
from deploy.generated import BLOCK

ROOT = Path(__file__).parents[2]
INPUTS = Inputs.read(FIGURES, {})


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Figures that can be reckoned in the head."""
    content = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
    round_ones = {
        "state_transitions": 20,
        "transition_commits": 1.5,
        "visibility_writes": 10,
        "server_ms": 60,
        "cluster_factor": 2,
        "busy": 0.5,
        "worker_ms": 100,
        "gateway_ms": 50,
        "temporal_open_bytes": 10_000,
        "temporal_ended_bytes": 20_000,
        "database_slack": 1,
        "retention_days": 10,
        "database_commits_limit": 1000,
        "database_bytes_limit": 1e12,
    }
    for name, value in round_ones.items():
        content["figures"][name]["value"] = value
        content["figures"][name].pop("at", None)
    content["sizes"] = {"one": {"lists_per_day": 864_000, "peak": 100, "source": "a test"}}
    (tmp_path / "figures.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path / "figures.yaml"


def test_results_are_what_a_person_would_reckon(plain: Path) -> None:
    inputs = Inputs.read(plain, {})
    found = reckon(inputs.sizes["one"], inputs.figures)
    expected = {
        "mean": 10, "open_lists": 38_880_000, "ended_lists": 8_640_000, "transitions_per_second": 2_000,
        "temporal_commits": 4_000, "server_cores": 24, "worker_cores": 20, "workers": 20, "gateways": 10,
        "open_bytes": 388.8e9, "ended_bytes": 172.8e9, "shards_by_commits": 4, "shards_by_bytes": 1,
    }  # fmt: skip
    assert {name: found[name].value for name in expected} == pytest.approx(expected)


def test_twice_the_lists_never_need_less() -> None:
    small, large = (
        reckon(
            INPUTS.sizes["zone"].model_copy(update={"lists_per_day": 6e5 * times, "peak": 100 * times}), INPUTS.figures
        )
        for times in (1, 2)
    )
    assert all(large[name].value >= small[name].value > 0 for name in FORMULAS)


def test_every_formula_says_how_and_every_figure_is_used() -> None:
    used = {name for formula in FORMULAS.values() for name in inspect.signature(formula.reckon).parameters}
    assert all(formula.reckon.__doc__ for formula in FORMULAS.values())
    assert set(INPUTS.figures) - used == set()


def test_a_result_leans_on_the_weakest_of_its_figures() -> None:
    found = reckon(INPUTS.sizes["zone"], INPUTS.figures)
    assert basis(found["open_lists"].kinds) == "given"
    assert basis(found["worker_cores"].kinds) == "measured"
    assert basis(found["server_cores"].kinds) == "assumed", "by the cluster factor"
    assert basis(found["shards"].kinds) == "assumed"


def test_what_the_benchmark_published_takes_the_place_of_what_is_in_the_file() -> None:
    processor = {"gateway": 0.025, "worker": "not a number"}
    weights = [{}, {"temporal": {"": 21_500.5, "history_node": 9_000}}]
    benchmark = {"lifecycle": {"sides": {"stack": {"processor": processor}}}, "idle": {"weights": weights}}
    read = Inputs.read(FIGURES, benchmark)
    gateway = read.figures["gateway_ms"]
    assert (gateway.value, gateway.kind) == (25, "measured")
    assert gateway.source == "docs/benchmark.json, lifecycle.sides.stack.processor.gateway"
    assert read.figures["temporal_open_bytes"].value == 21_500.5
    for name in ("worker_ms", "business_bytes"):
        assert read.figures[name] == INPUTS.figures[name], "as in the file where nothing is published"


def test_every_place_in_the_published_benchmark_is_there() -> None:
    """A place that moved would leave its old figure in the table without a word."""
    benchmark = published()
    if not benchmark:
        pytest.skip("no benchmark is published yet: docs/benchmark.json")
    without = benchmark.get("lifecycle", {}).get("skipped", {})
    latest = Inputs.read(FIGURES, benchmark).figures.items()
    expected = {
        name: each.source
        for name, each in latest
        if each.at and each.at.split(".")[0] in benchmark and each.at.split(".")[2] not in without
    }
    assert [name for name, source in expected.items() if not source.startswith("docs/benchmark.json")] == []


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (1417.4, "/s", "1,400"),
        (0.0347, "/s", "0.035"),
        (12.4e12, "bytes", "12 TB"),
        (218, "processes", "218"),
        (0.5, "cores", "0.5"),
    ],
)
def test_numbers_are_told_with_two_digits(value: float, unit: str, told: str) -> None:
    assert words(value, unit) == told


def test_figures_that_are_only_given_are_told_in_full() -> None:
    assert next(row for row in rows(INPUTS) if "peak" in row[1])[2:5] == ("10", "100", "1,417")


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_size_and_figures_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "--lists-per-day", "8640", "--set", "worker_ms=30", "--set", "busy=0.5")
    assert list(found["sizes"]) == ["yours"]
    assert found["sizes"]["yours"]["at_peak"]["value"] == pytest.approx(1), "ten times the mean"
    assert found["sizes"]["yours"]["worker_cores"]["value"] == pytest.approx(0.06)
    assert found["figures"]["worker_ms"]["source"] == "--set"


def test_the_table_is_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["--how"]) == 0
    shown = capsys.readouterr().out
    assert "state transitions a second" in shown
    assert "Shards: shards: The most of these." in shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "sizes: {}\nfigures: {x: {value: -1, unit: u, kind: guessed, source: s}}\n",
            ("figures.x.value", "figures.x.kind"),
        ),
        ("sizes: [\n", ("line",)),
        ("sizes: {a: {lists_per_day: 1, peak: 1, source: s}}\nfigures: {}\n", ("figures: ", "is missing")),
    ],
)
def test_figures_that_are_not_right_are_told_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: tuple[str, ...]
) -> None:
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    assert main(["--figures", str(tmp_path / "f.yaml")]) == 2
    complaint = capsys.readouterr().err
    assert all(part in complaint for part in (*told, "f.yaml"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--set", "nothing=1"], "no figure nothing"),
        (["--peak", "3"], "say --lists-per-day"),
        (["--figures", "none.yaml"], "No such file"),
    ],
)
def test_what_cannot_be_reckoned_is_refused(capsys: pytest.CaptureFixture[str], options: list[str], told: str) -> None:
    assert main(options) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--lists-per-day=0", "--peak=many", "--set=busy=-1", "--set=busy=inf"])
def test_a_number_that_is_none_is_refused_by_name(capsys: pytest.CaptureFixture[str], option: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert ended.value.code == 2
    assert option.split("=")[0] in capsys.readouterr().err


def test_the_page_shows_what_the_figures_say_today() -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (block,) = BLOCK.finditer(page)
    assert block["command"] == "bench.capacity --markdown"
    today = block["begin"] + markdown(Inputs.read(FIGURES, published())) + block["end"]
    assert block[0] == today, "docs/scale.md is stale; write it anew: make docs"
