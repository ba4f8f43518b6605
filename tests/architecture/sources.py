"""Our own source text as syntax trees, module by module, with some modules replaced on request."""

import ast
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Module:
    """One module: its tree, what its names mean, and what it defines."""

    name: str
    tree: ast.Module
    package: bool = False

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for, as a dotted path; imports in blocks and functions count too."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                origin = ".".join(part for part in (self._above(node.level), node.module) if part)
                found |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return found

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Functions and classes at the top of the module."""
        return {node.name: node for node in self.tree.body if isinstance(node, Definition)}

    def _above(self, level: int) -> str:
        parts = self.name.split(".")
        return ".".join(parts[: len(parts) - level + self.package]) if level else ""


@dataclass
class Sources:
    """The modules below a folder; `changed` gives other text for some of them, by dotted name."""

    root: Path = ROOT
    changed: Mapping[str, str] = field(default_factory=dict)
    _read: dict[str, Module | None] = field(default_factory=dict)

    def module(self, name: str) -> Module | None:
        """A module of ours, or None."""
        if name not in self._read:
            self._read[name] = self._parse(name)
        return self._read[name]

    def modules_in(self, package: str) -> list[Module]:
        """Every module of a package, by name."""
        folder = self.root / package
        names = {
            ".".join(path.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")
            for path in folder.rglob("*.py")
        }
        return [module for name in sorted(names) if (module := self.module(name))]

    def live(self, module: str, name: str) -> Any:
        """The object itself: of the imported module, or of its changed text run in a module of its own."""
        if module not in self.changed:
            return getattr(importlib.import_module(module), name)
        fresh = ModuleType(f"changed {module}")
        exec(compile(self.changed[module], module, "exec"), fresh.__dict__)
        return getattr(fresh, name)

    def _parse(self, name: str) -> Module | None:
        stem = self.root.joinpath(*name.split("."))
        path = next((each for each in (stem.with_suffix(".py"), stem / "__init__.py") if each.is_file()), None)
        if name in self.changed:
            return Module(name, ast.parse(self.changed[name]), package=path is not None and path.stem == "__init__")
        return Module(name, ast.parse(path.read_text("utf-8")), package=path.stem == "__init__") if path else None
