"""The payment and the logistics enterprise hand their own documents in, once per order, at the gateway's door."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from clearway.contracts.documents import Order, Payment, Waybill
from clearway.contracts.parties import Role
from clearway.messages import document_from
from clearway.messages.envelope import unwrap
from clearway.messages.signatures import TrustedKey, is_signed, load_public_key, verify
from clearway.testing import LOG, PAY, sample_set
from deploy.keys import Keys
from simulator.app import create_app
from simulator.courier import Courier
from simulator.parties import make_parties
from simulator.settings import Settings

ORDER = sample_set("CW-1", at=datetime(2026, 3, 10, 1, 0, tzinfo=UTC)).order
SHIPMENT = {"logistics_code": LOG, "logistics_name": "示例物流有限公司", "weight": "0.50"}


class Street:
    """The parties on one side, a gateway that records on the other."""

    def __init__(self, status: int = 200, *, enveloped: bool = True) -> None:
        self.enveloped = enveloped
        self.handed_in: list[tuple[str | None, bytes]] = []
        self.gateway = FastAPI()

        @self.gateway.post("/documents")
        async def take(request: Request) -> Response:
            self.handed_in.append((request.headers.get("X-Clearway-Sender"), await request.body()))
            return Response(status_code=status)

    async def tell(self, path: str, told: dict[str, object], keys: Path | None = None) -> httpx.Response:
        """Tell a party, and wait until it has written to the gateway."""
        settings = Settings(gateway_url="http://gateway", pause_ms=0, keys=keys, envelope=self.enveloped)
        courier = Courier(settings, httpx.ASGITransport(self.gateway))
        app = FastAPI()
        app.include_router(make_parties(courier, settings))
        async with courier, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://party") as http:
            answer = await http.post(path, json=told)
            await courier.settle()
        return answer


def _told(order: Order, **more: object) -> dict[str, object]:
    return {"order": order.model_dump(mode="json"), **more}


async def test_the_payment_enterprise_sends_a_voucher_over_what_was_paid() -> None:
    street = Street()
    assert (await street.tell("/payment/orders", _told(ORDER))).status_code == 202
    [(sender, body)] = street.handed_in
    [payment] = document_from(unwrap(body).data)
    assert sender == PAY
    assert isinstance(payment, Payment)
    assert (payment.amount_paid, payment.payer_name) == (ORDER.actual_paid, ORDER.buyer_name)


async def test_the_logistics_enterprise_sends_a_waybill_to_the_consignee() -> None:
    street = Street()
    assert (await street.tell("/logistics/orders", _told(ORDER, **SHIPMENT))).status_code == 202
    [(sender, body)] = street.handed_in
    [waybill] = document_from(unwrap(body).data)
    assert sender == LOG
    assert isinstance(waybill, Waybill)
    assert (waybill.logistics_no, waybill.consignee) == (ORDER.waybill_no, ORDER.consignee)


@pytest.mark.parametrize(("path", "missing"), [("/payment/orders", "pay_code"), ("/logistics/orders", "waybill_no")])
async def test_an_order_that_names_no_payment_or_waybill_is_refused(path: str, missing: str) -> None:
    order = ORDER.model_copy(update={missing: None})
    transport = httpx.ASGITransport(create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://party") as http:
        answer = await http.post(path, json=_told(order, **(SHIPMENT if "logistics" in path else {})))
    assert answer.status_code == 422
    assert missing in answer.json()["reason"]


async def test_a_refused_document_is_not_sent_again() -> None:
    street = Street(status=422)
    await street.tell("/payment/orders", _told(ORDER))
    assert len(street.handed_in) == 1


async def test_a_party_with_a_key_signs_its_document_itself_and_one_without_does_not(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.make(datetime(2026, 3, 1, tzinfo=UTC), [PAY])
    street = Street()
    await street.tell("/payment/orders", _told(ORDER), keys.folder)
    await street.tell("/logistics/orders", _told(ORDER, **SHIPMENT), keys.folder)
    payment, waybill = (unwrap(body).data for _, body in street.handed_in)
    key_name, key = load_public_key(keys.certificate_of(PAY))
    verified = verify(payment, lambda name: TrustedKey(name, PAY, frozenset({Role.PAY}), key))
    assert (verified.party_code, verified.key_name) == (PAY, key_name)
    assert not is_signed(waybill)


async def test_a_party_may_be_set_to_write_without_envelope() -> None:
    street = Street(enveloped=False)
    await street.tell("/payment/orders", _told(ORDER))
    [(_, body)] = street.handed_in
    assert isinstance(document_from(body)[0], Payment)


async def test_an_order_told_twice_makes_the_same_document() -> None:
    street = Street()
    for _ in range(2):
        await street.tell("/payment/orders", _told(ORDER))
    assert street.handed_in[0] == street.handed_in[1]
