"""The bank pays once per key, on the day it was asked to."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clearway.contracts.documents import TaxBill
from connectors import Refused, Unavailable
from connectors.bank import BankReceipt
from tests.connectors.conformance.conftest import World
from tests.simulator.papers import AT, new_guid, new_papers


def pay(world: World, order: str, key: str, amount: str = "27.30", later: int = 0) -> BankReceipt:
    return world.bank.pay(
        payment_order_no=order,
        amount=Decimal(amount),
        payer_code="3301960EBC",
        requested_at=AT + timedelta(days=later),
        idempotency_key=key,
    )


def test_the_day_of_asking_is_the_payment_date(world: World) -> None:
    receipt = pay(world, "JK1", new_guid())
    assert (receipt.paid_at, receipt.amount) == (AT, Decimal("27.30"))
    assert receipt.reference


def test_the_same_key_gives_the_same_receipt_even_later(world: World) -> None:
    key = new_guid()
    assert pay(world, "JK2", key) == pay(world, "JK2", key, "27.3", later=3)


def test_the_same_key_with_another_amount_is_refused(world: World) -> None:
    key = new_guid()
    first = pay(world, "JK3", key)
    with pytest.raises(Refused) as refused:
        pay(world, "JK3", key, "27.31")
    assert refused.value.code == "E_KEY_REUSED"
    assert pay(world, "JK3", key) == first


def test_two_keys_are_two_payments(world: World) -> None:
    assert pay(world, "JK4", new_guid()).reference != pay(world, "JK4", new_guid()).reference


def payment_order(world: World, order_no: str) -> str:
    world.file_case(new_papers(order_no))
    bill = world.gateway.wait_for("816").message.records[0]
    assert isinstance(bill, TaxBill)
    assert bill.ent_duty_no
    return bill.ent_duty_no


def test_bankdown_answers_twice_that_it_is_unavailable_then_pays_once(world: World) -> None:
    number, key = payment_order(world, "B-1-BANKDOWN"), new_guid()
    for _ in range(2):
        with pytest.raises(Unavailable):
            pay(world, number, key)
    assert pay(world, number, key) == pay(world, number, key)


def test_bankrefuse_refuses_with_its_code(world: World) -> None:
    number = payment_order(world, "B-2-BANKREFUSE")
    with pytest.raises(Refused) as refused:
        pay(world, number, new_guid())
    assert refused.value.code == "E_INSUFFICIENT_FUNDS"
    assert refused.value.reason


def test_nothing_is_not_paid(world: World) -> None:
    with pytest.raises(Refused) as refused:
        pay(world, "JK5", new_guid(), "0")
    assert "amount" in refused.value.reason
