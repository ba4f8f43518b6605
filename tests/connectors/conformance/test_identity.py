"""The identity authority says yes, no, or nothing; the last is for the caller to deal with."""

import pytest

from clearway.contracts.facts import IdentityOutcome
from connectors import Refused, Unavailable
from tests.connectors.conformance.conftest import World
from tests.simulator.papers import AT, BUYER, ID_NUMBER


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        (BUYER, IdentityOutcome.VERIFIED),
        ("Anne-Marie", IdentityOutcome.VERIFIED),
        (f"{BUYER}-IDBAD", IdentityOutcome.MISMATCH),
    ],
)
def test_the_authority_knows_who_belongs_to_a_number(world: World, name: str, outcome: IdentityOutcome) -> None:
    assert world.identity.verify(name, ID_NUMBER, at=AT) is outcome


def test_iddown_is_unavailable_and_names_nobody(world: World) -> None:
    with pytest.raises(Unavailable) as unavailable:
        world.identity.verify(f"{BUYER}-IDDOWN", ID_NUMBER, at=AT)
    assert ID_NUMBER not in str(unavailable.value)
    assert BUYER not in str(unavailable.value)


def test_a_certificate_carries_the_day_it_was_asked_for(world: World) -> None:
    question = {"name": BUYER, "id_number": ID_NUMBER, "at": AT.isoformat()}
    answer = world.http.post(f"{world.url}/identity/verify", json=question).json()
    assert answer["certificate_no"].startswith("RZ20310310")


def test_a_question_that_does_not_fit_is_refused_without_repeating_it(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.identity.verify("", ID_NUMBER * 10, at=AT)
    assert "name" in refused.value.reason
    assert "id_number" in refused.value.reason
    assert ID_NUMBER not in refused.value.reason
