"""News about messages of ours as a whole: which document customs could not read, and what the exchange says of it."""

from sqlmodel import Session

from clearway.contracts.customs import CustomsReceipt
from gateway.customs_contents import FILED_IN
from gateway.news import TAKEN, Kind, News, TransportAnswer
from models.inbox import Filed, ItemState, filing_of, kind_of_filing, latest_filings
from models.tables import InboxItem, SentMessage

_LONGEST_FAULT = 300


def as_receipt(session: Session, item: InboxItem, news: News) -> News:
    """A format refusal as the receipt that its case understands, once it is known which document was in the message.

    Until then it stays as it is. What we sent, and not what the receipt says of its type, tells the document. Of one
    that was corrected and filed anew meanwhile it is only noted: the correction must not pass for refused.
    """
    said = news.format_check
    if said is None:
        return news
    _tell_sent(session, said.cop_msg_id, f"CEB900 {said.status}: {said.info}")
    about = _filed_in(session, said.cop_msg_id)
    if about is None:
        return news
    filing = filing_of(session, said.cop_msg_id)
    newest = latest_filings(session, filing.workflow_id).get(about) if filing else None
    if filing and newest and newest.version != filing.version:  # no receipt can say which version it refuses
        item.state, item.workflow_id, item.delivered_at = ItemState.NOTED, filing.workflow_id, item.arrived_at
        return news
    receipt = CustomsReceipt(about=about, status=said.status, at=said.at, info=said.info, inbox_id=item.raw_id)
    told = News(addresses=news.addresses, receipt=receipt)
    item.kind, item.payload = Kind.RECEIPT, told.model_dump_json(exclude_none=True)
    return told


def note(session: Session, item: InboxItem, news: News) -> None:
    """Keep news that no case waits for where it is seen: in the inbox, and with the message of ours it is about."""
    item.state = ItemState.NOTED
    if (said := news.transport) is None:
        return
    sent = session.get(SentMessage, said.cop_msg_id)
    if sent is None:
        item.state = ItemState.PARKED
        return
    item.workflow_id, item.delivered_at = sent.workflow_id, item.arrived_at
    if said.code not in TAKEN:
        _tell_sent(session, said.cop_msg_id, _words(said))


def _words(said: TransportAnswer) -> str:
    return f"DXP {said.code}: {said.info}".removesuffix(": ")


def _tell_sent(session: Session, cop_msg_id: str, told: str) -> None:
    """Leave a note on the message of ours; how it stands with its sending is for the sender to say."""
    sent = session.get(SentMessage, cop_msg_id)
    if sent is not None:
        sent.fault = told[:_LONGEST_FAULT]


def _filed_in(session: Session, cop_msg_id: str) -> Filed | None:
    """Which document or application was in a message of ours."""
    filing = filing_of(session, cop_msg_id)
    if filing is not None:
        return kind_of_filing(filing)
    sent = session.get(SentMessage, cop_msg_id)
    return FILED_IN.get(sent.message_type.removesuffix("Message")) if sent else None
