"""What each rule decides, in words of both languages, and what happens on its boundary (`clearway rules explain`)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MATCHING_RULES = tuple(f"M{number:02}" for number in range(1, 19))
"""The rules of the comparison, by their ids (RULEBOOK B.2)."""


class Words(BaseModel):
    """A sentence in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Meaning(BaseModel):
    """What a rule decides; `used_by` names matching rules and judgements, which have a meaning of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Words
    decides: Words
    boundary: Words | None = None
    used_by: tuple[str, ...] = ()


@cache
def meanings() -> Mapping[str, Meaning]:
    """Every meaning, by the id of a matching rule, judgement, parameter or table."""
    content = (files("clearway.rules") / "meanings.yaml").read_text(encoding="utf-8")
    return MappingProxyType(TypeAdapter(dict[str, Meaning]).validate_python(yaml.safe_load(content)))


def meaning_of(rule: str) -> Meaning | None:
    """The meaning of an id; a row of a table has its table's: `unit.035` that of `unit`."""
    return meanings().get(rule) or meanings().get(rule.partition(".")[0])


def parameters_used_by(user: str) -> tuple[str, ...]:
    """The parameters and tables that a matching rule or judgement uses."""
    return tuple(rule for rule, meaning in meanings().items() if user in meaning.used_by)
