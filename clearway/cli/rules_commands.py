"""`clearway rules`: the dated, cited values of the law, in force and through time, and files of one's own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from clearway.cli.options import AsJson, Language, Profile
from clearway.cli.outcomes import EXIT_CODES, Exit, fail
from clearway.cli.rules_known import (
    On,
    Port,
    Rule,
    With,
    every_series,
    find,
    lay_files,
    rules_with,
    tables_of,
    today,
    told_rule,
    unknown_id,
)
from clearway.cli.rules_meaning import every_id, explain_id
from clearway.cli.rules_picture import change_table, explained_picture, rule_list, rule_picture
from clearway.cli.screen import Lang, screen
from clearway.contracts.base import Contract
from clearway.rules.parameters import built_in_parameters
from clearway.rules.rule_changes import RuleChange, changes_between

rules_app = typer.Typer(
    help="Read the rules: every rate, limit and number of days, dated and cited; check files of your own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Rules(Contract):
    """Output of `rules list`."""

    rules_version: str
    rules: tuple[Rule, ...]


class Checked(Contract):
    """Output of `rules check` for files that are right."""

    files: tuple[str, ...]
    rules_version_before: str
    rules_version: str
    changes: tuple[RuleChange, ...]


@rules_app.command("list", epilog=EXIT_CODES)
def list_rules(
    prefix: Annotated[
        str, typer.Argument(metavar="[PREFIX]", help="Only ids that begin so, e.g. tax or goods.33.")
    ] = "",
    table: Annotated[str | None, typer.Option(help="Only one table, e.g. goods, countries; numbers or texts.")] = None,
    containing: Annotated[
        str, typer.Option("--find", metavar="TEXT", help="Only what has this in id, description or value.")
    ] = "",
    on: On = None,
    profile: Profile = "SEED",
    port: Port = None,
    files: With = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """List rules with the value in force on a day, its unit, first day and source."""
    rules = rules_with(files, as_json=as_json, lang=lang)
    if table is not None and table not in tables_of(rules):
        raise typer.BadParameter(f"one of {', '.join(tables_of(rules))}", param_hint="--table")
    day = on or today()
    told = tuple(
        rule.model_copy(update={"values": ()})
        for rule in (told_rule(series, day, profile, port) for series in every_series(rules, table))
        if rule.rule.startswith(prefix) and _contains(rule, containing)
    )
    if not told and prefix and not containing:
        problem = unknown_id(prefix, (series.rule for series in every_series(rules, table)))
        fail(Exit.USAGE, (problem,), as_json=as_json, lang=lang)
    heading = f"{day} · {profile}{f' · {port}' if port else ''} · {len(told)}"
    _tell(Rules(rules_version=rules.version, rules=told), Group(Text(heading), rule_list(told, lang)), as_json)


def _contains(rule: Rule, text: str) -> bool:
    value = rule.in_force.value if rule.in_force else ""
    return text.casefold() in f"{rule.rule}\n{rule.description}\n{value}".casefold()


@rules_app.command("show", epilog=EXIT_CODES)
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, e.g. limits.single or goods.2204210000.")],
    on: On = None,
    profile: Profile = "SEED",
    port: Port = None,
    files: With = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show one rule with every value it has: from, to, of which profile or port, and its source."""
    rules = rules_with(files, as_json=as_json, lang=lang)
    series = find(rules, rule)
    if series is None:
        known = (each.rule for each in every_series(rules))
        fail(Exit.USAGE, (unknown_id(rule, known),), as_json=as_json, lang=lang)
    told = told_rule(series, on or today(), profile, port)
    _tell(told, rule_picture(told, lang), as_json)


@rules_app.command("explain", epilog=EXIT_CODES)
def explain_rule(
    wanted: Annotated[
        str,
        typer.Argument(metavar="ID|CODE", help="A rule, a matching rule (M05), a judgement (limits), an error code."),
    ],
    on: On = None,
    profile: Profile = "SEED",
    port: Port = None,
    files: With = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Explain in words what a rule decides, what uses it, and what happens on its boundary."""
    rules = rules_with(files, as_json=as_json, lang=lang)
    told = explain_id(rules, wanted, on=on or today(), profile=profile, port=port)
    if told is None:
        fail(Exit.USAGE, (unknown_id(wanted, every_id(rules)),), as_json=as_json, lang=lang)
    _tell(told, explained_picture(told, lang), as_json)


@rules_app.command("check", epilog=EXIT_CODES)
def check_rules(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Parameter files, each on top of the others.")],
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Check parameter files of your own; tell everything wrong, or what they change and which lists that affects."""
    base = built_in_parameters()
    laid, problems = lay_files(base, files)
    if problems:
        fail(Exit.USAGE, problems, as_json=as_json, lang=lang)
    changes = changes_between(base, laid)
    checked = Checked(
        files=tuple(str(file) for file in files),
        rules_version_before=base.version,
        rules_version=laid.version,
        changes=changes,
    )
    if not changes:
        nothing = lang.say("The files are right and change no value.", "参数文件无误，未改变任何取值。", "\n")
        return _tell(checked, Text(nothing), as_json)
    under_way = lang.say(
        "The files are right. Lists under way keep the rules they began with.",
        "参数文件无误。已在办理中的清单仍适用其开始时的规则。",
        "\n",
    )
    return _tell(checked, Group(change_table(changes, lang), Text(under_way)), as_json)


def _tell(result: Contract, picture: RenderableType, as_json: bool) -> None:
    if as_json:
        typer.echo(result.model_dump_json())
    else:
        screen().print(picture)
