"""`clearway declare` and `clearway transmit`: documents on their way into the service."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from clearway.cli.case_picture import answer_picture, case_picture
from clearway.cli.line import Line
from clearway.cli.options import (
    ANSWER_SECONDS,
    Address,
    AsJson,
    Attempt,
    File,
    Language,
    Namespace,
    Profile,
    Seconds,
    TaskQueue,
    case_key,
    party_code,
)
from clearway.cli.outcomes import Exit
from clearway.cli.papers import Files, read_documents, read_one, sender_of
from clearway.cli.screen import Lang
from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.base import Contract
from clearway.contracts.case import Answer, CaseKey, CaseView, Transmission
from clearway.contracts.documents import DeclarationList, DocumentKind, Order
from clearway.contracts.parties import Sender
from clearway.contracts.states import State


class Declared(Contract):
    """Output of `declare --wait`."""

    answer: Answer
    case: CaseView | None


def declare(
    declaration_list: Annotated[Path, typer.Option("--list", help="The Declaration List: CEB621 or JSON.")],
    order: Annotated[Path | None, typer.Option(help="The order: CEB311 or JSON.")] = None,
    payment: Annotated[Path | None, typer.Option(help="The payment voucher: CEB411 or JSON.")] = None,
    waybill: Annotated[Path | None, typer.Option(help="The waybill: CEB511 or JSON.")] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            callback=party_code,
            help="Who hands the documents in. Without it each goes in the name of its own party: the order's ebcCode, "
            "the payment's payCode, the waybill's logisticsCode, the list's agentCode or ebcCode. With an entrusted "
            "operator, order and payment go on behalf of theirs; waybill and list cannot be entrusted.",
        ),
    ] = None,
    attempt: Attempt = 1,
    wait: Annotated[State | None, typer.Option(help="Wait until the list is in this state, or over.")] = None,
    profile: Profile = "SEED",
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, help="Seconds for the whole command; 60 unless given, endless with --wait."),
    ] = None,
    address: Address = None,
    namespace: Namespace = None,
    task_queue: TaskQueue = names.TASK_QUEUE,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Declare a list, alone or with the documents at hand; every problem is told at once.

    With --json and --wait the output is {"answer": ..., "case": ...}, otherwise the answer itself.
    """
    seconds = timeout or (None if wait else ANSWER_SECONDS)
    line = Line(address, namespace, as_json, lang, seconds, task_queue)
    given = {
        DocumentKind.ORDER: order,
        DocumentKind.PAYMENT: payment,
        DocumentKind.WAYBILL: waybill,
        DocumentKind.DECLARATION_LIST: declaration_list,
    }
    files: Files = {kind: path for kind, path in given.items() if path}
    documents, problems = read_documents(files)
    if problems:
        line.fail(Exit.USAGE, *problems)
    declared = documents.pop(DocumentKind.DECLARATION_LIST)
    assert isinstance(declared, DeclarationList)  # read_documents saw to the kinds
    transmissions = tuple(Transmission(document=each, sender=sender_of(each, sender)) for each in documents.values())

    async def hand_in(client: ClearwayClient) -> tuple[Answer, CaseView | None]:
        answer = await client.declare(
            declared, sender=sender_of(declared, sender), documents=transmissions, attempt=attempt, profile=profile
        )
        if wait is None or _is_refused(answer):
            return answer, None
        key = CaseKey(ebc_code=declared.ebc_code, order_no=declared.order_no, attempt=attempt)
        async for view in client.watch(key):
            if _went_through(view, wait):
                break
        return answer, view

    answer, view = line.ask(hand_in)
    pictures = [answer_picture(answer, lang)] + ([case_picture(view, lang)] if view else [])
    line.tell(Declared(answer=answer, case=view) if wait else answer, Group(*pictures))
    missed = view is not None and wait is not None and not _went_through(view, wait)
    raise typer.Exit(Exit.REFUSED if missed or _is_refused(answer) else Exit.DONE)


def transmit(
    file: File,
    case: Annotated[
        str | None, typer.Option(metavar="EBC/ORDER", help="The list it belongs to; a payment or waybill needs it.")
    ] = None,
    attempt: Attempt = 1,
    sender: Annotated[
        str | None, typer.Option(callback=party_code, help="Who hands it in; the document's own party unless given.")
    ] = None,
    on_behalf_of: Annotated[
        str | None, typer.Option(callback=party_code, help="The principal, when it entrusted --sender.")
    ] = None,
    profile: Profile = "SEED",
    timeout: Seconds = ANSWER_SECONDS,
    address: Address = None,
    namespace: Namespace = None,
    task_queue: TaskQueue = names.TASK_QUEUE,
    lang: Language = Lang.BOTH,
    as_json: AsJson = False,
) -> None:
    """Hand in one document, new or corrected, before or after the list."""
    line = Line(address, namespace, as_json, lang, timeout, task_queue)
    found = read_one(file)
    if isinstance(found, tuple):
        line.fail(Exit.USAGE, *found)
    if case is not None:
        key = case_key(case, attempt)
    elif isinstance(found, Order | DeclarationList):
        key = CaseKey(ebc_code=found.ebc_code, order_no=found.order_no, attempt=attempt)
    else:
        raise typer.BadParameter(f"a {found.kind} does not name the enterprise; give --case EBC/ORDER")
    if on_behalf_of and not sender:
        raise typer.BadParameter("--on-behalf-of needs --sender, who transmits")
    by = Sender(code=sender, on_behalf_of=on_behalf_of) if sender else sender_of(found)
    answer = line.ask(lambda client: client.transmit(found, sender=by, key=key, profile=profile))
    line.tell(answer, answer_picture(answer, lang))
    raise typer.Exit(Exit.REFUSED if _is_refused(answer) else Exit.DONE)


def _is_refused(answer: Answer) -> bool:
    """Refused, or taken and found not to match."""
    return not answer.accepted or bool(answer.problems)


def _went_through(view: CaseView, state: State) -> bool:
    """Whether the list is or was in a state; some are left at once."""
    return any(passage.state is state for passage in view.passages)
