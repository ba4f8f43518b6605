"""How a released list ends when the end of its return and the news of its payment cross."""

from datetime import timedelta
from decimal import Decimal

from clearway.contracts.collection import TaxNews
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.goods_return import ReturnState
from clearway.contracts.states import State
from tests.case_driver import Driver, released

TAX = Decimal("28.21000")


def _everything_back(*, refund: Decimal) -> Driver:
    driver = released()
    driver.open_window()
    driver.ask_return()
    record = driver.case.open_returns[0]
    ended = {"state": ReturnState.CONFIRMED, "confirmed": record.lines, "ended_at": driver.now, "refund": refund}
    driver.case.take_return(record.model_copy(update=ended))
    driver.case.settle(driver.now)
    return driver


def _hear(driver: Driver, payment: TaxPayment, *, settled: bool) -> None:
    driver.now += timedelta(seconds=1)
    news = TaxNews(news_id=payment.outcome, payment=payment, open=Decimal(0), settled=settled, at=driver.now)
    driver.case.take_tax_news(news)
    driver.case.settle(driver.now)


def test_a_list_whose_goods_are_all_back_ends_without_tax() -> None:
    assert _everything_back(refund=Decimal(0)).case.state is State.RETURNED


def test_a_return_that_knows_of_a_payment_before_its_list_does_lets_it_wait_for_the_news() -> None:
    driver = _everything_back(refund=TAX)
    assert driver.case.state is State.RETURN_WINDOW
    _hear(driver, TaxPayment(outcome=PaymentOutcome.PAID, amount=TAX, paid_at=driver.now), settled=False)
    assert driver.case.state is State.RETURN_WINDOW
    _hear(driver, TaxPayment(outcome=PaymentOutcome.NOT_DUE), settled=True)
    assert (driver.case.state, driver.case.reason) == (State.TAXED, "tax paid; 28.21 CNY to be claimed back")
