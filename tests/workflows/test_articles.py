"""An individual's parcel: every state and end of it, on the real server (RULEBOOK B.12)."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest

from clearway.contracts.articles import ArticlesDecision, ArticlesState, Disposition
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import LOG
from tests.articles_desk import (
    CAMERA,
    ArticlesCounter,
    approval,
    corrected,
    key_of,
    line,
    medicine,
    parcel,
    states,
)
from tests.desk import Desk
from tests.patience import PATIENCE

REVIEWED, RELEASED, RETURNED = ArticlesDecision.REVIEWED, ArticlesDecision.RELEASED, ArticlesDecision.RETURNED
A_WHILE = timedelta(seconds=PATIENCE)
THROUGH = [ArticlesState.SUBMITTED, ArticlesState.REVIEWED, ArticlesState.TAX_ASSESSED]
EXEMPT = [*THROUGH, ArticlesState.EXEMPT]
PAID = [*THROUGH, ArticlesState.PAID]


@pytest.fixture
def counter(desk: Desk) -> ArticlesCounter:
    """The desk, for articles."""
    return ArticlesCounter(desk)


async def test_a_parcel_whose_tax_is_exempt_is_released_in_few_events(counter: ArticlesCounter) -> None:
    articles = parcel(line(value="380.00"))
    key = key_of(articles)
    answer = await counter.submit(articles)
    assert (answer.accepted, answer.state, answer.problems) == (True, ArticlesState.SUBMITTED, ())
    await counter.decide(key, REVIEWED, RELEASED)
    view = await counter.ended(key)
    assert states(view) == [*EXEMPT, ArticlesState.RELEASED]
    assert view.judgement is not None
    assert view.judgement.tax is not None
    assert (view.judgement.tax.total, view.judgement.tax.due) == (Decimal("49.40"), Decimal(0))
    assert view.paid_at is None
    assert counter.desk.bank.asked == []
    assert len(await counter.events(key)) <= 22, await counter.events(key)


async def test_a_parcel_whose_tax_is_due_is_paid_once_by_its_declarant_and_released(counter: ArticlesCounter) -> None:
    articles = parcel(line(value="385.00"))
    key = key_of(articles)
    counter.desk.bank.down = 2
    await counter.submit(articles)
    await counter.decide(key, REVIEWED)
    await counter.until(key, lambda view: view.state is ArticlesState.PAID)
    await counter.decide(key, RELEASED)
    view = await counter.ended(key)
    assert states(view) == [*PAID, ArticlesState.RELEASED]
    assert view.paid_amount == Decimal("50.05")
    assert len(counter.desk.bank.paid) == 1
    assert {amount for _, _, amount in counter.desk.bank.asked} == {Decimal("50.05")}
    assert counter.desk.bank.payers == {articles.declarant_code}


async def test_customs_may_speak_early_twice_and_backwards(counter: ArticlesCounter) -> None:
    articles = parcel(medicine(value="400.00"))
    key = key_of(articles)
    await counter.submit(articles)
    await counter.decide(key, RELEASED, number="D-2")
    await counter.decide(key, REVIEWED, number="D-1")
    await counter.decide(key, RELEASED, number="D-2")
    view = await counter.client.view_articles(key)
    assert (view.state, len(view.decisions)) == (ArticlesState.APPROVAL_PENDING, 2)
    await counter.approve(articles, approval(articles))
    view = await counter.ended(key)
    assert states(view) == [ArticlesState.SUBMITTED, ArticlesState.APPROVAL_PENDING, *PAID, ArticlesState.RELEASED]


async def test_an_approval_at_the_last_moment_is_in_time_and_after_it_the_parcel_is_returned(
    counter: ArticlesCounter,
) -> None:
    in_time, late = parcel(medicine()), parcel(medicine())
    for articles in (in_time, late):
        answer = await counter.submit(articles)
        assert (answer.accepted, answer.state) == (True, ArticlesState.APPROVAL_PENDING)
        assert [problem.code for problem in answer.problems] == ["E_APPROVAL_MISSING"]
    view = await counter.client.view_articles(key_of(in_time))
    until = view.awaited_until
    assert until is not None
    assert (view.awaited_from, until.timetz().isoformat()) == ("IND", "00:00:00+08:00")
    assert (until.date() - in_time.declared_on).days == 16, "the day itself is not counted, day 15 ends at 24:00"
    await counter.forward_to(key_of(in_time), until - A_WHILE)
    answer = await counter.approve(in_time, approval(in_time))
    assert (answer.accepted, answer.state, answer.problems) == (True, ArticlesState.SUBMITTED, ())
    await counter.forward_to(key_of(late), until)
    view = await counter.ended(key_of(late))
    assert states(view)[-1] is ArticlesState.RETURNED
    assert until <= view.passages[-1].at < until + A_WHILE
    assert view.reason == "no approval was handed in in time"
    with pytest.raises(AlreadyEnded):
        await counter.approve(late, approval(late))


async def test_a_parcel_that_customs_released_meanwhile_is_not_returned_at_the_end_of_the_wait(
    counter: ArticlesCounter,
) -> None:
    articles = parcel(medicine())
    key = key_of(articles)
    answer = await counter.submit(articles)
    assert answer.state is ArticlesState.APPROVAL_PENDING
    await counter.decide(key, RELEASED)
    view = await counter.client.view_articles(key)
    assert view.state is ArticlesState.APPROVAL_PENDING
    assert view.awaited_until is not None
    await counter.forward_to(key, view.awaited_until)
    view = await counter.ended(key)
    assert view.state is ArticlesState.RELEASED
    assert "CUSTOMS_OVERRULED" in view.alarms
    assert view.judgement is not None
    assert view.judgement.tax is not None
    assert view.paid_amount == view.judgement.tax.due


async def test_an_approval_that_does_not_fit_is_refused_and_changes_nothing(counter: ArticlesCounter) -> None:
    articles = parcel(medicine())
    await counter.submit(articles)
    before = await counter.client.view_articles(key_of(articles))
    for wrong in (
        approval(articles, valid_to=articles.declared_on - timedelta(days=1)),
        approval(articles, holder_id_number="460106199111110035"),
        approval(articles, quantity=Decimal(1)),
        approval(articles, controlled_as="seeds"),
    ):
        answer = await counter.approve(articles, wrong)
        assert not answer.accepted
        assert answer.problems
        assert answer.state is ArticlesState.APPROVAL_PENDING
    assert await counter.client.view_articles(key_of(articles)) == before


async def test_a_divisible_parcel_over_the_limit_waits_for_a_choice_and_then_goes_back(
    counter: ArticlesCounter,
) -> None:
    articles = parcel(line(1, "1500.00"), line(2, "500.01"))
    key = key_of(articles)
    answer = await counter.submit(articles)
    assert (answer.accepted, answer.state) == (True, ArticlesState.SUBMITTED)
    view = await counter.client.view_articles(key)
    assert (view.alarms, view.awaited_from) == (("OVER_LIMIT",), "IND")
    assert view.awaited_until is not None
    await counter.decide(key, REVIEWED)
    assert (await counter.client.view_articles(key)).state is ArticlesState.SUBMITTED, "customs' review does not help"
    await counter.forward_to(key, view.awaited_until)
    assert states(await counter.ended(key)) == [ArticlesState.SUBMITTED, ArticlesState.RETURNED]


async def test_over_the_limit_only_return_and_goods_are_offered(counter: ArticlesCounter) -> None:
    articles = parcel(line(value="2000.01"))
    await counter.submit(articles)
    with pytest.raises(Refused) as refused:
        await counter.dispose(articles, Disposition.ABANDONED)
    (problem,) = refused.value.problems
    assert (problem.code, problem.fields[1].value) == ("E_DISPOSITION", "RETURNED, TO_GOODS")
    assert problem.message_zh
    assert problem.remedy_zh
    answer = await counter.dispose(articles, Disposition.TO_GOODS)
    assert answer.state is ArticlesState.TO_GOODS
    view = await counter.ended(key_of(articles))
    assert states(view) == [ArticlesState.SUBMITTED, ArticlesState.TO_GOODS]
    assert "IND" in view.reason


async def test_a_single_article_over_the_limit_passes_and_is_taxed(counter: ArticlesCounter) -> None:
    articles = parcel(line(value="5000.00", qty="1", name="相机", category=CAMERA))
    await counter.submit(articles)
    await counter.decide(key_of(articles), REVIEWED, RELEASED)
    view = await counter.ended(key_of(articles))
    assert (states(view)[-1], view.paid_amount) == (ArticlesState.RELEASED, Decimal("1000.00"))


async def test_a_correction_mends_what_is_in_the_way_and_then_the_list_stands(counter: ArticlesCounter) -> None:
    articles = parcel(line(value="2000.01"))
    await counter.submit(articles)
    mended = corrected(articles, lines=(line(value="2000.00"),))
    answer = await counter.submit(mended)
    assert (answer.accepted, answer.problems) == (True, ())
    assert (await counter.client.view_articles(key_of(articles))).alarms == ()
    assert await counter.submit(mended) == answer, "the same again is the same answer"
    other = await counter.submit(corrected(mended, lines=(line(value="100.00"),)))
    assert [problem.code for problem in other.problems] == ["E_DUPLICATE"]
    assert not other.accepted


async def test_a_list_that_cannot_pass_at_all_stays_a_draft_until_corrected(counter: ArticlesCounter) -> None:
    articles = parcel(line(name="仿真枪", controlled_as="weapons"))
    answer = await counter.submit(articles)
    assert (answer.accepted, answer.state) == (False, ArticlesState.DRAFT)
    assert [problem.code for problem in answer.problems] == ["E_PROHIBITED_ARTICLE"]
    view = await counter.client.view_articles(key_of(articles))
    assert view.alarms == ("ARTICLES_REFUSED",)
    answer = await counter.submit(corrected(articles, lines=(line(),)))
    assert (answer.accepted, answer.state) == (True, ArticlesState.SUBMITTED)


async def test_what_was_never_mended_is_returned_and_what_is_handed_over_is_abandoned(
    counter: ArticlesCounter,
) -> None:
    waiting, handed_over = (parcel(line(name="仿真枪", controlled_as="weapons")) for _ in range(2))
    await counter.submit(waiting)
    await counter.submit(handed_over)
    answer = await counter.dispose(handed_over, Disposition.ABANDONED)
    assert answer.state is ArticlesState.ABANDONED
    await counter.ended(key_of(handed_over))
    view = await counter.client.view_articles(key_of(waiting))
    assert view.awaited_until is not None
    await counter.forward_to(key_of(waiting), view.awaited_until)
    assert states(await counter.ended(key_of(waiting))) == [ArticlesState.RETURNED]


async def test_a_stranger_opens_nothing_that_counts(counter: ArticlesCounter) -> None:
    articles = parcel()
    key = key_of(articles)
    answer = await counter.submit(articles, sender="3301960A01")
    assert [problem.code for problem in answer.problems] == ["E_ARTICLES_SENDER"]
    with pytest.raises(Refused):
        await counter.approve(articles, approval(articles))
    with pytest.raises(Refused):
        await counter.dispose(articles, Disposition.ABANDONED)
    until = (await counter.client.view_articles(key)).awaited_until
    assert until is not None
    await counter.forward_to(key, until)
    view = await counter.ended(key)
    assert (view.state, view.passages) == (ArticlesState.DRAFT, ())
    assert counter.record(key) is None, "nothing of it is in the register"


async def test_customs_returns_a_parcel_in_any_state(counter: ArticlesCounter) -> None:
    submitted, pending, paid = parcel(), parcel(medicine()), parcel(line(value="385.00"))
    for articles in (submitted, pending, paid):
        await counter.submit(articles)
    await counter.decide(key_of(paid), REVIEWED)
    await counter.until(key_of(paid), lambda view: view.state is ArticlesState.PAID)
    for articles in (submitted, pending, paid):
        await counter.decide(key_of(articles), RETURNED)
        assert states(await counter.ended(key_of(articles)))[-1] is ArticlesState.RETURNED
    assert (await counter.client.view_articles(key_of(paid))).alarms == ("RETURNED_AFTER_PAYMENT",)
    record = counter.record(key_of(paid))
    assert record is not None
    assert (record.state, record.ended_at is not None) == ("returned", True)


async def test_a_refused_payment_is_tried_again_the_next_day(counter: ArticlesCounter) -> None:
    counter.desk.bank.refusals = 1
    articles = parcel(line(value="385.00"))
    key = key_of(articles)
    await counter.submit(articles)
    await counter.decide(key, REVIEWED, RELEASED)
    view = await counter.until(key, lambda view: view.alarms != ())
    assert (view.state, view.alarms, view.awaited_from) == (ArticlesState.TAX_ASSESSED, ("REFUSED",), "IND")
    await counter.forward_to(key, await counter.now(key) + timedelta(days=1))
    view = await counter.ended(key)
    assert (states(view)[-1], view.alarms, view.paid_amount) == (ArticlesState.RELEASED, (), Decimal("50.05"))
    assert len({number for number, _, _ in counter.desk.bank.asked}) == 2, "the second order is a new one"


async def test_whoever_does_not_pay_may_give_the_parcel_up(counter: ArticlesCounter) -> None:
    counter.desk.bank.refusals = 100
    articles = parcel(line(value="385.00"))
    await counter.submit(articles)
    with pytest.raises(Refused) as refused:
        await counter.dispose(articles, Disposition.RETURNED)
    assert refused.value.problems[0].code == "E_NOTHING_TO_DISPOSE_OF"
    await counter.decide(key_of(articles), REVIEWED)
    await counter.until(key_of(articles), lambda view: view.alarms == ("REFUSED",))
    with pytest.raises(Refused):
        await counter.dispose(articles, Disposition.TO_GOODS)
    await counter.dispose(articles, Disposition.ABANDONED)
    assert states(await counter.ended(key_of(articles))) == [*THROUGH, ArticlesState.ABANDONED]


async def test_the_list_is_found_by_its_filters_and_told_in_the_web_ui(counter: ArticlesCounter) -> None:
    articles = parcel(medicine())
    key = key_of(articles)
    await counter.submit(articles)
    description = await counter.handle(key).describe()
    values = {pair.key.name: pair.value for pair in description.typed_search_attributes}
    assert (values["CustomsState"], values["CustomsDetail"]) == ("approval_pending", "APPROVAL_PENDING")
    assert (values["AwaitedFrom"], values["Enterprise"], values["CustomsPort"]) == ("IND", LOG, "2991")
    assert values["NextDeadline"] == (await counter.client.view_articles(key)).awaited_until
    assert await description.static_summary() == f"List of Items {articles.list_no} · port 2991"
    told = await counter.details(key)
    assert "draft → submitted" in told
    assert "the approval of the controlled articles" in told
    assert "E_APPROVAL_MISSING" in told


async def test_nothing_that_people_read_shows_personal_data(
    counter: ArticlesCounter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    counter.desk.authority.outcome = None
    planted = ("欧阳银杏", "330106198802290019", "13712345678", "460106199111110035")
    articles = parcel(
        medicine(), individual_name=planted[0], individual_id_number=planted[1], individual_telephone=planted[2]
    )
    key = key_of(articles)
    said = [(await counter.submit(articles)).model_dump_json()]
    said.append((await counter.approve(articles, approval(articles, holder_id_number=planted[3]))).model_dump_json())
    said.append((await counter.approve(articles, approval(articles))).model_dump_json())
    said += [await counter.details(key), (await counter.client.view_articles(key)).model_dump_json()]
    description = await counter.handle(key).describe()
    said += [str(await description.static_summary()), str(description.typed_search_attributes), key.workflow_id]
    said += [record.getMessage() for record in caplog.records]
    assert "E_APPROVAL" in said[1], "the wrong holder must have been told"
    assert any("not verified" in each for each in said), "something must have been logged"
    assert [value for value in planted for each in said if value in each] == []
