"""Lists of many lines: the sample order's article in so many lines, and what one process does to its papers."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from bench.judgements import judge_once
from clearway.messages import Transfer, read, validate, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from clearway.messages.signatures import KeyKind, XmlSigner, new_key
from clearway.testing import SampleSet, sample_set
from models.tables.packing import pack

LONG = (1, 10, 99)
"""Customs numbers lines with two digits, so 99 is the most that a list may have."""
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
_TRANSFER = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")


class Work(NamedTuple):
    """One thing done to one list."""

    name: str
    once: Callable[[], object]


def lengthened(sample: SampleSet, lines: int) -> SampleSet:
    """The same order in so many lines that add up to its one: as many articles, each at its part of the price."""
    if lines == 1:
        return sample
    order, declared = sample.order, sample.declaration_list
    return sample.model_copy(
        update={
            "order": order.model_copy(update={"lines": _split(order.lines[0], lines)}),
            "declaration_list": declared.model_copy(update={"lines": _split(declared.lines[0], lines)}),
        }
    )


def _split(line: Any, lines: int) -> tuple[Any, ...]:
    """Tenths or hundredths of the one line; the last has the rest."""
    parts = 10 if lines <= 10 else 100
    split = []
    for gnum in range(1, lines + 1):
        part = 1 if gnum < lines else parts - lines + 1
        price = line.total_price * part / parts
        shares = {"price": price, "total_price": price}
        if hasattr(line, "qty1"):
            shares["qty1"] = line.qty1 * part / parts
        split.append(line.model_copy(update={"gnum": gnum, "item_no": f"SKU-{gnum}", **shares}))
    return tuple(split)


def works(lines: int) -> tuple[Work, ...]:
    """What is done to a list of so many lines between its arrival and customs, database and Temporal aside."""
    papers = lengthened(sample_set("BENCH-LONG", at=AT), lines)
    declared = papers.declaration_list
    signer = XmlSigner(new_key(KeyKind.SM2).named("4d2", None))
    message = write([declared], guid=declared.guid, transfer=_TRANSFER, signer=signer)
    body = declared.model_dump_json()
    kind = type(declared)
    envelope = Envelope(
        cop_msg_id=declared.guid,
        sender_id=_TRANSFER.dxp_id,
        receiver_ids=(IMPORT_RECEIVER,),
        created_at=AT,
        message_type="CEB621",
        data=message,
    )
    return (
        Work("judged", partial(judge_once, papers)),
        Work("document as JSON and back", lambda: kind.model_validate_json(declared.model_dump_json())),
        Work(
            "message written and signed",
            lambda: write([declared], guid=declared.guid, transfer=_TRANSFER, signer=signer),
        ),
        Work("message validated", lambda: validate(message)),
        Work("message read", lambda: read(message)),
        Work("put into its envelope and packed", lambda: pack(wrap(envelope))),
        Work("document packed", lambda: pack(body.encode())),
    )
