"""`clearway payment-data`: original payment data deposited, customs' questions, and the self-test (GACC 2018/179)."""

import json
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from clearway.cli.gateway_line import GatewayLine
from clearway.cli.inbox import LOCAL, SECONDS, Gateway
from clearway.cli.options import AsJson, Language, Seconds, party_code
from clearway.cli.outcomes import EXIT_CODES, Exit
from clearway.cli.papers import read_file
from clearway.cli.payment_data_picture import deposited_picture, pulls_picture, self_test_picture, standing_picture
from clearway.cli.screen import Lang
from clearway.contracts.payment_data import (
    TAKEN,
    DataAnswer,
    Deposited,
    PaymentDataStanding,
    Pulls,
    PullState,
    PullView,
    SelfTestBegun,
    SelfTestReport,
    SelfTestStep,
)
from clearway.contracts.problems import Problem

EVERY = 0.2
"""Seconds between two looks of the self-test."""
SELF_TEST_SECONDS = 120.0

payment_data_app = typer.Typer(
    help="Original payment data: deposit it, see what customs asked for, test that it is answered in time.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@payment_data_app.command(epilog=EXIT_CODES)
def deposit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON: payExchangeInfoHead and payExchangeInfoLists.")],
    sender: Annotated[str, typer.Option(callback=party_code, help="The platform or the payment enterprise.")],
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Deposit the original request and response of a payment; its text is kept as it is."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    content = read_file(file)
    if isinstance(content, Problem):
        line.fail(Exit.USAGE, content)
    kept = line.send_bytes(
        "POST", "/payment-data", Deposited, content, Content_Type="application/json", X_Clearway_Sender=sender
    )
    line.tell(kept, deposited_picture(kept, lang))


@payment_data_app.command(epilog=EXIT_CODES)
def pulls(
    state: Annotated[PullState | None, typer.Option(help="Only questions in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many, the newest.")] = 50,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Show customs' questions, and how many seconds were left."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    found = line.get("/payment-data/pulls", Pulls, state=state, limit=limit)
    line.tell(found, pulls_picture(found, lang))


@payment_data_app.command(epilog=EXIT_CODES)
def status(
    gateway: Gateway = LOCAL, timeout: Seconds = SECONDS, lang: Language = Lang.BOTH, as_json: AsJson = False
) -> None:
    """Show how many questions are open, late, without data or refused; ends with 1 if any is."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    standing = line.get("/payment-data/standing", PaymentDataStanding)
    line.tell(standing, standing_picture(standing, lang))
    raise typer.Exit(Exit.REFUSED if standing.late or standing.no_evidence or standing.refused else Exit.DONE)


@payment_data_app.command("self-test", epilog=EXIT_CODES)
def self_test(
    door: Annotated[
        str | None, typer.Option(help="Address registered with customs, if it is another than the gateway's.")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Take an answer that no key signed for good.")] = False,
    gateway: Gateway = LOCAL,
    timeout: Seconds = SELF_TEST_SECONDS,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Ask as customs asks, for marked data, and see whether a signed answer comes in time; nothing goes to customs."""
    line = GatewayLine(gateway, as_json, lang, timeout)
    steps: list[SelfTestStep] = []
    begun_at = time.monotonic()
    begun = line.send("POST", "/payment-data/self-test", SelfTestBegun)
    steps.append(_step("deposit", True, begun_at))
    try:
        asked_at = time.monotonic()
        said = _ask(GatewayLine(door or gateway, as_json, lang, timeout), begun)
        steps.append(_step("question", said.code == TAKEN, asked_at, f"{said.code} {said.message}".strip()))
        answered = _await_answer(line, begun, timeout)
        steps.append(_step("answer", answered is not None, asked_at, answered.fault if answered else "none in time"))
        told = json.loads(answered.answer)["message"] if answered else ""
        steps.append(SelfTestStep(step="signature", ok=told == "signed" or unsigned, milliseconds=0, told=told))
    finally:
        cleared_at = time.monotonic()
        line.delete(f"/payment-data/self-test/{begun.session_id}")
    steps.append(_step("clearing up", True, cleared_at))
    report = SelfTestReport(
        ok=all(step.ok for step in steps) and answered is not None and not answered.late,
        seconds_left=answered.seconds_left if answered else None,
        signed=told == "signed",
        steps=tuple(steps),
    )
    line.tell(report, self_test_picture(report, lang))
    raise typer.Exit(Exit.DONE if report.ok else Exit.REFUSED)


def _ask(line: GatewayLine, begun: SelfTestBegun) -> DataAnswer:
    question = {"orderNo": begun.order_no, "sessionID": begun.session_id, "serviceTime": time.time_ns() // 1_000_000}
    form = urlencode({"openReq": json.dumps(question)}).encode()
    return line.send_bytes(
        "POST", "/payment-data/open", DataAnswer, form, Content_Type="application/x-www-form-urlencoded"
    )


def _await_answer(line: GatewayLine, begun: SelfTestBegun, seconds: float) -> PullView | None:
    """The question once it is answered, or refused; None if neither happens in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        shown = line.get("/payment-data/pulls", Pulls, limit=500).pulls
        pull = next((each for each in shown if each.session_id == begun.session_id), None)
        if pull is not None and pull.state is PullState.ANSWERED:
            return pull
        time.sleep(EVERY)
    return None


def _step(name: str, ok: bool, begun: float, told: str = "") -> SelfTestStep:
    return SelfTestStep(step=name, ok=ok, milliseconds=int((time.monotonic() - begun) * 1000), told=told)
