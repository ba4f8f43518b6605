"""What `clearway rules explain` says of an id: what it decides, what uses it, its values, its problems' texts."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from pydantic import Field

from clearway.cli.rules_known import Rule, every_series, find, told_rule
from clearway.contracts.base import Contract
from clearway.rules.catalogue import Entry, catalogue
from clearway.rules.meanings import Meaning, meaning_of, meanings, parameters_used_by
from clearway.rules.parameters import Parameters
from clearway.rules.tables import PREFIXES

_FILLED_IN = re.compile(r"\{(\w+)\}")


class Named(Contract):
    """An id with its name."""

    id: str
    name_en: str
    name_zh: str


class ProblemText(Contract):
    """One text of the catalogue; what each problem fills in stands in ‹…›."""

    key: str
    severity: str
    owner: str
    message_en: str
    message_zh: str
    remedy_en: str
    remedy_zh: str
    reference: str


class Explained(Contract):
    """Everything about one id; a rule tells its own values, a matching rule or judgement those of what it uses."""

    id: str
    name_en: str = ""
    name_zh: str = ""
    decides_en: str = ""
    decides_zh: str = ""
    boundary_en: str = ""
    boundary_zh: str = ""
    used_by: tuple[Named, ...] = ()
    uses_tables: tuple[Named, ...] = ()
    table: str | None = Field(None, description="The table that the id stands for: `units` for `unit`")
    rules: tuple[Rule, ...] = ()
    problems: tuple[ProblemText, ...] = ()


def every_id(rules: Parameters) -> Iterator[str]:
    """Everything that can be explained."""
    yield from (series.rule for series in every_series(rules))
    yield from meanings()
    yield from catalogue()
    yield from (key.partition(".")[0] for key in catalogue())


def explain_id(rules: Parameters, wanted: str, *, on: date, profile: str, port: str | None) -> Explained | None:
    """What an id stands for: a rule, a table, a matching rule, a judgement, a problem, a regime; None if nothing."""
    wanted = _rule_with_value(rules, wanted) or wanted
    series = find(rules, wanted)
    meaning = meaning_of(wanted) if series else meanings().get(wanted)
    problems = tuple(_text(key, entry) for key, entry in catalogue().items() if wanted in (key, _code(key)))
    if series is None and meaning is None and not problems:
        return None
    used = () if series else parameters_used_by(wanted)
    own = [series] if series else [each for each in (find(rules, rule) for rule in used) if each]
    told = Explained(
        id=wanted,
        used_by=_named(meaning.used_by) if meaning else (),
        uses_tables=_named(rule for rule in used if find(rules, rule) is None),
        table=next((table for table in rules.tables if PREFIXES.get(table, table) == wanted), None),
        rules=tuple(told_rule(each, on, profile, port) for each in own),
        problems=problems,
    )
    return told.model_copy(update=_words(meaning)) if meaning else told


def _rule_with_value(rules: Parameters, wanted: str) -> str | None:
    """The rule that a regime's id is a value of: `tax.regime` for T-CBEC-2018."""
    for rule, series in rules.texts.items():
        if series.unit == "id" and wanted in (period.value for period in series.every_period()):
            return rule
    return None


def _words(meaning: Meaning) -> dict[str, str]:
    told = {"name": meaning.name, "decides": meaning.decides, "boundary": meaning.boundary}
    return {f"{part}_{lang}": getattr(words, lang) for part, words in told.items() if words for lang in ("en", "zh")}


def _named(ids: Iterable[str]) -> tuple[Named, ...]:
    return tuple(Named(id=each, name_en=meanings()[each].name.en, name_zh=meanings()[each].name.zh) for each in ids)


def _code(key: str) -> str:
    return key.partition(".")[0]


def _text(key: str, entry: Entry) -> ProblemText:
    words = {name: _FILLED_IN.sub(r"‹\1›", text) for name, text in entry.model_dump(mode="json").items()}
    return ProblemText(key=key, **words)
