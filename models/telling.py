"""What enterprises wait for: every receipt and tax bill of their lists, and each list's end; nothing personal in it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from clearway.contracts.customs import CustomsReceipt, TaxBillNotice
from clearway.contracts.documents import DocumentKind
from clearway.contracts.keys import ID_PREFIX, RETURN_PREFIX, CaseKey, ReturnKey
from clearway.messages.reasons import reasons_of
from models.collection import dues
from models.notices import Event, tell_all
from models.tables import CaseRecord, StoredDocument

RECEIPT, BILL, LIST_ENDED = "RECEIPT", "BILL", "LIST_ENDED"

_BILL_STATUSES = {"1": ("created", "已生成"), "2": ("summarised", "已汇总"), "3": ("void", "作废")}
_ENDS = {
    "taxed": ("its tax is paid", "已缴税"),
    "match_failed": ("it was not corrected in time", "比对不符且未按时更正"),
    "rejected": ("customs rejected it", "海关已退单"),
    "cancelled": ("it is cancelled", "已撤销"),
    "detained": ("its goods are confiscated", "货物被没收"),
    "returned_abroad": ("its goods are returned abroad", "货物已退运出境"),
    "destroyed": ("its goods are destroyed", "货物已销毁"),
    "returned": ("all its goods are returned", "货物已全部退货"),
}


class Parties(NamedTuple):
    """Who has to do with a list."""

    platform: str = ""
    senders: Mapping[str, Sequence[str]] = {}
    """Who handed a document in, by its kind."""


def parties_of(session: Session, workflow_ids: Iterable[str]) -> dict[str, Parties]:
    """The parties of lists and of returns of lists, by the ids of either; nothing else has any."""
    of = {workflow_id: key.workflow_id for workflow_id in workflow_ids if (key := _list_of(workflow_id)) is not None}
    wanted = set(of.values())
    if not wanted:
        return {}
    rows = select(CaseRecord.workflow_id, CaseRecord.ebp_code).where(col(CaseRecord.workflow_id).in_(wanted))
    platforms = dict(session.exec(rows).all())
    sent = select(StoredDocument.workflow_id, StoredDocument.kind, StoredDocument.sender).distinct()
    senders: dict[str, dict[str, list[str]]] = {}
    for case, kind, sender in session.exec(sent.where(col(StoredDocument.workflow_id).in_(wanted))):
        senders.setdefault(case, {}).setdefault(kind, []).append(sender)
    return {each: Parties(platforms.get(case, ""), senders.get(case, {})) for each, case in of.items()}


def receipt_events(parties: Mapping[str, Parties], workflow_id: str, receipt: CustomsReceipt) -> list[Event]:
    """What the enterprises of a list, and who sent the document in question, are told of what customs said.

    Customs' own words stay in the receipt, where they may name persons; told is what the catalogue says of them.
    """
    reasons = reasons_of(receipt.about, receipt.status, receipt.info)
    details: dict[str, object] = {
        "about": receipt.about,
        "status": receipt.status,
        "customs_at": receipt.at.isoformat(),
        "codes": [reason.code for reason in reasons],
        "meaning_en": "; ".join(reason.cause_en for reason in reasons),
        "meaning_zh": "；".join(reason.cause_zh for reason in reasons),
        "remedy_en": "; ".join(dict.fromkeys(reason.remedy_en for reason in reasons if reason.remedy_en)),
        "remedy_zh": "；".join(dict.fromkeys(reason.remedy_zh for reason in reasons if reason.remedy_zh)),
        "owner": reasons[0].owner,
        "pre_no": receipt.pre_no,
        "invt_no": receipt.invt_no,
        "cop_no": receipt.cop_no,
    }
    to = _recipients(parties, workflow_id, receipt.about if isinstance(receipt.about, DocumentKind) else None)
    return _events(to, RECEIPT, workflow_id, receipt.key, details)


def tell_bill(session: Session, workflow_id: str, bill: TaxBillNotice, at: datetime) -> None:
    """Tell the enterprises of a list, and its withholding agent, of a tax bill or its new status."""
    english, chinese = _BILL_STATUSES.get(bill.status, ("unknown", "未知"))
    details: dict[str, object] = {
        "bill_no": bill.bill_no,
        "invt_no": bill.invt_no,
        "status": bill.status,
        "meaning_en": f"the tax bill is {english}",
        "meaning_zh": f"电子税单{chinese}",
        "total": None if bill.total is None else f"{bill.total:f}",
        "payment_order_no": bill.payment_order_no,
        "customs_at": bill.at.isoformat(),
    }
    owed = dues.find(session, workflow_id)
    parties = parties_of(session, [workflow_id])
    to = [*_recipients(parties, workflow_id, None), owed.agent if owed else ""]
    tell_all(session, _events(to, BILL, workflow_id, bill.model_dump_json(), details), at)


def tell_ends(session: Session, ended: Sequence[CaseRecord], at: datetime) -> None:
    """Tell the enterprises of lists that they are over, and how; the same end again is told nobody."""
    events: list[Event] = []
    for record in ended:
        english, chinese = _ENDS.get(record.state, (record.state, record.state))
        details: dict[str, object] = {"state": record.state, "meaning_en": english, "meaning_zh": chinese}
        to = (record.ebc_code, record.ebp_code)
        events += _events(to, LIST_ENDED, record.workflow_id, record.state, details)
    tell_all(session, events, at)


def _events(
    recipients: Iterable[str], kind: str, workflow_id: str, content: str, details: dict[str, object]
) -> list[Event]:
    # The content is hashed: it may hold customs' text, and a key of an event must not be personal.
    key = f"{workflow_id}|{hashlib.sha256(content.encode()).hexdigest()[:32]}"
    told = {name: value for name, value in details.items() if value not in (None, "")}
    return [Event(recipient, kind, workflow_id, key, told) for recipient in dict.fromkeys(recipients)]


def _recipients(parties: Mapping[str, Parties], workflow_id: str, about: DocumentKind | None) -> list[str]:
    """The e-commerce enterprise, its platform, and who handed the document in; nobody for what is no list's."""
    key = _list_of(workflow_id)
    if key is None:
        return []
    known = parties.get(workflow_id, Parties())
    return [key.ebc_code, known.platform, *(sorted(known.senders.get(about, ())) if about is not None else ())]


def _list_of(workflow_id: str) -> CaseKey | None:
    """The list that a workflow is about."""
    if workflow_id.startswith(RETURN_PREFIX):
        return ReturnKey.of(workflow_id).case
    return CaseKey.of(workflow_id) if workflow_id.startswith(ID_PREFIX) else None
