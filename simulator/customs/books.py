"""What customs knows: documents and lists by business key, held in memory and lost when the process ends."""

import hashlib
from datetime import datetime

from clearway.contracts.documents import DeclarationList, DocumentKind, Order, Payment, Waybill
from simulator.customs.filing import Application, Filing, Standing, value_of
from simulator.customs.shelf import Bounded, Packed
from simulator.scenarios import Scenario
from simulator.steps import Receipt

Voucher = Order | Payment | Waybill
"""One of the three documents that must be there before the list."""

Record = Voucher | DeclarationList | Application
"""Whatever an enterprise hands in."""

Key = tuple[str, ...]


def key_of(document: Voucher) -> Key:
    """The business key under which customs keeps a document once."""
    match document:
        case Order():
            return document.kind, document.ebp_code, document.order_no
        case Payment():
            return document.kind, document.pay_code, document.pay_transaction_id
        case Waybill():
            return document.kind, document.logistics_code, document.logistics_no


def content_of(document: Record) -> str:
    """A document without the fields that only say which submission of it this is."""
    return document.model_dump_json(exclude={"guid", "app_type", "app_time", "app_status"})


def _submission(document: Record) -> bytes:
    """One submission; a repetition may bear a newer time, but a draft declared at last is not a repetition."""
    return hashlib.sha256(f"{document.app_type}/{document.app_status}/{content_of(document)}".encode()).digest()


def _is_being_told(filed: dict[str, list[Filing]]) -> bool:
    return any(filing.telling or filing.story for filings in filed.values() for filing in filings)


class Books:
    """Customs' memory. Everything runs on one event loop, so no lock is needed."""

    def __init__(self, lists_kept: int = 2_000) -> None:
        """Remember so many lists; beyond, the oldest of which everything is told are forgotten."""
        self._lists_kept = lists_kept
        self._vouchers: Bounded[Key, Packed[Voucher]] = Bounded(4 * lists_kept)
        self._payments: Bounded[tuple[str, str], Key] = Bounded(2 * lists_kept)
        self._returned: Bounded[Key, None] = Bounded(4 * lists_kept)
        self._filings: dict[str, dict[str, list[Filing]]] = {}
        self._seen: Bounded[tuple[str, str], tuple[bytes, tuple[Receipt, ...]]] = Bounded(8 * lists_kept)
        self._serials: Bounded[int, None] = Bounded(8 * lists_kept)

    def has_seen(self, document: Record) -> bool:
        """The same record, guid and content, came before: it is acknowledged and changes nothing."""
        seen = self._seen.get((document.kind, document.guid))
        return seen is not None and seen[0] == _submission(document)

    def remember(self, document: Record, last_word: tuple[Receipt, ...]) -> None:
        """Note a record as seen, and how its answer ended; the first content of a guid stays."""
        self._seen.setdefault((document.kind, document.guid), (_submission(document), last_word))

    def last_word(self, document: Voucher) -> tuple[Receipt, ...]:
        """How the answer to a record that was seen ended."""
        return self._seen[document.kind, document.guid][1]

    def keep(self, document: Voucher) -> None:
        """Store a document, in place of an earlier one under its key."""
        key = key_of(document)
        self._vouchers[key] = Packed(document)
        self._returned.pop(key, None)
        if isinstance(document, Payment):
            for order_no in (document.order_no, *(part.order_no for part in document.allocations)):
                self._payments[document.ebp_code, order_no] = key

    def drop(self, document: Voucher) -> None:
        """Delete what is stored under a document's key."""
        self._vouchers.pop(key_of(document), None)

    def give_back(self, document: Voucher) -> None:
        """Note that a document was returned, so that its corrected copy is known as one."""
        self._returned[key_of(document)] = None

    def kept(self, document: Voucher) -> Voucher | None:
        """What is stored under a document's key."""
        return self._stored(key_of(document))

    def was_returned(self, document: Voucher) -> bool:
        """A document under this key was returned and nothing has replaced it."""
        return key_of(document) in self._returned

    def filings(self, ebc_code: str, order_no: str) -> list[Filing]:
        """Every submission of one list, oldest first."""
        return self._filings.get(order_no, {}).get(ebc_code, [])

    def filings_by_order(self, order_no: str) -> dict[str, list[Filing]]:
        """Submissions that carry an order number, by e-commerce enterprise."""
        return self._filings.get(order_no, {})

    def open_filing(self, ebc_code: str, order_no: str) -> Filing | None:
        """The submission that customs is handling or has handled, if any was not returned."""
        return next((filing for filing in self.filings(ebc_code, order_no) if filing.standing is Standing.OPEN), None)

    def is_declared(self, document: Voucher) -> bool:
        """A list that rests on this document is with customs, so the document may not change any more."""
        filed = (filing for filings in self.filings_by_order(document.order_no).values() for filing in filings)
        for declaration in (filing.declaration for filing in filed if filing.standing is Standing.OPEN):
            if isinstance(document, Waybill):
                rests = document.logistics_no == declaration.logistics_no
            else:
                rests = document.ebp_code == declaration.ebp_code
            if rests:
                return True
        return False

    def order(self, declaration: DeclarationList) -> Order | None:
        """The stored order of a list."""
        found = self._stored((DocumentKind.ORDER, declaration.ebp_code, declaration.order_no))
        return found if isinstance(found, Order) and found.ebc_code == declaration.ebc_code else None

    def payment(self, declaration: DeclarationList) -> Payment | None:
        """The stored payment voucher of a list: by order number, or by the transaction that the order names."""
        key = self._payments.get((declaration.ebp_code, declaration.order_no))
        order = self.order(declaration)
        if key is None and order and order.pay_code and order.pay_transaction_id:
            key = (DocumentKind.PAYMENT, order.pay_code, order.pay_transaction_id)
        found = self._stored(key) if key else None
        return found if isinstance(found, Payment) else None

    def waybill(self, declaration: DeclarationList) -> Waybill | None:
        """The stored waybill of a list, if it carries the same order."""
        found = self._stored((DocumentKind.WAYBILL, declaration.logistics_code, declaration.logistics_no))
        return found if isinstance(found, Waybill) and found.order_no == declaration.order_no else None

    def enter(self, declaration: DeclarationList, scenario: Scenario, standing: Standing = Standing.OPEN) -> Filing:
        """Open the file of a new submission and give it its numbers (RULEBOOK B.0.5)."""
        serial = self._serial(declaration.guid)
        day = declaration.app_time
        filing = Filing(
            Packed(declaration),
            scenario,
            guid=declaration.guid,
            opened_at=day,
            value=value_of(declaration),
            pre_no=_pre_no(day, serial),
            invt_no=f"{declaration.customs_code}{day:%Y}{declaration.ie_flag}{serial:09d}",
            standing=standing,
        )
        self._forget()
        by_enterprise = self._filings.setdefault(declaration.order_no, {})
        by_enterprise.setdefault(declaration.ebc_code, []).append(filing)
        return filing

    def number(self, application: Application) -> str:
        """A pre-entry number for an application about a list that customs does not know."""
        return _pre_no(application.app_time, self._serial(application.guid))

    def _stored(self, key: Key) -> Voucher | None:
        packed = self._vouchers.get(key)
        return packed.open() if packed else None

    def _forget(self) -> None:
        """Let the oldest orders go of whose lists nothing more is to be told, where there are too many."""
        while len(self._filings) >= self._lists_kept:
            over = (number for number, filed in self._filings.items() if not _is_being_told(filed))
            if (oldest := next(over, None)) is None:
                return
            del self._filings[oldest]

    def _serial(self, guid: str) -> int:
        # From the guid, not from a counter: a restarted simulator must not give old numbers to other lists.
        serial = int.from_bytes(hashlib.sha256(guid.encode()).digest()[:8], "big") % 1_000_000_000
        while serial in self._serials:
            serial = (serial + 1) % 1_000_000_000
        self._serials[serial] = None
        return serial


def _pre_no(day: datetime, serial: int) -> str:
    return f"B{day:%Y%m%d}{serial:09d}"
