"""The published run as a picture, `python -m bench.picture`: how fast each side lives a list, and what it uses."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from bench.figures import Lifecycles
from bench.lifecycle_sheets import PROCESSES
from bench.results import published

UNIT = "list"
"""The side that is 1 in the picture."""
NAMES = {
    "list": "Clearway's list",
    "list-sealed": "list, payloads encrypted",
    "bare": "bare Temporal workflow",
    "naive": "naive: a step, an activity",
    "naive-passed": "naive, sandbox set well",
    "dbos": "DBOS, SQLite (WAL)",
    "dbos-default": "DBOS, SQLite as it comes",
    "list-pg": "list, PostgreSQL",
    "dbos-pg": "DBOS, PostgreSQL",
    "stack": "list, whole stack",
}
WIDTH, LABEL, RIGHT = 760, 210, 60
BAR, STEP, HEAD = 16, 28, 56
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.head { font-weight: 600; } .quiet { fill: #59636e; font-size: 12px; }
.ours { fill: #0969da; } .theirs { fill: #8c959f; } .range { stroke: #1f2328; stroke-width: 1.5; }
.one { stroke: #59636e; stroke-dasharray: 3 3; }
.server { fill: #0550ae; } .worker { fill: #54aeff; } .driver { fill: #bc4c00; } .gateway { fill: #1a7f37; }
.simulator { fill: #bf8700; } .database { fill: #8250df; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .quiet { fill: #9198a1; } .range { stroke: #e6edf3; } .one { stroke: #9198a1; }
  .ours { fill: #4493f8; } .theirs { fill: #6e7681; }
  .server { fill: #388bfd; } .worker { fill: #a5d6ff; } .driver { fill: #f0883e; } .gateway { fill: #3fb950; }
  .simulator { fill: #d29922; } .database { fill: #ab7df8; }
}
"""


class Bar(NamedTuple):
    """How a side compares: the median over the rounds, and the range."""

    side: str
    low: float
    middle: float
    high: float


def bars(measured: Lifecycles) -> list[Bar]:
    """Lifecycles per second of each side that was measured in the same rounds as the list; the list is 1.

    A side that is only compared with another one's figure than the list's is left to the table.
    """
    found = [Bar(UNIT, 1.0, 1.0, 1.0)] if UNIT in measured.sides else []
    for each in measured.ratios:
        if each.ours == UNIT:
            rate = each.rate
            found.append(Bar(each.theirs, 1 / rate.maximum, 1 / rate.median, 1 / rate.minimum))
        elif each.theirs == UNIT:
            found.append(Bar(each.ours, each.rate.minimum, each.rate.median, each.rate.maximum))
    return found


def svg(measured: Lifecycles | None) -> str:
    """The picture, light or dark as its reader's screen is; without a run it says how to take one."""
    if measured is None:
        return _page(["Not measured yet: make bench ARGS='all --json docs/benchmark.json'"], [], 40)
    shown = bars(measured)
    rates = list(_rates(shown, HEAD))
    top = HEAD + STEP * len(shown) + HEAD
    used = list(_processors(measured, top))
    bottom = top + STEP * len(measured.sides) + 40
    settings = measured.settings
    title = f"{settings['rounds']} rounds of {settings['lists']} lifecycles on {settings['cores']} cores"
    return _page([title], [*rates, *used], bottom)


def _rates(shown: Sequence[Bar], top: int) -> Iterator[str]:
    yield _text(0, top - 14, "Lifecycles per second, the list = 1 (longer is faster; lines: least and most)", "head")
    scale = (WIDTH - LABEL - RIGHT) / max(bar.high for bar in shown)
    for number, bar in enumerate(shown):
        y = top + STEP * number
        yield _text(0, y + 13, NAMES[bar.side])
        yield _rect(LABEL, y, bar.middle * scale, "ours" if bar.side == UNIT else "theirs")
        if bar.low < bar.high:
            yield _line(LABEL + bar.low * scale, y + BAR / 2, LABEL + bar.high * scale, y + BAR / 2, "range")
        yield _text(LABEL + bar.high * scale + 6, y + 13, f"{bar.middle:.2f}")
    yield _line(LABEL + scale, top - 4, LABEL + scale, top + STEP * len(shown) - 8, "one")


def _processors(measured: Lifecycles, top: int) -> Iterator[str]:
    yield _text(
        0, top - 34, "Processor time per lifecycle, by process; the list in all = 1 (shorter is cheaper)", "head"
    )
    unit = sum(measured.sides[UNIT].processor.values()) if UNIT in measured.sides else 1.0
    used = [name for name in PROCESSES if any(side.processor.get(name) for side in measured.sides.values())]
    x = 0.0
    for name in used:
        yield _rect(x, top - 24, 12, name, height=12)
        yield _text(x + 16, top - 13, name, "quiet")
        x += 32 + 7 * len(name)
    totals = {name: sum(side.processor.values()) / unit for name, side in measured.sides.items()}
    scale = (WIDTH - LABEL - RIGHT) / max(totals.values())
    for number, (name, side) in enumerate(measured.sides.items()):
        y, x = top + STEP * number, float(LABEL)
        yield _text(0, y + 13, NAMES[name])
        for process in used:
            width = side.processor.get(process, 0.0) / unit * scale
            if width:
                yield _rect(x, y, width, process)
            x += width
        yield _text(x + 6, y + 13, f"{totals[name]:.2f}")


def _page(titles: Sequence[str], parts: Sequence[str], height: float) -> str:
    lines = [_text(0, 18 + 18 * number, title, "quiet") for number, title in enumerate(titles)]
    content = "\n".join([*lines, *parts])
    label = "What a list costs beside other ways to live it"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {WIDTH + 16} {height:.0f}" role="img" '
        f'aria-label="{label}">\n<title>{label}</title>\n<style>{STYLE}</style>\n{content}\n</svg>\n'
    )


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}>{escape(words)}</text>'


def _rect(x: float, y: float, width: float, kind: str, *, height: float = BAR) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.0f}" rx="2"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


if __name__ == "__main__":
    run = published().get("lifecycle")
    sys.stdout.write(svg(Lifecycles.model_validate(run) if run else None))
