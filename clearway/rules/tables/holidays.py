"""Holidays and make-up working days of a year (RULEBOOK C.8)."""

from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from clearway.rules.calendar import SATURDAY
from clearway.rules.series import IsoDay
from clearway.rules.tables.row import Row


class Holidays(Row):
    """The days off of one year and its weekends that are worked, as the State Council announced them (RULEBOOK C.8)."""

    days_off: tuple[IsoDay, ...] = Field(min_length=1)
    working_days: tuple[IsoDay, ...] = ()

    @field_validator("working_days")
    @classmethod
    def _are_weekends(cls, days: tuple[date, ...]) -> tuple[date, ...]:
        for day in days:
            if day.weekday() < SATURDAY:
                raise ValueError(f"{day} is no Saturday or Sunday; leave it out")
        return days

    @model_validator(mode="after")
    def _is_either_off_or_worked(self) -> Self:
        if both := set(self.days_off) & set(self.working_days):
            raise ValueError(f"both off and worked: {', '.join(map(str, sorted(both)))}; keep one")
        return self

    def __str__(self) -> str:
        worked = f"; worked {', '.join(map(str, self.working_days))}" if self.working_days else ""
        return f"off {', '.join(map(str, self.days_off))}{worked}"
