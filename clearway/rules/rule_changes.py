"""What differs between two sets of rules, by period, and which lists it will and will not affect."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from pydantic import Field

from clearway.contracts.base import Contract
from clearway.rules.parameters import Parameters
from clearway.rules.series import Period, SelectedBy, Series
from clearway.rules.tables import Holidays, Row

ONE_DAY = timedelta(days=1)


class RuleChange(Contract):
    """One rule that says something else on the days from the first to the last, both inclusive; None is no end."""

    rule: str = Field(description="Id, e.g. `limits.single` or `goods.2204210000`")
    description: str
    unit: str
    profile: str | None = Field(None, description="The profile whose own value changes; None for the common value")
    port: str | None = Field(None, description="The customs district or region whose own value changes")
    selected_by: SelectedBy = Field(description="Whose day selects the value: acceptance, release or the event itself")
    first_day: date
    last_day: date | None = None
    before: str | None = Field(None, description="What was in force; of a row, the fields that change; None is nothing")
    after: str | None = Field(None, description="What is in force now, likewise")
    reference: str = Field(description="Source of the value in force now, or of the one taken away")
    affects: str = Field(description="Which lists are judged otherwise, in words")

    def applies_on(self, day: date) -> bool:
        """Whether it changes what is selected by this Shanghai day; see `selected_by`."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class _Valid(NamedTuple):
    """A value in force, and its source."""

    value: Any
    reference: str


class _Span(NamedTuple):
    """Days on which two sets of rules do not say the same; None in place of a value is none."""

    first_day: date
    last_day: date | None
    was: _Valid | None
    now: _Valid | None


@dataclass(frozen=True, slots=True)
class _View:
    """A rule as one profile, one port, or everyone without a value of their own sees it."""

    profile: str | None = None
    port: str | None = None

    def own(self, series: Series[Any] | None) -> tuple[Period[Any], ...]:
        if series is None:
            return ()
        if self.profile is not None:
            return series.profiles.get(self.profile, ())
        return series.values if self.port is None else series.ports.get(self.port, ())

    def boundaries(self, series: Series[Any] | None) -> Iterator[date]:
        for period in chain(self.own(series), series.values if series else ()):
            yield period.first_day
            if period.last_day is not None and period.last_day < date.max:
                yield period.last_day + ONE_DAY

    def in_force(self, series: Series[Any] | None, day: date) -> _Valid | None:
        """Its own value, else the common one."""
        for period in chain(self.own(series), series.values if series else ()):
            if series is not None and period.covers(day):
                return _Valid(period.value, period.reference or series.reference)
        return None

    def speaks(self, series: Series[Any] | None, day: date) -> bool:
        return any(period.covers(day) for period in self.own(series))


def changes_between(before: Parameters, after: Parameters) -> tuple[RuleChange, ...]:
    """Every value that differs, rule by rule and from day to day; not what differs in description or source only.

    A common value's change is told once, though it does not reach a profile or port that has a value of its own.
    """
    found: list[RuleChange] = []
    old, new = before.by_kind(), after.by_kind()
    for kind in dict.fromkeys((*old, *new)):
        olds, news = old.get(kind, {}), new.get(kind, {})
        for key in sorted({*olds, *news}):
            if olds.get(key) is not news.get(key):
                found += _changes_of(olds.get(key), news.get(key))
    return tuple(found)


def _changes_of(old: Series[Any] | None, new: Series[Any] | None) -> Iterator[RuleChange]:
    there = [series for series in (old, new) if series is not None]
    views = [
        _View(),
        *(_View(profile=profile) for profile in sorted({name for series in there for name in series.profiles})),
        *(_View(port=port) for port in sorted({code for series in there for code in series.ports})),
    ]
    for view in views:
        for span in _joined(_differing(view, old, new)):
            yield _change(view, there[-1], span)


def _differing(view: _View, old: Series[Any] | None, new: Series[Any] | None) -> Iterator[_Span]:
    days = sorted({*view.boundaries(old), *view.boundaries(new)})
    for first, following in zip_longest(days, days[1:]):
        was, now = view.in_force(old, first), view.in_force(new, first)
        spoken = view.speaks(old, first) or view.speaks(new, first)
        if spoken and (was and was.value) != (now and now.value):
            yield _Span(first, following and following - ONE_DAY, was, now)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Neighbouring spans of the same change as one."""
    joined: list[_Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.last_day and last.last_day + ONE_DAY == span.first_day and last[2:] == span[2:]:
            joined[-1] = last._replace(last_day=span.last_day)
        else:
            joined.append(span)
    return joined


def _change(view: _View, series: Series[Any], span: _Span) -> RuleChange:
    was, now = span.was and span.was.value, span.now and span.now.value
    source = span.now or span.was
    return RuleChange(
        rule=series.rule,
        description=series.description,
        unit=series.unit,
        profile=view.profile,
        port=view.port,
        selected_by=series.selected_by,
        first_day=span.first_day,
        last_day=span.last_day,
        before=None if was is None else _told(was, now),
        after=None if now is None else _told(now, was),
        reference=source.reference if source else series.reference,
        affects=_affects(view, series, span),
    )


def _affects(view: _View, series: Series[Any], span: _Span) -> str:
    until = f" to {span.last_day}" if span.last_day else " on"
    where = f", under {view.profile}" if view.profile else f", declared at customs {view.port}" if view.port else ""
    for value in filter(None, (span.now, span.was)):
        if isinstance(value.value, Holidays):
            return f"deadlines that fall in {value.value.days_off[0].year}; no other year's"
    what = {"acceptance": "lists accepted", "release": "lists released", "event": "what happens"}[series.selected_by]
    others = f"before {span.first_day}{f' or after {span.last_day}' if span.last_day else ''}"
    return f"{what} from {span.first_day}{until}{where}; nothing {others}"


def _told(value: object, other: object) -> str:
    """A value in words; of a row only what is not the same in the other."""
    if not isinstance(value, Row):
        return str(value)
    fields, others = value.model_dump(), other.model_dump() if isinstance(other, Row) else {}
    return "; ".join(
        f"{name.replace('_', ' ')} {_in_words(content)}"
        for name, content in fields.items()
        if name not in others or others[name] != content
    )


def _in_words(content: object) -> str:
    match content:
        case None | () | []:
            return "none"
        case bool():
            return "yes" if content else "no"
        case dict():
            return " ".join(f"{name.replace('_', ' ')} {_in_words(each)}" for name, each in content.items())
        case tuple() | list():
            return ", ".join(map(_in_words, content))
        case _:
            return str(content)
