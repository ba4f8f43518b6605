"""The bank pays in part, and customs names a payment order only where a magic word is for the bank."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from simulator.bank import make_bank
from simulator.refusals import Refusal, answer_refusal
from simulator.scenarios import SCENARIOS, ReadFrom
from tests.simulator.office import Office
from tests.simulator.papers import AT, new_papers


class Counter:
    """The bank's counter, with empty books."""

    def __init__(self) -> None:
        app = FastAPI()
        app.add_exception_handler(Refusal, answer_refusal)
        app.include_router(make_bank())
        self._transport = httpx.ASGITransport(app)

    async def pay(self, order: str, key: str, amount: str) -> Any:
        """Pay, and give the bank's receipt."""
        told = {"payment_order_no": order, "amount": amount, "payer_code": "3301960EBC"}
        async with httpx.AsyncClient(transport=self._transport, base_url="http://bank") as http:
            answer = await http.post(
                "/bank/payments", json=told | {"requested_at": AT.isoformat(), "idempotency_key": key}
            )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.mark.parametrize(
    ("amount", "first"), [("100.00", "60.00"), ("27.31", "16.39"), ("0.01", "0.01"), ("0.03", "0.02")]
)
async def test_bankpart_pays_sixty_per_cent_first_and_then_what_it_is_asked_to(amount: str, first: str) -> None:
    bank = Counter()
    part = await bank.pay("JK1-BANKPART", "k1", amount)
    assert Decimal(part["amount"]) == Decimal(first)
    assert await bank.pay("JK1-BANKPART", "k1", amount) == part
    rest = Decimal(amount) - Decimal(first) or Decimal(amount)
    assert Decimal((await bank.pay("JK1-BANKPART", "k2", str(rest)))["amount"]) == rest


async def test_each_payment_order_is_paid_in_part_by_itself() -> None:
    bank = Counter()
    orders = ("JK1-BANKPART", "JK2-BANKPART", "JK3")
    paid = [(await bank.pay(order, order, "10.00"))["amount"] for order in orders]
    assert [Decimal(amount) for amount in paid] == [Decimal("6.00"), Decimal("6.00"), Decimal("10.00")]


FOR_THE_BANK = [scenario.word for scenario in SCENARIOS if scenario.read_from is ReadFrom.PAYMENT_ORDER_NO]


@pytest.mark.parametrize("word", FOR_THE_BANK)
async def test_a_word_for_the_bank_stands_in_the_payment_order_of_the_bill(office: Office, word: str) -> None:
    await office.file_case(new_papers(f"BK-1-{word}"))
    bill = office.find("816").record
    assert bill.ent_duty_no == f"JK{bill.invt_no}-{word}"


@pytest.mark.parametrize("word", ["RELEASE", "BILLDIFF", "INSPECTOK"])
async def test_any_other_bill_names_no_payment_order(office: Office, word: str) -> None:
    await office.file_case(new_papers(f"BK-2-{word}"))
    assert office.find("816").record.ent_duty_no is None


async def test_a_void_bill_is_replaced_by_another_with_its_own_number(office: Office) -> None:
    said = await office.file_case(new_papers("BK-3-BILLVOID"))
    assert said[-3:] == ["816", "818:3", "816"]
    first, void, second = (one.record for one in office.heard[-3:])
    assert void.tax_no == first.tax_no == f"{first.invt_no}_0"
    assert second.tax_no == f"{first.invt_no}_1"
    assert first.guid != second.guid
    assert first.return_time < void.return_time < second.return_time
    assert first.value_added_tax == second.value_added_tax
    known = await office.know("BK-3-BILLVOID")
    assert (known["bill"]["tax_no"], known["void_bills"]) == (second.tax_no, [first.tax_no])
