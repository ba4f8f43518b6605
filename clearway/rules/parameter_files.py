"""Reading parameter files: plain YAML, refused with one clear error wherever it is not what it must be."""

from collections.abc import Hashable, Mapping
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from clearway.rules.series import Series

T = TypeVar("T")


class ParameterError(ValueError):
    """A parameter file is wrong; the text names file, key and date of everything that is."""


class _Loader(yaml.SafeLoader):
    """Plain YAML, but days stay as written, and a key given twice is an error: the second would replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise ParameterError(f"{self.name}: line {node.start_mark.line + 1}: given twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _complaint(file: str, content: Mapping[str, Any], found: ErrorDetails) -> str:
    where: list[str] = []
    inside: Any = content
    for step in found["loc"]:
        inside = _step_into(inside, step)
        if isinstance(step, int) and isinstance(inside, dict) and "from" in inside:
            where.append(str(inside["from"]))  # people know a value by its day, not by its place in the file
        elif step not in ("values", "value", "[key]"):
            where.append(str(step))
    return ": ".join([file, *where, found["msg"].removeprefix("Value error, ")])


def _step_into(content: Any, step: str | int) -> Any:
    try:
        return content[step]
    except (KeyError, IndexError, TypeError):
        return None


def read_table(file: Traversable, kind: type[Series[T]], prefix: str = "") -> Mapping[str, Series[T]]:
    """Read one file of rules or rows by their key; `prefix` and key make the rule's id. Raises ParameterError."""
    loader = _Loader(file.read_text(encoding="utf-8"))
    loader.name = file.name
    try:
        content = loader.get_single_data()
    except yaml.YAMLError as error:
        raise ParameterError(f"{file.name}: not readable as YAML: {error}") from None
    if not isinstance(content, dict):
        raise ParameterError(f"{file.name}: must map ids to parameters")
    named = {
        key: {**body, "rule": f"{prefix}{key}"} if isinstance(body, dict) else body for key, body in content.items()
    }
    try:
        return MappingProxyType(TypeAdapter(dict[str, kind]).validate_python(named))  # type: ignore[valid-type]
    except ValidationError as error:
        raise ParameterError("; ".join(_complaint(file.name, named, found) for found in error.errors())) from None


def read_folder(folder: Traversable, kind: type[Series[T]]) -> Mapping[str, Series[T]]:
    """Read every file of a folder into one mapping; raises ParameterError, also for an id given in two files."""
    found: dict[str, Series[T]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for rule, series in read_table(file, kind).items():
            if rule in found:
                raise ParameterError(f"{file.name}: {rule}: already given in another file")
            found[rule] = series
    return MappingProxyType(found)
