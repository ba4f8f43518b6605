"""Reading the library's parameter files, and telling in a reader's words what is wrong with an entry."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from clearway.rules.plain_yaml import ParameterError, read_mapping
from clearway.rules.series import Series

T = TypeVar("T")

REMEDIES = {
    "missing": "is missing; add it",
    "extra_forbidden": "no such field; take it out or correct its spelling",
    "string_type": "must be a text; put it in quotes",
    "string_too_short": "is empty; fill it in",
    "too_short": "is empty; fill it in or take it out",
    "model_type": "must be fields, such as {from: 2027-01-01, value: ...}",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "tuple_type": 'must be a list, such as [{from: 2027-01-01, value: "..."}]',
    "bool_type": "must be true or false",
}


def complaints(error: ValidationError, content: object, *where: str) -> list[str]:
    """What is wrong with an entry, one text for each thing, led by where it stands: file, key, date, field."""
    return [_complaint(where, content, found) for found in error.errors(include_url=False)]


def _complaint(where: tuple[str, ...], content: object, found: ErrorDetails) -> str:
    path, inside = list(where), content
    for place, step in enumerate(found["loc"], start=1):
        outside, inside = inside, _step_into(inside, step)
        named_last = place == len(found["loc"]) and found["type"] in ("missing", "tuple_type")
        if isinstance(outside, list) and isinstance(step, int):  # a value is known by its day, not by its place
            dated = isinstance(inside, dict) and "from" in inside
            path.append(str(inside["from"]) if dated else f"entry {step + 1}")
        elif step not in ("values", "value", "[key]") or named_last:
            path.append(str(step))
    told = REMEDIES.get(found["type"]) or found["msg"].removeprefix("Value error, ")
    return ": ".join([*path, told])


def _step_into(content: Any, step: str | int) -> Any:
    try:
        return content[step]
    except (KeyError, IndexError, TypeError):
        return None


def nearest(word: str, known: Sequence[str]) -> str:
    """The known words nearest to one that is not known, as the end of a complaint; else some of them."""
    family = [each for each in known if each.partition(".")[0] == word.partition(".")[0]]
    close = get_close_matches(word, known, n=2) or family[:3]
    return f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(known[:12])}"


def read_table(file: Traversable, kind: type[Series[T]], prefix: str = "") -> Mapping[str, Series[T]]:
    """Read one file of rules or rows by their key; `prefix` and key make the rule's id. Raises ParameterError."""
    content = read_mapping(file.read_bytes(), file.name)
    named = {
        key: {**body, "rule": f"{prefix}{key}"} if isinstance(body, dict) else body for key, body in content.items()
    }
    try:
        return MappingProxyType(TypeAdapter(dict[str, kind]).validate_python(named))  # type: ignore[valid-type]
    except ValidationError as error:
        raise ParameterError(*complaints(error, named, file.name)) from None


def read_folder(folder: Traversable, kind: type[Series[T]]) -> Mapping[str, Series[T]]:
    """Read every file of a folder into one mapping; raises ParameterError, also for an id given in two files."""
    found: dict[str, Series[T]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for rule, series in read_table(file, kind).items():
            if rule in found:
                raise ParameterError(f"{file.name}: {rule}: already given in another file")
            found[rule] = series
    return MappingProxyType(found)
