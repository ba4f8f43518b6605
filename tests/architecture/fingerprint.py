"""Fingerprints of the workflows: `python -m tests.architecture.fingerprint` writes the baseline.

A list lives for weeks; a worker that issues its commands in another order than its history has them is stuck. So the
order of commands, and the chart that decides which branch is taken, are kept as a baseline that a person reviews.
"""

import ast
import difflib
import json
import sys
from pathlib import Path
from typing import Any

from statemachine import State, StateChart

from tests.architecture.meanings import Meanings, Place
from tests.architecture.sources import Sources
from tests.architecture.walk import Walk

BASELINE = Path(__file__).parent / "fingerprints.json"
COMMAND = "python -m tests.architecture.fingerprint"
HANDLERS = {"workflow.run": "run", "workflow.update": "update {}", "workflow.signal": "signal {}"}

Fingerprint = dict[str, list[str]]
"""Per entry (`run`, `update declare`, `signal customs_news`, `chart …`): its commands or transitions, in order."""


def fingerprints(sources: Sources) -> dict[str, Fingerprint]:
    """The fingerprint of every workflow class in `workflows/`, by class name."""
    return {
        node.name: _fingerprint(Place(module.name, node.name, node), sources)
        for module in sources.modules_in("workflows")
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and any("workflow.defn" in ast.unparse(each) for each in node.decorator_list)
    }


def _fingerprint(workflow: Place, sources: Sources) -> Fingerprint:
    walk, found = Walk(sources), Fingerprint()
    for method, entry in ({"__init__": "__init__"} | _entries(workflow, walk.meanings)).items():
        place = walk.meanings.method(workflow, method)
        if place is not None:
            found[entry] = walk.commands(place)
    for name, chart in sorted(walk.charts.items()):
        found[f"chart {name}"] = transitions(sources.live(chart.module, chart.qualname))
    return found


def _entries(workflow: Place, meanings: Meanings) -> dict[str, str]:
    """Methods by which Temporal enters a workflow: run, updates, signals; validators and queries issue no commands."""
    found: dict[str, str] = {}
    for base in meanings.bases(workflow):
        if isinstance(base, Place):
            found |= _entries(base, meanings)
    for method in ast.iter_child_nodes(workflow.node):
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in method.decorator_list:
                kind = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
                if kind in HANDLERS:
                    found[method.name] = HANDLERS[kind].format(method.name)
    return found


def transitions(chart: type[StateChart[Any]]) -> list[str]:
    """A chart's transition table, in the order in which transitions are tried."""
    return [line for state in chart.states for line in _transitions_of(state)]


def _transitions_of(state: State) -> list[str]:
    table = [f"{state.id} is {mark}" for mark in ("initial", "final") if getattr(state, mark)]
    for transition in state.transitions:
        guards = "".join(f" if {guard}" for guard in (*transition.cond, *transition.validators))
        targets = ", ".join(target.id for target in transition.targets)
        events = [event.id for event in transition.events] or ["(at once)"]
        table += [f"{state.id} --{event}--> {targets}{guards}" for event in events]
    return table + [f"{state.id} / {line}" for inner in state.states for line in _transitions_of(inner)]


def difference(old: dict[str, Fingerprint], new: dict[str, Fingerprint]) -> str:
    """What changed, whether it is patched, and what to do; empty when nothing changed."""
    if old == new:
        return ""
    lines = difflib.unified_diff(_lines(old), _lines(new), "baseline", "today's code", lineterm="", n=2)
    added = sorted({line for line in _lines(new) if " patched " in line} - set(_lines(old)))
    patches = (
        "workflow.patched appeared:\n" + "\n".join(added)
        if added
        else "No workflow.patched appeared: a list under way would not survive a change of its commands' order. Guard"
        " the change with workflow.patched, unless no list can be at this point."
    )
    return "\n".join([*lines, "", patches, f"When a second person has agreed, write the new baseline: {COMMAND}"])


def _lines(all_of_them: dict[str, Fingerprint]) -> list[str]:
    return [
        f"{workflow} | {entry} | {line}"
        for workflow, each in all_of_them.items()
        for entry in each
        for line in each[entry]
    ]


def read_baseline() -> dict[str, Fingerprint]:
    """The reviewed fingerprints."""
    baseline: dict[str, Fingerprint] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return baseline


def main() -> None:
    """Write the baseline, and say what changed."""
    old, new = (read_baseline() if BASELINE.exists() else {}), fingerprints(Sources())
    BASELINE.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write((difference(old, new) or "nothing changed") + "\n")


if __name__ == "__main__":
    main()
