"""The tables of the lifecycles: ratios, processor time by process, and what each side asks of server and database."""

from bench.figures import Lifecycles, SideFigures, Spread
from bench.sheets import Sheet

PROCESSES = ("server", "worker", "driver", "gateway", "simulator", "database")
BESIDE = "bare"
"""Its processor time is the unit of all others'."""


def lifecycle_sheets(measured: Lifecycles) -> list[Sheet]:
    """Three tables of one run."""
    settings = measured.settings
    pinned = ", server on a core of its own" if settings["pinned"] else ""
    rounds = f"{settings['rounds']} rounds of {settings['lists']} lifecycles, {settings['at_once']} at once{pinned}"
    return [_ratios(rounds, measured), _processors(measured), _traffic(measured)]


def _ratios(rounds: str, measured: Lifecycles) -> Sheet:
    rows = [(f"{each.ours} / {each.theirs}", *_three(each.rate), *_three(each.cost)) for each in measured.ratios]
    rows += [(name, "NOT MEASURED", why, *("",) * 4) for name, why in measured.skipped.items()]
    heads = ("lists/s, min", "median", "max", "processor time, min", "median", "max")
    return Sheet(f"Lifecycle: {rounds}", ("", *heads), rows)


def _processors(measured: Lifecycles) -> Sheet:
    """Each process's part, in units of all that the bare workflow's lifecycle takes."""
    first = measured.sides.get(BESIDE) or next(iter(measured.sides.values()))
    unit, unit_name = sum(first.processor.values()), BESIDE if BESIDE in measured.sides else next(iter(measured.sides))
    used = [name for name in PROCESSES if any(name in side.processor for side in measured.sides.values())]

    def row(name: str, side: SideFigures) -> tuple[str, ...]:
        parts = (f"{side.processor[each] / unit:.2f}" if each in side.processor else "" for each in used)
        return name, *parts, f"{sum(side.processor.values()) / unit:.2f}", side.limited_by

    rows = [row(name, side) for name, side in measured.sides.items()]
    return Sheet(f"Processor time per lifecycle, {unit_name} in all = 1", ("", *used, "in all", "limited by"), rows)


def _traffic(measured: Lifecycles) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for name, side in measured.sides.items():
        left = side.traffic
        served = (
            (f"{left.events:.0f}", f"{left.workflow_tasks:.0f}", _kilo(left.history_bytes), _kilo(left.payload_bytes))
            if left
            else ("",) * 4
        )
        rows.append((name, *served, _number(side.transactions), _number(side.statements)))
    heads = ("events", "workflow tasks", "history, kB", "payloads, kB", "transactions", "statements")
    return Sheet("Per lifecycle, at the server and in the business database", ("", *heads), rows)


def _three(spread: Spread) -> tuple[str, ...]:
    return f"{spread.minimum:.2f}", f"{spread.median:.2f}", f"{spread.maximum:.2f}"


def _kilo(size: float) -> str:
    return f"{size / 1000:.1f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
