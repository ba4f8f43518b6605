"""The rules as the command reads them: the library's own or with files on top, each found by its id."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from clearway.cli.outcomes import Exit, fail
from clearway.cli.papers import read_file
from clearway.cli.screen import Lang
from clearway.contracts.base import Contract, legal_day
from clearway.contracts.problems import FieldValue, Problem
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import ParameterError, Parameters, built_in_parameters
from clearway.rules.series import IsoDay, NoRuleInForce, Period, Series, check_port
from clearway.rules.tables import in_words


class Value(Contract):
    """One value of a rule, from its first to its last day, both inclusive."""

    value: str
    first_day: date
    last_day: date | None = None
    profile: str | None = None
    port: str | None = None
    reference: str


class Rule(Contract):
    """One rule: what is in force on the day asked for, and every value it has."""

    rule: str
    description: str
    unit: str
    selected_by: str
    on: date
    in_force: Value | None = None
    values: tuple[Value, ...] = ()


def _port(code: str) -> str:
    try:
        return check_port(code)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _day(text: str) -> date:
    try:
        return TypeAdapter[date](IsoDay).validate_python(text)
    except ValidationError:
        raise typer.BadParameter("a day is written as 2019-01-01") from None


With = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="FILE", help="A parameter file of your own, laid on top; more than one in order."),
]
Port = Annotated[str | None, typer.Option(parser=_port, metavar="CODE", help="Customs, 4 digits: its own values.")]
On = Annotated[date | None, typer.Option(parser=_day, metavar="DAY", help="The day that selects, 2026-03-10; today.")]


def today() -> date:
    """The legal day that it is for whoever runs the command."""
    return legal_day(datetime.now(UTC))  # noqa: TID251 - the command's clock; whoever wants another day says --on


def rules_with(files: Iterable[Path] | None, *, as_json: bool, lang: Lang) -> Parameters:
    """The library's rules with the files on top; ends the command, telling everything wrong with all of them."""
    laid, problems = lay_files(built_in_parameters(), files or ())
    if problems:
        fail(Exit.USAGE, problems, as_json=as_json, lang=lang)
    return laid


def lay_files(base: Parameters, files: Iterable[Path]) -> tuple[Parameters, tuple[Problem, ...]]:
    """The base with each file in turn on top of it, and everything wrong; a faulty file is left out."""
    problems: list[Problem] = []
    for file in files:
        content = read_file(file)
        if isinstance(content, Problem):
            problems.append(content)
            continue
        try:
            base = lay_over(base, read_own_rules(content, str(file)))
        except ParameterError as error:
            problems += [_wrong(file, complaint) for complaint in error.complaints]
    return base, tuple(problems)


def _wrong(file: Path, complaint: str) -> Problem:
    told = complaint.removeprefix(f"{file}: ")
    return Problem(
        code="E_PARAMETER_FILE",
        fields=(FieldValue(field=str(file)),),
        message_en=told,
        message_zh=f"参数文件有误：{told}",
        remedy_en="Correct the file; docs/own-rules.md tells how it is written.",
        remedy_zh="请更正参数文件，写法见 docs/own-rules.md。",
    )


def every_series(rules: Parameters, table: str | None = None) -> Iterator[Series[Any]]:
    """Every rule, or those of one table."""
    kinds: dict[str, Mapping[str, Series[Any]]] = {"numbers": rules.numbers, "texts": rules.texts, **rules.tables}
    for name, several in kinds.items():
        if table is None or name == table:
            yield from several.values()


def tables_of(rules: Parameters) -> tuple[str, ...]:
    """What `--table` may name."""
    return ("numbers", "texts", *rules.tables)


def find(rules: Parameters, rule: str) -> Series[Any] | None:
    """The rule with an id, or None."""
    return next((series for series in every_series(rules) if series.rule == rule), None)


def nearest_ids(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """The ids written most alike, or the rest of which begins like the one wanted."""
    ids = sorted(set(known))
    close = get_close_matches(wanted, ids, n=5, cutoff=0.6)
    begin = [each for each in ids if wanted and each.casefold().startswith(wanted.casefold())]
    last = [each for each in ids if wanted and wanted.casefold() in each.casefold().split(".")]
    return tuple(dict.fromkeys((*close, *begin, *last)))[:5] or tuple(get_close_matches(wanted, ids, n=3, cutoff=0))


def unknown_id(wanted: str, known: Iterable[str]) -> Problem:
    """There is no such rule; the nearest ids are told."""
    near = ", ".join(nearest_ids(wanted, known))
    return Problem(
        code="E_UNKNOWN_RULE",
        fields=(FieldValue(field="ID", value=wanted[:80]),),
        message_en=f"There is no rule {wanted[:80]}. The nearest: {near}.",
        message_zh=f"没有规则 {wanted[:80]}。最接近的：{near}。",
        remedy_en="Give one of these, or see `clearway rules list`.",
        remedy_zh="请使用上述规则，或运行 clearway rules list 查看全部。",
    )


def told_rule(series: Series[Any], on: date, profile: str, port: str | None) -> Rule:
    """A rule for people and programs, with the value in force on a day."""
    every = tuple(_periods(series))
    return Rule(
        rule=series.rule,
        description=series.description,
        unit=series.unit,
        selected_by=series.selected_by,
        on=on,
        in_force=_in_force(series, on, profile, port),
        values=every,
    )


def _periods(series: Series[Any]) -> Iterator[Value]:
    for period in series.values:
        yield _value(series, period)
    for profile, periods in series.profiles.items():
        for period in periods:
            yield _value(series, period, profile=profile)
    for port, periods in series.ports.items():
        for period in periods:
            yield _value(series, period, port=port)


def _value(series: Series[Any], period: Period[Any], **whose: str) -> Value:
    return Value(
        value=in_words(period.value),
        first_day=period.first_day,
        last_day=period.last_day,
        reference=period.reference or series.reference,
        **whose,
    )


def _in_force(series: Series[Any], on: date, profile: str, port: str | None) -> Value | None:
    try:
        dated = series.value_on(on, profile, port)
    except NoRuleInForce:
        return None
    return Value(value=in_words(dated.value), first_day=dated.effective_from, reference=dated.reference)
