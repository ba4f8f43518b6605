"""One rule's values through time, and the value in force on a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Generic, Self, TypeVar

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


ProfileName = Annotated[str, AfterValidator(check_profile)]
IsoDay = Annotated[date, BeforeValidator(_read_day)]


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


class Period(BaseModel, Generic[T]):
    """One value from its first to its last day, both Shanghai days and inclusive; without a last day until changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_day: IsoDay = Field(alias="from")
    last_day: IsoDay | None = Field(None, alias="to")
    value: T
    reference: str | None = Field(None, min_length=1, description="Source of this value, where it is not the rule's")

    def covers(self, day: date) -> bool:
        """Whether the value is in force on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def _in_line(periods: tuple[Period[T], ...]) -> tuple[Period[T], ...]:
    """Refuse periods that end before they begin, overlap, or leave days between them without a value."""
    for period in periods:
        if period.last_day is not None and period.last_day < period.first_day:
            raise ValueError(f"{period.first_day}: ends on {period.last_day}, before it begins")
    for earlier, later in pairwise(periods):
        if earlier.last_day is None or later.first_day <= earlier.last_day:
            until = earlier.last_day or "further notice"
            raise ValueError(f"{later.first_day}: overlaps the value from {earlier.first_day} to {until}")
        if later.first_day > earlier.last_day + timedelta(days=1):
            raise ValueError(f"{later.first_day}: leaves a gap after {earlier.last_day}")
    return periods


class Series(BaseModel, Generic[T]):
    """One rule's values through time; a profile's own values win while they are in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    description: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    values: Annotated[tuple[Period[T], ...], Field(min_length=1), AfterValidator(_in_line)]
    profiles: Annotated[
        Mapping[ProfileName, Annotated[tuple[Period[T], ...], Field(min_length=1), AfterValidator(_in_line)]],
        AfterValidator(MappingProxyType),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _count_in_whole_units(self) -> Self:
        if self.unit in WHOLE_UNITS:
            for periods in (self.values, *self.profiles.values()):
                for period in periods:
                    if isinstance(period.value, Decimal) and period.value != period.value.to_integral_value():
                        raise ValueError(f"{period.first_day}: {self.unit} are counted whole, not {period.value}")
        return self

    def value_on(self, day: date, profile: str = "SEED") -> Dated[T]:
        """The value in force on a Shanghai day; raises NoRuleInForce outside the series, ValueError for a profile."""
        check_profile(profile)
        for periods in (self.profiles.get(profile, ()), self.values):
            for period in periods:
                if period.covers(day):
                    return Dated(self.rule, period.value, period.first_day, period.reference or self.reference)
        raise NoRuleInForce(self.rule, day)
