"""The simulator over real HTTP, our connectors on one side of it and a recording gateway on the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from clearway.contracts.documents import DeclarationList, Document
from clearway.messages import Transfer
from connectors import Unavailable
from connectors.bank import BankClient
from connectors.customs import CustomsClient
from connectors.customs.transports import HttpTransport
from connectors.identity import IdentityClient
from simulator.app import create_app
from simulator.settings import Settings
from tests.connectors.conformance.servers import Gateway, serve
from tests.patience import PATIENCE
from tests.simulator.papers import Papers, new_guid

_ATTEMPTS = 3
TRANSFER = Transfer(cop_code="3301980AGT", cop_name="申报企业", dxp_id="DXPENT0000012345")


@dataclass
class World:
    """Everything a test needs to talk to the outside world and to hear what it says."""

    url: str
    http: httpx.Client
    gateway: Gateway

    @property
    def customs(self) -> CustomsClient:
        return CustomsClient(HttpTransport(self.url, self.http), TRANSFER)

    @property
    def bank(self) -> BankClient:
        return BankClient(self.url, self.http)

    @property
    def identity(self) -> IdentityClient:
        return IdentityClient(self.url, self.http)

    def file(self, *records: Document, traceparent: str | None = None) -> None:
        """File each record in a message of its own."""
        for record in records:
            self.send(record, traceparent=traceparent)

    def send(self, *records: Document, traceparent: str | None = None) -> None:
        """File records in one message, again and again while the door is in trouble."""
        customs = self.customs
        sealed = customs.seal(records, message_guid=new_guid(), at=datetime.now(UTC))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                customs.send(sealed, traceparent=traceparent)
            except Unavailable:
                assert attempt < _ATTEMPTS, "the door stays in trouble"
            else:
                return

    def file_three(self, papers: Papers) -> None:
        """File the three documents, hear the end of it, and forget it."""
        self.file(*papers.three)
        self.settle()
        self.gateway.forget()

    def file_list(self, declaration: DeclarationList) -> list[str]:
        """File a list and give everything that was said about it."""
        self.file(declaration)
        self.settle()
        return self.gateway.said()

    def file_case(self, papers: Papers) -> list[str]:
        """File all four documents and give everything that was said about the list."""
        self.file_three(papers)
        return self.file_list(papers.declaration)

    def settle(self) -> None:
        """Wait until customs has nothing more to say."""
        until = time.monotonic() + PATIENCE
        while self.http.get(f"{self.url}/health").json()["conversations"]:
            assert time.monotonic() < until, "customs does not come to an end"
            time.sleep(0.002)


@contextmanager
def open_world(**settings: Any) -> Iterator[World]:
    """An outside world of its own, set like this."""
    gateway = Gateway()
    with serve(gateway.app) as gateway_url:
        usual = {"gateway_url": gateway_url, "pause_ms": 1, "retry_first_ms": 1, "late_ms": 300}
        app = create_app(Settings.model_validate(usual | settings))
        with serve(app) as url, httpx.Client(trust_env=False) as http:
            yield World(url, http, gateway)


@pytest.fixture(scope="session")
def running_world() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    """The simulator with inspections that end by themselves; nothing recorded yet."""
    running_world.settle()
    running_world.gateway.forget()
    return running_world


@pytest.fixture(scope="session")
def running_world_by_hand() -> Iterator[World]:
    with open_world(inspect_by_hand=True) as world:
        yield world


@pytest.fixture
def world_by_hand(running_world_by_hand: World) -> World:
    """The simulator with inspections that wait for an officer."""
    running_world_by_hand.settle()
    running_world_by_hand.gateway.forget()
    return running_world_by_hand
