"""What a name in our source means: a definition of ours, or the dotted path of something else."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.architecture.sources import Definition, Module, Sources


@dataclass(frozen=True)
class Place:
    """A definition of ours and where it stands; `owner` is the class that a method was looked up on."""

    module: str
    qualname: str
    node: Definition = field(compare=False)
    owner: "Place | None" = field(default=None, compare=False)


@dataclass
class Meanings:
    """Follows names through imports, re-exports, annotations and fresh instances; guesses nothing."""

    sources: Sources
    _attributes: dict[Place, dict[str, Place]] = field(default_factory=dict)

    def of(self, node: ast.AST, variables: Mapping[str, Place], module: Module) -> Place | str | None:
        """What an expression names inside a function whose variables are instances of these classes."""
        if isinstance(node, ast.Attribute):
            owner = self.class_of(node.value, variables, module)
            if owner is not None:
                return self.method(owner, node.attr)
        if isinstance(node, ast.Name) and node.id in variables:
            return None  # an instance, not a definition
        return self.at_top(node, module)

    def class_of(self, node: ast.AST, variables: Mapping[str, Place], module: Module) -> Place | None:
        """The class of ours that an expression is an instance of, if it can be seen."""
        if isinstance(node, ast.Name):
            return variables.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.class_of(node.value, variables, module)
            return self._attributes_of(owner).get(node.attr) if owner else None
        if isinstance(node, ast.Call):
            made = self.of(node.func, variables, module)
            return made if isinstance(made, Place) and isinstance(made.node, ast.ClassDef) else None
        return None

    def method(self, owner: Place, name: str) -> Place | None:
        """A method of a class, its own or inherited from a class of ours."""
        assert isinstance(owner.node, ast.ClassDef)
        for node in owner.node.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                return Place(owner.module, f"{owner.qualname}.{name}", node, owner)
        for base in self.bases(owner):
            if isinstance(base, Place) and (found := self.method(base, name)):
                return found
        return None

    def bases(self, owner: Place) -> list[Place | str | None]:
        """What a class inherits from."""
        assert isinstance(owner.node, ast.ClassDef)
        return [self.at_top(base, self.module(owner)) for base in owner.node.bases]

    def variables(self, place: Place) -> dict[str, Place]:
        """Variables of a function whose class is written down: self, annotated parameters, fresh instances."""
        assert not isinstance(place.node, ast.ClassDef)
        module, found = self.module(place), dict[str, Place]()
        for position, parameter in enumerate(parameters(place.node)):
            if position == 0 and place.owner and not is_static(place.node):
                found[parameter.arg] = place.owner
            elif parameter.annotation and (meant := self._class(parameter.annotation, module)):
                found[parameter.arg] = meant
        for node in ast.walk(place.node):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = self._class(node.value.func, module)
                found |= {each.id: made for each in node.targets if isinstance(each, ast.Name) and made}
        return found

    def at_top(self, node: ast.AST, module: Module) -> Place | str | None:
        """A name at the top of a module."""
        if isinstance(node, ast.Subscript):  # `StateChart[Any]`
            return self.at_top(node.value, module)
        if isinstance(node, ast.Name):
            if node.id in module.definitions:
                return Place(module.name, node.id, module.definitions[node.id])
            return self._follow(module.imports[node.id]) if node.id in module.imports else None
        if isinstance(node, ast.Attribute):
            above = self.at_top(node.value, module)
            if isinstance(above, Place):
                return self.method(above, node.attr) if isinstance(above.node, ast.ClassDef) else None
            return self._follow(f"{above}.{node.attr}") if above else None
        return None

    def module(self, place: Place) -> Module:
        """The module of a definition."""
        module = self.sources.module(place.module)
        assert module is not None
        return module

    def _attributes_of(self, owner: Place) -> dict[str, Place]:
        """Classes of an object's attributes, where the class or a base annotates them, or `__init__` makes them."""
        if owner not in self._attributes:
            opening = self.method(owner, "__init__")
            module, found = self.module(opening or owner), self._annotated(owner)
            for node in ast.walk(opening.node) if opening else ():
                if isinstance(node, ast.Assign):
                    targets, written = node.targets, None
                elif isinstance(node, ast.AnnAssign):
                    targets, written = [node.target], node.annotation
                else:
                    continue
                made = self._class(node.value.func, module) if isinstance(node.value, ast.Call) else None
                meant = made or (self._class(written, module) if written else None)
                found |= {each.attr: meant for each in targets if isinstance(each, ast.Attribute) and meant}
            self._attributes[owner] = found
        return self._attributes[owner]

    def _annotated(self, owner: Place) -> dict[str, Place]:
        """Classes of the attributes that a class and its bases annotate in their bodies."""
        found: dict[str, Place] = {}
        for base in self.bases(owner):
            if isinstance(base, Place):
                found |= self._annotated(base)
        for node in ast.iter_child_nodes(owner.node):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                meant = self._class(node.annotation, self.module(owner))
                found |= {node.target.id: meant} if meant else {}
        return found

    def _class(self, node: ast.AST, module: Module) -> Place | None:
        if isinstance(node, ast.BinOp):  # `Thing | None`
            return self._class(node.left, module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._class(ast.parse(node.value, mode="eval").body, module)
        meant = self.at_top(node, module)
        return meant if isinstance(meant, Place) and isinstance(meant.node, ast.ClassDef) else None

    def _follow(self, path: str) -> Place | str:
        home, _, name = path.rpartition(".")
        module = self.sources.module(home) if home else None
        if module is None:
            return path
        if name in module.definitions:
            return Place(module.name, name, module.definitions[name])
        again = module.imports.get(name)
        return self._follow(again) if again and again != path else path


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """A function's parameters that can be given by position or by name."""
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def is_static(node: Definition) -> bool:
    """A method without self."""
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
