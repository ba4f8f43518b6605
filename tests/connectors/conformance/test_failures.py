"""Every way HTTP can fail becomes Unavailable or Refused, for every connector."""

import asyncio
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from connectors import Refused, Unavailable
from connectors.bank import BankClient
from connectors.customs import CustomsClient
from connectors.customs.transports import HttpTransport
from connectors.identity import IdentityClient
from tests.connectors.conformance.conftest import TRANSFER
from tests.connectors.conformance.servers import closed_port, serve
from tests.patience import PATIENCE
from tests.simulator.papers import AT, BUYER, ID_NUMBER, new_guid, new_papers

Call = Callable[[str, httpx.Client], object]

LONG, BRIEF = httpx.Timeout(PATIENCE), httpx.Timeout(0.2)


def patience(url: str) -> httpx.Timeout:
    """Long but for who hangs: a machine that is busy must not pass for a platform that is."""
    return BRIEF if url.endswith("hang") else LONG


def file_order(url: str, http: httpx.Client) -> None:
    client = CustomsClient(HttpTransport(f"{url}/customs/messages", http, timeout=patience(url)), TRANSFER)
    client.send(client.seal([new_papers("F-1").order], message_guid=new_guid(), at=datetime.now(UTC)))


def verify(url: str, http: httpx.Client) -> object:
    return IdentityClient(url, http, timeout=patience(url)).verify(BUYER, ID_NUMBER, at=AT)


def pay(url: str, http: httpx.Client) -> object:
    return BankClient(url, http, timeout=patience(url)).pay(
        payment_order_no="JK1", amount=Decimal(1), payer_code="X", requested_at=AT, idempotency_key="k"
    )


CALLS: dict[str, Call] = {"customs": file_order, "identity authority": verify, "bank": pay}
every_platform = pytest.mark.parametrize("platform", CALLS)
every_json_platform = pytest.mark.parametrize("platform", ["identity authority", "bank"])


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    """A platform that fails in the way the first part of the path asks for."""
    app = FastAPI()

    async def fail(request: Request, how: str) -> Response:
        await request.body()
        match how:
            case "hang":
                await asyncio.sleep(1)
            case "garbage":
                return Response(b"<html>", 200)
            case "half":
                return Response(b"{}", 200)
            case "personal":
                return Response(f'{{"detail": "{ID_NUMBER} is unknown"}}', 422)
            case "busy":
                return Response(status_code=429, headers={"retry-after": "7"})
            case "moved":
                return Response(status_code=302, headers={"location": "http://127.0.0.1:1/"})
        return Response(status_code=int(how) if how.isdigit() else 200)

    app.add_api_route("/{how}/{rest:path}", fail, methods=["POST"])
    with serve(app) as url:
        yield url


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@every_platform
@pytest.mark.parametrize("how", ["500", "502", "503", "504", "429", "408", "425", "moved"])
def test_trouble_on_their_side_is_worth_repeating(faulty: str, http: httpx.Client, platform: str, how: str) -> None:
    with pytest.raises(Unavailable) as unavailable:
        CALLS[platform](f"{faulty}/{how}", http)
    assert unavailable.value.platform == platform
    assert unavailable.value.retry_after is None


@every_platform
@pytest.mark.parametrize("how", ["400", "401", "403", "404", "405", "409", "413", "422"])
def test_a_no_is_not_worth_repeating(faulty: str, http: httpx.Client, platform: str, how: str) -> None:
    with pytest.raises(Refused) as refused:
        CALLS[platform](f"{faulty}/{how}", http)
    assert (refused.value.platform, refused.value.code) == (platform, f"HTTP_{how}")
    assert refused.value.reason


@every_platform
def test_a_platform_that_asks_for_a_pause_is_heard(faulty: str, http: httpx.Client, platform: str) -> None:
    with pytest.raises(Unavailable) as unavailable:
        CALLS[platform](f"{faulty}/busy", http)
    assert unavailable.value.retry_after == timedelta(seconds=7)


@every_platform
def test_a_platform_that_hangs_is_unavailable_in_time(faulty: str, http: httpx.Client, platform: str) -> None:
    with pytest.raises(Unavailable):  # it would answer well, but later than we are prepared to wait
        CALLS[platform](f"{faulty}/hang", http)


@every_platform
def test_nobody_listening_is_unavailable(http: httpx.Client, platform: str) -> None:
    with closed_port() as url, pytest.raises(Unavailable) as caught:
        CALLS[platform](url, http)
    assert caught.value.__cause__ is None, "with a chain of causes the server would not show the failure"


@every_json_platform
@pytest.mark.parametrize("how", ["garbage", "half"])
def test_an_answer_that_cannot_be_read_is_no_answer(faulty: str, http: httpx.Client, platform: str, how: str) -> None:
    with pytest.raises(Unavailable):
        CALLS[platform](f"{faulty}/{how}", http)


@every_platform
def test_what_a_platform_says_outside_its_reason_is_not_repeated(
    faulty: str, http: httpx.Client, platform: str
) -> None:
    with pytest.raises(Refused) as refused:
        CALLS[platform](f"{faulty}/personal", http)
    assert ID_NUMBER not in str(refused.value)


@pytest.mark.parametrize("url", ["", "bank", "ftp://127.0.0.1", "http://", "http://127.0.0.1:port"])
def test_an_address_that_is_none_is_refused_at_the_start(http: httpx.Client, url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        BankClient(url, http)


def test_both_errors_survive_a_journey_between_processes() -> None:
    errors = (Unavailable("bank", "closed", timedelta(seconds=7)), Refused("bank", "E_1", "no"))
    returned = [pickle.loads(pickle.dumps(error)) for error in errors]
    assert [vars(error) for error in returned] == [vars(error) for error in errors]
    assert [str(error) for error in returned] == ["bank is unavailable: closed", "bank refused with E_1: no"]
