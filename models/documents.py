"""The stored documents of a case: what is on file, in which version, under which numbers."""

from collections.abc import Iterable

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from clearway.contracts.documents import AnyDocument, DeclarationList, Document, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import DocumentOnFile
from clearway.contracts.parties import Sender
from models.addresses import (
    case_address,
    list_address,
    order_address,
    order_no_address,
    payment_address,
    waybill_address,
)
from models.tables import StoredDocument

_OF_CASE = (
    select(StoredDocument)
    .where(col(StoredDocument.workflow_id) == bindparam("workflow_id"))
    .order_by(col(StoredDocument.version))
)
_ANY_DOCUMENT: TypeAdapter[AnyDocument] = TypeAdapter(Document)


def latest(session: Session, workflow_id: str) -> dict[DocumentKind, StoredDocument]:
    """The latest version of each document of a case."""
    rows = session.exec(_OF_CASE, params={"workflow_id": workflow_id})
    return {DocumentKind(row.kind): row for row in rows}


def version_of(session: Session, workflow_id: str, document: DocumentOnFile) -> AnyDocument:
    """One stored version; raises LookupError when it is not on file."""
    row = session.exec(
        select(StoredDocument).where(
            StoredDocument.workflow_id == workflow_id,
            StoredDocument.kind == document.kind,
            StoredDocument.version == document.version,
        )
    ).first()
    if row is None:
        raise LookupError(f"{document.kind} version {document.version} of {workflow_id} is not on file")
    return parse(row)


def parse(row: StoredDocument) -> AnyDocument:
    """The document in a row."""
    return _ANY_DOCUMENT.validate_json(row.body)


def on_file(rows: Iterable[StoredDocument]) -> tuple[DocumentOnFile, ...]:
    """The rows as recorded facts, in the order in which documents are named."""
    order = list(DocumentKind)
    return tuple(
        DocumentOnFile(
            kind=DocumentKind(row.kind),
            guid=row.guid,
            content_hash=row.content_hash,
            version=row.version,
            sender=Sender(code=row.sender, on_behalf_of=row.on_behalf_of),
        )
        for row in sorted(rows, key=lambda row: order.index(DocumentKind(row.kind)))
    )


def business_key(document: AnyDocument) -> str:
    """The natural key: one number that may not be given to two different contents."""
    if isinstance(document, Order):
        return order_address(document.ebp_code, document.ebc_code, document.order_no)
    if isinstance(document, Payment):
        return payment_address(document.pay_code, document.pay_transaction_id)
    if isinstance(document, Waybill):
        return waybill_address(document.logistics_code, document.logistics_no)
    return case_address(document.ebc_code, document.order_no)


def addresses(document: AnyDocument) -> list[str]:
    """Every key under which receipts, or further documents, may speak of this document's case."""
    keys = [business_key(document)]
    if isinstance(document, Order | DeclarationList):
        keys += [
            case_address(document.ebc_code, document.order_no),
            order_no_address(document.order_no, document.ebp_code),
            order_no_address(document.order_no),
        ]
    if isinstance(document, DeclarationList) and document.cop_no:
        keys.append(list_address("cop", document.cop_no))
    return keys
