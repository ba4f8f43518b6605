"""The commands that a function may issue to Temporal, in source order, its helpers included.

The walk goes through a function's syntax tree and steps into every function, method, property and class of ours that it
names, wherever that lives; it stops at activities, which run outside. What it finds is one line per command: the way
there (functions, loops, branches) and the command. A name it cannot follow (a value of unknown type) is passed over.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.architecture.meanings import Meanings, Place, is_static, parameters
from tests.architecture.sources import Sources

NAMED_COMMANDS = {
    *(f"{how}_{kind}" for how in ("execute", "start") for kind in ("activity", "activity_method", "activity_class")),
    *(f"{how}_local_{kind}" for how in ("execute", "start") for kind in ("activity", "activity_method")),
    *("execute_local_activity_class", "start_local_activity_class", "execute_child_workflow", "start_child_workflow"),
    *("patched", "deprecate_patch", "get_external_workflow_handle", "get_external_workflow_handle_for"),
    "create_nexus_client",
}
"""Those of `temporalio.workflow` whose first argument says what they are about."""
OTHER_COMMANDS = {"sleep", "wait_condition", "upsert_search_attributes", "upsert_memo", "continue_as_new"}
COMMANDS = {
    *(f"temporalio.workflow.{name}" for name in NAMED_COMMANDS | OTHER_COMMANDS),
    *(f"asyncio.{name}" for name in ("sleep", "wait_for", "timeout", "timeout_at")),
}
MESSAGES = {"signal", "execute_operation", "start_operation"}
"""Methods of handles, known by name alone: signals out, Nexus operations."""

CHART = "statemachine.StateChart"
BLOCKS: dict[type[ast.AST], str] = {
    ast.While: "while",
    ast.For: "for",
    ast.AsyncFor: "for",
    ast.Try: "try",
    ast.ExceptHandler: "except",
    ast.Match: "match",
}


@dataclass(frozen=True)
class Scope:
    """The function that is being walked, what its names mean, and the functions that led to it."""

    place: Place
    variables: Mapping[str, Place]
    arguments: Mapping[str, str]
    inside: tuple[Place, ...]


@dataclass
class Walk:
    """Walks functions of one set of sources; remembers the charts it met."""

    sources: Sources
    charts: dict[str, Place] = field(default_factory=dict)
    _known: dict[tuple[Place, tuple[tuple[str, str], ...]], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meanings = Meanings(self.sources)

    def commands(
        self, place: Place, arguments: Mapping[str, str] | None = None, inside: tuple[Place, ...] = ()
    ) -> list[str]:
        """One line per command of a function; `arguments` are the caller's words for its parameters."""
        if place in inside or _is_activity(place):
            return []
        words = dict(arguments or {})
        key = (place, tuple(sorted(words.items())))
        if key not in self._known:
            assert not isinstance(place.node, ast.ClassDef)
            scope = Scope(place, self.meanings.variables(place), words, (*inside, place))
            self._known[key] = [line for statement in place.node.body for line in self._visit(statement, scope)]
        return self._known[key]

    def _visit(self, node: ast.AST, scope: Scope) -> Iterator[str]:
        if isinstance(node, ast.Call):
            yield from self._visit_call(node, scope)
        elif isinstance(node, ast.Attribute | ast.Name):
            yield from self._visit_name(node, scope)
        elif isinstance(node, ast.If | ast.IfExp):
            yield from self._visit(node.test, scope)
            for name, branch in (("if", node.body), ("else", node.orelse)):
                for each in branch if isinstance(branch, list) else [branch]:
                    yield from (f"{name} › {line}" for line in self._visit(each, scope))
        else:
            way = f"{BLOCKS[type(node)]} › " if type(node) in BLOCKS else ""
            for child in ast.iter_child_nodes(node):
                yield from (way + line for line in self._visit(child, scope))

    def _visit_name(self, node: ast.Attribute | ast.Name, scope: Scope) -> Iterator[str]:
        """A function that is named without being called is a property, or handed on to be called; a chart is moved."""
        if isinstance(node, ast.Attribute):
            yield from self._visit(node.value, scope)
        target = self._meaning(node, scope)
        if isinstance(target, Place) and not isinstance(target.node, ast.ClassDef):
            yield from self._step_into(target, {}, scope)
        elif isinstance(target, Place) and self._is_chart(target):
            self.charts[f"{target.module}.{target.qualname}"] = target

    def _visit_call(self, node: ast.Call, scope: Scope) -> Iterator[str]:
        if isinstance(node.func, ast.Attribute):
            yield from self._visit(node.func.value, scope)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from self._visit(argument, scope)
        target = self._meaning(node.func, scope)
        if isinstance(target, Place):
            yield from self._step_into(target, self._words_for(target, node, scope), scope)
        elif target in COMMANDS:
            yield _describe(str(target), node, scope)
        elif target is None and isinstance(node.func, ast.Attribute) and node.func.attr in MESSAGES:
            yield " ".join([node.func.attr, *(_word(each, scope) for each in node.args[:1])])

    def _step_into(self, target: Place, arguments: Mapping[str, str], scope: Scope) -> Iterator[str]:
        if isinstance(target.node, ast.ClassDef):
            opening = self.meanings.method(target, "__init__")
            if opening is None:
                return
            target = opening
        for line in self.commands(target, arguments, scope.inside):
            yield f"{target.node.name} › {line}"

    def _meaning(self, node: ast.AST, scope: Scope) -> Place | str | None:
        return self.meanings.of(node, scope.variables, self.meanings.module(scope.place))

    def _words_for(self, target: Place, call: ast.Call, scope: Scope) -> dict[str, str]:
        """What a caller hands to a function of ours that may name a command: functions, and words handed on."""
        if isinstance(target.node, ast.ClassDef):
            return {}
        names = [each.arg for each in parameters(target.node)]
        if target.owner and not is_static(target.node):
            names = names[1:]
        given = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]
        return {
            name: _word(value, scope)
            for name, value in given
            if name
            and (
                (isinstance(value, ast.Name) and value.id in scope.arguments)
                or (isinstance(value, ast.Name | ast.Attribute) and isinstance(self._meaning(value, scope), Place))
            )
        }

    def _is_chart(self, place: Place) -> bool:
        return any(
            base == CHART or (isinstance(base, Place) and self._is_chart(base)) for base in self.meanings.bases(place)
        )


def _describe(command: str, node: ast.Call, scope: Scope) -> str:
    name = command.removeprefix("temporalio.workflow.")
    words = [name]
    if name in NAMED_COMMANDS:
        words += [_word(each, scope) for each in node.args[:1]]
    if name == "wait_condition" and any(keyword.arg == "timeout" for keyword in node.keywords):
        words.append("with timeout")
    return " ".join(words)


def _word(node: ast.AST, scope: Scope) -> str:
    return scope.arguments.get(node.id, node.id) if isinstance(node, ast.Name) else ast.unparse(node)


def _is_activity(place: Place) -> bool:
    return any(
        ast.unparse(each.func if isinstance(each, ast.Call) else each).endswith("activity.defn")
        for each in place.node.decorator_list
    )
