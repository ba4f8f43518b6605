"""What is told when a storm is over: the accounts, what broke, and what the parts cost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.storm.accounts import Line
from deploy.storm.faults import Chapter
from deploy.storm.processes import Cost
from deploy.storm.saboteur import Row


@dataclass(frozen=True)
class Report:
    """Everything about one storm."""

    lines: Sequence[Line]
    broken: Sequence[Row] = ()
    repeats: Mapping[str, int] = field(default_factory=dict)
    """How often something was repeated because nobody had answered, or said that nothing was kept."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    seconds: Mapping[Chapter, float] = field(default_factory=dict)

    @property
    def failed(self) -> list[str]:
        """What does not hold."""
        return [line.what for line in self.lines if not line.holds]

    def show(self, console: Console) -> None:
        """One table, and everything that is to blame."""
        table = Table(title="The accounts", title_justify="left", title_style="bold")
        for title in ("what must be equal", "here", "there", "made of"):
            table.add_column(title, overflow="fold", justify="right" if title in ("here", "there") else "left")
        table.add_column("", no_wrap=True)
        for line in self.lines:
            verdict = "[green]ok[/]" if line.holds else "[red]NOT[/]"
            table.add_row(line.what, str(line.ours), str(line.theirs), escape(line.told), verdict)
        if self.broken:
            table.add_section()
        for row in self.broken:
            told = "\n".join(row.told)
            table.add_row(f"broken: {row.kind}", f"{row.times}×", f"{row.away:.0f} s", escape(told), "")
        if self.repeats:
            told = ", ".join(f"{count} by {who}" for who, count in self.repeats.items())
            table.add_row("sent again without an answer", str(sum(self.repeats.values())), "", told, "")
        if self.costs:
            table.add_section()
        for part, cost in self.costs.items():
            table.add_row(f"cost of {part}", f"{cost.cpu_seconds:.0f} s", f"{cost.megabytes} MB", "processor, peak", "")
        console.print(table)
        for line in self.lines:
            for blamed in line.blamed:
                console.print(f"NOT: {line.what}: {blamed}", markup=False, soft_wrap=True)

    def as_json(self, seed: str, seconds: float) -> str:
        """The same for machines."""
        told = {
            "seed": seed,
            "holds": not self.failed,
            "lines": [
                {
                    "what": line.what,
                    "here": str(line.ours),
                    "there": str(line.theirs),
                    "made_of": line.told,
                    "holds": line.holds,
                    "blamed": line.blamed,
                }
                for line in self.lines
            ],
            "broken": [asdict(row) for row in self.broken],
            "repeats": dict(self.repeats),
            "costs": {
                part: {"cpu_seconds": round(cost.cpu_seconds, 1), "peak_bytes": cost.peak_bytes}
                for part, cost in self.costs.items()
            },
            "chapters": {chapter.value: round(took, 1) for chapter, took in self.seconds.items()},
            "seconds": round(seconds, 1),
        }
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
