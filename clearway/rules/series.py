"""One rule's values through time, and the value in force on a day."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from clearway.contracts.facts import RuleUse

T = TypeVar("T")

PROFILES = ("SEED", "LAW_2026")
"""Rule profiles (RULEBOOK D-02): the seeds where they speak, and the law as it stands in 2026."""

WHOLE_UNITS = frozenset({"days", "hours", "months", "hour of the day", "day of the month", "working day"})
"""Units of which no fraction can be counted on a calendar."""

TO_THE_LAST_PLACE = {"CNY": Decimal("0.00001"), "kg": Decimal("0.00001")}
"""What documents and ledgers can tell apart of a unit; no value is finer."""

LARGEST = {
    "days": 3660,
    "hours": 87840,
    "months": 120,
    "hour of the day": 24,
    "day of the month": 31,
    "working day": 23,
    "rate": 1,
    "factor": 1,
    "CNY": 10**12,
    "kg": 10**9,
}
"""What no value of a unit exceeds: ten years, the whole, more than any parcel. No value is below 0."""


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


def _apart(periods: tuple[Period[T], ...]) -> tuple[Period[T], ...]:
    """Put periods in order; refuse those that end before they begin or overlap."""
    for period in periods:
        if period.last_day is not None and period.last_day < period.first_day:
            raise ValueError(f"{period.first_day}: ends on {period.last_day}, before it begins")
    in_order = tuple(sorted(periods, key=lambda period: period.first_day))
    for earlier, later in pairwise(in_order):
        if earlier.last_day is None or later.first_day <= earlier.last_day:
            until = earlier.last_day or "further notice"
            raise ValueError(f"{later.first_day}: overlaps the value from {earlier.first_day} to {until}")
    return in_order


def _without_gap(periods: tuple[Period[T], ...]) -> tuple[Period[T], ...]:
    """Refuse periods, in order and apart, that leave days between them without a value."""
    for earlier, later in pairwise(periods):
        if earlier.last_day is not None and later.first_day > earlier.last_day + timedelta(days=1):
            raise ValueError(f"{later.first_day}: leaves a gap after {earlier.last_day}")
    return periods


def lay_periods(below: Iterable[Period[T]], above: Iterable[Period[T]]) -> tuple[Period[T], ...]:
    """The periods above, and those below on the days that they leave free; both in order and apart."""
    above = tuple(above)
    free: list[Period[T]] = []
    for period in below:
        first: date | None = period.first_day
        for cover in above:
            if first is None or (cover.last_day is not None and cover.last_day < first):
                continue
            if period.last_day is not None and period.last_day < cover.first_day:
                break
            if first < cover.first_day:
                free.append(period.model_copy(update={"first_day": first, "last_day": _eve(cover.first_day)}))
            first = cover.last_day + timedelta(days=1) if cover.last_day and cover.last_day < date.max else None
        if first is not None and (period.last_day is None or first <= period.last_day):
            free.append(period.model_copy(update={"first_day": first}))
    return tuple(sorted((*free, *above), key=lambda period: period.first_day))


def _eve(day: date) -> date:
    return day - timedelta(days=1)


def check_port(port: str) -> str:
    """Return the code of a customs district, or of a customs region; raises ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{4}|[0-9]{2}", port):
        raise ValueError(f'a port is the 4 digits of its customs, "2991", or the first 2 of a region, not {port!r}')
    return port


APART = (AfterValidator(_apart),)
IN_ORDER = (Field(min_length=1), *APART)
READ_ONLY = (AfterValidator(MappingProxyType), PlainSerializer(dict))
Port = Annotated[str, AfterValidator(check_port)]
SelectedBy = Literal["acceptance", "release", "event"]


class Series(BaseModel, Generic[T]):
    """One rule's values through time; a port's own values win over a profile's, and these over the common ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    description: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    selected_by: SelectedBy = Field(
        "acceptance", description="Whose day selects the value: a list's acceptance, its release, or the event itself"
    )
    values: Annotated[tuple[Period[T], ...], *IN_ORDER, AfterValidator(_without_gap)]
    profiles: Annotated[Mapping[ProfileName, Annotated[tuple[Period[T], ...], *IN_ORDER]], *READ_ONLY] = Field(
        default_factory=dict
    )
    ports: Annotated[Mapping[Port, Annotated[tuple[Period[T], ...], *IN_ORDER]], *READ_ONLY] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _leave_no_gap(self) -> Self:
        for name, periods in (*self.profiles.items(), *self.ports.items()):
            try:
                _without_gap(lay_periods(self.values, periods))
            except ValueError as gap:
                raise ValueError(f"{name}: {gap}") from None
        return self

    @model_validator(mode="after")
    def _count_in_the_unit(self) -> Self:
        for period in self.every_period():
            value = period.value
            if not isinstance(value, Decimal):
                continue
            if self.unit in WHOLE_UNITS and value != value.to_integral_value():
                raise ValueError(f"{period.first_day}: {self.unit} are counted whole, not {value}")
            if (finest := TO_THE_LAST_PLACE.get(self.unit)) and value % finest:
                raise ValueError(f"{period.first_day}: {self.unit} are counted to {finest:f}, not {value}")
            if value < 0 or (self.unit in LARGEST and value > LARGEST[self.unit]):
                largest = LARGEST.get(self.unit, "")
                raise ValueError(f"{period.first_day}: must be from 0 to {largest} {self.unit}, not {value}")
        return self

    def every_period(self) -> Iterator[Period[T]]:
        """Every period: the common ones, the profiles' and the ports'."""
        return chain(self.values, *self.profiles.values(), *self.ports.values())

    def value_on(self, day: date, profile: str = "SEED", port: str | None = None) -> Dated[T]:
        """The value in force on a Shanghai day, at one customs if its 4-digit code is given.

        Raises NoRuleInForce outside the series, ValueError for an unknown profile.
        """
        check_profile(profile)
        at_port = (self.ports.get(port, ()), self.ports.get(port[:2], ())) if port else ()
        for periods in (*at_port, self.profiles.get(profile, ()), self.values):
            for period in periods:
                if period.covers(day):
                    return Dated(self.rule, period.value, period.first_day, period.reference or self.reference)
        raise NoRuleInForce(self.rule, day)
