"""A list that waited for a guarantee hears that its turn came, at least once and not before it is committed."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.facts import GuaranteeGranted, GuaranteeOutcome
from clearway.errors import AlreadyEnded, ServiceUnavailable
from models.ledger.guarantee import hold, let_pass, release, top_up
from tests.gateway.recording import CASE, EBC, START, House, list_receipt

OTHER = CASE + "~2"


def put_up(house: House, amount: str, at: datetime = START) -> None:
    with house.database.transaction() as session:
        top_up(
            session,
            guarantor=EBC,
            amount=Decimal(amount),
            transfer_id=f"put-up-{amount}",
            at=at,
            form="deposit",
            valid_to=date(2030, 1, 1),
        )


def ask(house: House, case: str, amount: str) -> GuaranteeOutcome:
    with house.database.transaction() as session:
        return hold(
            session,
            guarantor=EBC,
            amount=Decimal(amount),
            case=case,
            hold_id=f"{case}|1",
            now=START,
            profile="SEED",
        ).outcome


async def test_a_waiting_list_hears_of_its_turn_once(house: House) -> None:
    assert ask(house, CASE, "27.30") is GuaranteeOutcome.AWAITING
    await house.step()
    assert house.cases.calls == []

    put_up(house, "100.00")
    await house.step(2)
    ((what, case, granted),) = house.cases.calls
    assert (what, case) == ("grant_guarantee", CASE)
    assert isinstance(granted, GuaranteeGranted)
    assert (granted.hold_id, granted.at) == (f"{CASE}|1", START)
    assert granted.hold.outcome is GuaranteeOutcome.HELD
    assert (granted.hold.amount, granted.hold.occupied) == (Decimal("27.30"), Decimal("27.30"))
    assert house.states() == ["delivered"]


async def test_a_list_that_is_secured_at_once_hears_nothing(house: House) -> None:
    put_up(house, "100.00")
    assert ask(house, CASE, "27.30") is GuaranteeOutcome.HELD
    await house.step()
    assert house.items() == []


async def test_a_grant_that_is_rolled_back_is_not_told(house: House) -> None:
    ask(house, CASE, "27.30")
    put_up(house, "10.00")
    with pytest.raises(ZeroDivisionError), house.database.transaction() as session:  # noqa: PT012  fails at the end
        top_up(session, guarantor=EBC, amount=Decimal("90.00"), transfer_id="lost", at=START)
        raise ZeroDivisionError
    await house.step()
    assert house.items() == []


async def test_a_grant_is_told_again_until_the_case_has_it(house: House) -> None:
    ask(house, CASE, "27.30")
    put_up(house, "100.00")
    house.cases.failures = [ServiceUnavailable(()), ServiceUnavailable(())]
    await house.step()
    house.clock.pass_seconds(1)
    await house.step()
    house.restart()
    house.clock.pass_seconds(2)
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["grant_guarantee"]
    assert house.items()[0].tries == 3


async def test_a_grant_for_a_case_that_is_over_is_kept_and_shown(house: House) -> None:
    ask(house, CASE, "27.30")
    house.cases.failures = [AlreadyEnded(())]
    put_up(house, "100.00")
    await house.step()
    (entry,) = (await house.http.get("/inbox")).json()["entries"]
    assert (entry["state"], entry["kind"], entry["door"]) == ("undeliverable", "grant", "guarantee")
    assert (entry["workflow_id"], entry["message_type"]) == (CASE, "grant")


async def test_a_grant_of_a_workflow_whose_time_runs_ahead_is_told_at_once(house: House) -> None:
    ask(house, CASE, "27.30")
    put_up(house, "100.00", at=START + timedelta(days=300))
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["grant_guarantee"]


async def test_each_of_several_served_lists_hears_its_own_grant(house: House) -> None:
    ask(house, CASE, "27.30")
    ask(house, OTHER, "20.00")
    put_up(house, "50.00")
    await house.step()
    assert {(case, granted.hold.amount) for _, case, granted in house.cases.calls} == {
        (CASE, Decimal("27.30")),
        (OTHER, Decimal("20.00")),
    }


async def test_a_list_that_is_let_pass_hears_its_grant(house: House) -> None:
    put_up(house, "25.00")
    ask(house, CASE, "27.30")
    ask(house, OTHER, "20.00")
    with house.database.transaction() as session:
        let_pass(session, OTHER, START, actor="op-1", reason="perishable")
    await house.step()
    assert [case for _, case, _ in house.cases.calls] == [OTHER]


async def test_customs_news_and_the_grant_are_calls_of_their_own(house: House) -> None:
    house.know()
    ask(house, CASE, "27.30")
    await house.tell(list_receipt("800", 1))
    put_up(house, "100.00")
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["grant_guarantee", "deliver"]


async def test_a_list_that_gave_up_waiting_hears_nothing(house: House) -> None:
    ask(house, CASE, "27.30")
    with house.database.transaction() as session:
        release(session, CASE, START, reason="cancelled")
    put_up(house, "100.00")
    await house.step()
    assert house.items() == []
