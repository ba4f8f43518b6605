"""The payment and the logistics enterprise: told of an order, each hands its own document in at the gateway, signed."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from clearway.contracts.base import Amount
from clearway.contracts.documents import Order, Payment, Waybill
from clearway.messages import Transfer, message_type_of, write
from clearway.messages.envelope import IMPORT_RECEIVER, Envelope, wrap
from clearway.messages.signatures import XmlSigner
from simulator.courier import XML, Courier
from simulator.customs.seal import key_of
from simulator.refusals import Refusal
from simulator.settings import Settings

_DOCUMENTS = "/documents"
_DXP_ID = "DXPENT0000000002"
_FAMILY = uuid.UUID("3f6f1d6a-8f0e-5a35-9d0c-2f0a8b7a6c11")
"""Seed of the guids, so that an order told twice makes the same document."""


class PaymentOrder(BaseModel):
    """The buyer pays for this order."""

    order: Order


class Shipment(BaseModel):
    """This order is to be sent as one parcel."""

    order: Order
    logistics_code: str = Field(min_length=1, max_length=18)
    logistics_name: str = Field(min_length=1, max_length=100)
    weight: Amount = Field(description="Gross weight in kg")
    insured_fee: Amount = Decimal(0)
    departure_country: str = Field("142", min_length=3, max_length=3)


class Writer:
    """Writes an enterprise's document as it goes over the wire: signed where the enterprise has a key, enveloped."""

    def __init__(self, settings: Settings) -> None:
        self._keys = settings.keys
        self._enveloped = settings.envelope
        self._signers: dict[str, XmlSigner | None] = {}

    def write(self, document: Payment | Waybill, code: str, name: str) -> bytes:
        """One document as a message of its own; raises clearway.messages.signatures.KeyRefused, OSError."""
        guid = _guid(f"message|{document.guid}")
        transfer = Transfer(cop_code=code, cop_name=name, dxp_id=_DXP_ID)
        content = write((document,), guid=guid, transfer=transfer, signer=self._signer(code))
        return self._wrapped(content, guid, document.app_time) if self._enveloped else content

    def _signer(self, code: str) -> XmlSigner | None:
        if code not in self._signers:
            key = key_of(self._keys, code)
            self._signers[code] = XmlSigner(key) if key else None
        return self._signers[code]

    def _wrapped(self, content: bytes, guid: str, at: datetime) -> bytes:
        envelope = Envelope(
            cop_msg_id=guid,
            sender_id=_DXP_ID,
            receiver_ids=(IMPORT_RECEIVER,),
            created_at=at,
            message_type=message_type_of(content),
            data=content,
        )
        return wrap(envelope)


def make_parties(courier: Courier, settings: Settings) -> APIRouter:
    """The routes `/payment/orders` and `/logistics/orders`; the documents follow to the gateway by themselves."""
    router = APIRouter()
    writer = Writer(settings)

    @router.post("/payment/orders", status_code=202)
    async def pay(told: PaymentOrder) -> Payment:
        """Take the buyer's money and send the payment voucher (CEB411) a minute after the order."""
        payment = _payment(told.order)
        courier.run(_hand_in(courier, writer.write(payment, payment.pay_code, payment.pay_name), payment.pay_code))
        return payment

    @router.post("/logistics/orders", status_code=202)
    async def ship(told: Shipment) -> Waybill:
        """Take the parcel and send the waybill (CEB511) two minutes after the order."""
        waybill = _waybill(told)
        content = writer.write(waybill, waybill.logistics_code, waybill.logistics_name)
        courier.run(_hand_in(courier, content, waybill.logistics_code))
        return waybill

    return router


async def _hand_in(courier: Courier, content: bytes, code: str) -> None:
    await courier.pause()
    await courier.deliver(_DOCUMENTS, content, XML, None, sender=code)


def _payment(order: Order) -> Payment:
    if order.pay_code is None or order.pay_name is None or order.pay_transaction_id is None:
        raise Refusal(422, "E_NO_PAYMENT", "the order names no payment: pay_code, pay_name and pay_transaction_id")
    paid_at = order.app_time + timedelta(minutes=1)
    return Payment(
        guid=_guid(f"payment|{order.pay_transaction_id}"),
        app_type="1",
        app_time=paid_at,
        app_status="2",
        pay_code=order.pay_code,
        pay_name=order.pay_name,
        pay_transaction_id=order.pay_transaction_id,
        order_no=order.order_no,
        ebp_code=order.ebp_code,
        ebp_name=order.ebp_name,
        payer_id_number=order.buyer_id_number,
        payer_name=order.buyer_name,
        amount_paid=order.actual_paid,
        pay_time=paid_at,
    )


def _waybill(told: Shipment) -> Waybill:
    order = told.order
    if order.waybill_no is None:
        raise Refusal(422, "E_NO_WAYBILL", "the order names no waybill: waybill_no")
    return Waybill(
        guid=_guid(f"waybill|{told.logistics_code}|{order.waybill_no}"),
        app_type="1",
        app_time=order.app_time + timedelta(minutes=2),
        app_status="2",
        logistics_code=told.logistics_code,
        logistics_name=told.logistics_name,
        logistics_no=order.waybill_no,
        order_no=order.order_no,
        freight=order.freight,
        insured_fee=told.insured_fee,
        weight=told.weight,
        goods_info=order.lines[0].item_name,
        consignee=order.consignee,
        consignee_address=order.consignee_address,
        consignee_telephone=order.consignee_telephone,
        departure_country=told.departure_country,
    )


def _guid(name: str) -> str:
    return str(uuid.uuid5(_FAMILY, name)).upper()
