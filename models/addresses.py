"""The keys under which customs and the parties may speak of a case, kept in the table `address`."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.ledger.accounts import insert_once
from models.tables import Address


def order_address(ebp_code: str, ebc_code: str, order_no: str) -> str:
    """Key of receipt 312."""
    return f"order|{ebp_code}|{ebc_code}|{order_no}"


def payment_address(pay_code: str, pay_transaction_id: str) -> str:
    """Key of receipt 412; the cases of a split payment share it."""
    return f"payment|{pay_code}|{pay_transaction_id}"


def waybill_address(logistics_code: str, logistics_no: str) -> str:
    """Key of receipt 512."""
    return f"waybill|{logistics_code}|{logistics_no}"


def list_address(number_kind: str, number: str) -> str:
    """Key of receipts 622, 624, 626, 816 and 818; `number_kind` is cop, pre or invt.

    An application has a `cop` of its own; its list, and every return of its list, may share a `pre` or `invt`.
    """
    return f"list|{number_kind}|{number}"


def case_address(ebc_code: str, order_no: str) -> str:
    """Key of control instructions, results, dispositions and holds, and of receipts that only name the order."""
    return f"case|{ebc_code}|{order_no}"


def articles_address(declarant_code: str, list_no: str) -> str:
    """Key of customs' decisions about an individual's List of Items."""
    return f"articles|{declarant_code}|{list_no}"


def report_address(report_no: str) -> str:
    """Key of customs' decisions about a suspicion report."""
    return f"report|{report_no}"


def order_no_address(order_no: str, ebp_code: str = "") -> str:
    """Key by which a payment (with its platform) or a waybill (without) finds the case of its order."""
    return f"order-no|{ebp_code}|{order_no}"


MESSAGE = "message|"
"""How the key of a message of ours begins."""


def message_address(message_guid: str) -> str:
    """Key of what is said about a message of ours as a whole (receipt 900, DxpRep); found by what was sent."""
    return f"{MESSAGE}{message_guid}"


def remember(session: Session, workflow_id: str, keys: Iterable[str]) -> None:
    """Let the case be found under these keys; keys already known change nothing."""
    rows = [{"key": key, "workflow_id": workflow_id} for key in sorted(set(keys))]
    if rows:
        session.connection().execute(insert_once(session, Address), rows)


def cases_at(session: Session, key: str) -> tuple[str, ...]:
    """Workflow ids of the cases known under a key, newest attempt last."""
    found = session.exec(select(Address.workflow_id).where(Address.key == key).order_by(col(Address.workflow_id)))
    return tuple(found)
