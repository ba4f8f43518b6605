"""What so many lists a day ask for: `python -m bench.capacity`. Each result is a formula over figures with a source.

The peak is reckoned as if whole lives were lived at its rate, from the documents to the tax: more than will happen, for
a list's second half comes a month after its first.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from bench.capacity_figures import FIGURES, KINDS, Inputs, Size
from bench.capacity_formulas import DAY, FORMULAS, reckon
from bench.results import published

COUNTED = ("shards", "hosts", "processes", "namespaces")


def words(value: float, unit: str, digits: int = 2) -> str:
    """So many digits that count, two unless it is only given: more would pretend to know."""
    if unit == "bytes":
        power = max(0, min(5, math.floor(math.log10(value) / 3)))
        return f"{_rounded(value / 1000**power, digits)} {('B', 'kB', 'MB', 'GB', 'TB', 'PB')[power]}"
    counted = unit in COUNTED and value < 1000
    return f"{value:.0f}" if counted else _rounded(value, digits)


def _rounded(value: float, digits: int) -> str:
    decimals = digits - 1 - math.floor(math.log10(value))
    told = f"{round(value, decimals):,.{max(0, decimals)}f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def basis(kinds: frozenset[str]) -> str:
    """What a result leans on: the weakest kind of its figures."""
    return next(kind for kind in reversed(KINDS) if kind in kinds)


def rows(inputs: Inputs) -> list[tuple[str, ...]]:
    """Section, name, a cell for each size, basis."""
    sizes = [reckon(size, inputs.figures) for size in inputs.sizes.values()]
    told = []
    for name, formula in FORMULAS.items():
        leans = basis(sizes[0][name].kinds)
        title = (
            f"{formula.title} a second" if formula.unit == "/s" and " a second" not in formula.title else formula.title
        )
        cells = (words(found[name].value, formula.unit, 4 if leans == "given" else 2) for found in sizes)
        told.append((formula.section, title, *cells, leans))
    return told


def markdown(inputs: Inputs) -> str:
    """The tables of results, of sizes and of figures, for docs/scale.md."""
    names = [f"{name}, {size.lists_per_day:,.0f} a day" for name, size in inputs.sizes.items()]
    lines = [("", *names, "leans on"), ("---", *("--:" for _ in names), "---")]
    section = ""
    for row in rows(inputs):
        if row[0] != section:
            section = row[0]
            lines.append((f"**{section}**", *("" for _ in names), ""))
        lines.append(row[1:])
    results = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    sizes = ["| size | lists a day | peak a second | source |\n|---|--:|--:|---|\n"]
    for name, size in inputs.sizes.items():
        sizes.append(f"| {name} | {size.lists_per_day:,.0f} | {size.peak:,.6g} | {size.source} |\n")
    told = ["| figure | value, per list unless it says otherwise | kind | source |\n|---|---|---|---|\n"]
    for name, each in inputs.figures.items():
        value = words(each.value, "bytes", 4) if each.unit == "bytes" else f"{each.value:,.6g} {each.unit}"
        told.append(f"| `{name}` | {value} | {each.kind} | {each.source} |\n")
    return f"{results}\n{''.join(sizes)}\n{''.join(told)}"


def _table(inputs: Inputs) -> Table:
    shown = Table(title="What so many lists a day ask for")
    for column in ("", "", *inputs.sizes, "leans on"):
        shown.add_column(column, justify="right" if column in inputs.sizes else "left")
    section = ""
    for row in rows(inputs):
        shown.add_row("" if row[0] == section else row[0], row[1].strip("*"), *row[2:])
        section = row[0]
    return shown


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--figures", type=Path, default=FIGURES, metavar="FILE", help="YAML of sizes and figures")
    parser.add_argument("--lists-per-day", type=_positive, metavar="N", help="a size of your own")
    parser.add_argument("--peak", type=_positive, metavar="N", help="its lists a second; else ten times the mean")
    parser.add_argument("--set", action="append", default=[], type=_setting, metavar="FIGURE=VALUE", dest="settings")
    parser.add_argument("--how", action="store_true", help="tell how each result comes about")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--markdown", action="store_true", help="print the tables of docs/scale.md")
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, _positive(value)


def _inputs(options: argparse.Namespace) -> Inputs:
    """The file, changed as the options say. Raises ValueError, OSError."""
    found = Inputs.read(options.figures, published())
    if unknown := sorted({name for name, _ in options.settings} - set(found.figures)):
        raise ValueError(f"--set: there is no figure {', '.join(unknown)}; there are {', '.join(found.figures)}")
    given = {"kind": "given", "source": "--set"}
    changed = {
        name: found.figures[name].model_copy(update={"value": value, **given}) for name, value in options.settings
    }
    sizes = found.sizes
    if options.lists_per_day:
        peak = options.peak or 10 * options.lists_per_day / DAY
        sizes = {"yours": Size(lists_per_day=options.lists_per_day, peak=peak, source="--lists-per-day")}
    elif options.peak:
        raise ValueError("--peak: say --lists-per-day, too")
    return found.model_copy(update={"sizes": sizes, "figures": found.figures | changed})


def main(words: Sequence[str] | None = None) -> int:
    """Reckon and print; 2 for figures that are not right."""
    options = _parser().parse_args(words)
    try:
        inputs = _inputs(options)
        reckoned = {name: reckon(size, inputs.figures) for name, size in inputs.sizes.items()}
    except KeyError as missing:
        sys.stderr.write(f"{options.figures}: figures: {missing.args[0]}: is missing\n")
        return 2
    except (OSError, ValueError, yaml.YAMLError) as error:
        told = (
            [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
            if isinstance(error, ValidationError)
            else [str(error)]
        )
        sys.stderr.write("".join(f"{options.figures}: {line}\n" for line in told))
        return 2
    if options.json:
        sizes = {
            name: {
                key: {"value": each.value, "unit": FORMULAS[key].unit, "basis": basis(each.kinds)}
                for key, each in found.items()
            }
            for name, found in reckoned.items()
        }
        sys.stdout.write(json.dumps({"figures": inputs.model_dump()["figures"], "sizes": sizes}, indent=1) + "\n")
    elif options.markdown:
        sys.stdout.write(markdown(inputs))
    else:
        Console().print(_table(inputs))
        if options.how:
            for formula in FORMULAS.values():
                sys.stdout.write(f"{formula.section}: {formula.title.strip('*')}: {formula.reckon.__doc__}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
