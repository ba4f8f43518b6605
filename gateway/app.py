"""The gateway as one FastAPI app, from its database, its way to the cases, its settings and its clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from gateway import gauges
from gateway.answers import LastResort, answer_problems, refused_with
from gateway.arrivals import Arrivals
from gateway.case_door import CaseDoor
from gateway.delivery import Delivery
from gateway.description import describe_bodies
from gateway.dispatcher import Dispatcher, Lane
from gateway.doors.customs import customs_doors
from gateway.doors.desk import desk
from gateway.doors.documents import DocumentDoor, document_door
from gateway.doors.guarantees import GuaranteeDoor, guarantee_door
from gateway.doors.inbox import InboxDoor, inbox_door
from gateway.doors.notices import notices_door
from gateway.doors.payment_data import payment_data_doors
from gateway.doors.reports import ReportDoor, report_door
from gateway.doors.subscriptions import SubscriptionDoor, subscription_door
from gateway.inbox import backlog
from gateway.intake import Intake
from gateway.metrics import Metrics
from gateway.outbox.pusher import Pusher
from gateway.payment_data.responder import Responder
from gateway.payment_data.uplink import Uplink
from gateway.reading import Reader
from gateway.settings import GatewaySettings
from gateway.tracing import Tracing
from gateway.watchman import Watchman
from models.database import Database

_ABOUT = """\
Whatever comes in is committed byte for byte before it is read. Customs' doors acknowledge at once; the enterprises'
door answers with what the case says. Everything that is wrong comes as `{"problems": […]}`, all of it at once, in
English and Chinese."""


def create_app(
    database: Database,
    cases: CaseDoor,
    settings: GatewaySettings,
    clock: Callable[[], datetime],
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    uplink: Uplink | None = None,
) -> FastAPI:
    """Compose the app; the database must be migrated, and `clock` gives the present instant with a time zone.

    While the app's lifespan lasts, the dispatcher works; `app.state.dispatcher` can also be stepped by hand.
    """
    tracing, metrics = Tracing(tracer_provider), Metrics(meter_provider)
    metrics.watch(lambda: backlog(database, clock()))
    gauges.watch(database, clock, meter_provider)
    reader = Reader(database, settings, clock, metrics)
    delivery = Delivery(database, cases, settings, clock, tracing)
    pusher = Pusher(database, settings, clock)
    responder = Responder(database, settings, clock, uplink or Uplink())
    dispatcher = Dispatcher(
        reader,
        delivery,
        Watchman(database, clock),
        settings.poll_seconds,
        Lane("webhooks", pusher.push),
        Lane("payment-data", responder.answer),
    )
    arrivals = Arrivals(database, settings, clock, tracing)
    intake = Intake(
        settings.intake.get_secret_value(),
        database,
        clock,
        dispatcher.nudge,
        poll_seconds=settings.poll_seconds,
        max_bytes=settings.max_body_bytes,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pusher.ending(), dispatcher.at_work(), intake.at_work():
            yield

    app = FastAPI(
        title="Clearway gateway", version="1", description=_ABOUT, lifespan=lifespan, responses=refused_with(500, 503)
    )
    app.state.dispatcher = dispatcher
    app.state.intake = intake
    app.add_middleware(LastResort)
    answer_problems(app)
    app.include_router(customs_doors(arrivals, dispatcher))
    app.include_router(document_door(DocumentDoor(arrivals, reader, delivery, dispatcher)))
    app.include_router(report_door(ReportDoor(arrivals, reader, delivery)))
    app.include_router(guarantee_door(GuaranteeDoor(database, arrivals, reader, dispatcher, clock)))
    app.include_router(notices_door(database))
    app.include_router(subscription_door(SubscriptionDoor(database, pusher, settings.webhook_reach, clock), arrivals))
    app.include_router(payment_data_doors(database, arrivals, dispatcher, clock))
    app.include_router(inbox_door(InboxDoor(database, reader, dispatcher, clock)))
    app.include_router(desk(database, cases, dispatcher, intake, clock))
    describe_bodies(app)
    return app
