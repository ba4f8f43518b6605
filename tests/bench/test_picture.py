"""The picture and the tables in docs/benchmark.md are those of the published run; anyone can draw them again."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.figures import Lifecycles, Round, compared, side_figures
from bench.pages import page
from bench.parts import PARTS
from bench.picture import NAMES, bars, svg
from bench.ratios import Ratios, Row, machine
from bench.results import PUBLISHED, keep, published
from bench.sides import PAIRS, SIDES

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[2]


def _measured() -> Lifecycles:
    speed = {"list": 2.0, "bare": 1.0, "naive": 6.0, "stack": 4.0, "list-pg": 3.0, "dbos-pg": 5.0}
    used = {"worker": 1.0, "server": 0.5, "gateway": 0.25}
    rounds = [
        Round(side=side, lists=10, seconds=seconds * slower, processor=used)
        for slower in (1.0, 2.0)
        for side, seconds in speed.items()
    ]
    return Lifecycles(
        settings={"rounds": 2, "lists": 10, "cores": 2},
        rounds=rounds,
        sides={
            name: side_figures("", [each for each in rounds if each.side == name], None, cores=2, pinned=False)
            for name in speed
        },
        ratios=[compared(rounds, ours, theirs) for ours, theirs in PAIRS if {ours, theirs} <= speed.keys()],
        skipped={},
    )


def test_a_side_is_drawn_as_fast_as_it_is_beside_the_list() -> None:
    assert [(bar.side, round(bar.middle, 2)) for bar in bars(_measured())] == [
        ("list", 1.0),
        ("bare", 2.0),
        ("naive", 0.33),
        ("list-pg", 0.67),
        ("stack", 0.5),
    ]
    assert all(bar.low <= bar.middle <= bar.high for bar in bars(_measured()))


def test_the_picture_is_svg_with_a_bar_for_every_side() -> None:
    measured = _measured()
    root = ElementTree.fromstring(svg(measured))
    assert root.tag == f"{SVG}svg"
    words = [each.text for each in root.iter(f"{SVG}text")]
    for side in measured.sides:
        assert NAMES[side] in words
    assert len(list(root.iter(f"{SVG}rect"))) == len(bars(measured)) + 3 * (len(measured.sides) + 1)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
        assert float(rect.get("y", 0)) < height


def test_the_picture_can_be_read_on_a_dark_page() -> None:
    assert "prefers-color-scheme: dark" in svg(_measured())


def test_every_side_has_a_name_in_the_picture() -> None:
    assert set(NAMES) == set(SIDES)


def test_a_run_that_was_not_taken_is_told_in_picture_and_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "Not measured yet" in "".join(ElementTree.fromstring(svg(None)).itertext())
    assert published(tmp_path / "none.json") == {}


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "run.json"
    keep(file, "lifecycle", _measured())
    found = published(file)
    assert Lifecycles.model_validate(found["lifecycle"]) == _measured()
    assert json.loads(file.read_text(encoding="utf-8")) == found


def test_every_part_has_its_section_in_the_documentation() -> None:
    text = (ROOT / "docs" / "benchmark.md").read_text(encoding="utf-8")
    for part in PARTS:
        assert page(part) in text, "stale: `make docs` writes it anew"


def test_a_page_tells_machine_versions_and_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = {"rounds": 1, "messages": 2, **machine("lxml")}
    keep(tmp_path / "run.json", "messages", Ratios(settings=settings, rows=[Row(name="read", skipped="why")]))
    monkeypatch.setattr("bench.pages.published", lambda: published(tmp_path / "run.json"))
    told = page("messages")
    assert "lxml " in told
    assert "| read | NOT MEASURED | why |" in told


def test_the_published_run_is_one_that_these_parts_read() -> None:
    for part, found in published(PUBLISHED).items():
        PARTS[part].kind.model_validate(found)
