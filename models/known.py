"""What the database knows of a batch of news, asked once for all of it and kept up while the batch is written."""

from collections.abc import Collection, Iterable, Sequence

from sqlmodel import Session, and_, col, or_, select

from clearway.contracts.keys import ID_PREFIX
from models.addresses import MESSAGE
from models.inbox import Filed, filings_of_cases, newest_attempts
from models.ledger.accounts import insert_once
from models.tables import Address, FilingRecord, InboxItem, SentMessage

_MOST = 200
"""Earlier news of one subject or one case that is looked at, the newest first."""


class Known:
    """Items by their keys, subjects and cases; cases by their addresses; what these have filed."""

    def __init__(
        self,
        session: Session,
        *,
        keys: Collection[str],
        subjects: Collection[tuple[str, str]],
        addresses: Collection[str],
    ) -> None:
        """Ask for items under `keys`, for what is kept of each kind about each best address, and for cases."""
        self._session = session
        self._by_key: dict[str, InboxItem] = {}
        self._about: dict[tuple[str, str], list[InboxItem]] = {}
        self._of_case: dict[tuple[str, str], list[InboxItem]] = {}
        self._asked_of: set[str] = set()
        self._filings: dict[str, dict[Filed, FilingRecord]] = {}
        self._numbers: list[dict[str, str]] = []
        self._cases = _cases(session, addresses)
        for item in _items(session, keys, subjects):
            self._by_key[item.dedupe_key] = item
            self._about.setdefault((item.kind, item.address), []).append(item)

    def under(self, key: str) -> InboxItem | None:
        """The item kept under a key."""
        return self._by_key.get(key)

    def look_under(self, key: str) -> InboxItem | None:
        """The item kept under a key that was not asked for with the others."""
        item = self._session.exec(select(InboxItem).where(InboxItem.dedupe_key == key)).first()
        if item is not None:
            self._by_key[key] = item
        return item

    def about(self, kind: str, address: str) -> Sequence[InboxItem]:
        """What is kept of one kind under one best key, newest first: what new news may contradict."""
        return self._about.get((kind, address), [])[:_MOST]

    def of_case(self, kind: str, workflow_id: str) -> Sequence[InboxItem]:
        """What one case was told of one kind, or is to be told, newest first."""
        if workflow_id not in self._asked_of:
            self._ask_of_cases(kind, workflow_id)
        return self._of_case.get((kind, workflow_id), [])[:_MOST]

    def cases(self, addresses: Iterable[str], prefix: str) -> tuple[str, ...]:
        """Workflow ids that begin like this, known under the first of these addresses at which there are any.

        Of Declaration Lists, only the newest attempt of each.
        """
        for address in addresses:
            known = [each for each in self._cases.get(address, ()) if each.startswith(prefix)]
            if known:
                return newest_attempts(known) if prefix == ID_PREFIX else tuple(sorted(known))
        return ()

    def filings(self, workflow_id: str) -> dict[Filed, FilingRecord]:
        """The newest filed version of each document or application of a case, locked until this transaction ends."""
        if workflow_id not in self._filings:
            wanted = {each for known in self._cases.values() for each in known} | {workflow_id}
            found = filings_of_cases(self._session, wanted - self._filings.keys())
            self._filings |= {each: found.get(each, {}) for each in wanted if each not in self._filings}
        return self._filings[workflow_id]

    def add(self, item: InboxItem) -> None:
        """One more item, of no case yet."""
        self._session.add(item)
        self._by_key[item.dedupe_key] = item
        self._about.setdefault((item.kind, item.address), []).insert(0, item)

    def assign(self, item: InboxItem) -> None:
        """The item is its case's from now on."""
        if item.workflow_id in self._asked_of:
            self._of_case.setdefault((item.kind, item.workflow_id or ""), []).insert(0, item)

    def remember(self, workflow_id: str, keys: Iterable[str]) -> None:
        """Let the case be found under further keys."""
        for key in keys:
            known = self._cases.setdefault(key, set())
            if workflow_id not in known:
                known.add(workflow_id)
                self._numbers.append({"key": key, "workflow_id": workflow_id})

    def write(self) -> None:
        """Write the further keys; the items and filings are the session's already."""
        if self._numbers:
            self._session.execute(insert_once(self._session, Address), self._numbers)
            self._numbers = []

    def _ask_of_cases(self, kind: str, workflow_id: str) -> None:
        wanted = ({each for known in self._cases.values() for each in known} | {workflow_id}) - self._asked_of
        rows = (
            select(InboxItem)
            .where(col(InboxItem.workflow_id).in_(wanted), InboxItem.kind == kind)
            .order_by(col(InboxItem.id).desc())
            .limit(_MOST * len(wanted))
        )
        for item in self._session.exec(rows):
            self._of_case.setdefault((item.kind, item.workflow_id or ""), []).append(item)
        self._asked_of |= wanted


def _items(session: Session, keys: Collection[str], subjects: Collection[tuple[str, str]]) -> list[InboxItem]:
    """Newest first: those kept under the keys, and of the subjects as many as are ever looked at."""
    of_kind: dict[str, list[str]] = {}
    for kind, address in subjects:
        of_kind.setdefault(kind, []).append(address)
    under = select(InboxItem).where(col(InboxItem.dedupe_key).in_(tuple(keys)))
    found = {item.id: item for item in session.exec(under)} if keys else {}
    if of_kind:
        of_subjects = [
            and_(col(InboxItem.kind) == kind, col(InboxItem.address).in_(addresses))
            for kind, addresses in of_kind.items()
        ]
        about = select(InboxItem).where(or_(*of_subjects)).order_by(col(InboxItem.id).desc())
        found |= {item.id: item for item in session.exec(about.limit(_MOST * len(subjects)))}
    return sorted(found.values(), key=lambda item: item.id or 0, reverse=True)


def _cases(session: Session, addresses: Collection[str]) -> dict[str, set[str]]:
    """Workflow ids by address; a message of ours is known by what was filed or sent."""
    plain = [address for address in addresses if not address.startswith(MESSAGE)]
    guids = [address.removeprefix(MESSAGE) for address in addresses if address.startswith(MESSAGE)]
    found: dict[str, set[str]] = {}
    if plain:
        rows = select(Address.key, Address.workflow_id).where(col(Address.key).in_(plain))
        for key, workflow_id in session.exec(rows):
            found.setdefault(key, set()).add(workflow_id)
    if guids:
        sent = select(SentMessage.cop_msg_id, SentMessage.workflow_id).where(col(SentMessage.cop_msg_id).in_(guids))
        filed = select(FilingRecord.message_guid, FilingRecord.workflow_id)
        of_messages = dict(session.exec(sent).all()) | dict(
            session.exec(filed.where(col(FilingRecord.message_guid).in_(guids))).all()
        )
        found |= {MESSAGE + guid: {workflow_id} for guid, workflow_id in of_messages.items()}
    return found
