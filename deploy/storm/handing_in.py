"""Handing a list's documents in: late, twice, in any order, broken first, by the client and through the door."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from clearway.client import ClearwayClient
from clearway.contracts.case import Answer, Transmission
from clearway.contracts.documents import DeclarationList, Document, Order, Payment, Waybill
from clearway.contracts.parties import Role, Sender
from clearway.messages import Transfer, message_type_of, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from clearway.messages.signatures import XmlSigner
from clearway.testing import AGENT, LOG, PAY
from deploy.keys import Keys
from deploy.play import AGENT_SENDS
from deploy.storm import ways
from deploy.storm.cast import ENTERPRISES, Part
from deploy.storm.insisting import PATIENCE, PAUSE
from deploy.unexpected import Unexpected

SIGNING: Mapping[str, Role] = {PAY: Role.PAY, LOG: Role.LOG, AGENT: Role.AGENT} | dict.fromkeys(ENTERPRISES, Role.EBC)
"""Enterprises with keys: at the gateway's door their documents count only signed."""
REGISTRY = Path(__file__).parent / "registry.yaml"

LATE, TWICE, BROKEN = 0.15, 0.25, 0.15
"""How much of what is handed in comes with the second wave, is repeated, or arrives in half first."""
_DXP_ID = "DXPENT0000000003"
_DUPLICATE = "E_DUPLICATE"


@dataclass
class Counter:
    """Takes documents to Clearway, and counts what it took to the gateway's door."""

    client: ClearwayClient
    http: httpx.AsyncClient
    gateway_url: str
    simulator_url: str
    keys: Keys
    messages: set[str] = field(default_factory=set)
    """Guids of the messages handed in at the door, those of the parties among them."""
    halves: int = 0
    """First halves that were handed in at the door, and refused."""
    repeats: int = 0
    """How often something was handed in again because there was no answer, or one that it was not kept."""
    _signers: dict[str, XmlSigner] = field(default_factory=dict)

    async def hand_in(self, part: Part) -> list[Document]:
        """Hand in what comes in time, by the list's way; gives back what comes late. Raises Unexpected."""
        documents = [each for each in _documents(part) if each.kind != part.story.missing]
        match part.way:
            case ways.AT_ONCE:
                listed = part.sample.declaration_list
                others = [_transmission(each) for each in documents if each is not listed]
                _taken(await self.client.declare(listed, sender=AGENT_SENDS, documents=tuple(others)))
                return []
            case ways.PARTIES:
                return await self._by_parties(part)
        part.chance.shuffle(documents)
        kept_back = [documents.pop()] if part.chance.random() < LATE else []
        for document in documents:
            await self.hand_in_one(part, document)
        return kept_back

    async def hand_in_one(self, part: Part, document: Document) -> None:
        """One document alone, perhaps more than once. Raises Unexpected."""
        times = 2 if part.chance.random() < TWICE else 1
        if part.way is not ways.DOOR:
            for _ in range(times):
                _taken(await self._by_client(part, document))
            return
        content = self._sealed(document)
        if part.chance.random() < BROKEN:
            await self._break(document, content[: len(content) // 2])
        for _ in range(times):
            await self._by_door(document, content)

    async def _by_client(self, part: Part, document: Document) -> Answer:
        if isinstance(document, DeclarationList):
            return await self.client.declare(document, sender=AGENT_SENDS)
        return await self.client.transmit(document, sender=Sender(code=_sender(document)), key=part.sample.key)

    async def _by_door(self, document: Document, content: bytes) -> None:
        """What the gateway parks counts as handed in."""
        answer = await self._post(document, content)
        if not answer.is_success and not (answer.status_code == 409 and _DUPLICATE in answer.text):
            raise Unexpected(f"{document.kind} refused at the door with {answer.status_code}: {_codes(answer)}")

    async def _break(self, document: Document, half: bytes) -> None:
        answer = await self._post(document, half)
        self.halves += 1
        if not answer.is_client_error:
            raise Unexpected(f"half a {document.kind} was answered with {answer.status_code}")

    async def _post(self, document: Document, content: bytes) -> httpx.Response:
        """Send until there is an answer: the same bytes again for as long as the door is shut. Raises Unexpected."""
        headers = {"content-type": "application/xml", "X-Clearway-Sender": _sender(document)}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await self.http.post(f"{self.gateway_url}/documents", content=content, headers=headers)
            except httpx.TransportError as failure:
                told = type(failure).__name__
            else:
                if not answer.is_server_error:
                    return answer
                told = f"HTTP {answer.status_code}"
            if time.monotonic() > deadline:
                raise Unexpected(f"{document.kind} was not taken at the door for {PATIENCE:.0f} s: {told}")
            self.repeats += 1
            await asyncio.sleep(PAUSE)

    async def _by_parties(self, part: Part) -> list[Document]:
        """Payment and logistics enterprise are told of the order before or after the list is declared."""
        sample = part.sample
        order = sample.order.model_dump(mode="json")
        shipment = {
            "order": order,
            "logistics_code": LOG,
            "logistics_name": sample.waybill.logistics_name,
            "weight": str(sample.waybill.weight),
        }
        declared = self.client.declare(
            sample.declaration_list, sender=AGENT_SENDS, documents=(_transmission(sample.order),)
        )
        told = [("payment", {"order": order}), ("logistics", shipment)]
        first = part.chance.random() < 0.5
        if first:
            _taken(await declared)
        for party, content in told:
            answer = await self.http.post(f"{self.simulator_url}/{party}/orders", json=content)
            if answer.status_code != 202:
                raise Unexpected(f"the {party} enterprise answered with {answer.status_code}")
            self.messages.add(answer.json()["guid"])
        if not first:
            _taken(await declared)
        return []

    def _sealed(self, document: Document) -> bytes:
        """The document as its party sends it: signed by its key, in the exchange's envelope, the same every time."""
        sender = _sender(document)
        if sender not in self._signers:
            self._signers[sender] = XmlSigner(self.keys.of(sender))
        guid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"message|{document.guid}")).upper()
        transfer = Transfer(cop_code=sender, cop_name=sender, dxp_id=_DXP_ID)
        content = write([document], guid=guid, transfer=transfer, signer=self._signers[sender])
        self.messages.add(document.guid)
        return wrap(
            Envelope(
                cop_msg_id=guid,
                sender_id=_DXP_ID,
                receiver_ids=(IMPORT_RECEIVER,),
                created_at=document.app_time,
                message_type=message_type_of(content),
                data=content,
            )
        )


def _documents(part: Part) -> list[Document]:
    sample = part.sample
    return [sample.order, sample.payment, sample.waybill, sample.declaration_list]


def _sender(document: Document) -> str:
    """Whose document it is."""
    match document:
        case Order():
            return document.ebc_code
        case Payment():
            return document.pay_code
        case Waybill():
            return document.logistics_code
    return document.agent_code


def _transmission(document: Document) -> Transmission:
    return Transmission(document=document, sender=Sender(code=_sender(document)))


def _taken(answer: Answer) -> None:
    """Raises Unexpected unless it was taken now or before."""
    if not answer.accepted and {each.code for each in answer.problems} != {_DUPLICATE}:
        raise Unexpected("refused: " + "; ".join(f"{each.code} {each.message_en}" for each in answer.problems))


def _codes(answer: httpx.Response) -> str:
    try:
        problems: Sequence[dict[str, str]] = answer.json()["problems"]
    except (ValueError, KeyError):
        return "no reason given"
    return ", ".join(sorted({each["code"] for each in problems}))
