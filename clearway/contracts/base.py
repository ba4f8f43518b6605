"""What every published value has in common: frozen models, exact amounts, legal time, customs' name of a field."""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Legal time. China has had no daylight saving since 1991, so a fixed offset is exact (RULEBOOK B.0.1)."""

_NUMBER = re.compile(r"\s*[+-]?[\d.]+(e[+-]?\d+)?\s*", re.IGNORECASE)
_PLAIN = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*")


@lru_cache(maxsize=1000)
def _shared(names: frozenset[str]) -> set[str]:
    return set(names)


class Contract(BaseModel):
    """A published value: frozen, read by field name or wire name; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore", str_strip_whitespace=True)

    def model_post_init(self, _context: Any, /) -> None:
        """Share the names of the fields that were given: a set for each value would be a tenth of a list in memory."""
        object.__setattr__(self, "__pydantic_fields_set__", _shared(frozenset(self.__pydantic_fields_set__)))


ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""What goes into keys, ids and addresses: no line break, tab or other control character."""


Limits = tuple[int | None, int | None]
"""Least and most characters of a text, as customs' schema demands them; None where it demands nothing."""


class Official(BaseModel):
    """What customs' schema says of a field beyond its length in the current edition; most fields need none of it."""

    model_config = ConfigDict(frozen=True)

    earlier: Limits | None = None
    """Its length in the edition of 2018, where that was another."""
    since: str | None = None
    """The first edition that has it."""
    due: bool = False
    """The schema demands it, though receipts without it arrive and are read."""
    beyond: bool = False
    """No schema has it, but messages with it arrive; it is read and kept."""
    digits: int | None = None
    """Most digits of a whole number."""


def wire(
    name: str,
    meaning: str,
    shortest: int | None = None,
    longest: int | None = None,
    *,
    pattern: str | None = None,
    patient: Limits | None = None,
    earlier: Limits | None = None,
    since: str | None = None,
    due: bool = False,
    beyond: bool = False,
    digits: int | None = None,
) -> Any:
    """Describe a field that customs calls `name`; `shortest` and `longest` are its official length in characters.

    A length that differs takes the widest of them all when a value is read: `earlier` is that of the edition of 2018,
    `patient` what is seen in practice. The official length of each edition counts when a message is written or
    validated. The rest is told in `Official`.
    """
    least, most = _widest((shortest, longest), *(limits for limits in (earlier, patient) if limits))
    official = Official(earlier=earlier, since=since, due=due, beyond=beyond, digits=digits)
    published: dict[str, Any] = {"wire": name}
    if official != Official():
        published["official"] = official.model_dump(mode="json", exclude_defaults=True)
    if (least, most) != (shortest, longest):
        published |= {"minLength": shortest or 0} | ({"maxLength": longest} if longest is not None else {})
    return Field(
        description=meaning,
        min_length=least,
        max_length=most,
        pattern=pattern,
        validation_alias=name,
        json_schema_extra=published,
    )


def _widest(*limits: Limits) -> Limits:
    least = min(shortest or 0 for shortest, _ in limits)
    longest = [most for _, most in limits]
    return least or None, None if None in longest else max(most for most in longest if most is not None)


def official(model: type[BaseModel], field: str) -> Official:
    """What customs' schema says of a field beyond its length."""
    extra = model.model_fields[field].json_schema_extra
    return Official.model_validate(extra.get("official", {}) if isinstance(extra, dict) else {})


def wire_name(model: type[BaseModel], field: str) -> str | None:
    """Customs' name of a field, or None where the field is ours alone and never goes on the wire."""
    extra = model.model_fields[field].json_schema_extra
    return str(extra["wire"]) if isinstance(extra, dict) and "wire" in extra else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))


def _plain_number(value: object) -> object:
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        raise ValueError("an amount is written in plain digits, without exponent or separators")
    return value


def _digits_to_instant(value: object) -> object:
    if isinstance(value, str) and value.isdigit() and len(value) in (14, 17):
        moment = datetime.strptime(f"{value[:14]}+0800", "%Y%m%d%H%M%S%z")
        return moment + timedelta(milliseconds=int(value[14:] or "0"))
    if _is_number(value):  # would be taken for seconds or milliseconds since 1970: 202603101030 for a day in 1976
        raise ValueError("an instant is written with 14 or 17 digits, or in ISO 8601")
    return value


def _digits_to_day(value: object) -> object:
    if isinstance(value, str) and value.isdigit() and len(value) == 8:
        return date.fromisoformat(value)
    if _is_number(value):  # as for instants
        raise ValueError("a day is written with 8 digits, or in ISO 8601")
    return value


def _settle(value: datetime) -> datetime:
    try:
        return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    except OverflowError:
        raise ValueError("the instant is outside the calendar") from None


Instant = Annotated[datetime, BeforeValidator(_digits_to_instant), AfterValidator(_settle)]
"""An instant to the second, kept with Shanghai's offset; reads ISO 8601 and the wire's 14 or 17 digits."""

Day = Annotated[date, BeforeValidator(_digits_to_day)]
"""A calendar day in Shanghai; reads ISO 8601 and the wire's 8 digits."""

Amount = Annotated[
    Decimal,
    Field(max_digits=19, decimal_places=5, ge=0),
    BeforeValidator(_plain_number),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]
"""A quantity or CNY amount, never negative, at most 19 digits with 5 decimals (N19,5); a string in JSON."""


def legal_day(moment: datetime) -> date:
    """The Shanghai calendar day of an instant; raises ValueError for an instant without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(SHANGHAI).date()
