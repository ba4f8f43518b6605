"""Files as the command is given them: read, told apart from what is no document, and each with its sender."""

from pathlib import Path

from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.parties import Sender
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages import MessageRefused, document_from
from clearway.messages.parsing import MAX_BYTES
from clearway.preflight.comparison import told_of

Files = dict[DocumentKind, Path]


def read_file(path: Path) -> bytes | Problem:
    """The content of a file, or why it cannot be had; more than the largest message is never read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(path, error.strerror or type(error).__name__)


def read_documents(files: Files) -> tuple[dict[DocumentKind, AnyDocument], tuple[Problem, ...]]:
    """One document from each file, and everything wrong with those that hold none."""
    documents: dict[DocumentKind, AnyDocument] = {}
    problems: list[Problem] = []
    for kind, path in files.items():
        found = read_one(path)
        if isinstance(found, tuple):
            problems += found
        elif found.kind != kind:
            problems.append(_not_one(path, found.kind, kind))
        else:
            documents[kind] = found
    return documents, tuple(problems)


def read_one(path: Path) -> AnyDocument | tuple[Problem, ...]:
    """The one document of a file, or everything wrong with it."""
    content = read_file(path)
    if isinstance(content, Problem):
        return (content,)
    try:
        documents = document_from(content)
    except MessageRefused as refused:
        return told_of(str(path), refused.problems)
    return documents[0] if len(documents) == 1 else (_not_one(path, f"{len(documents)} documents"),)


def sender_of(document: AnyDocument, sender: str | None = None) -> Sender:
    """Who hands a document in: its own party; or the given sender, for orders and payments also on its behalf.

    A waybill or list cannot be entrusted (RULEBOOK B.1), so it always goes in the name of a party of its own.
    """
    match document:
        case Order():
            owners = [document.ebc_code, document.ebp_code]
        case Payment():
            owners = [document.pay_code]
        case Waybill():
            owners = [document.logistics_code]
        case DeclarationList():
            owners = [document.agent_code or document.ebc_code, document.ebc_code]
    if sender is None or sender in owners:
        return Sender(code=sender or owners[0])
    if isinstance(document, Order | Payment):
        return Sender(code=sender, on_behalf_of=owners[0])
    return Sender(code=owners[0])


def _unreadable(path: Path, why: str) -> Problem:
    return Problem(
        code="E_UNREADABLE",
        fields=(FieldValue(field=str(path)),),
        message_en=f"The file {path} cannot be read: {why}.",
        message_zh=f"无法读取文件 {path}：{why}。",
        remedy_en="Check the path and the permissions.",
        remedy_zh="请检查文件路径和权限。",
    )


def _not_one(path: Path, given: str, wanted: str = "document") -> Problem:
    return Problem(
        code="E_WRONG_DOCUMENT",
        fields=(FieldValue(field=str(path), value=given),),
        message_en=f"The file {path} should hold one {wanted}, but holds: {given}.",
        message_zh=f"文件 {path} 应仅含一份 {wanted}，实际为：{given}。",
        remedy_en=f"Give a file with exactly one {wanted}.",
        remedy_zh=f"请提供仅含一份 {wanted} 的文件。",
        reference="RULEBOOK B.1",
    )
