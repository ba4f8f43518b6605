"""What is filed with customs: the stored documents that go out, and the note of each filing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, and_, col, or_, select

from clearway.contracts.documents import AnyDocument
from clearway.contracts.facts import DocumentOnFile
from models.documents import parse
from models.rows import add_or_change
from models.rule_packs import newest
from models.tables import CaseRecord, FilingRecord, StoredDocument


class Noted(NamedTuple):
    """One document or application in a message of its own."""

    workflow_id: str
    kind: str
    version: int
    message_guid: str


def papers(
    session: Session, workflow_id: str, documents: Sequence[DocumentOnFile]
) -> tuple[int, tuple[AnyDocument, ...]]:
    """The number of a case's rule pack, and these versions of its documents; raises LookupError for one not on file."""
    versions = [
        and_(col(StoredDocument.kind) == each.kind, col(StoredDocument.version) == each.version) for each in documents
    ]
    rows = session.exec(
        select(StoredDocument, CaseRecord.rule_pack)
        .join(CaseRecord, col(CaseRecord.workflow_id) == StoredDocument.workflow_id, isouter=True)
        .where(StoredDocument.workflow_id == workflow_id, or_(*versions))
    ).all()
    found = {(row.kind, row.version): row for row, _ in rows}
    missing = [each for each in documents if (each.kind, each.version) not in found]
    if missing:
        told = ", ".join(f"{each.kind} version {each.version}" for each in missing)
        raise LookupError(f"{told} of {workflow_id} is not on file")
    packs = {pack for _, pack in rows if pack is not None}
    pack = packs.pop() if packs else newest(session)
    return pack, tuple(parse(found[each.kind, each.version]) for each in documents)


def note_filings(session: Session, filings: Sequence[Noted], at: datetime, traceparent: str | None) -> None:
    """Note filings before they happen, so that an answer finds its case however fast it comes.

    What is filed again is not answered yet, and keeps the time and the trace of its first filing.
    """
    rows = [{**filing._asdict(), "filed_at": at, "traceparent": traceparent, "times": 1} for filing in filings]
    add_or_change(
        session,
        FilingRecord,
        rows,
        key=("workflow_id", "kind", "version"),
        changes=lambda _: {"times": col(FilingRecord.times) + 1, "answered": None},
    )


def first_filed_at(session: Session, message_guid: str) -> datetime | None:
    """When what is in the message of this guid was filed first; None before."""
    return session.exec(select(FilingRecord.filed_at).where(FilingRecord.message_guid == message_guid)).first()
