"""YAML as parameter files may use it: mappings, lists and short texts; read in bounded time, or refused."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Parser
else:
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast, where it was built

LARGEST_FILE = 1_000_000
LONGEST_TEXT = 2_000
MOST_VALUES = 200_000
DEEPEST = 16
MOST_COMPLAINTS = 50


class ParameterError(ValueError):
    """Parameter files are wrong; the text names file, key and date of everything that is, and what to write instead."""

    def __init__(self, *complaints: str) -> None:
        told = [text if len(text) <= 400 else f"{text[:399]}…" for text in complaints[:MOST_COMPLAINTS]]
        if len(complaints) > MOST_COMPLAINTS:
            told.append("there is more; correct these first")
        super().__init__("; ".join(told))
        self.complaints = tuple(told)


class _Loader(_Parser):
    """Days stay as written, and a key given twice is an error: the second would replace the first."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file = file
        self.twice: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if repeated := sorted(key for key, times in keys.items() if times > 1):
            line = node.start_mark.line + 1
            self.twice.append(f"{self.file}: line {line}: given twice: {', '.join(repeated)}; keep one of them")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(text: str | bytes, file: str) -> Mapping[str, Any]:
    """The mapping that a file holds; raises ParameterError, naming the file, for anything else and anything too large.

    References to other values (`&`, `*`) and types (`!!`) are refused: a small file could unfold to a huge one.
    """
    if len(text) > LARGEST_FILE:
        raise ParameterError(f"{file}: larger than 1 MB; a parameter file is at most 1,000,000 bytes, so divide it")
    decoded = _decoded(text, file)
    try:
        _refuse_what_unfolds(decoded, file)
        loader = _Loader(decoded, file)
        content = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}:" if error.problem_mark else ""
        raise ParameterError(f"{file}:{line} not readable as YAML: {error.problem or error.context}") from None
    except yaml.YAMLError:
        raise ParameterError(f"{file}: not readable as YAML: it holds control characters; save it as text") from None
    if loader.twice:
        raise ParameterError(*loader.twice)
    if content is None:
        raise ParameterError(f"{file}: is empty")
    if not isinstance(content, dict):
        raise ParameterError(f"{file}: must map ids to parameters, not be a {_name_of(content)}")
    return content


def _decoded(text: str | bytes, file: str) -> str:
    try:
        return text.decode("utf-8-sig") if isinstance(text, bytes) else text.encode("utf-8").decode("utf-8-sig")
    except UnicodeError:
        raise ParameterError(f"{file}: is not text in UTF-8; save it with that encoding") from None


def _refuse_what_unfolds(text: str, file: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Parser)):
        where = f"{file}: line {event.start_mark.line + 1 if event.start_mark else '?'}:"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise ParameterError(f"{where} refers to another value with & or *; write the value itself")
        if getattr(event, "tag", None):
            raise ParameterError(f"{where} names a type with !; leave it out")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST_TEXT:
            raise ParameterError(f"{where} a text of more than {LONGEST_TEXT} characters; shorten it")
        if depth > DEEPEST:
            raise ParameterError(f"{where} nested deeper than {DEEPEST} levels; no rule is")
        if count > MOST_VALUES:
            raise ParameterError(f"{where} more than {MOST_VALUES} values; divide the file")


def _name_of(content: object) -> str:
    return "list" if isinstance(content, list) else "single value"
