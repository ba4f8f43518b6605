"""Puts the outside world together as one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from simulator.bank import make_bank
from simulator.clock import Clocks, make_clocks
from simulator.courier import Courier
from simulator.customs.books import Books
from simulator.customs.door import make_door
from simulator.customs.payment_data import make_payment_data_door
from simulator.customs.suspicion import make_suspicion_door
from simulator.identity import make_authority
from simulator.outages import ClosedDoors, Outages, make_outages
from simulator.parties import make_parties
from simulator.refusals import Refusal, answer_refusal, answer_unreadable
from simulator.scenarios import as_rows
from simulator.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """A fresh outside world with empty books; ending it cancels what customs had still to say."""
    courier = Courier(settings)
    clocks = Clocks(settings.customs_clock, settings.bank_clock)
    outages = Outages()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with courier:
            yield

    app = FastAPI(title="Clearway simulator", lifespan=lifespan)
    app.add_middleware(ClosedDoors, outages=outages)
    app.add_exception_handler(Refusal, answer_refusal)
    app.add_exception_handler(RequestValidationError, answer_unreadable)
    app.include_router(make_door(Books(settings.lists_kept), courier, settings, clocks.customs))
    app.include_router(make_suspicion_door())
    app.include_router(make_payment_data_door(settings))
    app.include_router(make_authority())
    app.include_router(make_bank(clocks.bank))
    app.include_router(make_parties(courier, settings))
    app.include_router(make_clocks(clocks))
    app.include_router(make_outages(outages))

    @app.get("/health")
    async def health() -> dict[str, str | int]:
        """Alive, and how the deliveries to the gateway are doing."""
        return {
            "status": "ok",
            "conversations": courier.under_way,
            "delivered": courier.delivered,
            "given_up": courier.given_up,
        }

    @app.get("/scenarios")
    async def scenarios() -> list[dict[str, str]]:
        """The magic words."""
        return as_rows()

    return app
