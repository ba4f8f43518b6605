"""A list of five lines and its receipt on the wire, beside what lxml needs for the same bytes."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from lxml import etree
from pydantic import BaseModel
from rich.progress import Progress

from bench.judgements import AT, five_lines
from bench.ratios import Ratios, compare, machine, rate
from clearway.contracts.documents import ListReceipt
from clearway.messages import Transfer, read, validate, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, unwrap, wrap
from clearway.messages.signatures import KeyKind, TrustedKey, XmlSigner, new_key, sign_message, verify

GUID = "6D1C7F3E-5B1A-4F57-9C39-0B7C3A1E5D21"
_NAME = "4d2"


class Work(BaseModel):
    """One thing done to a message, and which half of lxml's work on the same bytes it stands beside."""

    name: str
    ours: Callable[[], object]
    data: bytes
    writes: bool = False

    def yardstick(self) -> Callable[[], object]:
        """Bare parsing, or bare serialising of what was parsed before."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        if not self.writes:
            return lambda: etree.fromstring(self.data, parser)
        root = etree.fromstring(self.data, parser)
        return lambda: etree.tostring(root, encoding="UTF-8")


def measure_messages(rounds: int, messages: int, progress: Progress) -> Ratios:
    """Each kind of work on each message, in turn with lxml's part of it, in one process."""
    works = every_work()
    done = progress.add_task("rounds", total=(rounds + 1) * len(works))
    rows = []
    for work in works:
        bare = work.yardstick()

        def ours(once: Callable[[], object] = work.ours) -> float:
            progress.advance(done)
            return rate(messages, once)

        def theirs(once: Callable[[], object] = bare) -> float:
            return rate(messages, once)

        rows.append(compare(work.name, rounds, ours, theirs))
    return Ratios(settings={"rounds": rounds, "messages": messages, **machine("lxml", "pydantic")}, rows=rows)


def every_work() -> tuple[Work, ...]:
    """What is measured."""
    declared = five_lines().declaration_list
    transfer = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")
    receipt = ListReceipt(
        guid=GUID,
        customs_code="2991",
        ebp_code=declared.ebp_code,
        ebc_code=declared.ebc_code,
        agent_code=declared.agent_code,
        cop_no="CW2026031000001",
        pre_no="B20260310000000001",
        invt_no="29912026I000000001",
        return_status="800",
        return_time=AT + timedelta(minutes=5),
        return_info="[Code:2600;Desc:放行]",
    )
    listed = write([declared], guid=GUID, transfer=transfer)
    answered = write([receipt], guid=GUID)
    unsigned = listed[: listed.index(b"<ds:Signature")] + b"</ceb:CEB621Message>"
    works = [
        Work(name="CEB622 receipt read", ours=lambda: read(answered), data=answered),
        Work(name="CEB622 receipt written", ours=lambda: write([receipt], guid=GUID), data=answered, writes=True),
        Work(name="CEB621 list read", ours=lambda: read(listed), data=listed),
        Work(
            name="CEB621 list written",
            ours=lambda: write([declared], guid=GUID, transfer=transfer),
            data=listed,
            writes=True,
        ),
        Work(name="CEB621 list validated", ours=lambda: validate(listed), data=listed),
    ]
    for kind in KeyKind:
        key = new_key(kind).named(_NAME, None)
        trusted = TrustedKey(_NAME, "3301960T01", frozenset(), key.public_key)
        signed = sign_message(unsigned, XmlSigner(key))
        works += [
            Work(
                name=f"CEB621 list signed, {kind.upper()}",
                ours=partial(sign_message, unsigned, XmlSigner(key)),
                data=unsigned,
                writes=True,
            ),
            Work(
                name=f"CEB621 list verified, {kind.upper()}",
                ours=partial(verify, signed, {_NAME: trusted}.get),
                data=signed,
            ),
        ]
    envelope = Envelope(
        cop_msg_id=GUID,
        sender_id=transfer.dxp_id,
        receiver_ids=(IMPORT_RECEIVER,),
        created_at=AT,
        message_type="CEB621",
        data=listed,
    )
    wrapped = wrap(envelope)
    works += [
        Work(name="CEB621 put into its envelope", ours=lambda: wrap(envelope), data=wrapped, writes=True),
        Work(name="CEB621 taken out of its envelope", ours=lambda: unwrap(wrapped), data=wrapped),
    ]
    return tuple(works)
