"""Gauges of the outbox to enterprises and of customs' questions, read from the database whenever the SDK asks."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
from pydantic import BaseModel

from models import outbox, payment_data
from models.database import Database

_OUTBOX = {
    "waiting": "Events not yet delivered or acknowledged",
    "oldest_age_seconds": "Age of the oldest of them",
    "blocked": "Subscriptions whose address fails",
    "expired": "Events that were given up",
}
_QUESTIONS = {
    "open": "Questions of customs that are not answered",
    "no_evidence": "Questions for whose order nothing is deposited",
    "late": "Open questions whose two minutes are over",
    "refused": "Answers that customs did not take",
    "answered_late": "Questions that were answered after their two minutes",
    "least_seconds_left": "Seconds to the first deadline, below 0 after it",
}


def watch(database: Database, clock: Callable[[], datetime], provider: MeterProvider | None = None) -> None:
    """Tell how both stand; without a configured SDK nothing asks."""

    def events() -> BaseModel:
        with database.reading() as session:
            return outbox.standing(session, clock())

    def questions() -> BaseModel:
        with database.reading() as session:
            return payment_data.standing(session, clock())

    meter = metrics.get_meter("clearway.gateway", meter_provider=provider)
    for prefix, read, told in (("outbox", events, _OUTBOX), ("payment_data", questions, _QUESTIONS)):
        _gauges(meter, prefix, read, told)


def _gauges(meter: metrics.Meter, prefix: str, read: Callable[[], BaseModel], told: Mapping[str, str]) -> None:
    for name, description in told.items():

        def observe(_: CallbackOptions, name: str = name) -> Iterable[Observation]:
            return [Observation(getattr(read(), name))]

        meter.create_observable_gauge(f"clearway.gateway.{prefix}.{name}", [observe], description=description)
