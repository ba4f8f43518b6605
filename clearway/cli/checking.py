"""`clearway preflight`: everything wrong with four files, before anything is sent."""

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from clearway.cli.options import AsJson, Language, Profile
from clearway.cli.outcomes import Exit
from clearway.cli.papers import read_file
from clearway.cli.rules_known import rules_with
from clearway.cli.screen import Lang, limits_and_tax, problem_table, screen
from clearway.contracts.base import Amount
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import IdentityOutcome
from clearway.contracts.problems import Problem
from clearway.preflight import Preflight, preflight
from clearway.rules.parameters import rules_in_force


class Identity(StrEnum):
    """What the identity authority is assumed to say."""

    VERIFIED = "verified"
    UNAVAILABLE = "unavailable"
    MISMATCH = "mismatch"


def _amount(text: str) -> Decimal:
    try:
        return TypeAdapter[Decimal](Amount).validate_python(text)
    except (ValidationError, InvalidOperation):
        raise typer.BadParameter("an amount in CNY, e.g. 1250.00") from None


def check_files(
    order: Annotated[Path, typer.Option(help="The order: CEB311 or JSON.")],
    payment: Annotated[Path, typer.Option(help="The payment voucher: CEB411 or JSON.")],
    waybill: Annotated[Path, typer.Option(help="The waybill: CEB511 or JSON.")],
    declaration_list: Annotated[Path, typer.Option("--list", help="The Declaration List: CEB621 or JSON.")],
    identity: Annotated[Identity, typer.Option(help="Assumed answer of the identity authority.")] = Identity.VERIFIED,
    annual_used: Annotated[
        Decimal, typer.Option(parser=_amount, metavar="CNY", help="Assumed use of the annual limit so far.")
    ] = Decimal(0),
    profile: Profile = "SEED",
    own_rules: Annotated[
        list[Path] | None, typer.Option("--rules", metavar="FILE", help="A parameter file of your own, laid on top.")
    ] = None,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Tell everything wrong with four files, without a server.

    The service's own rules on the files alone: single documents, comparison M01 to M18, limits and tax. A faulty file
    or field stops no other check. Checks that only the service can make are named. Ends with 0 only if the list would
    match, with 1 if it would not, with 2 if a file cannot be read as its document.
    """
    rules = rules_with(own_rules, as_json=as_json, lang=lang)
    files = {
        DocumentKind.ORDER: order,
        DocumentKind.PAYMENT: payment,
        DocumentKind.WAYBILL: waybill,
        DocumentKind.DECLARATION_LIST: declaration_list,
    }
    contents = {kind: read_file(path) for kind, path in files.items()}
    bodies = {kind: content for kind, content in contents.items() if isinstance(content, bytes)}
    with rules_in_force(rules):
        report = preflight(bodies, identity=IdentityOutcome(identity.upper()), annual_used=annual_used, profile=profile)
    absent = tuple(content for content in contents.values() if isinstance(content, Problem))
    report = report.model_copy(update={"problems": absent + report.problems})
    if as_json:
        typer.echo(report.model_dump_json())
    else:
        _tell(report, lang)
    raise typer.Exit(Exit.DONE if report.would_match else Exit.REFUSED if report.all_read else Exit.USAGE)


def _tell(report: Preflight, lang: Lang) -> None:
    console = screen()
    if report.problems or report.warnings:
        console.print(problem_table((*report.problems, *report.warnings), lang))
    if report.unread:
        unread = ", ".join(report.unread)
        console.print(
            Text(lang.say(f"Could not be read, so was not compared: {unread}", f"无法读取、未参与比对：{unread}", "\n"))
        )
    console.print(limits_and_tax(report.limits, report.tax, lang))
    console.print(
        Text(lang.say("Not checked here; only the service knows:", "以下检查须由服务端完成，此处未做：", "\n"))
    )
    for each in report.not_made:
        console.print(Text(f"  {each.check}: {lang.say(each.what_en, each.what_zh)}"))
    if report.would_match:
        console.print(Text(lang.say("It would match.", "可以通过比对。"), style="bold green"))
        return
    count = len(report.problems)
    console.print(
        Text(lang.say(f"It would not match: {count} problems.", f"不能通过比对：{count} 个问题。"), style="bold red")
    )
