"""One rule's values through time, and the value in force on a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from clearway.contracts.facts import RuleUse

T = TypeVar("T")

PROFILES = ("SEED", "LAW_2026")
"""Rule profiles (RULEBOOK D-02): the seeds where they speak, and the law as it stands in 2026."""

WHOLE_UNITS = frozenset({"days", "hours", "months"})
"""Units of which no fraction can be counted on a calendar."""


class NoRuleInForce(LookupError):
    """No value of a rule is in force on the day asked for."""

    def __init__(self, rule: str, day: date) -> None:
        super().__init__(f"no value of {rule} is in force on {day.isoformat()}")
        self.rule = rule
        self.day = day


def check_profile(profile: str) -> str:
    """Return the profile; raises ValueError, naming the known ones, if there is no such profile."""
    if profile not in PROFILES:
        raise ValueError(f"unknown rule profile {profile!r}; known are {', '.join(PROFILES)}")
    return profile


def _read_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return value
    raise ValueError(f"a day is written as 2019-01-01, not {value!r}")


def _settle(values: Mapping[date, T]) -> Mapping[date, T]:
    return MappingProxyType(dict(sorted(values.items())))


ProfileName = Annotated[str, AfterValidator(check_profile)]
IsoDay = Annotated[date, BeforeValidator(_read_day)]
ByDay = Annotated[Mapping[IsoDay, T], Field(min_length=1), AfterValidator(_settle)]


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """One value in force on a day, with its source."""

    rule: str
    value: T
    effective_from: date
    reference: str

    def as_rule_use(self) -> RuleUse:
        """This value as a recorded fact."""
        return RuleUse(
            rule=self.rule, value=str(self.value), effective_from=self.effective_from, reference=self.reference
        )


class Series(BaseModel, Generic[T]):
    """One rule's values through time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    description: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    values: ByDay[T]
    until: IsoDay | None = None
    profiles: Annotated[Mapping[ProfileName, ByDay[T]], AfterValidator(MappingProxyType)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _count_in_whole_units(self) -> "Series[T]":
        if self.unit in WHOLE_UNITS:
            for values in (self.values, *self.profiles.values()):
                for day, value in values.items():
                    if isinstance(value, Decimal) and value != value.to_integral_value():
                        raise ValueError(f"{day.isoformat()}: {self.unit} are counted whole, not {value}")
        return self

    def value_on(self, day: date, profile: str = "SEED") -> Dated[T]:
        """The value in force on a Shanghai day; raises NoRuleInForce outside the series, ValueError for a profile."""
        check_profile(profile)
        if self.until is None or day <= self.until:
            for values in (self.profiles.get(profile, {}), self.values):
                begun = [start for start in values if start <= day]
                if begun:
                    return Dated(self.rule, values[begun[-1]], begun[-1], self.reference)
        raise NoRuleInForce(self.rule, day)
